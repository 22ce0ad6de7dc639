using System.Text.Json;
using Controller.Agents;
using Controller.Hosting;
using Controller.Secrets;
using Controller.Sql;
using Controller.Sql.Stores;

namespace Controller.Microservices;

/// <summary>Volume mappings (api-workloads 6.9) and the volume of the service account (6.4).</summary>
internal sealed class MicroserviceVolumes(ReferencedValues values, ChangeNotifier changes)
{
    public const string ServiceAccount = "serviceAccount";

    private const string Bind = "bind", Volume = "volume", VolumeMount = "volumeMount";
    private const string ServiceAccountPath = "/var/run/secrets/edgelet.iofog.org/serviceaccount";

    /// <summary>The volume that every microservice gets.</summary>
    public static VolumeMappingRow ServiceAccountVolume(string microserviceName) =>
        new(0, microserviceName, ServiceAccountPath, "ro", ServiceAccount);

    /// <summary>The list in a body; null when it was not sent. Entries for the service account are the Controller's, so they are dropped.</summary>
    public static List<VolumeMappingRow>? Read(JsonFields body) =>
        body.Array("volumeMappings")?.Select(ReadOne).Where(m => m.Type != ServiceAccount).ToList();

    public static VolumeMappingRow ReadOne(JsonElement item)
    {
        var fields = new JsonFields(item);
        return new VolumeMappingRow(
            0,
            fields.Text("hostDestination")!,
            fields.Text("containerDestination")!,
            fields.Text("accessMode")!,
            fields.Text("type") ?? Bind);
    }

    /// <summary>Checks mappings and returns the volume mounts they refer to.</summary>
    /// <exception cref="ApiException">400.</exception>
    public async Task<IReadOnlyList<VolumeMountRow>> CheckAsync(DbSession session, IReadOnlyList<VolumeMappingRow> mappings)
    {
        foreach (var mapping in mappings.Where(m => m.Type == Volume && !IsVolumeName(m.HostDestination)))
        {
            throw ApiException.Validation(
                "hostDestination includes invalid characters for a local volume name, only \"[a-zA-Z0-9][a-zA-Z0-9_.-]\" are allowed. "
                + "If you intended to pass a host directory, use type: bind");
        }

        var references = mappings.Where(m => m.Type == VolumeMount).Select(m => Split(m.HostDestination)).ToList();
        if (references.Count == 0)
        {
            return [];
        }

        var mounts = await FindAsync(session, references.Select(r => r.Name));
        var used = new List<VolumeMountRow>();
        foreach (var (name, path) in references)
        {
            var mount = mounts.GetValueOrDefault(name) ?? throw ApiException.Validation($"Volume mount with name {name} not found");
            used.Add(mount);
            if (path is not null)
            {
                await RequireKeyAsync(session, mount, path);
            }
        }

        return used;
    }

    /// <summary>The volume mounts of stored mappings, as far as they exist.</summary>
    public static async Task<IReadOnlyList<VolumeMountRow>> MountsOfAsync(DbSession session, IEnumerable<VolumeMappingRow> mappings)
    {
        var names = mappings.Where(m => m.Type == VolumeMount).Select(m => m.HostDestination.Split('/')[0]).ToList();
        return names.Count == 0 ? [] : [.. (await FindAsync(session, names)).Values];
    }

    /// <summary>Makes volume mounts available on fogs and tells their agents of new ones.</summary>
    public async Task LinkAsync(DbSession session, IEnumerable<(VolumeMountRow Mount, string FogUuid)> links)
    {
        var wanted = links.Select(l => (l.Mount.Uuid, l.FogUuid)).ToList();
        if (wanted.Count > 0)
        {
            var linked = await VolumeMountStore.LinkAsync(session, wanted);
            await changes.RaiseAsync(session, linked.Select(l => l.Fog), ChangeFlags.VolumeMounts);
        }
    }

    private static bool IsVolumeName(string text) =>
        text.Length > 0 && (char.IsAsciiLetterOrDigit(text[0]) || text[0] is '_' or '.' or '-');

    private static (string Name, string? Path) Split(string hostDestination)
    {
        if (hostDestination.Length == 0)
        {
            throw ApiException.Validation("hostDestination is required when type is volumeMount");
        }

        var slash = hostDestination.IndexOf('/', StringComparison.Ordinal);
        if (slash == 0)
        {
            throw ApiException.Validation($"Invalid volume mount reference for volume mapping: {hostDestination}");
        }

        return slash < 0 || slash == hostDestination.Length - 1
            ? (hostDestination.TrimEnd('/'), null)
            : (hostDestination[..slash], hostDestination[(slash + 1)..]);
    }

    private static async Task<Dictionary<string, VolumeMountRow>> FindAsync(DbSession session, IEnumerable<string> names)
    {
        var found = await VolumeMountStore.ListAsync(session, names.Distinct(StringComparer.Ordinal));
        return found.GroupBy(m => m.Name, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.First(), StringComparer.Ordinal);
    }

    private async Task RequireKeyAsync(DbSession session, VolumeMountRow mount, string path)
    {
        if (mount.SecretName is { } secret)
        {
            var keys = (await values.SecretsAsync(session, [secret])).GetValueOrDefault(secret)
                ?? throw ApiException.Validation($"Secret with name \"{secret}\" not found");
            if (!Holds(keys, path))
            {
                throw ApiException.Validation($"Secret key {path} not found in secret {secret} in volume mount {mount.Name}");
            }
        }
        else if (mount.ConfigMapName is { } map)
        {
            var keys = (await values.ConfigMapsAsync(session, [map])).GetValueOrDefault(map)
                ?? throw ApiException.Validation($"ConfigMap with name {map} not found");
            if (!Holds(keys, path))
            {
                throw ApiException.Validation($"Configmap key {path} not found in configmap {map} in volume mount {mount.Name}");
            }
        }
    }

    /// <summary>A key, or a directory of keys.</summary>
    private static bool Holds(IReadOnlyDictionary<string, string> keys, string path)
    {
        var directory = path.TrimEnd('/') + '/';
        return keys.Keys.Any(k => k == path || k.StartsWith(directory, StringComparison.Ordinal));
    }
}
