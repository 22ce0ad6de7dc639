using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Controller.Manifests;

namespace Controller.Liquid;

/// <summary>What a variable that does not exist is; unlike null it makes a field absent.</summary>
internal sealed class Undefined
{
    public static readonly Undefined Value = new();

    private Undefined()
    {
    }
}

/// <summary>A value that templates see the members of, but that is no JSON.</summary>
internal interface IDrop
{
    object? Member(string name);

    /// <summary>What it is when it is written out.</summary>
    object? Plain { get; }
}

/// <summary>
/// Values as JavaScript knows them: <c>null</c>, <see cref="Undefined"/>, <see cref="bool"/>, <see cref="double"/>,
/// <see cref="string"/>, <see cref="List{T}"/>, <see cref="OrderedDictionary{TKey,TValue}"/> and <see cref="IDrop"/>. The
/// conversions are JavaScript's, since results must read as they did before.
/// </summary>
internal static class Values
{
    private static readonly JsonWriterOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static object? FromJson(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Object => FromObject(json),
        JsonValueKind.Array => json.EnumerateArray().Select(FromJson).ToList(),
        JsonValueKind.String => json.GetString(),
        JsonValueKind.Number => json.TryGetDouble(out var number) ? number : double.PositiveInfinity,
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => null,
    };

    /// <summary>A value as JSON. Absent members are left out; what JSON cannot hold is null.</summary>
    /// <exception cref="LiquidLimitException"/>
    public static void WriteJson(Utf8JsonWriter writer, object? value, LiquidBudget budget, int depth = 1)
    {
        budget.Enter(depth);
        switch (Plain(value))
        {
            case bool flag:
                writer.WriteBooleanValue(flag);
                break;
            case double number when double.IsFinite(number):
                writer.WriteRawValue(ScriptNumber.Text(number), skipInputValidation: true);
                break;
            case string text:
                budget.Read(text);
                // Through the encoding, which replaces halves of characters that a filter may have cut.
                writer.WriteStringValue(Encoding.UTF8.GetBytes(text));
                break;
            case List<object?> list:
                writer.WriteStartArray();
                foreach (var item in list)
                {
                    budget.Step();
                    WriteJson(writer, item, budget, depth + 1);
                }

                writer.WriteEndArray();
                break;
            case OrderedDictionary<string, object?> map:
                writer.WriteStartObject();
                foreach (var (key, member) in map)
                {
                    budget.Step();
                    if (member is not Undefined)
                    {
                        writer.WritePropertyName(Encoding.UTF8.GetBytes(key));
                        WriteJson(writer, member, budget, depth + 1);
                    }
                }

                writer.WriteEndObject();
                break;
            default:
                writer.WriteNullValue();
                break;
        }
    }

    /// <summary>A value as JSON text.</summary>
    /// <exception cref="LiquidLimitException"/>
    public static string JsonText(object? value, LiquidBudget budget)
    {
        const int steps = 50;
        budget.Step(steps);
        var text = Encoding.UTF8.GetString(JsonBytes(value, budget).Span);
        budget.Write(text.Length);
        return text;
    }

