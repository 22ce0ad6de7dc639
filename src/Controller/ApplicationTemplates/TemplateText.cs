using System.Text.Json;
using System.Text.Json.Nodes;
using Controller.Manifests;

namespace Controller.ApplicationTemplates;

/// <summary>Applications and default values as the JSON text they are stored as (api-workloads 5.4).</summary>
internal static class TemplateText
{
    /// <summary>Levels up to which a text inside a template is opened; with the template around it, it still fits a JSON reader.</summary>
    private static readonly JsonDocumentOptions Inner = new() { MaxDepth = 32 };

    /// <summary>The text of a value, without members that are there twice: the last one counts.</summary>
    public static string Of(JsonElement value) => Manifest.ToJsonText(Node(value)!);

    /// <summary>As <see cref="Of(JsonElement)"/>, leaving out one member.</summary>
    public static string Without(string name, JsonElement value)
    {
        var node = Node(value)!.AsObject();
        node.Remove(name);
        return Manifest.ToJsonText(node);
    }

    /// <summary>The value of a stored text; null for JSON's null. A text that is no JSON, from some older Controller, is its own value.</summary>
    public static JsonElement? Value(string text) => Parse(text, default) is not { } value ? Quoted(text)
        : value.ValueKind == JsonValueKind.Null ? null
        : value;

    /// <summary>The object in a text that is part of a template; null when it is none.</summary>
    public static JsonObject? Object(string text) =>
        Parse(text, Inner) is { ValueKind: JsonValueKind.Object } value ? JsonObject.Create(value) : null;

    /// <summary>The text itself as a JSON value.</summary>
    public static JsonElement? Quoted(string text) => Manifest.ToElement(JsonValue.Create(text));

    private static JsonElement? Parse(string text, JsonDocumentOptions options)
    {
        try
        {
            using var document = JsonDocument.Parse(text, options);
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static JsonNode? Node(JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                var members = new JsonObject();
                foreach (var property in value.EnumerateObject())
                {
                    members[property.Name] = Node(property.Value);
                }

                return members;
            case JsonValueKind.Array:
                return new JsonArray([.. value.EnumerateArray().Select(Node)]);
            case JsonValueKind.Null:
                return null;
            default:
                return JsonValue.Create(value);
        }
    }
}
