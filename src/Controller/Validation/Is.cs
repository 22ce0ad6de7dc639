using System.Text.RegularExpressions;

namespace Controller.Validation;

/// <summary>Words to define bodies with.</summary>
internal static class Is
{
    /// <summary>Beyond this a JSON number is no longer exact for JavaScript clients.</summary>
    private const double SafeInteger = 9007199254740991;

    public static ObjectSchema Object(
        ReadOnlySpan<(string Name, Schema Schema)> properties,
        IReadOnlyList<string>? required = null,
        bool additional = true,
        AlternativesSchema? alternatives = null)
    {
        var list = new List<Property>(properties.Length);
        foreach (var (name, schema) in properties)
        {
            list.Add(new Property(name, schema));
        }

        return new ObjectSchema
        {
            Properties = list,
            Required = required ?? [],
            AdditionalProperties = additional,
            Alternatives = alternatives,
        };
    }

    public static StringSchema String(
        int? minLength = null,
        int? maxLength = null,
        Regex? pattern = null,
        string? format = null,
        bool nullable = false) =>
        new() { MinLength = minLength, MaxLength = maxLength, Pattern = pattern, Format = format, Nullable = nullable };

    public static StringSchema OneOfTexts(params string[] texts) => new() { Enum = texts };

    /// <summary>A whole number. Without <paramref name="max"/> the bound is what JSON can carry exactly.</summary>
    public static NumberSchema Integer(double? min = null, double? max = null) =>
        new() { Whole = true, Minimum = min ?? -SafeInteger, Maximum = max ?? SafeInteger };

    /// <summary>A whole number that fits a 32-bit column.</summary>
    public static NumberSchema Int32(int? min = null, bool nullable = false) =>
        new() { Whole = true, Minimum = min ?? int.MinValue, Maximum = int.MaxValue, Nullable = nullable };

    public static NumberSchema Number(double? min = null, double? max = null, bool nullable = false) =>
        new() { Whole = false, Minimum = min, Maximum = max, Nullable = nullable };

    public static BooleanSchema Boolean() => new();

    public static ArraySchema Array(Schema items, int? minItems = null, int? maxItems = null, bool nullable = false) =>
        new() { Items = items, MinItems = minItems, MaxItems = maxItems ?? ArraySchema.MostItems, Nullable = nullable };

    public static ArraySchema Strings(int? minLength = null) => Array(String(minLength));

    public static ConstSchema Const(string text) => new(text);

    public static ConstNumberSchema Const(int number) => new(number);

    public static AnySchema Any() => new();

    public static AlternativesSchema AnyOf(string reason, params Schema[] options) =>
        new() { Exclusive = false, Reason = reason, Options = options };

    public static AlternativesSchema ExactlyOneOf(string reason, params Schema[] options) =>
        new() { Exclusive = true, Reason = reason, Options = options };
}
