using System.Text.Json.Nodes;
using Controller.Tests.Support;

namespace Controller.Tests.Clients;

/// <summary>Agents from the command line (clients 3.3, 3.5, 3.7, 3.8).</summary>
public sealed class IofogctlAgentTests
{
    /// <summary>What a document's configuration becomes: flat, unset fields left out (clients 3.3).</summary>
    private static JsonObject Configuration => JsonNode.Parse(
        """
        {"location":"hall 3","latitude":46.5,"longitude":6.6,"description":"packing line","tags":["line-a"],"host":"10.20.0.11","archId":2,
         "isSystem":false,"networkInterface":"dynamic","containerEngineUrl":"unix:///run/edgelet/containerd.sock","containerEngine":"edgelet",
         "deploymentType":"native","diskLimit":50,"diskDirectory":"/var/lib/iofog/","memoryLimit":4096,"cpuLimit":80,"logLimit":10,
         "logDirectory":"/var/log/iofog/","logFileCount":10,"statusFrequency":10,"changeFrequency":20,"deviceScanFrequency":60,
         "bluetoothEnabled":false,"watchdogEnabled":false,"gpsMode":"auto","gpsScanFrequency":60,"gpsDevice":"/dev/ttyUSB0","edgeGuardFrequency":0,
         "abstractedHardwareEnabled":false,"logLevel":"INFO","pruningFrequency":0,"availableDiskThreshold":90,"timeZone":"Europe/Zurich",
         "routerMode":"edge","messagingPort":5671,"upstreamRouters":["default-router"],"natsMode":"leaf","natsServerPort":4222,"natsLeafPort":7422,
         "natsMqttPort":8883,"natsHttpPort":8222,"upstreamNatsServers":["default-nats-hub"],"jsStorageSize":"10G","jsMemoryStoreSize":"1G"}
        """)!.AsObject();

    /// <summary>Step 10 of deploying a control plane (clients 3.2).</summary>
    private static JsonObject SystemConfiguration => JsonNode.Parse(
        """
        {"host":"10.20.0.1","archId":1,"isSystem":true,"routerMode":"interior","messagingPort":5671,"edgeRouterPort":45671,"interRouterPort":55671,
         "natsMode":"server","natsServerPort":4222,"natsClusterPort":6222,"natsLeafPort":7422,"natsMqttPort":8883,"natsHttpPort":8222,
         "jsStorageSize":"10G","jsMemoryStoreSize":"1G"}
        """)!.AsObject();

