using System.Text.Json;
using System.Text.Json.Nodes;
using Controller.Hosting;
using Controller.Manifests;
using Controller.Validation;

namespace Controller.Roles;

/// <summary>
/// Bodies of roles, role bindings and service accounts: JSON, and uploads of the kinds Role, RoleBinding and
/// ServiceAccount (auth-rbac 9), of which <c>apiVersion</c> is not looked at.
/// </summary>
internal static class RoleBodies
{
    public const string RolePart = "role";
    public const string BindingPart = "rolebinding";
    public const string AccountPart = "serviceaccount";

    /// <exception cref="ApiException">400.</exception>
    public static async Task<JsonFields> ReadRoleAsync(HttpContext context, BodySchema schema) => CheckRole(schema, await context.ReadJsonAsync());

    /// <exception cref="ApiException">400.</exception>
    public static async Task<JsonFields> ReadRoleYamlAsync(HttpContext context, BodySchema schema)
    {
        var (root, metadata) = await ReadAsync(context, RolePart, "Role", "Invalid YAML format: metadata is required");
        return CheckRole(schema, Body(("name", metadata["name"]), ("kind", root["kind"]), ("rules", root["rules"] ?? new JsonArray())));
    }

    /// <exception cref="ApiException">400.</exception>
    public static async Task<JsonFields> ReadBindingYamlAsync(HttpContext context, BodySchema schema)
    {
        const string incomplete = "Invalid YAML format: metadata and roleRef are required";
        var (root, metadata) = await ReadAsync(context, BindingPart, "RoleBinding", incomplete);
        var reference = root["roleRef"] ?? throw new ManifestException(incomplete);
        return schema.Check(
            Body(("name", metadata["name"]), ("kind", root["kind"]), ("roleRef", reference), ("subjects", root["subjects"] ?? new JsonArray())));
    }

    /// <summary>For a create the application must be named; for an update the path names it.</summary>
    /// <exception cref="ApiException">400.</exception>
    public static async Task<JsonFields> ReadAccountYamlAsync(HttpContext context, BodySchema schema)
    {
        var (root, metadata) = await ReadAsync(context, AccountPart, "ServiceAccount", "Invalid YAML format: metadata is required");
        if (schema == RoleSchemas.AccountCreate && IsEmpty(metadata["applicationName"]))
        {
            throw new ManifestException("ServiceAccount YAML must have metadata.applicationName");
        }

        if (root["roleRef"] is not JsonObject reference || IsEmpty(reference["name"]))
        {
            throw new ManifestException("ServiceAccount must have a roleRef with a name");
        }

        return schema.Check(Body(("name", metadata["name"]), ("applicationName", metadata["applicationName"]), ("roleRef", reference)));
    }

    private static async Task<(JsonObject Root, JsonObject Metadata)> ReadAsync(HttpContext context, string part, string kind, string incomplete)
    {
        var yaml = await context.ReadFileAsync(part, $"{kind} file missing");
        var root = YamlReader.Read(yaml, $"Error parsing {kind} YAML") as JsonObject ?? throw new ManifestException(incomplete);
        var actual = root["kind"];
        if (actual?.GetValueKind() != JsonValueKind.String || actual.GetValue<string>() != kind)
        {
            throw new ManifestException($"Invalid kind {(actual is null ? "undefined" : Manifest.Text(actual))}, expected {kind}");
        }

        return (root, root["metadata"] as JsonObject ?? throw new ManifestException(incomplete));
    }

    private static bool IsEmpty(JsonNode? node) => node is null || (node.GetValueKind() == JsonValueKind.String && node.GetValue<string>().Length == 0);

    private static JsonElement Body(params ReadOnlySpan<(string Name, JsonNode? Value)> members)
    {
        var body = new JsonObject();
        foreach (var (name, value) in members)
        {
            if (value is not null)
            {
                body[name] = value.DeepClone();
            }
        }

        return Manifest.ToElement(body);
    }

    /// <summary>The name of a system role is refused in any case, before anything else is said about the body.</summary>
    private static JsonFields CheckRole(BodySchema schema, JsonElement body)
    {
        if (schema == RoleSchemas.RoleCreate && new JsonFields(body).Text("name") is { } name)
        {
            RoleService.RefuseSystemName(name);
        }

        return schema.Check(body);
    }
}
