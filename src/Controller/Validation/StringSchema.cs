using System.Text.Json;
using System.Text.RegularExpressions;

namespace Controller.Validation;

internal sealed class StringSchema : Schema
{
    public override string Type => "string";

    /// <summary>In characters as a person counts them: a surrogate pair is one.</summary>
    public int? MinLength { get; init; }

    /// <inheritdoc cref="MinLength"/>
    public int? MaxLength { get; init; }

    public Regex? Pattern { get; init; }

    /// <summary>Empty when any text will do.</summary>
    public IReadOnlyList<string> Enum { get; init; } = [];

    /// <summary>For documentation only, such as <c>date-time</c>; what is enforced is <see cref="Pattern"/>.</summary>
    public string? Format { get; init; }

    private bool IsUnconstrained => MinLength is null && MaxLength is null && Pattern is null && Enum.Count == 0;

    protected override Violation? CheckValue(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.String)
        {
            return WrongType();
        }

        return IsUnconstrained ? null : CheckText(value.GetString()!);
    }

    /// <summary>The same rules for a text that is no JSON, such as a path parameter.</summary>
    public Violation? CheckText(string text)
    {
        var length = text.Length - text.Count(char.IsLowSurrogate);
        if (length < MinLength)
        {
            return new Violation(Rule.MinLength, $"{MinLength}");
        }

        if (length > MaxLength)
        {
            return new Violation(Rule.MaxLength, $"{MaxLength}");
        }

        if (Pattern?.IsMatch(text) == false)
        {
            return new Violation(Rule.Pattern, Format ?? "");
        }

        return Enum.Count > 0 && !Enum.Contains(text) ? new Violation(Rule.Enum, string.Join(',', Enum)) : null;
    }
}
