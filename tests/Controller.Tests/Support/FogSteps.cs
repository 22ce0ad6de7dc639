using System.Net;
using System.Text.Json.Nodes;
using Edgelet.Simulator;

namespace Controller.Tests.Support;

/// <summary>What operators do with agents, in the words of the tests.</summary>
internal static class FogSteps
{
    /// <summary>Creates an agent and returns its uuid.</summary>
    public static async Task<string> CreateFogAsync(this TestController controller, string json)
    {
        var (status, body) = await controller.SendAsync("POST", "/api/v3/iofog", json);
        await Assert.That((status, body?["message"]?.GetValue<string>())).IsEqualTo((HttpStatusCode.Created, null));
        return body!["uuid"]!.GetValue<string>();
    }

    /// <summary>Creates an agent without router and NATS, as the least that works.</summary>
    public static Task<string> CreateNodeAsync(this TestController controller, string name = "node", string more = "") =>
        controller.CreateFogAsync($$"""{"name":"{{name}}","archId":1,"routerMode":"none","natsMode":"none"{{more}}}""");

    public static async Task<JsonObject> FogAsync(this TestController controller, string uuid)
    {
        var (status, body) = await controller.SendAsync("GET", $"/api/v3/iofog/{uuid}");
        await Assert.That(status).IsEqualTo(HttpStatusCode.OK);
        return body!.AsObject();
    }

    /// <summary>Changes an agent.</summary>
    public static async Task PatchFogAsync(this TestController controller, string uuid, string json)
    {
        var (status, body) = await controller.SendAsync("PATCH", $"/api/v3/iofog/{uuid}", json);
        await Assert.That((status, body?["message"]?.GetValue<string>())).IsEqualTo((HttpStatusCode.NoContent, null));
    }

    /// <summary>Waits until the platform of an agent is in a phase.</summary>
    public static async Task<JsonObject> PhaseAsync(this TestController controller, string uuid, string phase)
    {
        for (var i = 0; ; i++)
        {
            var fog = await controller.FogAsync(uuid);
            var status = fog["platformStatus"]!;
            if (status["phase"]!.GetValue<string>() == phase
                && (phase != "Ready" || status["observedGeneration"]!.GetValue<int>() == status["generation"]!.GetValue<int>()))
            {
                // On a server a fog is read before its platform: only the next answer has all that came with the phase.
                return await controller.FogAsync(uuid);
            }

            await Assert.That(i).IsLessThan(400).Because(status.ToJsonString());
            await Task.Delay(25);
        }
    }

    /// <summary>Waits until an agent is gone.</summary>
    public static async Task GoneAsync(this TestController controller, string uuid)
    {
        for (var i = 0; (await controller.SendAsync("GET", $"/api/v3/iofog/{uuid}")).Status != HttpStatusCode.NotFound; i++)
        {
            await Assert.That(i).IsLessThan(400);
            await Task.Delay(25);
        }
    }

    public static async Task<string> KeyAsync(this TestController controller, string uuid)
    {
        var (status, body) = await controller.SendAsync("GET", $"/api/v3/iofog/{uuid}/provisioning-key");
        await Assert.That(status).IsEqualTo(HttpStatusCode.Created);
        return body!["key"]!.GetValue<string>();
    }

    /// <summary>Provisions an agent for a fog.</summary>
    public static async Task<TestAgent> ProvisionAsync(this TestController controller, string uuid, int type = 1, Func<DateTimeOffset>? now = null)
    {
        var key = await controller.KeyAsync(uuid);
        var (status, body) = await controller.SendAsync("POST", "/api/v3/agent/provision", $$"""{"key":"{{key}}","type":{{type}},"engine":"edgelet"}""");
        await Assert.That(status).IsEqualTo(HttpStatusCode.OK);
        return new TestAgent(controller, uuid, AgentKey.FromWire(body!["privateKey"]!.GetValue<string>())) { Now = now ?? (() => DateTimeOffset.UtcNow) };
    }

    /// <summary>A node that is provisioned, loaded and past its first poll.</summary>
    public static async Task<TestAgent> RunningNodeAsync(this TestController controller, string name = "node", string more = "")
    {
        var uuid = await controller.CreateNodeAsync(name, more);
        await controller.PhaseAsync(uuid, "Ready");
        var agent = await controller.ProvisionAsync(uuid);
        await agent.PollAsync();
        return agent;
    }

    /// <summary>A microservice row on a fog.</summary>
    public static Task AddMicroserviceAsync(this TestController controller, string uuid, string fog, string status = "RUNNING", bool isActivated = true, bool isDeleted = false) =>
        controller.Database.WriteAsync(async s =>
        {
            await s.ExecuteAsync(
                "INSERT INTO \"Microservices\" (\"uuid\", \"name\", \"iofog_uuid\", \"is_activated\", \"delete\") VALUES (@u, @u, @f, @a, @d)",
                new() { { "u", uuid }, { "f", fog }, { "a", isActivated }, { "d", isDeleted } });
            await s.ExecuteAsync(
                "INSERT INTO \"MicroserviceStatuses\" (\"microservice_uuid\", \"status\") VALUES (@u, @s)", new() { { "u", uuid }, { "s", status } });
            await s.ExecuteAsync(
                "INSERT INTO \"MicroserviceExecStatuses\" (\"microservice_uuid\", \"status\", \"exec_session_id\") VALUES (@u, 'ACTIVE', 'x')", new() { { "u", uuid } });
        });

    public static Task<string?> TextAsync(this TestController controller, string sql, string? uuid = null) =>
        controller.Database.ReadAsync(s => s.QueryOneAsync(sql, r => r.TextOrNull(), uuid is null ? null : new() { { "u", uuid } }));
}
