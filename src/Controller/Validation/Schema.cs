using System.Text.Json;

namespace Controller.Validation;

/// <summary>
/// One node of a body's definition. Immutable; describes itself through its properties, so that the OpenAPI
/// document is generated from the very rules that are enforced. Built with <see cref="Is"/>.
/// </summary>
internal abstract class Schema
{
    /// <summary>The JSON Schema type name, or null when any type will do.</summary>
    public abstract string? Type { get; }

    /// <summary>True where a JSON null is taken like an absent value. The contract knows no nulls, so this is rare.</summary>
    public bool Nullable { get; init; }

    /// <summary>The first violation, or null. The path of a violation is relative to <paramref name="value"/>.</summary>
    public Violation? Check(JsonElement value) =>
        Nullable && value.ValueKind == JsonValueKind.Null ? null : CheckValue(value);

    protected abstract Violation? CheckValue(JsonElement value);

    protected Violation WrongType() => new(Rule.Type, Type ?? "any");
}
