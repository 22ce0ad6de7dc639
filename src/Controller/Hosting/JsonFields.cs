using System.Text.Json;

namespace Controller.Hosting;

/// <summary>
/// Typed access to the optional fields of a validated JSON object; absent and <c>null</c> both read as null.
/// </summary>
internal readonly struct JsonFields(JsonElement element)
{
    public JsonElement Element { get; } = element;

    /// <summary>Whether the field was sent with a value: PATCH changes only what it names (decision 23).</summary>
    public bool Has(string name) => TryGet(name, out _);

    public bool TryGet(string name, out JsonElement value)
    {
        value = default;
        return Element.ValueKind == JsonValueKind.Object
            && Element.TryGetProperty(name, out value)
            && value.ValueKind != JsonValueKind.Null;
    }

    public string? Text(string name) => TryGet(name, out var v) && v.ValueKind == JsonValueKind.String ? v.GetString() : null;

    public bool? Flag(string name) => TryGet(name, out var v) && v.ValueKind is JsonValueKind.True or JsonValueKind.False ? v.GetBoolean() : null;

    public double? Number(string name) => TryGet(name, out var v) && v.ValueKind == JsonValueKind.Number && v.TryGetDouble(out var d) && double.IsFinite(d) ? d : null;

    /// <summary>A whole number of 32 bits; <c>80.0</c> is one.</summary>
    /// <exception cref="ApiException">400 when it is out of range.</exception>
    public int? Int(string name) => Long(name) is not { } value ? null
        : value is >= int.MinValue and <= int.MaxValue ? (int)value
        : throw OutOfRange(name);

    /// <summary>A whole number of 64 bits; <c>80.0</c> is one.</summary>
    /// <exception cref="ApiException">400 when it is out of range.</exception>
    public long? Long(string name)
    {
        if (!TryGet(name, out var v) || v.ValueKind != JsonValueKind.Number)
        {
            return null;
        }

        if (v.TryGetInt64(out var whole))
        {
            return whole;
        }

        const double limit = 9007199254740992; // 2^53: beyond it a JSON number is no exact integer
        return v.TryGetDouble(out var d) && d == Math.Floor(d) && Math.Abs(d) <= limit ? (long)d : throw OutOfRange(name);
    }

    public JsonFields? Object(string name) => TryGet(name, out var v) && v.ValueKind == JsonValueKind.Object ? new JsonFields(v) : null;

    /// <summary>The items of an array field; null when it was not sent.</summary>
    public IReadOnlyList<JsonElement>? Array(string name) =>
        TryGet(name, out var v) && v.ValueKind == JsonValueKind.Array ? [.. v.EnumerateArray()] : null;

    /// <summary>The texts of an array field; null when it was not sent.</summary>
    public IReadOnlyList<string>? Texts(string name) =>
        Array(name)?.Where(i => i.ValueKind == JsonValueKind.String).Select(i => i.GetString()!).ToList();

    private static ApiException OutOfRange(string name) => ApiException.Validation($"Field '{name}' is out of range");
}
