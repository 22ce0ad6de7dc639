using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Controller.Agents;
using Controller.Sql.Stores;
using Edgelet.Simulator;
using AgentToken = Edgelet.Simulator.AgentToken;

namespace Controller.Tests.Support;

/// <summary>A fog row with a key, and requests signed as its agent.</summary>
internal sealed class TestAgent(TestController controller, string uuid, AgentKey key)
{
    private readonly HttpClient _client = new() { BaseAddress = controller.App.Address, Timeout = TimeSpan.FromSeconds(60) };

    public string Uuid => uuid;

    public AgentKey Key => key;

    /// <summary>Clock the tokens are signed with.</summary>
    public Func<DateTimeOffset> Now { get; init; } = () => DateTimeOffset.UtcNow;

    /// <summary>Inserts a provisioned fog.</summary>
    public static async Task<TestAgent> CreateAsync(TestController controller, string? uuid = null, Func<DateTimeOffset>? now = null)
    {
        uuid ??= Guid.NewGuid().ToString();
        var (privateKey, publicKey) = controller.Service<FogKeys>().Create(uuid);
        await controller.Database.WriteAsync(async s =>
        {
            await s.ExecuteAsync(
                """
                INSERT INTO "Fogs" ("uuid", "name", "arch_id", "status_frequency", "change_frequency", "container_engine", "warning_message")
                VALUES (@u, @u, 1, 10, 1, 'edgelet', 'HEALTHY')
                """,
                new() { { "u", uuid } });
            await s.ExecuteAsync(
                "INSERT INTO \"FogPublicKeys\" (\"public_key\", \"iofog_uuid\") VALUES (@k, @u)", new() { { "k", publicKey }, { "u", uuid } });
        });
        return new TestAgent(controller, uuid, AgentKey.FromWire(privateKey)) { Now = now ?? (() => DateTimeOffset.UtcNow) };
    }

    /// <summary>The same agent against a controller that was started again.</summary>
    public TestAgent At(TestController other) => new(other, uuid, key) { Now = Now };

    public string Token() => AgentToken.Create(key, uuid, controller.App.Address.ToString(), Now());

    /// <summary>Raises flags as an operator's change would.</summary>
    public Task RaiseAsync(ChangeFlags flags) =>
        controller.Database.WriteAsync(s => controller.Service<ChangeNotifier>().RaiseAsync(s, uuid, flags));

    public async Task<(HttpStatusCode Status, JsonNode? Body)> SendAsync(
        string method, string path, string? json = null, string? token = null, string? prefer = null, CancellationToken cancel = default)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), "/api/v3/agent" + path);
        request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + (token ?? Token()));
        if (prefer is not null)
        {
            request.Headers.TryAddWithoutValidation("Prefer", prefer);
        }

        request.Content = new StringContent(json ?? "", Encoding.UTF8, "application/json");
        using var response = await _client.SendAsync(request, cancel);
        var text = await response.Content.ReadAsStringAsync(cancel);
        return (response.StatusCode, text.Length == 0 ? null : JsonNode.Parse(text));
    }

    /// <summary>A poll as the agent makes it: the answer, then its acknowledgement.</summary>
    public async Task<JsonNode> PollAsync(bool acknowledge = true, string? prefer = null, CancellationToken cancel = default)
    {
        var (status, body) = await SendAsync("GET", "/config/changes", prefer: prefer, cancel: cancel);
        await Assert.That(status).IsEqualTo(HttpStatusCode.OK);
        if (acknowledge)
        {
            var stamp = new JsonObject { ["lastUpdated"] = body!["lastUpdated"]!.GetValue<string>() };
            var (patched, answer) = await SendAsync("PATCH", "/config/changes", stamp.ToJsonString());
            await Assert.That(patched).IsEqualTo(HttpStatusCode.OK);
            await Assert.That(answer!.ToJsonString()).IsEqualTo("{}");
        }

        return body!;
    }
}
