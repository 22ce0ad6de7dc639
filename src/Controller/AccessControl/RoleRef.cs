using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Controller.Hosting;

namespace Controller.AccessControl;

/// <summary>A reference to a role by its name, on the wire and in the database (auth-rbac 9).</summary>
internal sealed record RoleRef(
    string Kind, string Name, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? ApiGroup = null)
{
    /// <summary>The only kind there is.</summary>
    public const string RoleKind = "Role";

    /// <summary>A stored reference; null when the text, written by another Controller, is none.</summary>
    public static RoleRef? Parse(string? json)
    {
        if (string.IsNullOrWhiteSpace(json))
        {
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(json);
            var fields = new JsonFields(document.RootElement);
            return fields.Text("name") is { Length: > 0 } name ? new(fields.Text("kind") ?? RoleKind, name, fields.Text("apiGroup")) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The form in which it is stored.</summary>
    public string ToJson() => Encoding.UTF8.GetString(JsonResponse.Bytes(this, AccessJson.Default.RoleRef));
}

/// <summary>A user, a group or a service account that a binding gives a role.</summary>
internal sealed record RoleSubject(
    string Kind, string Name, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? ApiGroup = null)
{
    public const string User = "User";

    public const string Group = "Group";

    public const string ServiceAccount = "ServiceAccount";

    /// <summary>The stored subjects; none when the text is no list of them.</summary>
    public static IReadOnlyList<RoleSubject> ParseList(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return document.RootElement.ValueKind == JsonValueKind.Array
                ? [.. document.RootElement.EnumerateArray().Select(e => new JsonFields(e)).Select(Read).OfType<RoleSubject>()]
                : [];
        }
        catch (JsonException)
        {
            return [];
        }
    }

    private static RoleSubject? Read(JsonFields fields) =>
        fields.Text("kind") is { } kind && fields.Text("name") is { Length: > 0 } name ? new(kind, name, fields.Text("apiGroup")) : null;
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(RoleRef))]
[JsonSerializable(typeof(IReadOnlyList<RoleSubject>))]
[JsonSerializable(typeof(IReadOnlyList<string>))]
internal sealed partial class AccessJson : JsonSerializerContext;
