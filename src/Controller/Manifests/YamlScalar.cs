using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Controller.Manifests;

/// <summary>Plain scalars by the core schema of YAML 1.2: <c>yes</c> and <c>012:30</c> are texts.</summary>
internal static partial class YamlScalar
{
    public const string TextTag = "tag:yaml.org,2002:str";
    public const string IntegerTag = "tag:yaml.org,2002:int";
    public const string FloatTag = "tag:yaml.org,2002:float";
    public const string BooleanTag = "tag:yaml.org,2002:bool";
    public const string NullTag = "tag:yaml.org,2002:null";

    private const NumberStyles Float = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;

    /// <summary>The value of an unquoted scalar without a tag. JSON null is the null reference.</summary>
    /// <exception cref="FormatException">A number that JSON cannot carry (infinite, or not one).</exception>
    public static JsonNode? Plain(string text) => text switch
    {
        "" or "~" or "null" or "Null" or "NULL" => null,
        "true" or "True" or "TRUE" => JsonValue.Create(true),
        "false" or "False" or "FALSE" => JsonValue.Create(false),
        _ when Decimal.IsMatch(text) || Octal.IsMatch(text) || Hexadecimal.IsMatch(text) => Integer(text),
        _ when Fraction.IsMatch(text) || Special.IsMatch(text) => Number(text),
        _ => JsonValue.Create(text),
    };

    /// <summary>The value of a scalar under an explicit core tag.</summary>
    /// <exception cref="FormatException">The text is not of that type, or the tag is not a core one.</exception>
    public static JsonNode? Tagged(string tag, string text)
    {
        if (tag == TextTag)
        {
            return JsonValue.Create(text);
        }

        var value = Plain(text);
        var fits = tag switch
        {
            NullTag => value is null,
            BooleanTag => value?.GetValueKind() is System.Text.Json.JsonValueKind.True or System.Text.Json.JsonValueKind.False,
            IntegerTag => Decimal.IsMatch(text) || Octal.IsMatch(text) || Hexadecimal.IsMatch(text),
            FloatTag => value?.GetValueKind() is System.Text.Json.JsonValueKind.Number,
            _ => throw new FormatException($"unsupported tag {tag}"),
        };
        return fits ? value : throw new FormatException($"the value is not a {tag[(tag.LastIndexOf(':') + 1)..]}");
    }

    private static JsonNode Integer(string text)
    {
        if (text.StartsWith("0o", StringComparison.Ordinal))
        {
            return text.Length <= 22 ? JsonValue.Create(Convert.ToInt64(text[2..], 8)) : throw TooLarge();
        }

        if (text.StartsWith("0x", StringComparison.Ordinal))
        {
            return long.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var hex) && hex >= 0
                ? JsonValue.Create(hex)
                : throw TooLarge();
        }

        return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
            ? JsonValue.Create(value)
            : Number(text);
    }

    // A whole number stays whole: 80.0 reads as 80, as it would in JavaScript.
    private static JsonNode Number(string text)
    {
        if (!double.TryParse(text, Float, CultureInfo.InvariantCulture, out var value) || !double.IsFinite(value))
        {
            throw new FormatException($"{(text.Length > 40 ? "the number" : text)} has no JSON form");
        }

        return value == Math.Floor(value) && Math.Abs(value) < 1e15 ? JsonValue.Create((long)value) : JsonValue.Create(value);
    }

    private static FormatException TooLarge() => new("the number is too large");

    [GeneratedRegex(@"^[-+]?[0-9]+\z")]
    private static partial Regex Decimal { get; }

    [GeneratedRegex(@"^0o[0-7]+\z")]
    private static partial Regex Octal { get; }

    [GeneratedRegex(@"^0x[0-9a-fA-F]+\z")]
    private static partial Regex Hexadecimal { get; }

    [GeneratedRegex(@"^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\z")]
    private static partial Regex Fraction { get; }

    [GeneratedRegex(@"^([-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN))\z")]
    private static partial Regex Special { get; }
}
