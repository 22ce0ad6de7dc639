using System.Text.Json.Nodes;
using CsCheck;

namespace Controller.Tests.Properties;

/// <summary>Damage done to a body at a random place.</summary>
internal static class Mutations
{
    private static readonly Gen<JsonNode?> Intruder = Gen.OneOf(
        SchemaValues.Pick<JsonNode?>([null]),
        SchemaValues.Pick<JsonNode?>(true, 0, -1, 1.5, 2147483648L, long.MaxValue, 9007199254740993, 1e300, -1e300),
        SchemaValues.Pick<JsonNode?>(new string('é', 3000), new string('x', 100_000)),
        SchemaValues.OddText.Select(t => (JsonNode?)JsonValue.Create(t)),
        SchemaValues.Pick("[]", "{}", "[null]", "[[]]", "[{}]", "{\"a\":1}", "[1,\"a\",null]").Select(t => JsonNode.Parse(t)),
        Gen.Int[2, 60].Select(Deep),
        Gen.Int[1, 400].Select(n => (JsonNode?)new JsonArray([.. Enumerable.Range(0, n).Select(i => (JsonNode?)i)])));

    /// <summary>The body with one to three places changed: replaced, removed, added, doubled or renamed.</summary>
    public static Gen<JsonNode?> Of(Gen<JsonNode?> body) => Gen.Select(
        body,
        Gen.Select(Gen.Int[0, 4], Gen.Int[0, 10_000], Intruder, (kind, place, value) => (kind, place, value)).Array[1, 3],
        (whole, changes) =>
        {
            var damaged = whole?.DeepClone();
            foreach (var (kind, place, value) in changes)
            {
                damaged = Apply(damaged, kind, place, value?.DeepClone());
            }

            return damaged;
        });

    private static JsonNode? Apply(JsonNode? root, int kind, int place, JsonNode? value)
    {
        var places = Places(root).ToList();
        if (places.Count == 0 || (place % 50) == 0)
        {
            return value;
        }

        switch (places[place % places.Count])
        {
            case (JsonObject owner, string key):
                switch (kind)
                {
                    case 1:
                        owner.Remove(key);
                        break;
                    case 2:
                        owner["unknown"] = value;
                        break;
                    case 3:
                        owner[key.ToUpperInvariant()] = owner[key]?.DeepClone();
                        break;
                    default:
                        owner[key] = value;
                        break;
                }

                break;
            case (JsonArray list, int index):
                switch (kind)
                {
                    case 1:
                        list.RemoveAt(index);
                        break;
                    case 2 or 3:
                        list.Add(list[index]?.DeepClone());
                        break;
                    default:
                        list[index] = value;
                        break;
                }

                break;
        }

        return root;
    }

    private static IEnumerable<(JsonNode Owner, object Place)> Places(JsonNode? node) => node switch
    {
        JsonObject o => o.SelectMany(p => Places(p.Value).Prepend((o, p.Key))),
        JsonArray a => a.SelectMany((v, i) => Places(v).Prepend((a, i))),
        _ => [],
    };

    private static JsonNode? Deep(int levels)
    {
        JsonNode? node = new JsonArray();
        for (var i = 0; i < levels; i++)
        {
            node = i % 2 == 0 ? new JsonArray(node) : new JsonObject { ["a"] = node };
        }

        return node;
    }
}
