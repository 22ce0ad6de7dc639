using System.Text.Json.Nodes;

namespace Controller.Manifests;

/// <summary>Kinds <c>Application</c> and <c>ApplicationTemplate</c> as JSON bodies.</summary>
internal static class ApplicationManifest
{
    public const string Kind = "Application";
    public const string TemplateKind = "ApplicationTemplate";

    /// <summary>
    /// The body of a create or PUT. Every key of <c>spec</c> is taken over; <c>isActivated</c> is always true, and a
    /// manifest without microservices has an empty list of them.
    /// </summary>
    /// <exception cref="ManifestException"/>
    public static JsonObject Read(ReadOnlySpan<byte> yaml)
    {
        var manifest = Manifest.Read(yaml, Kind);
        return ToBody(manifest.Name, manifest.Spec);
    }

    /// <summary>The body of a template's create or PUT. Placeholders stay as they are.</summary>
    /// <exception cref="ManifestException"/>
    public static JsonObject ReadTemplate(ReadOnlySpan<byte> yaml)
    {
        var manifest = Manifest.Read(yaml, TemplateKind);
        var body = new JsonObject();
        Set(body, "name", manifest.Name);
        Set(body, "description", manifest.Spec["description"]);
        if (manifest.Spec["application"] is { } application)
        {
            body["application"] = application is JsonObject spec
                ? ToBody(name: null, spec)
                : throw new ManifestException("Invalid YAML format");
        }

        Set(body, "variables", manifest.Spec["variables"]);
        return body;
    }

    private static JsonObject ToBody(JsonNode? name, JsonObject spec)
    {
        var body = new JsonObject();
        Set(body, "name", name);
        foreach (var (key, value) in spec)
        {
            if (key is not ("name" or "isActivated" or "microservices"))
            {
                Set(body, key, value);
            }
        }

        body["isActivated"] = true;
        body["microservices"] = Microservices(spec["microservices"]);
        return body;
    }

    private static JsonArray Microservices(JsonNode? node)
    {
        var list = new JsonArray();
        if (node is null)
        {
            return list;
        }

        foreach (var item in node as JsonArray ?? throw new ManifestException("Invalid YAML format"))
        {
            list.Add((JsonNode)MicroserviceManifest.FromItem(item));
        }

        return list;
    }

    private static void Set(JsonObject body, string key, JsonNode? value)
    {
        if (value is not null)
        {
            body[key] = value.DeepClone();
        }
    }
}
