using System.Text.Json;

namespace Controller.Validation;

/// <summary>At least one (anyOf) or exactly one (oneOf) of several definitions.</summary>
internal sealed class AlternativesSchema : Schema
{
    public override string? Type => null;

    public required IReadOnlyList<Schema> Options { get; init; }

    /// <summary>True for oneOf, false for anyOf.</summary>
    public required bool Exclusive { get; init; }

    /// <summary>What the message says; reads after the field's path.</summary>
    public required string Reason { get; init; }

    protected override Violation? CheckValue(JsonElement value)
    {
        var matches = Options.Count(option => option.Check(value) is null);
        if (Exclusive ? matches == 1 : matches > 0)
        {
            return null;
        }

        var argument = string.Join(',', Enumerable.Range(0, Options.Count).Select(i => $"\"[subschema {i}]\""));
        return new Violation(Exclusive ? Rule.OneOf : Rule.AnyOf, $"[{argument}]", Reason);
    }
}
