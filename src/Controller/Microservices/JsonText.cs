using System.Text.Json;
using Controller.Hosting;

namespace Controller.Microservices;

/// <summary>Fields that hold JSON as text: <c>config</c> and <c>annotations</c> (api-workloads 6.6).</summary>
internal static class JsonText
{
    public const string Empty = "{}";

    /// <summary>
    /// The text to store. Some clients escape it once too often: a text that is no JSON is unescaped by one level.
    /// </summary>
    /// <exception cref="ApiException">400 when it is not JSON either way; agents and clients could not read it.</exception>
    public static string Normalize(string field, string text)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return Empty;
        }

        if (IsJson(text))
        {
            return text;
        }

        var unescaped = text.Replace("\\\"", "\"", StringComparison.Ordinal);
        return IsJson(unescaped) ? unescaped : throw ApiException.Validation($"Field '{field}' is not a JSON text");
    }

    /// <summary>The value in a stored text; an empty object when the text, written by another Controller, is no JSON.</summary>
    public static JsonElement Parse(string? text)
    {
        try
        {
            using var document = JsonDocument.Parse(string.IsNullOrWhiteSpace(text) ? Empty : text);
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            return Parse(null);
        }
    }

    /// <summary>The texts in a stored JSON array. A text that is no JSON array counts as its only item.</summary>
    public static IReadOnlyList<string> Texts(string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return [];
        }

        try
        {
            using var document = JsonDocument.Parse(text);
            return document.RootElement.ValueKind switch
            {
                JsonValueKind.Array => [.. document.RootElement.EnumerateArray().Select(Text)],
                JsonValueKind.Null => [],
                _ => [Text(document.RootElement)],
            };
        }
        catch (JsonException)
        {
            return [text];
        }
    }

    private static string Text(JsonElement value) => value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();

    private static bool IsJson(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
