using System.Text.Json;
using System.Text.Json.Nodes;
using Controller.Manifests;

namespace Controller.ApplicationTemplates;

/// <summary>Applications and default values as the JSON text they are stored as (api-workloads 5.4).</summary>
internal static class TemplateText
{
    public static string Of(JsonElement value) => value.GetRawText();

    /// <summary>The value of a stored text. A text that is no JSON, from some older Controller, is its own value.</summary>
    public static JsonElement? Value(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return document.RootElement.ValueKind == JsonValueKind.Null ? null : document.RootElement.Clone();
        }
        catch (JsonException)
        {
            return Quoted(text);
        }
    }

    /// <summary>The text itself as a JSON value.</summary>
    public static JsonElement? Quoted(string text) => Manifest.ToElement(JsonValue.Create(text));
}
