using Controller.Hosting;
using Controller.Sql.Stores;

namespace Controller.Microservices;

/// <summary>
/// A microservice as JSON, made when its rows change, in three parts: what it shows everywhere, what it shows in this list
/// or that, and its status, which agents change far more often than operators the rest.
/// </summary>
/// <param name="uuid">Microservice.</param>
/// <param name="applicationId">Its application.</param>
/// <param name="fogUuid">The fog whose agent reports its status.</param>
/// <param name="stored">The status as read along with the rows.</param>
/// <param name="common">A comma and the object up to the members below.</param>
internal sealed class RenderedMicroservice(
    string uuid, long? applicationId, string? fogUuid, MicroserviceStatus stored, ReadOnlyMemory<byte> common)
{
    /// <summary>Whether two were made of the same rows; what agents report is no row.</summary>
    public static readonly IEqualityComparer<RenderedMicroservice> SameRows = EqualityComparer<RenderedMicroservice>.Create((a, b) =>
        a is not null && b is not null && a.Uuid == b.Uuid && a.FogUuid == b.FogUuid && a.Common.SequenceEqual(b.Common)
        && a.Listed.Span.SequenceEqual(b.Listed.Span) && a.InApplication.Span.SequenceEqual(b.InApplication.Span));

    private MicroserviceStatus? _shown;
    private byte[] _status = [];

    public string Uuid => uuid;

    public long? ApplicationId => applicationId;

    public string? FogUuid => fogUuid;

    public MicroserviceStatus Stored => stored;

    private ReadOnlySpan<byte> Common => common.Span;

    /// <summary>The members of the list of microservices, up to the value of <c>status</c>.</summary>
    public required ReadOnlyMemory<byte> Listed { get; init; }

    /// <summary>The members inside applications, up to the value of <c>status</c>.</summary>
    public required ReadOnlyMemory<byte> InApplication { get; init; }

    /// <summary>From now on it has this status.</summary>
    public void Show(MicroserviceStatus newest)
    {
        if (!ReferenceEquals(_shown, newest))
        {
            _shown = newest;
            _status = [.. JsonResponse.Bytes(MicroserviceJson.ToBody(newest), MicroserviceJsonContext.Default.StatusBody), (byte)'}'];
        }
    }

    /// <summary>Appends it to a list, as its first or after another.</summary>
    public void LinkTo(PooledBytes output, bool isFirst, bool inApplication)
    {
        output.Link(isFirst ? common[1..] : common);
        output.Link(inApplication ? InApplication : Listed);
        output.Link(_status);
    }
}
