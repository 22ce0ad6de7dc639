using System.Text.Json;

namespace Controller.Validation;

internal sealed class BooleanSchema : Schema
{
    public override string Type => "boolean";

    protected override Violation? CheckValue(JsonElement value) =>
        value.ValueKind is JsonValueKind.True or JsonValueKind.False ? null : WrongType();
}

/// <summary>One text and no other.</summary>
internal sealed class ConstSchema(string text) : Schema
{
    public override string Type => "string";

    public string Text => text;

    protected override Violation? CheckValue(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.String && value.ValueEquals(text))
        {
            return null;
        }

        var json = $"\"{JsonEncodedText.Encode(text)}\"";
        return new Violation(Rule.Const, json, $"does not exactly match expected constant: {json}");
    }
}

/// <summary>One number and no other.</summary>
internal sealed class ConstNumberSchema(int number) : Schema
{
    public override string Type => "integer";

    public int Number => number;

    protected override Violation? CheckValue(JsonElement value) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var actual) && actual == number
            ? null
            : new Violation(Rule.Const, $"{number}", $"does not exactly match expected constant: {number}");
}

/// <summary>Any JSON value.</summary>
internal sealed class AnySchema : Schema
{
    public override string? Type => null;

    protected override Violation? CheckValue(JsonElement value) => null;
}
