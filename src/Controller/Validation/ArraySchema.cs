using System.Text.Json;

namespace Controller.Validation;

internal sealed class ArraySchema : Schema
{
    /// <summary>
    /// The bound of a list that has no other. What is in a list is often looked up in one statement, and SQLite takes
    /// seconds to bind ten thousand values while every other writer waits.
    /// </summary>
    public const int MostItems = 1_000;

    public override string Type => "array";

    public required Schema Items { get; init; }

    public int? MinItems { get; init; }

    public int MaxItems { get; init; } = MostItems;

    protected override Violation? CheckValue(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Array)
        {
            return WrongType();
        }

        var index = 0;
        foreach (var item in value.EnumerateArray())
        {
            if (Items.Check(item) is { } violation)
            {
                return violation.At(index);
            }

            index++;
        }

        if (index < MinItems)
        {
            return new Violation(Rule.MinItems, $"{MinItems}", $"does not meet minimum length of {MinItems}");
        }

        return index > MaxItems
            ? new Violation(Rule.MaxItems, $"{MaxItems}", $"does not meet maximum length of {MaxItems}")
            : null;
    }
}
