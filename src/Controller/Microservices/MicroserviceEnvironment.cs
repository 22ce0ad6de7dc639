using Controller.Hosting;
using Controller.Secrets;
using Controller.Sql;
using Controller.Sql.Stores;

namespace Controller.Microservices;

/// <summary>
/// Environment variables. A reference to a secret or config map is kept as a reference and resolved when it is read:
/// the value is always the present one, and no secret lies unencrypted in the database.
/// </summary>
internal sealed class MicroserviceEnvironment(ReferencedValues values)
{
    /// <summary>The list in a body; null when it was not sent.</summary>
    /// <exception cref="ApiException">400 for a malformed reference, 404 for one that leads nowhere.</exception>
    public async Task<List<EnvRow>?> ReadAsync(DbSession session, JsonFields body)
    {
        if (body.Array("env") is not { } items)
        {
            return null;
        }

        var env = items.Select(i => new JsonFields(i))
            .Select(v => new EnvRow(v.Text("key")!, v.Text("value"), v.Text("valueFromSecret"), v.Text("valueFromConfigMap")))
            .ToList();
        var secrets = await values.SecretsAsync(session, env.Select(e => Secret(e)?.Name).OfType<string>());
        var maps = await values.ConfigMapsAsync(session, env.Select(e => ConfigMap(e)?.Name).OfType<string>());
        foreach (var variable in env)
        {
            if (Secret(variable) is { } secret)
            {
                var found = secrets.GetValueOrDefault(secret.Name) ?? throw ApiException.NotFound($"Secret with name \"{secret.Name}\" not found");
                if (!found.ContainsKey(secret.Key))
                {
                    throw ApiException.NotFound($"Secret key {secret.Key} not found in secret {secret.Name}");
                }
            }
            else if (ConfigMap(variable) is { } map)
            {
                var found = maps.GetValueOrDefault(map.Name) ?? throw ApiException.NotFound($"ConfigMap with name {map.Name} not found");
                if (!found.ContainsKey(map.Key))
                {
                    throw ApiException.NotFound($"Configmap key {map.Key} not found in configmap {map.Name}");
                }
            }
        }

        return env;
    }

    /// <summary>
    /// Gives the values of variables, those behind references included. A reference that leads nowhere any more gives
    /// the copy that an older Controller kept, else the empty text.
    /// </summary>
    /// <param name="session">Session.</param>
    /// <param name="env">All variables that will be asked for, of any number of microservices.</param>
    /// <param name="revealSecrets">For agents true; for operators false: what comes from a secret reads as empty (decision 21).</param>
    public async Task<Func<EnvRow, string>> ResolverAsync(DbSession session, IEnumerable<EnvRow> env, bool revealSecrets)
    {
        var all = env.Where(e => e.ValueFromSecret is not null || e.ValueFromConfigMap is not null).ToList();
        var secrets = revealSecrets
            ? await values.SecretsAsync(session, all.Select(e => Split(e.ValueFromSecret)?.Name).OfType<string>())
            : null;
        var maps = await values.ConfigMapsAsync(session, all.Select(e => Split(e.ValueFromConfigMap)?.Name).OfType<string>());
        return variable =>
        {
            var source = variable.ValueFromSecret is not null ? secrets : maps;
            if (variable.ValueFromSecret is not null && !revealSecrets)
            {
                return "";
            }

            return Split(variable.ValueFromSecret ?? variable.ValueFromConfigMap) is { } reference
                && source!.TryGetValue(reference.Name, out var entries)
                && entries.TryGetValue(reference.Key, out var value)
                    ? value
                    : variable.Value ?? "";
        };
    }

    private static (string Name, string Key)? Secret(EnvRow variable) => variable.ValueFromSecret is not { } text
        ? null
        : Split(text) ?? throw ApiException.Validation($"Invalid secret reference: {text}");

    private static (string Name, string Key)? ConfigMap(EnvRow variable) => variable.ValueFromConfigMap is not { } text
        ? null
        : Split(text) ?? throw ApiException.Validation($"Invalid configmap reference: {text}");

    /// <summary><c>name/key</c>; the key may itself hold slashes.</summary>
    private static (string Name, string Key)? Split(string? reference) =>
        reference?.IndexOf('/', StringComparison.Ordinal) is > 0 and var slash && slash < reference.Length - 1
            ? (reference[..slash], reference[(slash + 1)..])
            : null;
}
