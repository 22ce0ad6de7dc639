using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Controller.Tests.Support;

/// <summary>
/// A JSON object as Go's decoder reads it into a struct: keys match whatever their case, a missing key or null is the
/// zero value, and one value of another type fails the whole answer.
/// </summary>
internal sealed partial class GoObject(JsonElement element, string path)
{
    /// <summary>Reads a body. An empty one is an error, as it is for the client.</summary>
    public static GoObject Parse(string body, string name)
    {
        if (body.Length == 0)
        {
            throw new GoDecodeException(name, "unexpected end of JSON input");
        }

        using var document = JsonDocument.Parse(body);
        return document.RootElement.ValueKind == JsonValueKind.Object
            ? new GoObject(document.RootElement.Clone(), name)
            : throw new GoDecodeException(name, $"is {document.RootElement.ValueKind}, not an object");
    }

    public string Text(string key) => Find(key) is not { } value ? ""
        : value.ValueKind == JsonValueKind.String ? value.GetString()! : throw Wrong(key, value, "string");

    /// <summary>A text that the client uses right away, so it must be there.</summary>
    public string Needed(string key) => Text(key) is { Length: > 0 } text ? text : throw new GoDecodeException($"{path}.{key}", "is empty");

    public long Int(string key)
    {
        if (Find(key) is not { } value)
        {
            return 0;
        }

        return value.ValueKind == JsonValueKind.Number && Whole().IsMatch(value.GetRawText()) && value.TryGetInt64(out var number)
            ? number
            : throw Wrong(key, value, "int");
    }

    public double Float(string key) => Find(key) is not { } value ? 0
        : value.ValueKind == JsonValueKind.Number ? value.GetDouble() : throw Wrong(key, value, "float64");

    public bool Flag(string key) => Find(key) is { } value
        && (value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean() : throw Wrong(key, value, "bool"));

    /// <summary>RFC 3339 with a zone; null when absent.</summary>
    public DateTimeOffset? Time(string key)
    {
        if (Text(key) is not { Length: > 0 } text)
        {
            return Find(key) is null ? null : throw new GoDecodeException($"{path}.{key}", "is no time");
        }

        return Rfc3339().IsMatch(text) && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, out var time)
            ? time
            : throw new GoDecodeException($"{path}.{key}", $"is no time: {text}");
    }

    public IReadOnlyList<string> Texts(string key) => [.. Items(key).Select((item, i) => item.ValueKind switch
    {
        JsonValueKind.String => item.GetString()!,
        JsonValueKind.Null => "",
        _ => throw Wrong($"{key}[{i}]", item, "string"),
    })];

    public IReadOnlyList<GoObject> Objects(string key) => [.. Items(key).Select((item, i) => item.ValueKind == JsonValueKind.Object
        ? new GoObject(item, $"{path}.{key}[{i}]")
        : throw Wrong($"{key}[{i}]", item, "struct"))];

    public GoObject? Object(string key) => Find(key) is not { } value ? null
        : value.ValueKind == JsonValueKind.Object ? new GoObject(value, $"{path}.{key}") : throw Wrong(key, value, "struct");

    /// <summary>A map of texts; empty when absent.</summary>
    public IReadOnlyDictionary<string, string> TextMap(string key) => Find(key) is not { } value ? new Dictionary<string, string>()
        : value.ValueKind != JsonValueKind.Object ? throw Wrong(key, value, "map")
        : value.EnumerateObject().ToDictionary(
            p => p.Name, p => p.Value.ValueKind == JsonValueKind.String ? p.Value.GetString()! : throw Wrong($"{key}.{p.Name}", p.Value, "string"));

    /// <summary>Text that the client parses as JSON itself; empty is fine.</summary>
    public JsonElement JsonText(string key)
    {
        var text = Text(key);
        try
        {
            using var document = JsonDocument.Parse(text.Length == 0 ? "{}" : text);
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            throw new GoDecodeException($"{path}.{key}", $"is no JSON text: {text}");
        }
    }

    /// <summary>Any JSON, absent as null.</summary>
    public JsonElement? Any(string key) => Find(key);

    public void AreTexts(params ReadOnlySpan<string> keys)
    {
        foreach (var key in keys)
        {
            Text(key);
        }
    }

    public void AreInts(params ReadOnlySpan<string> keys)
    {
        foreach (var key in keys)
        {
            Int(key);
        }
    }

    public void AreFloats(params ReadOnlySpan<string> keys)
    {
        foreach (var key in keys)
        {
            Float(key);
        }
    }

    public void AreFlags(params ReadOnlySpan<string> keys)
    {
        foreach (var key in keys)
        {
            Flag(key);
        }
    }

    public void AreTextLists(params ReadOnlySpan<string> keys)
    {
        foreach (var key in keys)
        {
            Texts(key);
        }
    }

    private IEnumerable<JsonElement> Items(string key) => Find(key) is not { } value ? []
        : value.ValueKind == JsonValueKind.Array ? value.EnumerateArray() : throw Wrong(key, value, "slice");

    private JsonElement? Find(string key)
    {
        JsonElement? found = null;
        foreach (var property in element.EnumerateObject())
        {
            if (property.Name == key)
            {
                found = property.Value;
                break;
            }

            if (property.Name.Equals(key, StringComparison.OrdinalIgnoreCase))
            {
                found = property.Value;
            }
        }

        return found is { ValueKind: JsonValueKind.Null } ? null : found;
    }

    private GoDecodeException Wrong(string key, JsonElement value, string type) =>
        new($"{path}.{key}", $"cannot be read as {type}: {value.GetRawText()}");

    [GeneratedRegex(@"^-?\d+$")]
    private static partial Regex Whole();

    [GeneratedRegex(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$")]
    private static partial Regex Rfc3339();
}

/// <summary>An answer that a Go client cannot decode.</summary>
internal sealed class GoDecodeException(string path, string problem) : Exception($"json: {path} {problem}");
