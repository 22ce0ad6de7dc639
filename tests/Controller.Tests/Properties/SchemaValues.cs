using System.Text.Json.Nodes;
using Controller.Validation;
using CsCheck;

namespace Controller.Tests.Properties;

/// <summary>Random bodies that a definition allows, made from the definition itself.</summary>
internal sealed class SchemaValues
{
    private readonly IReadOnlyDictionary<string, Gen<JsonNode?>> _known;

    /// <param name="known">Values for properties whose rules are not in the definition, such as the name of an agent.</param>
    public SchemaValues(IReadOnlyDictionary<string, Gen<JsonNode?>> known) => _known = known;

    private static readonly Gen<string> Word = Gen.Char["abcdefghijklmnopqrstuvwxyz0123456789"].Array[1, 12].Select(c => new string(c));

    /// <summary>Any text, most of it unusual.</summary>
    public static readonly Gen<string> OddText = Pick(
        "", " ", "a", "0", "null", "true", "\\", "\"", "'", "%", "../..", "<b>", "${x}", "é", "\u00A0", "\u200F", "\u2028", "😀", "\uFFFD", "a\nb", "a\tb",
        "\u0001", "x'; DROP TABLE \"Fogs\"; --", new string('n', 300), new string('é', 300));

    /// <summary>One of some values.</summary>
    public static Gen<T> Pick<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    public Gen<JsonNode?> Of(Schema schema) => schema switch
    {
        ObjectSchema o => Object(o),
        ArraySchema a => Of(a.Items).Array[a.MinItems ?? 0, Math.Min(a.MaxItems, (a.MinItems ?? 0) + 2)]
            .Select(items => (JsonNode?)new JsonArray([.. items.Select(i => i?.DeepClone())])),
        StringSchema { Enum.Count: > 0 } s => Pick([.. s.Enum]).Select(Text),
        StringSchema { Pattern: { } pattern } => Word.Where(pattern.IsMatch).Select(Text),
        StringSchema s => Gen.OneOf(Word, OddText).Where(t => Fits(s, t)).Select(Text),
        NumberSchema { Whole: true } n => Gen.Int[(int)Math.Max(n.Minimum ?? -1000, -1000), (int)Math.Min(n.Maximum ?? 1000, 1000)].Select(v => (JsonNode?)v),
        NumberSchema n => Gen.Double[n.Minimum ?? -1000, n.Maximum ?? 1000].Select(v => (JsonNode?)Math.Round(v, 3)),
        BooleanSchema => Gen.Bool.Select(v => (JsonNode?)v),
        ConstSchema c => Gen.Const(Text(c.Text)),
        ConstNumberSchema c => Gen.Const((JsonNode?)c.Number),
        AlternativesSchema a => Gen.OneOf([.. a.Options.Select(Of)]),
        _ => Word.Select(Text),
    };

    private Gen<JsonNode?> Object(ObjectSchema schema)
    {
        var members = schema.Properties
            .Select(p => (p.Name, Value: _known.GetValueOrDefault(p.Name) ?? Of(p.Schema), IsRequired: schema.Required.Contains(p.Name)))
            .ToArray();
        var values = members.Select(m => m.IsRequired ? m.Value : Gen.Frequency((2, Gen.Const<JsonNode?>(Absent)), (1, m.Value))).ToArray();
        return Sequence(values).Select(drawn =>
        {
            var body = new JsonObject();
            foreach (var (member, value) in members.Zip(drawn))
            {
                if (!ReferenceEquals(value, Absent))
                {
                    body[member.Name] = value?.DeepClone();
                }
            }

            return (JsonNode?)body;
        });
    }

    private static readonly JsonNode Absent = JsonValue.Create("absent");

    private static Gen<JsonNode?[]> Sequence(Gen<JsonNode?>[] parts) => parts.Aggregate(
        Gen.Const(System.Array.Empty<JsonNode?>()), (all, one) => Gen.Select(all, one, (a, o) => (JsonNode?[])[.. a, o]));

    private static bool Fits(StringSchema schema, string text) => schema.CheckText(text) is null;

    private static JsonNode? Text(string text) => JsonValue.Create(text);
}
