using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Controller.Validation;

internal enum Rule
{
    Type,
    Required,
    AdditionalProperties,
    Pattern,
    MinLength,
    MaxLength,
    Enum,
    Minimum,
    Maximum,
    MinItems,
    MaxItems,
    AnyOf,
    OneOf,
    Const,
}

/// <summary>
/// A broken rule and where it broke. The path grows from the inside out while the check returns, so a valid
/// body allocates nothing for it.
/// </summary>
/// <param name="argument">
/// What the rule demands: a type name, a field name, a comma-separated enum, or JSON for the rules whose message is JSON.
/// </param>
/// <param name="reason">The sentence for the rules whose message is JSON.</param>
internal sealed class Violation(Rule rule, string argument, string? reason = null)
{
    private static readonly JsonWriterOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly List<object> _path = [];

    public Rule Rule => rule;

    /// <summary>A number with the digits a client expects to read: <c>100</c>, not <c>100.0</c>.</summary>
    public static string Text(double number) => number.ToString("R", CultureInfo.InvariantCulture);

    public Violation At(string property)
    {
        _path.Insert(0, property);
        return this;
    }

    public Violation At(int index)
    {
        _path.Insert(0, index);
        return this;
    }

    /// <summary>The text of the error body, as clients of the original match on it.</summary>
    public string Message()
    {
        var field = Field();
        return rule switch
        {
            Rule.Type => $"Field '{field}' is not of a type(s) {argument}",
            Rule.Required => $"Required field '{argument}' is missing",
            Rule.AdditionalProperties => $"Field '{argument}' not allowed",
            Rule.Pattern => $"Invalid format for field '{field}'",
            Rule.MinLength => $"Field {field} does not meet minimum length of {argument}",
            Rule.MaxLength => $"Field {field} does not meet maximum length of {argument}",
            Rule.Enum => $"Field {field} is not one of enum values: {argument}",
            Rule.Minimum => $"{field} must be greater than or equal to {argument}",
            _ => JsonText(),
        };
    }

    private string Field()
    {
        if (_path.Count == 0)
        {
            return "instance";
        }

        var text = new StringBuilder();
        foreach (var segment in _path)
        {
            if (segment is int index)
            {
                text.Append('[').Append(index).Append(']');
            }
            else
            {
                text.Append(text.Length == 0 ? "" : ".").Append(segment);
            }
        }

        return text.ToString();
    }

    // The original prints its validator's result object here. The offending value is left out: it may be a secret.
    private string JsonText()
    {
        var property = _path.Count == 0 ? "instance" : _path[0] is int ? $"instance{Field()}" : $"instance.{Field()}";
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, Relaxed))
        {
            writer.WriteStartObject();
            writer.WriteStartArray("path");
            foreach (var segment in _path)
            {
                if (segment is int index)
                {
                    writer.WriteNumberValue(index);
                }
                else
                {
                    writer.WriteStringValue((string)segment);
                }
            }

            writer.WriteEndArray();
            writer.WriteString("property", property);
            writer.WriteString("message", reason);
            writer.WriteString("name", JsonNamingPolicy.CamelCase.ConvertName(rule.ToString()));
            writer.WritePropertyName("argument");
            writer.WriteRawValue(argument);
            writer.WriteString("stack", $"{property} {reason}");
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.GetBuffer().AsSpan(0, (int)buffer.Length));
    }
}
