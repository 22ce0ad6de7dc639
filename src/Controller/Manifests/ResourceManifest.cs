using System.Text.Json;
using System.Text.Json.Nodes;

namespace Controller.Manifests;

/// <summary>Kinds <c>Secret</c>, <c>ConfigMap</c>, <c>VolumeMount</c>, <c>Certificate</c> and <c>CertificateAuthority</c> as JSON bodies (api-workloads 9.4).</summary>
internal static class ResourceManifest
{
    private const string Incomplete = "Invalid YAML format: missing metadata or spec";

    /// <summary>The body of a create. The type stands at the top, or in <c>spec</c>.</summary>
    /// <exception cref="ManifestException"/>
    public static JsonObject ReadSecret(ReadOnlySpan<byte> yaml)
    {
        var (root, metadata) = Read(yaml, "Secret");
        return Body(("name", metadata["name"]), ("type", root["type"] ?? Spec(root)?["type"]), ("data", root["data"]));
    }

    /// <summary>The body of a create. There need be no <c>spec</c>.</summary>
    /// <exception cref="ManifestException"/>
    public static JsonObject ReadConfigMap(ReadOnlySpan<byte> yaml)
    {
        var (root, metadata) = Read(yaml, "ConfigMap");
        var spec = Spec(root);
        return Body(("name", metadata["name"]), ("data", root["data"]), ("immutable", spec?["immutable"]), ("useVault", spec?["useVault"]));
    }

    /// <summary>The body of a create.</summary>
    /// <exception cref="ManifestException"/>
    public static JsonObject ReadVolumeMount(ReadOnlySpan<byte> yaml)
    {
        var (root, metadata) = Read(yaml, "VolumeMount");
        var spec = Spec(root) ?? throw new ManifestException(Incomplete);
        return Body(("name", metadata["name"]), ("secretName", spec["secretName"]), ("configMapName", spec["configMapName"]));
    }

    /// <summary>The body of a create, and whether it is of an authority.</summary>
    /// <exception cref="ManifestException"/>
    public static (bool IsAuthority, JsonObject Body) ReadCertificate(ReadOnlySpan<byte> yaml)
    {
        var (root, metadata) = Read(yaml, "Certificate", "CertificateAuthority");
        var body = (JsonObject)(Spec(root) ?? throw new ManifestException(Incomplete)).DeepClone();
        body.Remove("name");
        if (metadata["name"] is { } name)
        {
            body["name"] = name.DeepClone();
        }

        return (root["kind"]!.GetValue<string>() == "CertificateAuthority", body);
    }

    /// <summary>A change is of what the path names.</summary>
    /// <param name="body">A body of this class.</param>
    /// <param name="kind">Its kind.</param>
    /// <param name="name">The name in the path.</param>
    /// <exception cref="ManifestException"/>
    public static void RequireName(JsonObject body, string kind, string name)
    {
        var given = body["name"] is { } node ? Manifest.Text(node) : "undefined";
        if (given != name)
        {
            throw new ManifestException($"{kind} name in YAML ({given}) doesn't match endpoint path ({name})");
        }
    }

    private static (JsonObject Root, JsonObject Metadata) Read(ReadOnlySpan<byte> yaml, params ReadOnlySpan<string> kinds)
    {
        var root = YamlReader.Read(yaml) as JsonObject;
        var actual = root?["kind"] ?? throw new ManifestException("Invalid YAML format: missing kind field");
        if (actual.GetValueKind() != JsonValueKind.String || !kinds.Contains(actual.GetValue<string>()))
        {
            throw new ManifestException($"Invalid kind {Manifest.Text(actual)}");
        }

        return (root, root["metadata"] as JsonObject ?? throw new ManifestException(Incomplete));
    }

    private static JsonObject? Spec(JsonObject root) => root["spec"] switch
    {
        null => null,
        JsonObject spec => spec,
        _ => throw new ManifestException(Incomplete),
    };

    private static JsonObject Body(params ReadOnlySpan<(string Name, JsonNode? Value)> members)
    {
        var body = new JsonObject();
        foreach (var (name, value) in members)
        {
            if (value is not null)
            {
                body[name] = value.DeepClone();
            }
        }

        return body;
    }
}