    [Test]
    public async Task An_agent_is_deployed_provisioned_and_deployed_again()
    {
        await using var controller = await TestController.StartAsync();
        using var cli = await Iofogctl.StartAsync(controller);
        var hub = await cli.DeployAgentAsync("hub-1", SystemConfiguration);
        await cli.WaitAsync(hub);

        var configuration = Configuration;
        configuration["upstreamRouters"] = new JsonArray("hub-1");
        var uuid = await cli.DeployAgentAsync("gateway-1", configuration);
        var (key, caCert, expires) = await cli.ProvisioningKeyAsync(uuid);
        await Assert.That(Guid.TryParse(key, out _)).IsTrue();
        await Assert.That(caCert).IsEqualTo("");
        await Assert.That(expires).IsGreaterThan(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
        var node = await controller.ProvisionAsync(uuid, type: 2);
        await node.PollAsync();
        var ready = await cli.WaitAsync(uuid);
        await Assert.That(ready.UpstreamRouters).IsEquivalentTo([hub]);
        await Assert.That((ready.Platform!.Generation, ready.Platform.ObservedGeneration)).IsEqualTo((1, 1));

        // Attaching and deploying again: no host in the document, so the present one is sent along.
        configuration.Remove("host");
        configuration["description"] = "second";
        await Assert.That(await cli.DeployAgentAsync("gateway-1", configuration)).IsEqualTo(uuid);
        var again = await cli.WaitAsync(uuid);
        await Assert.That((again.Host, again.ArchId, again.Tags.Single())).IsEqualTo(("10.20.0.11", 2, "line-a"));

        // The local control plane looks for the system's agent in the list, which shows no platform status.
        var listed = await cli.AgentsAsync();
        await Assert.That(listed.Single(a => a.IsSystem).Name).IsEqualTo("hub-1");
        await Assert.That(listed.All(a => a.Platform is null)).IsTrue();
    }

    [Test]
    public async Task An_agent_with_microservices_is_not_deleted_and_one_without_is()
    {
        await using var controller = await TestController.StartAsync();
        using var cli = await Iofogctl.StartAsync(controller);
        var uuid = await cli.DeployAgentAsync("edge-1", Configuration);
        await controller.ProvisionAsync(uuid, type: 2);
        await cli.WaitAsync(uuid);
        await cli.DeployApplicationAsync(Iofogctl.Document("Application", "shop", new() { ["name"] = "shop", ["microservices"] = new JsonArray(Workload.Item("camera", "edge-1")) }));
        await Assert.That(async () => await cli.DeleteAgentAsync("edge-1")).Throws<InvalidOperationException>();

        await cli.DeleteApplicationAsync("shop");
        await cli.DeleteAgentAsync("edge-1");
        await controller.GoneAsync(uuid);
        await Assert.That(await cli.FindAgentAsync("edge-1")).IsNull();

        // A deploy of the same name afterwards is a new agent.
        await Assert.That(await cli.DeployAgentAsync("edge-1", Configuration)).IsNotEqualTo(uuid);
    }

    [Test]
    public async Task An_agent_is_renamed_with_its_name_alone()
    {
        await using var controller = await TestController.StartAsync();
        using var cli = await Iofogctl.StartAsync(controller);
        var uuid = await cli.DeployAgentAsync("edge-1", Configuration);
        var renamed = await cli.RenameAgentAsync("edge-1", "edge-2");
        await Assert.That((renamed.Uuid, renamed.Name, renamed.Host)).IsEqualTo((uuid, "edge-2", "10.20.0.11"));
        await Assert.That(cli.Client.Calls[^3..]).IsEquivalentTo(["GET /iofog-list", $"PATCH /iofog/{uuid}", $"GET /iofog/{uuid}"]);
    }

    [Test]
    public async Task Orders_reach_the_node()
    {
        await using var controller = await TestController.StartAsync();
        using var cli = await Iofogctl.StartAsync(controller);
        var node = await controller.RunningNodeAsync("edge-1");
        await cli.RebootAgentAsync(node.Uuid);
        await cli.PruneAgentAsync(node.Uuid);
        await cli.ChangeVersionAsync("edge-1", "upgrade", "v1.2.3");
        var changes = await node.PollAsync(prefer: "wait=0");
        await Assert.That((changes["reboot"]!.GetValue<bool>(), changes["prune"]!.GetValue<bool>(), changes["version"]!.GetValue<bool>()))
            .IsEqualTo((true, true, true));
        var (_, version) = await node.SendAsync("GET", "/version");
        await Assert.That($"{version!["versionCommand"]} {version["semver"]}").IsEqualTo("upgrade v1.2.3");

        // Without a version the body is empty; nothing to go back to is the client's fault.
        await cli.ChangeVersionAsync("edge-1", "upgrade");
        var refused = await Assert.That(async () => await cli.ChangeVersionAsync("edge-1", "rollback")).Throws<GoHttpException>();
        await Assert.That(refused!.Code).IsEqualTo(400);
    }

    [Test]
    public async Task An_agent_that_is_gone_is_told_apart_from_a_failure()
    {
        await using var controller = await TestController.StartAsync();
        using var cli = await Iofogctl.StartAsync(controller);
        await cli.PruneAgentAsync("nobody");
        var missing = await Assert.That(async () => await cli.AgentAsync("nobody")).Throws<GoNotFoundException>();
        await Assert.That(missing!.Message).Contains("\"NotFoundError\"");
    }

    [Test]
    public async Task A_node_is_debugged_through_its_own_microservice()
    {
        await using var controller = await TestController.StartAsync();
        using var cli = await Iofogctl.StartAsync(controller);
        var node = await controller.RunningNodeAsync("edge-1");
        await ReportAsync("");
        var debug = await cli.DebugAgentAsync("edge-1", async () =>
        {
            var (_, list) = await node.SendAsync("GET", "/microservices");
            var uuid = list!["microservices"]!.AsArray().Single()!["uuid"]!.GetValue<string>();
            await ReportAsync($$"""{"id":"{{uuid}}","status":"RUNNING"}""");
        });
        await Assert.That((debug.Name, debug.Application, debug.IsHidden)).IsEqualTo(("debug", "system-edge-1", false));

        // A second terminal finds it running and asks for nothing.
        var calls = cli.Client.Calls.Count;
        await cli.DebugAgentAsync("edge-1", () => Task.CompletedTask);
        await Assert.That(cli.Client.Calls.Skip(calls).Any(c => c.StartsWith("POST", StringComparison.Ordinal))).IsFalse();

        await cli.DetachDebugAsync("edge-1");
        await Assert.That((await cli.MicroservicesAsync("/microservices/system")).Count).IsEqualTo(0);

        Task ReportAsync(string microservice) => node.SendAsync(
            "PUT", "/status", new JsonObject { ["daemonStatus"] = "RUNNING", ["microserviceStatus"] = $"[{microservice}]" }.ToJsonString());
    }

    [Test]
    public async Task What_a_node_reported_stays_readable_for_the_client()
    {
        await using var controller = await TestController.StartAsync();
        using var cli = await Iofogctl.StartAsync(controller);
        var node = await controller.RunningNodeAsync("edge-1");
        var report = System.Text.Encoding.UTF8.GetString(Example.Bytes("agent/status.put.request.json"));
        var (status, _) = await node.SendAsync("PUT", "/status", report);
        await Assert.That((int)status).IsEqualTo(204);
        await node.SendAsync("PATCH", "/config", """{"diskLimit":10.5,"cpuLimit":79.6,"latitude":"46.5","longitude":"6.6"}""");
        var agent = await cli.AgentAsync(node.Uuid);
        await Assert.That(agent.DaemonStatus).IsEqualTo("RUNNING");
        await Assert.That((await cli.AgentsAsync()).Count).IsEqualTo(1);
    }

    [Test]
    [Arguments("")]
    [Arguments("not a token")]
    public async Task Public_routes_take_any_bearer(string token)
    {
        await using var controller = await TestController.StartAsync();
        using var client = new GoClient(controller.App.Address, token);
        await Assert.That((await client.ReadAsync("GET", "/status")).Needed("status")).IsEqualTo("online");
        var architectures = (await client.ReadAsync("GET", "/architectures/")).Objects("architectures");
        await Assert.That(string.Join(' ', architectures.Select(a => $"{a.Int("id")}{a.Needed("name")}"))).IsEqualTo("0auto 1amd64 2arm64 3riscv64 4arm");

        // Installers look for this very text.
        var text = await controller.Client.GetStringAsync("/api/v3/status");
        await Assert.That(text).Contains("\"status\":\"online\"");
    }
}
