using System.Text;
using System.Text.Json;

namespace Controller.Validation;

/// <summary>A field of an object, in the order in which it is checked.</summary>
internal sealed class Property(string name, Schema schema)
{
    private readonly byte[] _utf8 = Encoding.UTF8.GetBytes(name);

    public string Name => name;

    public Schema Schema => schema;

    public bool TryRead(JsonElement container, out JsonElement value) => container.TryGetProperty(_utf8, out value);

    public bool IsNameOf(JsonProperty property) => property.NameEquals(_utf8);
}

/// <summary>
/// An object. Order of checks: type, declared properties in order, alternatives, additional properties, required
/// ones. So a wrong type is reported before a missing field.
/// </summary>
internal sealed class ObjectSchema : Schema
{
    public override string Type => "object";

    public required IReadOnlyList<Property> Properties { get; init; }

    public IReadOnlyList<string> Required { get; init; } = [];

    /// <summary>Whether fields that are not declared are let through (and ignored).</summary>
    public bool AdditionalProperties { get; init; } = true;

    /// <summary>Further conditions on the object as a whole.</summary>
    public AlternativesSchema? Alternatives { get; init; }

    protected override Violation? CheckValue(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            return WrongType();
        }

        return CheckProperties(value) ?? Alternatives?.Check(value) ?? CheckAdditional(value) ?? CheckRequired(value);
    }

    private Violation? CheckProperties(JsonElement value)
    {
        foreach (var property in Properties)
        {
            if (property.TryRead(value, out var field) && property.Schema.Check(field) is { } violation)
            {
                return violation.At(property.Name);
            }
        }

        return null;
    }

    private Violation? CheckAdditional(JsonElement value)
    {
        if (AdditionalProperties)
        {
            return null;
        }

        foreach (var field in value.EnumerateObject())
        {
            if (!Properties.Any(property => property.IsNameOf(field)))
            {
                return new Violation(Rule.AdditionalProperties, field.Name);
            }
        }

        return null;
    }

    private Violation? CheckRequired(JsonElement value)
    {
        foreach (var name in Required)
        {
            if (!value.TryGetProperty(name, out _))
            {
                return new Violation(Rule.Required, name);
            }
        }

        return null;
    }
}
