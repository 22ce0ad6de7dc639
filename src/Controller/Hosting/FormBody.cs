using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.WebUtilities;

namespace Controller.Hosting;

/// <summary>
/// A form as the JSON it stands for (api-workloads 1.4): <c>a[b]=1</c> is a member of a member, <c>a[]=1</c>, <c>a[0]=1</c>
/// and a name that comes again are lists. All values are texts.
/// </summary>
internal static class FormBody
{
    public const string ContentType = "application/x-www-form-urlencoded";

    private const int MostFields = 1000;

    /// <summary>Beyond this a number is a name like any other.</summary>
    private const int LargestIndex = 20;

    private const int Deepest = 16;

    /// <exception cref="ApiException">400 for more fields or a deeper name than anybody needs.</exception>
    public static JsonElement Read(string text)
    {
        using var reader = new FormReader(text) { ValueCountLimit = MostFields, KeyLengthLimit = int.MaxValue, ValueLengthLimit = int.MaxValue };
        var root = new JsonObject();
        try
        {
            foreach (var (name, values) in reader.ReadForm())
            {
                foreach (var value in values)
                {
                    Add(root, Path(name), value ?? "");
                }
            }
        }
        catch (InvalidDataException)
        {
            throw ApiException.Validation($"A form has at most {MostFields} fields");
        }

        using var buffer = new PooledBytes();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            Lists(root)!.WriteTo(writer);
        }

        using var document = JsonDocument.Parse(buffer.Written);
        return document.RootElement.Clone();
    }

    /// <summary><c>a[b][]</c> as a, b and nothing. What is not of this form is one name.</summary>
    private static List<string> Path(string name)
    {
        var bracket = name.IndexOf('[', StringComparison.Ordinal);
        if (bracket <= 0 || name[^1] != ']')
        {
            return [name];
        }

        var path = new List<string> { name[..bracket] };
        path.AddRange(name[(bracket + 1)..^1].Split("]["));
        return path.Count <= Deepest ? path : throw ApiException.Validation($"Field '{path[0]}' is nested too deeply");
    }

    private static void Add(JsonObject root, List<string> path, string value)
    {
        var at = root;
        for (var i = 0; i < path.Count - 1; i++)
        {
            var name = i == 0 ? path[0] : Name(at, path[i]);
            if (at[name] is not JsonObject next)
            {
                // A text that was there gives way.
                at[name] = next = [];
            }

            at = next;
        }

        var last = path.Count == 1 ? path[0] : Name(at, path[^1]);
        at[last] = at[last] switch
        {
            null => value,
            JsonArray list => new JsonArray([.. list.Select(item => item!.DeepClone()), value]),
            JsonObject members => members.DeepClone(),
            var first => new JsonArray(first.DeepClone(), value),
        };
    }

    /// <summary>No name between the brackets is the next number.</summary>
    private static string Name(JsonObject parent, string name) =>
        name.Length > 0 ? name : parent.Count.ToString(CultureInfo.InvariantCulture);

    /// <summary>Objects whose names are all small numbers are lists in their order.</summary>
    private static JsonNode? Lists(JsonNode? node)
    {
        if (node is not JsonObject members)
        {
            return node?.DeepClone();
        }

        var items = members.Select(m => (Index: Index(m.Key), Name: m.Key, Value: Lists(m.Value))).ToList();
        return items.Count > 0 && items.TrueForAll(i => i.Index >= 0)
            ? new JsonArray([.. items.OrderBy(i => i.Index).Select(i => i.Value)])
            : new JsonObject(items.Select(i => KeyValuePair.Create(i.Name, i.Value)));
    }

    private static int Index(string name) =>
        int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index <= LargestIndex ? index : -1;
}
