using System.Text.Json.Nodes;
using Controller.Tests.Support;

namespace Controller.Tests.Clients;

/// <summary>Applications, registries and catalog items from the command line (clients 3.4, 3.5, 3.8).</summary>
public sealed class IofogctlApplicationTests
{
    [Test]
    public async Task An_application_is_created_then_replaced_and_started_each_time()
    {
        await using var controller = await StartAsync();
        using var cli = await Iofogctl.StartAsync(controller);
        var document = Application("shop", Workload.Rich("camera", "edge-1", 1), Workload.Item("plain", "edge-1"));
        var created = await cli.DeployApplicationAsync(document);
        await Assert.That((created.Name, created.IsActivated, created.IsSystem)).IsEqualTo(("shop", true, false));
        await Assert.That(cli.Client.Calls[^5..]).IsEquivalentTo(
            ["GET /application/shop", "POST /application/yaml", "GET /application/shop", "PATCH /application/shop", "GET /application/shop"]);

        foreach (var item in document["spec"]!["microservices"]!.AsArray())
        {
            item!["schedule"] = 0;
        }

        document["spec"]!["microservices"]!.AsArray().Add((JsonNode)Workload.Item("third", "edge-1"));
        var replaced = await cli.DeployApplicationAsync(document);
        await Assert.That(replaced.Id).IsEqualTo(created.Id);
        await Assert.That((await cli.MicroservicesAsync("/microservices?application=shop")).Select(m => m.Name)).IsEquivalentTo(["camera", "plain", "third"]);
    }

    [Test]
    public async Task A_described_application_is_a_document_that_deploys_it()
    {
        await using var controller = await StartAsync();
        using var cli = await Iofogctl.StartAsync(controller);
        await cli.DeployApplicationAsync(Application("shop", Workload.Rich("camera", "edge-1", 1)));
        var before = (await cli.MicroservicesAsync("/microservices")).Single();
        var document = await cli.DescribeApplicationAsync("shop");

        // The client prints what a config map gives beside the reference to it.
        await Assert.That(document["spec"]!["microservices"]![0]!["container"]!["env"]![2]!["value"]!.GetValue<string>()).IsEqualTo("info");
        await cli.DeployApplicationAsync(document);
        var after = (await cli.MicroservicesAsync("/microservices")).Single();
        await Assert.That((after.Uuid, after.Config.GetRawText())).IsEqualTo((before.Uuid, before.Config.GetRawText()));
        await Assert.That(after.Wire.Objects("env").Select(v => v.Text("valueFromSecret"))).IsEquivalentTo(["", "camera/token", ""]);
    }

    [Test]
    public async Task An_application_is_stopped_started_renamed_and_deleted()
    {
        await using var controller = await StartAsync();
        using var cli = await Iofogctl.StartAsync(controller);
        await cli.DeployApplicationAsync(Application("shop", Workload.Item("camera", "edge-1")));
        await Assert.That((await cli.SetApplicationActiveAsync("shop", false)).IsActivated).IsFalse();
        await Assert.That((await cli.SetApplicationActiveAsync("shop", true)).IsActivated).IsTrue();
        await cli.RenameApplicationAsync("shop", "store");
        await Assert.That((await cli.FindMicroserviceAsync("store", "camera")).Found!.Application).IsEqualTo("store");
        await cli.DeleteApplicationAsync("store");
        await Assert.That(async () => await cli.ApplicationAsync("store")).Throws<GoNotFoundException>();
        await Assert.That(async () => await cli.DeleteApplicationAsync("store")).Throws<GoNotFoundException>();
        await Assert.That(await cli.ApplicationsAsync()).IsEmpty();
    }

    [Test]
    public async Task Applications_of_users_and_of_the_system_are_listed_apart()
    {
        await using var controller = await StartAsync();
        using var cli = await Iofogctl.StartAsync(controller);
        await cli.DeployApplicationAsync(Application("shop"));
        var edge = (await cli.FindAgentAsync("edge-1"))!;
        await cli.Client.DoAsync("POST", $"/iofog/{edge.Uuid}/exec", new JsonObject { ["uuid"] = edge.Uuid });
        await Assert.That((await cli.ApplicationsAsync()).Select(a => a.Name)).IsEquivalentTo(["shop"]);
        var system = (await cli.ApplicationsAsync(system: true)).Single();
        await Assert.That((system.Name, system.IsSystem, system.IsActivated)).IsEqualTo(("system-edge-1", true, true));
        await Assert.That((await cli.MicroservicesAsync("/microservices/system?application=system-edge-1")).Single().Name).IsEqualTo("debug");
    }

