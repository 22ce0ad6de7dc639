using System.Text.Json.Nodes;

namespace Controller.Manifests;

/// <summary>An entry of <c>container.env</c>: a key and exactly one place its value comes from.</summary>
internal static class EnvironmentVariable
{
    /// <param name="item">The entry.</param>
    /// <param name="patch">
    /// The entry changes an existing microservice, so potctl may have read it from a Controller that shows secrets: its value
    /// beside a reference is what the reference resolved to.
    /// </param>
    /// <exception cref="ManifestException"/>
    public static JsonObject ToBody(JsonNode? item, bool patch)
    {
        if (item is not JsonObject entry)
        {
            throw new ManifestException("Invalid environment variable format");
        }

        if (entry["key"] is not { } keyNode || Scalar(keyNode) is not { Length: > 0 } key)
        {
            throw new ManifestException("Environment variable must have a key");
        }

        var (value, secret, map) = (entry["value"], NonEmpty(entry["valueFromSecret"]), NonEmpty(entry["valueFromConfigMap"]));
        // What we show ourselves, and potctl deploys again: the present value of a config map, and nothing of a secret.
        var isShown = secret is null || NonEmpty(value) is null;
        if ((secret is null) != (map is null) && (patch || isShown))
        {
            value = null;
        }

        switch ((value is null ? 0 : 1) + (secret is null ? 0 : 1) + (map is null ? 0 : 1))
        {
            case 0:
                throw new ManifestException($"Environment variable '{key}' must have either value, valueFromSecret, or valueFromConfigMap");
            case > 1:
                throw new ManifestException($"Environment variable '{key}' can only have one of: value, valueFromSecret, or valueFromConfigMap");
        }

        var body = new JsonObject { ["key"] = key };
        if (value is not null)
        {
            body["value"] = Scalar(value);
        }
        else if (secret is not null)
        {
            body["valueFromSecret"] = Reference(secret, "valueFromSecret", key, "secret-name/key");
        }
        else
        {
            body["valueFromConfigMap"] = Reference(map!, "valueFromConfigMap", key, "configmap-name/key");
        }

        return body;
    }

    /// <summary>Clients print a reference that is not there as an empty text.</summary>
    private static JsonNode? NonEmpty(JsonNode? node) =>
        node is JsonValue value && value.TryGetValue<string>(out var text) && text.Length == 0 ? null : node;

    private static string Reference(JsonNode node, string field, string key, string form)
    {
        if (node.GetValueKind() != System.Text.Json.JsonValueKind.String)
        {
            throw new ManifestException($"{field} for environment variable '{key}' must be a string");
        }

        var text = node.GetValue<string>();
        var slash = text.IndexOf('/');
        return slash > 0 && slash < text.Length - 1 && slash == text.LastIndexOf('/')
            ? text
            : throw new ManifestException($"{field} for environment variable '{key}' must be in format '{form}'");
    }

    private static string Scalar(JsonNode node) =>
        node is JsonValue ? Manifest.Text(node) : throw new ManifestException("Invalid environment variable format");
}