    /// <exception cref="LiquidLimitException"/>
    public static ReadOnlyMemory<byte> JsonBytes(object? value, LiquidBudget budget)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, Relaxed))
        {
            WriteJson(writer, value, budget);
        }

        return buffer.GetBuffer().AsMemory(0, (int)buffer.Length);
    }

    /// <summary>A copy that shares no container with the original, so that no value can come to hold itself.</summary>
    /// <exception cref="LiquidLimitException"/>
    public static object? Copy(object? value, LiquidBudget budget, int depth)
    {
        budget.Enter(depth);
        switch (value)
        {
            case List<object?> list:
                budget.Step(list.Count);
                return list.ConvertAll(item => Copy(item, budget, depth + 1));
            case OrderedDictionary<string, object?> map:
                budget.Step(map.Count);
                var copy = new OrderedDictionary<string, object?>(map.Count, StringComparer.Ordinal);
                foreach (var (key, member) in map)
                {
                    copy[key] = Copy(member, budget, depth + 1);
                }

                return copy;
            case string text:
                // Shared here, but written out once for every copy.
                budget.Write(text.Length);
                return text;
            default:
                return value;
        }
    }

    /// <summary>The value that a drop stands for; other values as they are.</summary>
    public static object? Plain(object? value) => value is IDrop drop ? drop.Plain : value;

    public static bool IsNil(object? value) => value is null or Undefined;

    public static bool IsTruthy(object? value) => !IsNil(value) && value is not false;

    /// <summary>The text of a value: <c>undefined</c>, <c>null</c>, <c>1,2</c>, <c>[object Object]</c>.</summary>
    /// <exception cref="LiquidLimitException"/>
    public static string Text(object? value, LiquidBudget budget)
    {
        var text = Plain(value) switch
        {
            string s => s,
            List<object?> list => Join(list, ",", budget, 1),
            var scalar => Scalar(scalar),
        };
        budget.Write(text.Length);
        return text;
    }

    /// <summary>As <see cref="Text"/>; no value is the empty text.</summary>
    /// <exception cref="LiquidLimitException"/>
    public static string TextOrEmpty(object? value, LiquidBudget budget) => IsNil(Plain(value)) ? "" : Text(value, budget);

    /// <summary>The items' texts, one after the other.</summary>
    /// <exception cref="LiquidLimitException"/>
    public static string Join(List<object?> list, string separator, LiquidBudget budget, int depth = 1)
    {
        budget.Enter(depth);
        var text = new StringBuilder();
        for (var i = 0; i < list.Count; i++)
        {
            var item = Plain(list[i]) switch
            {
                null or Undefined => "",
                string s => s,
                List<object?> inner => Join(inner, ",", budget, depth + 1),
                var scalar => Scalar(scalar),
            };
            budget.Step();
            budget.Write(item.Length + separator.Length);
            text.Append(i == 0 ? "" : separator).Append(item);
        }

        return text.ToString();
    }

    public static double Number(object? value) => Plain(value) switch
    {
        double number => number,
        bool flag => flag ? 1 : 0,
        null => 0,
        string text when string.IsNullOrWhiteSpace(text) => 0,
        string text => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : double.NaN,
        _ => double.NaN,
    };

    /// <summary>A number as a position or count: whole, and within what a list can have.</summary>
    public static int Index(object? value) => Number(value) is var number && double.IsNaN(number)
        ? 0
        : (int)Math.Clamp(Math.Truncate(number), -int.MaxValue, int.MaxValue);

    public static bool AreEqual(object? left, object? right) => (Plain(left), Plain(right)) switch
    {
        (string l, string r) => l == r,
        (double l, double r) => l.Equals(r) && !double.IsNaN(l),
        (bool l, bool r) => l == r,
        var (l, r) => (IsNil(l) && IsNil(r)) || ReferenceEquals(l, r),
    };

    /// <summary>Order of two values: texts by code unit, else as numbers; null when neither comes first.</summary>
    public static int? Compare(object? left, object? right)
    {
        if (left is string l && right is string r)
        {
            return string.CompareOrdinal(l, r);
        }

        var (a, b) = (Number(left), Number(right));
        return double.IsNaN(a) || double.IsNaN(b) ? null : a.CompareTo(b);
    }

    /// <summary>A member of a value. What there is none of stays what it is.</summary>
    public static object? Member(object? value, string name) => value switch
    {
        null or Undefined => value,
        IDrop drop => drop.Member(name),
        string text when name is "size" or "length" => (double)text.Length,
        string text => Position(name, text.Length) is { } i ? text[i].ToString() : Undefined.Value,
        List<object?> list when name is "size" or "length" => (double)list.Count,
        List<object?> list => (name switch { "first" => 0, "last" => list.Count - 1, _ => Position(name, list.Count) }) is { } i
            && i >= 0 && i < list.Count ? list[i] : Undefined.Value,
        OrderedDictionary<string, object?> map => map.TryGetValue(name, out var found) ? found : Undefined.Value,
        _ => Undefined.Value,
    };

    /// <summary>A member of a member, as in <c>a.b</c>.</summary>
    public static object? Path(object? value, string path) => path.Split('.').Aggregate(value, Member);

    /// <summary>What a loop goes over: items, pairs of an object, or the one text.</summary>
    public static List<object?> Items(object? value) => value switch
    {
        List<object?> list => list,
        string { Length: > 0 } text => [text],
        OrderedDictionary<string, object?> map => [.. map.Select(m => (object?)new List<object?> { m.Key, m.Value })],
        _ => [],
    };

    /// <summary>A list; anything else is its only item.</summary>
    public static List<object?> List(object? value) => value as List<object?> ?? [value];

    private static OrderedDictionary<string, object?> FromObject(JsonElement json)
    {
        var map = new OrderedDictionary<string, object?>(StringComparer.Ordinal);
        foreach (var property in json.EnumerateObject())
        {
            map[property.Name] = FromJson(property.Value);
        }

        return map;
    }

    private static string Scalar(object? value) => value switch
    {
        null => "null",
        Undefined => "undefined",
        bool flag => flag ? "true" : "false",
        double.NaN => "NaN",
        double.PositiveInfinity => "Infinity",
        double.NegativeInfinity => "-Infinity",
        double number => ScriptNumber.Text(number),
        _ => "[object Object]",
    };

    private static int? Position(string name, int count) =>
        int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index < count ? index : null;
}
