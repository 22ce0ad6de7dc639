using System.Text.Json;
using Controller.Hosting;
using Controller.Sql;
using Controller.Sql.Stores;

namespace Controller.Microservices;

/// <summary>Port mappings (api-workloads 6.8).</summary>
internal static class MicroservicePorts
{
    private static readonly int[] Reserved = [54321, 54322, 53];

    /// <summary>The list in a body; null when it was not sent.</summary>
    public static List<PortRow>? Read(JsonFields body) => body.Array("ports")?.Select(ReadOne).ToList();

    /// <summary>One mapping; without a protocol it is TCP.</summary>
    public static PortRow ReadOne(JsonElement item)
    {
        var fields = new JsonFields(item);
        return new PortRow(fields.Int("internal")!.Value, fields.Int("external")!.Value, fields.Text("protocol") == "udp");
    }

    /// <summary>Refuses ports that the node needs itself.</summary>
    /// <exception cref="ApiException">400.</exception>
    public static void RefuseReserved(IEnumerable<PortRow> ports)
    {
        foreach (var port in ports.Where(p => Reserved.Contains(p.External)))
        {
            throw ApiException.Validation($"Port '{port.External}' is reserved for internal use");
        }
    }

    /// <summary>Refuses ports that are taken on the fog or twice in the list. The fog is locked until the transaction ends.</summary>
    /// <param name="references">What is referred to.</param>
    /// <param name="fogUuid">Fog.</param>
    /// <param name="ports">Ports wanted.</param>
    /// <param name="owner">The microservice that gets them; its present ports will be replaced, so they count as free.</param>
    /// <exception cref="ApiException">400.</exception>
    public static async Task RequireFreeAsync(
        MicroserviceReferences references, string fogUuid, IReadOnlyCollection<PortRow> ports, string owner)
    {
        if (ports.Count == 0)
        {
            references.ReleasePorts(owner);
        }
        else if (await references.TakePortsAsync(fogUuid, ports.Select(p => p.External), owner) is { } taken)
        {
            throw ApiException.Validation($"Port '{taken}' is not available");
        }
    }
}
