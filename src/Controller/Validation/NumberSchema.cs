using System.Text.Json;

namespace Controller.Validation;

/// <summary>A finite number, or a whole one: JSON has one number type, so <c>80.0</c> and <c>8e1</c> are whole.</summary>
internal sealed class NumberSchema : Schema
{
    public override string Type => Whole ? "integer" : "number";

    public required bool Whole { get; init; }

    public double? Minimum { get; init; }

    public double? Maximum { get; init; }

    protected override Violation? CheckValue(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Number
            || !value.TryGetDouble(out var number)
            || !double.IsFinite(number)
            || (Whole && Math.Floor(number) != number))
        {
            return WrongType();
        }

        if (number < Minimum)
        {
            return new Violation(Rule.Minimum, Violation.Text(Minimum.Value));
        }

        if (number > Maximum)
        {
            var limit = Violation.Text(Maximum.Value);
            return new Violation(Rule.Maximum, limit, $"must be less than or equal to {limit}");
        }

        return null;
    }
}
