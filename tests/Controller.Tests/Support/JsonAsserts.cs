using System.Text.Json.Nodes;

namespace Controller.Tests.Support;

/// <summary>Comparisons of JSON by value, whatever the order of members.</summary>
internal static class JsonAsserts
{
    /// <summary>An example of the contract as a node that can be changed.</summary>
    public static JsonNode ExampleNode(string path) => JsonNode.Parse(Example.Bytes(path))!;

    /// <summary>Fails, showing both texts, unless the two are the same JSON.</summary>
    public static async Task IsSameAsync(JsonNode? actual, JsonNode? expected)
    {
        if (!JsonNode.DeepEquals(actual, expected))
        {
            await Assert.That(actual?.ToJsonString()).IsEqualTo(expected?.ToJsonString());
        }
    }

    /// <summary>Fails unless the answer is this error and nothing else.</summary>
    public static async Task IsErrorAsync((System.Net.HttpStatusCode Status, JsonNode? Body) answer, int status, string name, string message)
    {
        await Assert.That((int)answer.Status).IsEqualTo(status);
        await IsSameAsync(answer.Body, new JsonObject { ["name"] = name, ["message"] = message });
    }
}
