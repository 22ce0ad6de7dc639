using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using static Controller.Tests.Support.JsonAsserts;

namespace Controller.Tests.Support;

/// <summary>Requests of operators, and comparisons with the contract's examples.</summary>
internal static class OperatorApi
{
    public const string Base = "/api/v3";

    public static string ExampleText(string path) => Encoding.UTF8.GetString(Example.Bytes(path));

    public static async Task<JsonNode?> OkAsync(this TestController controller, int status, string method, string path, string? json = null)
    {
        var answer = await controller.SendAsync(method, Base + path, json);
        await Assert.That(((int)answer.Status, (int)answer.Status == status ? "" : answer.Body?.ToJsonString())).IsEqualTo((status, ""));
        return answer.Body;
    }

    public static async Task RefusedAsync(
        this TestController controller, string method, string path, string? json, int status, string message) => await IsErrorAsync(
            await controller.SendAsync(method, Base + path, json), status, Name(status), message);

    /// <summary>Compares with an example after putting what the server chooses (ids, times) into its place.</summary>
    public static async Task IsLikeAsync(JsonNode? actual, JsonNode? expected)
    {
        Align(actual, expected);
        await IsSameAsync(actual, expected);
    }

    public static string Name(int status) => status switch { 400 => "ValidationError", 404 => "NotFoundError", 409 => "ConflictError", _ => "?" };

    private static void Align(JsonNode? actual, JsonNode? expected)
    {
        if (actual is JsonObject a && expected is JsonObject e)
        {
            foreach (var (name, value) in e.ToList())
            {
                if (name is "id" or "roleId" or "applicationId" or "createdAt" or "updatedAt" or "created_at" or "updated_at" or "uuid"
                    && value is not null && a[name] is { } own && own.GetValueKind() == value.GetValueKind() && own.GetValueKind() != JsonValueKind.Null)
                {
                    e[name] = own.DeepClone();
                }
                else
                {
                    Align(a[name], value);
                }
            }
        }
        else if (actual is JsonArray x && expected is JsonArray y && x.Count == y.Count)
        {
            for (var i = 0; i < x.Count; i++)
            {
                Align(x[i], y[i]);
            }
        }
    }
}
