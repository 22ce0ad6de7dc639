using System.Text;
using Controller.Secrets;
using Controller.Sql;
using Controller.Sql.Stores;

namespace Controller.Agents;

/// <summary>
/// Values that environment variables take from secrets and config maps, decrypted when an agent asks, so that the
/// database never holds them in clear. What cannot be had is an empty value and a warning: one bad reference must not
/// take the node's whole list away.
/// </summary>
internal sealed partial class AgentEnvironment(SecretData data, ILogger<AgentEnvironment> log)
{
    /// <summary>The stored texts that the references of some microservices need; at most two queries.</summary>
    public static async Task<StoredValues> ReadAsync(DbSession session, IEnumerable<AgentMicroserviceRow> microservices)
    {
        var secrets = new HashSet<string>(StringComparer.Ordinal);
        var maps = new HashSet<string>(StringComparer.Ordinal);
        foreach (var env in microservices.SelectMany(m => m.Env))
        {
            Note(secrets, env.FromSecret);
            Note(maps, env.FromConfigMap);
        }

        return new(
            secrets.Count == 0 ? [] : await SecretDataStore.ListSecretsAsync(session, secrets),
            maps.Count == 0 ? [] : await SecretDataStore.ListConfigMapsAsync(session, maps));
    }

    /// <summary>Decrypts what was read; each secret once.</summary>
    public Resolver Open(StoredValues stored)
    {
        var secrets = new Dictionary<string, Dictionary<string, string>?>(StringComparer.Ordinal);
        foreach (var secret in stored.Secrets)
        {
            secrets[secret.Name] = Values(secret);
        }

        var maps = new Dictionary<string, Dictionary<string, string>?>(StringComparer.Ordinal);
        foreach (var map in stored.ConfigMaps)
        {
            maps[map.Name] = Values(map);
        }

        return new Resolver(secrets, maps, log);
    }

    private static void Note(HashSet<string> names, string? reference)
    {
        if (Split(reference) is var (name, _))
        {
            names.Add(name);
        }
    }

    private static (string Name, string Key)? Split(string? reference)
    {
        var slash = reference?.IndexOf('/', StringComparison.Ordinal) ?? -1;
        return slash < 0 ? null : (reference![..slash], reference[(slash + 1)..]);
    }

    /// <summary>Null, and a warning in the log, when the data cannot be read.</summary>
    private Dictionary<string, string>? Values(StoredData stored)
    {
        var values = data.Open(stored.Name, stored.Data);
        if (values is not null && stored.IsTls)
        {
            foreach (var (key, base64) in values.ToList())
            {
                values[key] = Decoded(base64);
            }
        }

        return values;
    }

    private static string Decoded(string base64)
    {
        var bytes = new byte[base64.Length];
        return Convert.TryFromBase64String(base64, bytes, out var length) ? Encoding.UTF8.GetString(bytes, 0, length) : base64;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Environment variable '{key}' refers to '{reference}', which does not exist")]
    private static partial void Missing(ILogger log, string key, string reference);

    /// <summary>Encrypted texts as stored.</summary>
    internal sealed record StoredValues(IReadOnlyList<StoredData> Secrets, IReadOnlyList<StoredData> ConfigMaps);

    /// <summary>Decrypted values of one answer.</summary>
    internal sealed class Resolver(
        Dictionary<string, Dictionary<string, string>?> secrets, Dictionary<string, Dictionary<string, string>?> maps, ILogger log)
    {
        public AgentEnvBody Resolve(AgentEnvRow env) => new(
            env.Key,
            env.FromSecret is { Length: > 0 } secret ? Value(secrets, env, secret)
            : env.FromConfigMap is { Length: > 0 } map ? Value(maps, env, map)
            : env.Value ?? "");

        private string Value(Dictionary<string, Dictionary<string, string>?> sources, AgentEnvRow env, string reference)
        {
            if (Split(reference) is var (name, key) && sources.TryGetValue(name, out var values))
            {
                if (values is null)
                {
                    return "";
                }

                if (values.TryGetValue(key, out var value))
                {
                    return value;
                }
            }

            // Gone since: a database of the original still has the value it had.
            Missing(log, env.Key, reference);
            return env.Value ?? "";
        }
    }
}