    [Test]
    public async Task Deploys_of_one_kind_run_side_by_side()
    {
        await using var controller = await StartAsync();
        using var cli = await Iofogctl.StartAsync(controller);
        var names = Enumerable.Range(0, 8).Select(i => $"shop-{i}").ToList();
        await Task.WhenAll(names.Select(n => DeployAsync(n)));
        await Assert.That((await cli.ApplicationsAsync()).Select(a => a.Name)).IsEquivalentTo(names);

        async Task DeployAsync(string name)
        {
            using var one = await Iofogctl.StartAsync(controller);
            await one.DeployApplicationAsync(Application(name, Workload.Item("camera", "edge-1")));
        }
    }

    [Test]
    public async Task A_registry_is_deployed_with_every_key_and_empty_texts()
    {
        await using var controller = await TestController.StartAsync();
        using var cli = await Iofogctl.StartAsync(controller);
        await Assert.That((await cli.RegistriesAsync()).Take(2).Select(r => r.Id)).IsEquivalentTo([1L, 2L]);
        var body = JsonNode.Parse(
            """{"url":"https://r.example.com","isPublic":true,"certificate":"","requiresCert":false,"username":"","email":"","password":""}""")!.AsObject();
        var id = await cli.DeployRegistryAsync(body);
        await Assert.That(await cli.RegistryAsync(id)).IsEqualTo(new GoRegistry(id, "https://r.example.com", true, "", ""));
        body["username"] = "u";
        body["email"] = "a@b.c";
        await cli.DeployRegistryAsync(body, id);
        await Assert.That(await cli.RegistryAsync(id)).IsEqualTo(new GoRegistry(id, "https://r.example.com", true, "u", "a@b.c"));
        await cli.Client.DoAsync("DELETE", $"/registries/{id}");
        await Assert.That(async () => await cli.RegistryAsync(id)).Throws<GoNotFoundException>();
    }

    [Test]
    public async Task A_catalog_item_is_created_changed_and_deleted_by_name()
    {
        await using var controller = await TestController.StartAsync();
        using var cli = await Iofogctl.StartAsync(controller);
        var body = JsonNode.Parse(
            """
            {"name":"Broker","description":"MQTT","registryId":1,"images":[{"containerImage":"example/broker:1","archId":1},{"containerImage":"","archId":2},
             {"containerImage":"","archId":3},{"containerImage":"","archId":4}]}
            """)!.AsObject();
        var item = await cli.DeployCatalogItemAsync(body);
        await Assert.That(string.Join(' ', item.Images.Select(i => i.ArchId))).IsEqualTo("1 2 3 4");
        body["images"]![0]!["containerImage"] = "example/broker:2";
        var changed = await cli.DeployCatalogItemAsync(body, item.Id);
        await Assert.That((changed.Id, changed.Images[0].ContainerImage)).IsEqualTo((item.Id, "example/broker:2"));
        var twice = await Assert.That(async () => await cli.DeployCatalogItemAsync(body)).Throws<GoHttpException>();
        await Assert.That((twice!.Code, twice.Message.Contains("Duplicate name 'Broker'", StringComparison.Ordinal))).IsEqualTo((409, true));
        await cli.DeleteCatalogItemAsync("Broker");
        await Assert.That((await cli.CatalogAsync()).All(i => i.Category == "SYSTEM")).IsTrue();
    }

    private static JsonObject Application(string name, params JsonObject[] microservices) => Iofogctl.Document(
        "Application", name, new() { ["name"] = name, ["microservices"] = new JsonArray([.. microservices.Select(m => (JsonNode)m)]) });

    private static async Task<TestController> StartAsync()
    {
        var controller = await TestController.StartAsync();
        await controller.CreateNodeAsync("edge-1");
        await Workload.AddReferencesAsync(controller);
        return controller;
    }
}
