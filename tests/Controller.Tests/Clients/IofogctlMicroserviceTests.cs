using System.Text.Json.Nodes;
using Controller.Tests.Support;

namespace Controller.Tests.Clients;

/// <summary>Microservices from the command line (clients 3.4, 3.5, 3.8).</summary>
public sealed class IofogctlMicroserviceTests
{
    [Test]
    public async Task A_microservice_is_deployed_and_deployed_again()
    {
        await using var controller = await StartAsync();
        using var cli = await Iofogctl.StartAsync(controller);
        var document = Iofogctl.Document("Microservice", "shop/camera", Workload.Rich("camera", "edge-1", 1));
        var created = await cli.DeployMicroserviceAsync(document);
        await Assert.That((created.Name, created.Application, created.RegistryId, created.IsHidden)).IsEqualTo(("camera", "shop", 1, false));
        await Assert.That(created.Wire.Objects("env").Select(v => v.Text("value"))).IsEquivalentTo(["25", "", "info"]);

        // Go prints a schedule that nobody set as 0.
        document["spec"]!["schedule"] = 0;
        document["spec"]!["config"] = new JsonObject { ["b"] = 1 };
        var updated = await cli.DeployMicroserviceAsync(document);
        await Assert.That((updated.Uuid, updated.Wire.Int("schedule"), updated.Config.GetRawText())).IsEqualTo((created.Uuid, 60, """{"b":1}"""));
    }

    [Test]
    public async Task Moving_and_renaming_send_the_description_back_and_lose_nothing()
    {
        await using var controller = await StartAsync();
        using var cli = await Iofogctl.StartAsync(controller);
        var other = await controller.CreateNodeAsync("edge-2");
        var registry = await cli.DeployRegistryAsync(JsonNode.Parse(
            """{"url":"r.example.com","isPublic":false,"certificate":"","requiresCert":false,"username":"u","email":"","password":"p"}""")!.AsObject());
        var camera = await cli.DeployMicroserviceAsync(Iofogctl.Document("Microservice", "shop/camera", Workload.Rich("camera", "edge-1", registry)));
        var plain = await cli.DeployMicroserviceAsync(Iofogctl.Document("Microservice", "shop/plain", Workload.Item("plain", "edge-1")));

        foreach (var (name, uuid) in new[] { ("camera", camera.Uuid), ("plain", plain.Uuid) })
        {
            var before = await KeptAsync(controller, uuid);
            var moved = await cli.MoveMicroserviceAsync("shop", name, "edge-2");
            await Assert.That((moved.AgentUuid, moved.Name)).IsEqualTo((other, name));
            var renamed = await cli.RenameMicroserviceAsync("shop", name, name + "-2");
            await Assert.That((renamed.Uuid, renamed.Name)).IsEqualTo((uuid, name + "-2"));
            await Assert.That(await KeptAsync(controller, uuid)).IsEqualTo(before);
        }

        await Assert.That((await cli.MicroserviceAsync(camera.Uuid)).RegistryId).IsEqualTo(registry);
    }

    [Test]
    public async Task A_described_microservice_of_the_catalog_can_be_deployed_again()
    {
        await using var controller = await StartAsync();
        using var cli = await Iofogctl.StartAsync(controller);
        var item = await cli.DeployCatalogItemAsync(JsonNode.Parse(
            """{"name":"broker","description":"","images":[{"containerImage":"example/broker:1","archId":1}],"registryId":1}""")!.AsObject());
        await Assert.That(item.Id).IsGreaterThan(3);
        var spec = new JsonObject { ["name"] = "b", ["agent"] = new JsonObject { ["name"] = "edge-1" }, ["images"] = new JsonObject { ["catalogId"] = item.Id } };
        var created = await cli.DeployMicroserviceAsync(Iofogctl.Document("Microservice", "shop/b", spec));
        var again = await cli.DeployMicroserviceAsync(await cli.DescribeMicroserviceAsync("shop", "b"));
        await Assert.That((again.Uuid, again.CatalogItemId, again.Wire.Objects("images").Count)).IsEqualTo((created.Uuid, item.Id, 0));
    }

