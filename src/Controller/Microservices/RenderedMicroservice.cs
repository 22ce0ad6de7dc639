using System.Buffers;
using Controller.Hosting;
using Controller.Sql.Stores;

namespace Controller.Microservices;

/// <summary>
/// A microservice as JSON, made when its rows change. What its agent reports changes far more often and is written into
/// it each time, as the last member.
/// </summary>
/// <param name="json">The object up to where the value of <c>status</c> begins.</param>
/// <param name="fogUuid">The fog whose agent reports its status.</param>
/// <param name="stored">The status as read along with the rows.</param>
internal sealed class RenderedMicroservice(ReadOnlyMemory<byte> json, string? fogUuid, MicroserviceStatus stored)
{
    private RenderedStatus? _status;

    public string? FogUuid => fogUuid;

    public MicroserviceStatus Stored => stored;

    /// <summary>Writes the microservice with its newest status.</summary>
    public void WriteTo(PooledBytes output, MicroserviceStatus newest)
    {
        output.Write(json.Span);
        output.Write(StatusJson(newest));
        output.Write("}"u8);
    }

    /// <summary>Most microservices have reported nothing new since the last list.</summary>
    private byte[] StatusJson(MicroserviceStatus newest)
    {
        var status = Volatile.Read(ref _status);
        if (!ReferenceEquals(status?.Of, newest))
        {
            status = new(newest, JsonResponse.Bytes(MicroserviceJson.ToBody(newest), MicroserviceJsonContext.Default.StatusBody));
            Volatile.Write(ref _status, status);
        }

        return status!.Json;
    }

    private sealed record RenderedStatus(MicroserviceStatus Of, byte[] Json);
}
