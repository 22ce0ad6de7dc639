using Controller.Hosting;
using Controller.Secrets;
using Controller.Sql;
using Controller.Sql.Stores;

namespace Controller.Microservices;

/// <summary>Environment variables in bodies. A reference to a secret or config map is kept as a reference.</summary>
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

    private static (string Name, string Key)? Secret(EnvRow variable) => variable.ValueFromSecret is not { } text
        ? null
        : EnvironmentValues.Split(text) ?? throw ApiException.Validation($"Invalid secret reference: {text}");

    private static (string Name, string Key)? ConfigMap(EnvRow variable) => variable.ValueFromConfigMap is not { } text
        ? null
        : EnvironmentValues.Split(text) ?? throw ApiException.Validation($"Invalid configmap reference: {text}");
}