    [Test]
    public async Task Orders_are_sent_without_a_body()
    {
        await using var controller = await StartAsync();
        using var cli = await Iofogctl.StartAsync(controller);
        var m = await cli.DeployMicroserviceAsync(Iofogctl.Document("Microservice", "shop/camera", Workload.Item("camera", "edge-1")));
        await cli.OrderMicroserviceAsync("shop", "camera", "stop");
        await Assert.That((await cli.MicroserviceAsync(m.Uuid)).Wire.Flag("isActivated")).IsFalse();
        await cli.OrderMicroserviceAsync("shop", "camera", "start");
        await cli.OrderMicroserviceAsync("shop", "camera", "rebuild");
        await Assert.That((await cli.MicroserviceAsync(m.Uuid)).Wire.Flag("isActivated")).IsTrue();

        await cli.Client.DoAsync("POST", $"/microservices/{m.Uuid}/port-mapping", new JsonObject { ["internal"] = 80, ["external"] = 8080, ["protocol"] = "tcp" });
        var ports = (await cli.Client.ReadAsync("GET", $"/microservices/{m.Uuid}/port-mapping")).Objects("ports");
        await Assert.That((ports.Single().Int("internal"), ports.Single().Int("external"), ports.Single().Text("protocol"))).IsEqualTo((80, 8080, "tcp"));
        await cli.Client.DoAsync("DELETE", $"/microservices/{m.Uuid}/port-mapping/80");

        await cli.DeleteMicroserviceAsync("shop", "camera");
        await Assert.That((await cli.FindMicroserviceAsync("shop", "camera")).Found).IsNull();
    }

    [Test]
    public async Task The_system_is_asked_when_the_users_do_not_know_the_application()
    {
        await using var controller = await StartAsync();
        using var cli = await Iofogctl.StartAsync(controller);
        var edge = (await cli.FindAgentAsync("edge-1"))!;
        await cli.Client.DoAsync("POST", $"/iofog/{edge.Uuid}/exec", new JsonObject { ["uuid"] = edge.Uuid });
        var (found, isSystem) = await cli.FindMicroserviceAsync("system-edge-1", "debug");
        await Assert.That((found!.Name, isSystem)).IsEqualTo(("debug", true));

        var document = await cli.DescribeMicroserviceAsync("system-edge-1", "debug");
        await Assert.That((await cli.DeployMicroserviceAsync(document)).Uuid).IsEqualTo(found.Uuid);

        var unknown = await Assert.That(async () => await cli.FindMicroserviceAsync("nothing", "x")).Throws<GoHttpException>();
        await Assert.That(unknown!.Message).Contains("Invalid application id 'nothing'");
    }

    [Test]
    public async Task A_fraction_that_somebody_sent_breaks_no_list()
    {
        await using var controller = await StartAsync();
        using var cli = await Iofogctl.StartAsync(controller);
        var spec = Workload.Item("camera", "edge-1");
        spec["container"] = JsonNode.Parse("""{"healthCheck":{"test":["CMD","true"],"interval":1.5,"timeout":1e300,"retries":3.0},"memoryLimit":1e2}""");
        await cli.DeployMicroserviceAsync(Iofogctl.Document("Microservice", "shop/camera", spec));
        await Assert.That((await cli.MicroservicesAsync("/microservices")).Single().Wire.Int("memoryLimit")).IsEqualTo(100);
    }

    /// <summary>A node <c>edge-1</c>, an application <c>shop</c> and what documents refer to.</summary>
    private static async Task<TestController> StartAsync()
    {
        var controller = await TestController.StartAsync();
        await controller.CreateNodeAsync("edge-1");
        await Workload.AddReferencesAsync(controller);
        await controller.SendAsync("POST", "/api/v3/application", """{"name":"shop","isActivated":true}""");
        return controller;
    }

    /// <summary>What must not change when a microservice moves: all but its place, name, state and the stamps.</summary>
    private static async Task<string> KeptAsync(TestController controller, string uuid)
    {
        var (_, body) = await controller.SendAsync("GET", $"/api/v3/microservices/{uuid}");
        var kept = body!.AsObject();
        foreach (var key in new[] { "iofogUuid", "name", "status", "execStatus", "updatedAt", "serviceAccount" })
        {
            kept.Remove(key);
        }

        foreach (var mapping in kept["volumeMappings"]!.AsArray())
        {
            mapping!.AsObject().Remove("id");
        }

        kept["volumeMappings"] = new JsonArray([.. kept["volumeMappings"]!.AsArray()
            .Where(m => (string?)m!["type"] != "serviceAccount").OrderBy(m => (string?)m!["containerDestination"]).Select(m => m!.DeepClone())]);
        kept["config"] = JsonNode.Parse((string)kept["config"]!);
        kept["annotations"] = JsonNode.Parse((string)kept["annotations"]!);
        return kept.ToJsonString();
    }
}
