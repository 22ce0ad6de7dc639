using System.Text.Json;

namespace Edgelet.Simulator;

/// <summary>
/// A JSON object read with the types of the agent's side: a missing key, a null or another type is an
/// <see cref="AgentDecodeException"/> that names its path. Nothing is coerced.
/// </summary>
public readonly struct StrictObject
{
    private readonly JsonElement _element;

    private StrictObject(JsonElement element, string path)
    {
        _element = element;
        Path = path;
    }

    /// <summary>Where this object stands in the body.</summary>
    public string Path { get; }

    /// <summary>The underlying element; lives as long as its document.</summary>
    public JsonElement Element => _element;

    /// <summary>Parses a body that must be exactly one JSON object.</summary>
    public static JsonDocument Parse(ReadOnlyMemory<byte> body, string path, out StrictObject root)
    {
        if (body.IsEmpty)
        {
            throw new AgentDecodeException(path, "is empty, not a JSON object");
        }

        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(body);
        }
        catch (JsonException)
        {
            throw new AgentDecodeException(path, "is not JSON");
        }

        if (document.RootElement.ValueKind != JsonValueKind.Object)
        {
            var kind = Name(document.RootElement.ValueKind);
            document.Dispose();
            throw new AgentDecodeException(path, $"is {kind}, not a JSON object");
        }

        root = new StrictObject(document.RootElement, path);
        return document;
    }

    /// <summary>Whether the key is there, null or not.</summary>
    public bool Has(string name) => _element.TryGetProperty(name, out _);

    /// <summary>Whether the key is there and null.</summary>
    public bool IsNull(string name) => _element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Null;

    /// <summary>Refuses keys that must not be on the wire.</summary>
    public void Forbid(params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (Has(name))
            {
                throw new AgentDecodeException(At(name), "must not be sent");
            }
        }
    }

    /// <summary>A required string.</summary>
    public string String(string name) => Required(name, JsonValueKind.String, "string").GetString()!;

    /// <summary>A required string that is not empty.</summary>
    public string NonEmpty(string name)
    {
        var value = String(name);
        return value.Length > 0 ? value : throw new AgentDecodeException(At(name), "is empty");
    }

    /// <summary>A required key that holds a string or null.</summary>
    public string? StringOrNull(string name) => NullOr(name) ? null : String(name);

    /// <summary>A string, or null when the key is absent or null.</summary>
    public string? Optional(string name) => !Has(name) || IsNull(name) ? null : String(name);

    /// <summary>A required boolean.</summary>
    public bool Bool(string name)
    {
        var value = Required(name);
        return value.ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            _ => throw Wrong(name, value, "boolean"),
        };
    }

    /// <summary>A required key that holds a boolean or null.</summary>
    public bool? BoolOrNull(string name) => NullOr(name) ? null : Bool(name);

    /// <summary>A required whole number, written without fraction or exponent.</summary>
    public long Int(string name)
    {
        var value = Required(name, JsonValueKind.Number, "integer");
        return value.TryGetInt64(out var number) ? number : throw new AgentDecodeException(At(name), $"is {value.GetRawText()}, not an integer");
    }

    /// <summary>A required key that holds a whole number or null.</summary>
    public long? IntOrNull(string name) => NullOr(name) ? null : Int(name);

    /// <summary>A whole number, or null when the key is absent or null.</summary>
    public long? OptionalInt(string name) => !Has(name) || IsNull(name) ? null : Int(name);

    /// <summary>A required number.</summary>
    public double Number(string name) => Required(name, JsonValueKind.Number, "number").GetDouble();

    /// <summary>A number, or null when the key is absent or null.</summary>
    public double? OptionalNumber(string name) => !Has(name) || IsNull(name) ? null : Number(name);

    /// <summary>A required object.</summary>
    public StrictObject Object(string name) => new(Required(name, JsonValueKind.Object, "object"), At(name));

    /// <summary>A required key that holds an object or null.</summary>
    public StrictObject? ObjectOrNull(string name) => NullOr(name) ? null : Object(name);

    /// <summary>A required array of objects.</summary>
    public List<T> Objects<T>(string name, Func<StrictObject, T> read)
    {
        var array = Required(name, JsonValueKind.Array, "array");
        var list = new List<T>(array.GetArrayLength());
        foreach (var item in array.EnumerateArray())
        {
            var path = $"{At(name)}[{list.Count}]";
            if (item.ValueKind != JsonValueKind.Object)
            {
                throw new AgentDecodeException(path, $"is {Name(item.ValueKind)}, not an object");
            }

            list.Add(read(new StrictObject(item, path)));
        }

        return list;
    }

    /// <summary>A required array of strings.</summary>
    public List<string> Strings(string name)
    {
        var array = Required(name, JsonValueKind.Array, "array");
        var list = new List<string>(array.GetArrayLength());
        foreach (var item in array.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.String)
            {
                throw new AgentDecodeException($"{At(name)}[{list.Count}]", $"is {Name(item.ValueKind)}, not a string");
            }

            list.Add(item.GetString()!);
        }

        return list;
    }

    /// <summary>An array of strings, or null when the key is absent or null.</summary>
    public List<string>? OptionalStrings(string name) => !Has(name) || IsNull(name) ? null : Strings(name);

    /// <summary>A required object whose values are all strings.</summary>
    public Dictionary<string, string> StringMap(string name)
    {
        var map = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var property in Required(name, JsonValueKind.Object, "object").EnumerateObject())
        {
            if (property.Value.ValueKind != JsonValueKind.String)
            {
                throw new AgentDecodeException($"{At(name)}.{property.Name}", $"is {Name(property.Value.ValueKind)}, not a string");
            }

            map[property.Name] = property.Value.GetString()!;
        }

        return map;
    }

    /// <summary>A required string that holds a JSON object as text.</summary>
    public string JsonObjectText(string name)
    {
        var text = String(name);
        try
        {
            using var document = JsonDocument.Parse(text);
            if (document.RootElement.ValueKind == JsonValueKind.Object)
            {
                return text;
            }
        }
        catch (JsonException)
        {
            // Reported below.
        }

        throw new AgentDecodeException(At(name), "is not the text of a JSON object");
    }

    /// <summary>The path of a key of this object.</summary>
    public string At(string name) => Path.Length == 0 ? name : $"{Path}.{name}";

    private bool NullOr(string name) => Required(name).ValueKind == JsonValueKind.Null;

    private JsonElement Required(string name) =>
        _element.TryGetProperty(name, out var value) ? value : throw new AgentDecodeException(At(name), "is missing");

    private JsonElement Required(string name, JsonValueKind kind, string expected)
    {
        var value = Required(name);
        return value.ValueKind == kind ? value : throw Wrong(name, value, expected);
    }

    private AgentDecodeException Wrong(string name, JsonElement value, string expected) =>
        new(At(name), $"is {Name(value.ValueKind)}, not {(expected is "object" or "array" or "integer" ? "an" : "a")} {expected}");

    private static string Name(JsonValueKind kind) => kind switch
    {
        JsonValueKind.Null => "null",
        JsonValueKind.True or JsonValueKind.False => "a boolean",
        JsonValueKind.String => "a string",
        JsonValueKind.Number => "a number",
        JsonValueKind.Array => "an array",
        _ => "an object",
    };
}
