using System.Net;
using System.Text.Json.Nodes;
using Controller.Agents;
using Controller.Sql.Stores;
using Controller.Tests.Support;
using Edgelet.Simulator;

namespace Controller.Tests.Agents;

/// <summary>What the agent of a deleted fog meets (decision 8).</summary>
public sealed class AgentFarewellTests
{
    [Test]
    public async Task A_held_poll_learns_of_the_deletion_at_once()
    {
        await using var controller = await TestController.StartAsync();
        var agent = await controller.RunningNodeAsync();
        var held = agent.SendAsync("GET", "/config/changes");
        await Task.Delay(200);
        await Assert.That(held.IsCompleted).IsFalse();
        await controller.SendAsync("DELETE", $"/api/v3/iofog/{agent.Uuid}", "");
        var (status, body) = await held.WaitAsync(TimeSpan.FromSeconds(10));
        await Assert.That(status).IsEqualTo(HttpStatusCode.OK);
        await OnlyDelete(body!);
    }

    [Test]
    public async Task Every_route_answers_sensibly_until_the_agent_takes_its_leave()
    {
        await using var controller = await TestController.StartAsync();
        var agent = await DeletedAsync(controller);
        for (var i = 0; i < 2; i++)
        {
            var (_, body) = await agent.SendAsync("GET", "/config/changes");
            await OnlyDelete(body!);
            var (acknowledged, answer) = await agent.SendAsync(
                "PATCH", "/config/changes", new JsonObject { ["lastUpdated"] = body!["lastUpdated"]!.GetValue<string>() }.ToJsonString());
            await Assert.That((acknowledged, answer!.ToJsonString())).IsEqualTo((HttpStatusCode.OK, "{}"));
        }

        (string Method, string Path)[] accepted = [("PUT", "/status"), ("PATCH", "/config"), ("PATCH", "/config/gps"), ("PUT", "/hal/hw"), ("PUT", "/hal/usb")];
        foreach (var (method, path) in accepted)
        {
            await Assert.That((path, (await agent.SendAsync(method, path, "{}")).Status)).IsEqualTo((path, HttpStatusCode.NoContent));
        }

        foreach (var path in new[] { "/config", "/version", "/cert", "/tunnel" })
        {
            await Assert.That((path, (await agent.SendAsync("GET", path)).Status)).IsEqualTo((path, HttpStatusCode.NotFound));
        }

        await Assert.That((await agent.SendAsync("DELETE", "/delete-node")).Status).IsEqualTo(HttpStatusCode.NoContent);
        var (gone, error) = await agent.SendAsync("GET", "/config/changes");
        await Assert.That((gone, error!["code"]!.GetValue<string>())).IsEqualTo((HttpStatusCode.Unauthorized, "AGENT_FOG_NOT_FOUND"));
        await Assert.That(await controller.TextAsync("SELECT \"uuid\" FROM \"FogTombstones\"")).IsNull();
    }

    [Test]
    public async Task Deprovisioning_ends_it_too()
    {
        await using var controller = await TestController.StartAsync();
        var agent = await DeletedAsync(controller);
        await Assert.That((await agent.SendAsync("POST", "/deprovision", """{"microserviceUuids":[]}""")).Status).IsEqualTo(HttpStatusCode.NoContent);
        await Assert.That((await agent.SendAsync("GET", "/config/changes")).Status).IsEqualTo(HttpStatusCode.Unauthorized);
    }

    [Test]
    public async Task It_survives_a_restart_and_ends_after_its_time()
    {
        var directory = Directory.CreateTempSubdirectory("controller-test-");
        try
        {
            TestAgent agent;
            await using (var first = await TestController.StartAsync(dataDirectory: directory.FullName))
            {
                agent = await DeletedAsync(first);
            }

            await using var second = await TestController.StartAsync(dataDirectory: directory.FullName);
            var (_, body) = await agent.At(second).SendAsync("GET", "/config/changes");
            await OnlyDelete(body!);

            await second.Service<TombstoneJob>().ExpireAsync(CancellationToken.None);
            await Assert.That(await second.TextAsync("SELECT \"uuid\" FROM \"FogTombstones\"")).IsNotNull();
            await second.Database.WriteAsync(s => s.ExecuteAsync(
                "UPDATE \"FogTombstones\" SET \"deleted_at\" = @t", new() { { "t", DateTimeOffset.UtcNow.AddDays(-8).ToUnixTimeMilliseconds() } }));
            await second.Service<TombstoneJob>().ExpireAsync(CancellationToken.None);
            await Assert.That((await agent.At(second).SendAsync("GET", "/config/changes")).Status).IsEqualTo(HttpStatusCode.Unauthorized);
        }
        finally
        {
            directory.Delete(true);
        }
    }

    [Test]
    public async Task A_node_that_deletes_itself_leaves_nothing_behind()
    {
        await using var controller = await TestController.StartAsync();
        var agent = await controller.RunningNodeAsync();
        await Assert.That((await agent.SendAsync("DELETE", "/delete-node")).Status).IsEqualTo(HttpStatusCode.NoContent);
        await controller.GoneAsync(agent.Uuid);
        await Assert.That(await controller.TextAsync("SELECT \"uuid\" FROM \"FogTombstones\"")).IsNull();
        await Assert.That((await agent.SendAsync("GET", "/config/changes")).Status).IsEqualTo(HttpStatusCode.Unauthorized);
    }

    [Test]
    public async Task An_edgelet_lives_through_creation_configuration_and_deletion()
    {
        await using var controller = await TestController.StartAsync();
        var uuid = await controller.CreateNodeAsync(more: ",\"logLevel\":\"DEBUG\"");
        await controller.PhaseAsync(uuid, "Ready");
        using var http = ControllerClient.CreateHttpClient();
        await using var node = new SimulatedEdgelet(new() { ControllerUrl = controller.App.Address + "api/v3/", PreferWaitSeconds = 0 }, http);
        await node.ProvisionAsync(await controller.KeyAsync(uuid));
        await node.PollOnceAsync(); // initializing: it ignores the flag, and clears it
        await Assert.That(node.Config.LogLevel).IsEqualTo("INFO");
        await node.PollOnceAsync();
        await Assert.That($"{node.Config.LogLevel} {node.Config.ChangeFrequency}").IsEqualTo("DEBUG 1");
        await Assert.That(node.Counters.ConfigRejected).IsEqualTo(0);
        await controller.SendAsync("DELETE", $"/api/v3/iofog/{uuid}", "");
        await controller.GoneAsync(uuid);
        await node.PollOnceAsync();
        await Assert.That(node.IsProvisioned).IsFalse();
        await Assert.That(node.Counters.AuthenticationFailures).IsEqualTo(0);
        await Assert.That(node.Counters[EdgeletEventKind.NodeDeleted]).IsEqualTo(1);
        await Assert.That(await controller.TextAsync("SELECT \"uuid\" FROM \"FogTombstones\"")).IsNull();
    }

    private static async Task<TestAgent> DeletedAsync(TestController controller)
    {
        var agent = await controller.RunningNodeAsync();
        await controller.SendAsync("DELETE", $"/api/v3/iofog/{agent.Uuid}", "");
        await controller.GoneAsync(agent.Uuid);
        return agent;
    }

    private static async Task OnlyDelete(JsonNode changes) =>
        await Assert.That(changes.AsObject().Where(p => p.Key != "lastUpdated" && p.Value!.GetValue<bool>()).Select(p => p.Key)).IsEquivalentTo(["deleteNode"]);
}
