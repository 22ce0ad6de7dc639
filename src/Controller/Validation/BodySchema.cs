using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Unicode;

namespace Controller.Validation;

/// <summary>The definition of a request body under a name (the component name of the OpenAPI document).</summary>
internal sealed class BodySchema(string name, Schema root)
{
    public string Name => name;

    public Schema Root => root;

    /// <summary>The message of the first violation, or null for a valid body.</summary>
    public string? Validate(JsonElement body) => (CheckText(body) ?? root.Check(body))?.Message();

    // JSON may hold text that is none: bytes that are not UTF-8, half a surrogate pair, or NUL, which PostgreSQL
    // cannot store. Reading such a string throws later; here it is the client's fault. Escapes are rare, so one
    // vectorised look at the bytes settles it for nearly every body.
    private static Violation? CheckText(JsonElement body)
    {
        if (body.ValueKind == JsonValueKind.Undefined)
        {
            return new Violation(Rule.Type, "object");
        }

        var bytes = JsonMarshal.GetRawUtf8Value(body);
        if (!Utf8.IsValid(bytes))
        {
            return new Violation(Rule.Pattern, "");
        }

        return bytes.IndexOf("\\u"u8) < 0 ? null : CheckStrings(body);
    }

    private static Violation? CheckStrings(JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.String:
                return IsReadable(value) ? null : new Violation(Rule.Pattern, "");
            case JsonValueKind.Array:
                var index = 0;
                foreach (var item in value.EnumerateArray())
                {
                    if (CheckStrings(item) is { } violation)
                    {
                        return violation.At(index);
                    }

                    index++;
                }

                return null;
            case JsonValueKind.Object:
                foreach (var property in value.EnumerateObject())
                {
                    if (!TryName(property, out var name))
                    {
                        return new Violation(Rule.Pattern, "");
                    }

                    if (CheckStrings(property.Value) is { } violation)
                    {
                        return violation.At(name);
                    }
                }

                return null;
            default:
                return null;
        }
    }

    private static bool IsReadable(JsonElement value)
    {
        try
        {
            return !value.GetString()!.Contains('\0');
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    private static bool TryName(JsonProperty property, out string name)
    {
        try
        {
            name = property.Name;
            return !name.Contains('\0');
        }
        catch (InvalidOperationException)
        {
            name = "";
            return false;
        }
    }
}
