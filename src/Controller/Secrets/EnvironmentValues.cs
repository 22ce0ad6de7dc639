using Controller.Sql;
using Controller.Sql.Stores;

namespace Controller.Secrets;

/// <summary>
/// Values of environment variables, those behind references to secrets and config maps included, resolved whenever they
/// are read: the value is always the present one, and no secret lies unencrypted in the database.
/// </summary>
internal sealed partial class EnvironmentValues(ReferencedValues values, ILogger<EnvironmentValues> log)
{
    /// <summary>
    /// Gives the values of variables. A reference that leads nowhere any more gives the copy that an older Controller kept,
    /// else the empty text: one bad reference must not take a node's whole list away. At most two queries.
    /// </summary>
    /// <param name="session">Session.</param>
    /// <param name="env">All variables that will be asked for, of any number of microservices.</param>
    /// <param name="forAgent">For operators what comes from a secret reads as empty (decision 21).</param>
    public async Task<Func<EnvRow, string>> ResolverAsync(DbSession session, IEnumerable<EnvRow> env, bool forAgent)
    {
        var all = env.Where(e => e.ValueFromSecret is not null || e.ValueFromConfigMap is not null).ToList();
        var secrets = forAgent ? await values.SecretsAsync(session, all.Select(e => Split(e.ValueFromSecret)?.Name).OfType<string>()) : null;
        var maps = await values.ConfigMapsAsync(session, all.Select(e => Split(e.ValueFromConfigMap)?.Name).OfType<string>());
        return variable =>
        {
            if ((variable.ValueFromSecret ?? variable.ValueFromConfigMap) is not { } reference)
            {
                return variable.Value ?? "";
            }

            var source = variable.ValueFromSecret is null ? maps : secrets;
            if (source is null)
            {
                return "";
            }

            if (Split(reference) is var (name, key) && source.TryGetValue(name, out var entries) && entries.TryGetValue(key, out var value))
            {
                return value;
            }

            if (forAgent)
            {
                Missing(log, variable.Key, reference);
            }

            return variable.Value ?? "";
        };
    }

    /// <summary><c>name/key</c>; the key may itself hold slashes.</summary>
    public static (string Name, string Key)? Split(string? reference) =>
        reference?.IndexOf('/', StringComparison.Ordinal) is > 0 and var slash && slash < reference.Length - 1
            ? (reference[..slash], reference[(slash + 1)..])
            : null;

    [LoggerMessage(Level = LogLevel.Warning, Message = "Environment variable '{key}' refers to '{reference}', which does not exist")]
    private static partial void Missing(ILogger log, string key, string reference);
}
