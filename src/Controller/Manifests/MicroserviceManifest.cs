using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Controller.Manifests;

/// <summary>Kind <c>Microservice</c>, and the items of an application's <c>microservices</c>, as JSON bodies.</summary>
internal static class MicroserviceManifest
{
    public const string Kind = "Microservice";

    private const int DefaultRegistry = 1;
    private const int DefaultSchedule = 50;

    /// <summary>Keys of <c>images</c> and the architectures they stand for, in the order of the body.</summary>
    private static readonly (string Key, int ArchId)[] Architectures =
        [("amd64", 1), ("x86", 1), ("arm64", 2), ("riscv64", 3), ("riscv", 3), ("arm", 4)];

    /// <summary>Keys of <c>container</c> that go by another name or form in the body.</summary>
    private static readonly string[] Renamed = ["annotations", "volumes", "commands", "env"];

    private static readonly string[] Flags = ["hostNetworkMode", "isPrivileged"];
    private static readonly string[] Texts = ["pidMode", "ipcMode", "cpuSetCpus"];
    private static readonly string[] Lists = ["capAdd", "capDrop", "ports", "extraHosts"];

    /// <param name="yaml">The uploaded file.</param>
    /// <param name="patch">
    /// A patch: <c>schedule</c> and the registry stay out unless they are named. (Lists are filled in all the same: a
    /// manifest says what there is, so a list it does not have becomes empty.)
    /// </param>
    /// <exception cref="ManifestException"/>
    public static JsonObject Read(ReadOnlySpan<byte> yaml, bool patch = false)
    {
        var manifest = Manifest.Read(yaml, Kind);
        var body = ToBody(manifest.Spec, patch);
        if (manifest.Name is not { } name)
        {
            body.Remove("name");
            return body;
        }

        body["name"] = name.DeepClone();
        if (name.GetValueKind() == JsonValueKind.String && name.GetValue<string>() is var text && text.Contains('/'))
        {
            var parts = text.Split('/');
            if (parts.Length != 2 || parts[0].Length == 0 || parts[1].Length == 0)
            {
                throw new ManifestException($"Invalid name {text}");
            }

            body["application"] = parts[0];
            body["name"] = parts[1];
        }

        return body;
    }

    /// <summary>One item of an application's list.</summary>
    /// <exception cref="ManifestException"/>
    public static JsonObject FromItem(JsonNode? item) =>
        item is JsonObject spec ? ToBody(spec, patch: false) : throw new ManifestException("Invalid YAML format");

    // A key without a value (YAML null) counts as absent: bodies know no nulls.
    private static JsonObject ToBody(JsonObject spec, bool patch)
    {
        var body = new JsonObject();
        Copy(spec, "name", body);
        Copy(spec, "application", body);
        if (spec["agent"] is JsonObject agent)
        {
            Copy(agent, "name", body, "agentName");
        }

        AddJsonText(spec, "config", body);
        AddImages(spec["images"], body, patch);
        AddContainer(spec["container"] as JsonObject ?? [], body, patch);
        Copy(spec, "schedule", body);
        if (!patch)
        {
            body.TryAdd("schedule", DefaultSchedule);
        }

        Copy(spec, "serviceAccount", body);
        Copy(spec, "natsConfig", body);
        Copy(spec, "rebuild", body);
        return body;
    }

    private static void AddImages(JsonNode? node, JsonObject body, bool patch)
    {
        if (node is not JsonObject images)
        {
            return;
        }

        if (CatalogId(images["catalogId"]) is { } catalogId)
        {
            body["catalogItemId"] = catalogId;
            return;
        }

        var list = new JsonArray();
        foreach (var (key, archId) in Architectures)
        {
            if (images[key] is { } image && !IsEmptyText(image))
            {
                list.Add((JsonNode)new JsonObject { ["containerImage"] = image.DeepClone(), ["archId"] = archId });
            }
        }

        if (list.Count > 0)
        {
            body["images"] = list;
        }

        // potctl prints a registry of the operator's own as an empty text when it moves or renames a microservice.
        if (Registry(images["registry"]) is { } registry)
        {
            body["registryId"] = registry;
        }
        else if (!patch)
        {
            body["registryId"] = DefaultRegistry;
        }
    }

    // Clients print an unset id as 0. A placeholder stays as it is, to be filled in later.
    private static JsonNode? CatalogId(JsonNode? node) => node switch
    {
        null => null,
        _ when Number(node) is { } number => number > 0 ? JsonValue.Create(number) : null,
        _ => IsEmptyText(node) ? null : node.DeepClone(),
    };

    /// <summary>Null when none is named.</summary>
    private static JsonNode? Registry(JsonNode? node)
    {
        if (node is null || IsEmptyText(node))
        {
            return null;
        }

        if (Number(node) is { } id)
        {
            return id;
        }

        return Manifest.Text(node) switch
        {
            "remote" => 1,
            "local" => 2,
            _ => node.DeepClone(),
        };
    }

    private static void AddContainer(JsonObject container, JsonObject body, bool patch)
    {
        Fill(container, Flags, body, () => false);
        Fill(container, Texts, body, () => "");
        Fill(container, Lists, body, () => new JsonArray());
        Fill(container, ["healthCheck"], body, () => new JsonObject());
        AddJsonText(container, "annotations", body);
        body["volumeMappings"] = container["volumes"]?.DeepClone() ?? new JsonArray();
        body["cmd"] = container["commands"]?.DeepClone() ?? new JsonArray();
        body["env"] = Variables(container["env"], patch);
        foreach (var (key, value) in container)
        {
            if (value is not null && !Renamed.Contains(key))
            {
                body.TryAdd(key, value.DeepClone());
            }
        }
    }

    private static JsonArray Variables(JsonNode? node, bool patch)
    {
        var list = new JsonArray();
        if (node is null)
        {
            return list;
        }

        foreach (var item in node as JsonArray ?? throw new ManifestException("Invalid environment variable format"))
        {
            list.Add((JsonNode)EnvironmentVariable.ToBody(item, patch));
        }

        return list;
    }

    private static void AddJsonText(JsonObject from, string key, JsonObject body)
    {
        if (from[key] is { } value)
        {
            // A text is taken for JSON that is already written out.
            body[key] = Manifest.Text(value);
        }
    }

    private static void Fill(JsonObject from, string[] keys, JsonObject body, Func<JsonNode> absent)
    {
        foreach (var key in keys)
        {
            body[key] = from[key]?.DeepClone() ?? absent();
        }
    }

    private static void Copy(JsonObject from, string key, JsonObject body, string? name = null)
    {
        if (from[key] is { } value)
        {
            body[name ?? key] = value.DeepClone();
        }
    }

    private static int? Number(JsonNode node) =>
        node.GetValueKind() is JsonValueKind.Number or JsonValueKind.String
        && int.TryParse(Manifest.Text(node), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;

    private static bool IsEmptyText(JsonNode node) =>
        node.GetValueKind() == JsonValueKind.String && node.GetValue<string>().Length == 0;
}
