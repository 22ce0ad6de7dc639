using System.Text;
using Controller.Secrets;
using Controller.Sql;
using Controller.Sql.Stores;

namespace Controller.Agents;

/// <summary>
/// The volume mounts of a fog as its agent takes them (agent-wire 12). Service accounts have no entry: they travel
/// with the microservices (decision 11).
/// </summary>
internal sealed class AgentVolumeMounts(Database database, SecretData secrets)
{
    private static readonly Dictionary<string, string> Nothing = [];

    public async Task<AgentVolumeMountsBody> ListAsync(string fogUuid, CancellationToken cancel)
    {
        var mounts = await database.ReadAsync(s => VolumeMountStore.ListForFogAsync(s, fogUuid), cancel);
        return new(mounts.ConvertAll(Body));
    }

    private AgentVolumeMountBody Body(VolumeMountSource source)
    {
        var (type, data) = source.Mount switch
        {
            { SecretName: { } name } => ("secret", Data(name, source.SecretData, isBase64: source.SecretType == "tls")),
            { ConfigMapName: { } name } => ("configMap", Data(name, source.ConfigMapData, isBase64: false)),
            _ => ((string?)null, Nothing),
        };
        return new(source.Mount.Uuid, source.Mount.Name, source.Mount.Version, type, data);
    }

    /// <summary>Values in base64; empty when the source is gone or cannot be read.</summary>
    private Dictionary<string, string> Data(string name, string? stored, bool isBase64)
    {
        if (stored is null || secrets.Open(name, stored) is not { } data)
        {
            return Nothing;
        }

        // Certificates and keys of TLS secrets are kept in base64 already.
        return isBase64
            ? data
            : data.ToDictionary(d => d.Key, d => Convert.ToBase64String(Encoding.UTF8.GetBytes(d.Value)), StringComparer.Ordinal);
    }
}
