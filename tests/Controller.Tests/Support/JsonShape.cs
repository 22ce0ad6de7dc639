using System.Text.Json;
using System.Text.Json.Nodes;

namespace Controller.Tests.Support;

/// <summary>Comparison of JSON by members and kinds of values, for answers whose values are made up as they come.</summary>
internal static class JsonShape
{
    /// <summary>Where two documents differ in their members or the kinds of their values; null fits anything.</summary>
    public static IEnumerable<string> Differences(JsonNode? expected, JsonNode? actual, params string[] except) => Differences(expected, actual, except, "");

    private static IEnumerable<string> Differences(JsonNode? expected, JsonNode? actual, string[] except, string path)
    {
        if (expected is null || actual is null)
        {
            return [];
        }

        if (Kind(expected) != Kind(actual))
        {
            return [$"{path}: {Kind(expected)} became {Kind(actual)}"];
        }

        return (expected, actual) switch
        {
            (JsonObject e, JsonObject a) => e.Select(p => p.Key).Union(a.Select(p => p.Key)).Except(except).SelectMany(key =>
                e.ContainsKey(key) && a.ContainsKey(key) ? Differences(e[key], a[key], except, $"{path}.{key}")
                : [$"{path}.{key}: {(e.ContainsKey(key) ? "missing" : "unexpected")}"]),
            (JsonArray { Count: > 0 } e, JsonArray { Count: > 0 } a) => Differences(e[0], a[0], except, path + "[0]"),
            _ => [],
        };
    }

    private static JsonValueKind Kind(JsonNode node) => node.GetValueKind() is JsonValueKind.False ? JsonValueKind.True : node.GetValueKind();
}
