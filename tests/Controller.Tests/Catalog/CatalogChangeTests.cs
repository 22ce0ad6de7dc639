using System.Net;
using System.Text.Json.Nodes;
using Controller.Sql.Stores;
using Controller.Tests.Support;
using static Controller.Tests.Support.JsonAsserts;

namespace Controller.Tests.Catalog;

/// <summary>Changing and removing catalog items, and what the agents learn of it.</summary>
public class CatalogChangeTests
{
    private const string Items = "/api/v3/catalog/microservices";
    private const string Item = Items + "/6";

    [Test]
    public async Task Patch_changes_only_what_it_names()
    {
        await using var controller = await StartWithItemAsync();
        var expected = ExampleNode("workloads/catalog-item-get-response.json");
        foreach (var (field, value) in new (string, JsonNode)[]
        {
            ("name", "other"), ("description", "d"), ("category", "c"), ("publisher", "Eclipse ioFog"), ("diskRequired", 1), ("ramRequired", 2),
            ("picture", "p.png"), ("isPublic", true), ("registryId", 2), ("configExample", "{}"), ("description", ""),
        })
        {
            expected[field] = value.DeepClone();
            var (status, _) = await controller.SendAsync("PATCH", Item, new JsonObject { [field] = value }.ToJsonString());
            await Assert.That(status).IsEqualTo(HttpStatusCode.NoContent);
            await IsSameAsync((await controller.SendAsync("GET", Item)).Body, expected);
        }
    }

    [Test]
    public async Task Patch_of_images_replaces_that_architecture_and_leaves_the_others()
    {
        await using var controller = await StartWithItemAsync();
        var expected = ExampleNode("workloads/catalog-item-get-response.json");

        await controller.SendAsync("PATCH", Item, ExampleNode("workloads/catalog-item-patch-images-request.json").ToJsonString());
        expected["images"]![1]!["containerImage"] = "example/broker:2.1-arm64";
        await IsSameAsync((await controller.SendAsync("GET", Item)).Body, expected);

        await controller.SendAsync("PATCH", Item, """{"images":[{"containerImage":"example/broker:2-riscv64","archId":3}]}""");
        expected["images"]!.AsArray().Add(JsonNode.Parse("""{"containerImage":"example/broker:2-riscv64","archId":3}"""));
        await IsSameAsync((await controller.SendAsync("GET", Item)).Body, expected);

        await Assert.That((await controller.SendAsync("PATCH", Item, """{"images":[]}""")).Status).IsEqualTo(HttpStatusCode.NoContent);
        await IsSameAsync((await controller.SendAsync("GET", Item)).Body, expected);
    }

    [Test]
    public async Task Patch_of_types_keeps_the_member_it_does_not_name()
    {
        await using var controller = await StartWithItemAsync();
        await controller.SendAsync("PATCH", Item, """{"inputType":{"infoType":"mqtt"},"outputType":{"infoFormat":"xml"}}""");
        var (_, body) = await controller.SendAsync("GET", Item);
        await IsSameAsync(body!["inputType"], JsonNode.Parse("""{"infoType":"mqtt","infoFormat":"text"}"""));
        await IsSameAsync(body["outputType"], JsonNode.Parse("""{"infoType":"mqtt","infoFormat":"xml"}"""));

        await controller.SendAsync("PATCH", Items + "/2", """{"inputType":{"infoType":"ble"}}""");
        (_, body) = await controller.SendAsync("GET", Items + "/2");
        await IsSameAsync(body!["inputType"], JsonNode.Parse("""{"infoType":"ble","infoFormat":null}"""));
        await Assert.That(body["outputType"]).IsNull();
    }

    [Test]
    public async Task Name_may_be_sent_again_and_may_not_be_another_items()
    {
        await using var controller = await StartWithItemAsync();
        await Assert.That((await controller.SendAsync("PATCH", Item, """{"name":"mqtt-broker","ID":6}""")).Status).IsEqualTo(HttpStatusCode.NoContent);
        await IsErrorAsync(await controller.SendAsync("PATCH", Item, """{"name":"HAL"}"""), 409, "DuplicatePropertyError", "Duplicate name 'HAL'");
    }

    [Test]
    [Arguments("""{"name":""}""", "Field name does not meet minimum length of 1")]
    [Arguments("""{"description":null}""", "Field 'description' is not of a type(s) string")]
    [Arguments("""{"images":{}}""", "Field 'images' is not of a type(s) array")]
    [Arguments("""{"images":[{"containerImage":"a","archId":1},{"containerImage":"b","archId":1}]}""", "Duplicate archId '1' in images")]
    public async Task Bad_patch_is_refused(string body, string message)
    {
        await using var controller = await StartWithItemAsync();
        await IsErrorAsync(await controller.SendAsync("PATCH", Item, body), 400, "ValidationError", message);
    }

    [Test]
    public async Task Refused_patch_changes_nothing()
    {
        await using var controller = await StartWithItemAsync();
        var agent = await TestAgent.CreateAsync(controller);
        var microservice = await controller.Database.AddMicroserviceAsync(agent, 6);

        await IsErrorAsync(
            await controller.SendAsync("PATCH", Item, """{"name":"other","registryId":9,"images":[{"containerImage":"z","archId":1}]}"""),
            404, "NotFoundError", "Invalid registry id '9'");

        await IsSameAsync((await controller.SendAsync("GET", Item)).Body, ExampleNode("workloads/catalog-item-get-response.json"));
        await Assert.That(await controller.Database.TakeFlagsAsync(agent)).IsEqualTo(ChangeFlags.None);
        await Assert.That(await controller.Database.IsRebuildAsync(microservice)).IsFalse();
    }

    [Test]
    [Arguments("""{"description":"mine"}""")]
    [Arguments("""{"isPublic":true,"images":[{"containerImage":"z","archId":1}]}""")]
    public async Task System_item_refuses_fields(string body)
    {
        await using var controller = await TestController.StartAsync();
        await IsErrorAsync(
            await controller.SendAsync("PATCH", Items + "/3", body), 400, "ValidationError", "Catalog item id 3 is system and can't be updated");
    }

    [Test]
    public async Task System_item_takes_images()
    {
        await using var controller = await TestController.StartAsync();
        var agent = await TestAgent.CreateAsync(controller);
        await controller.Database.AddMicroserviceAsync(agent, 3);

        var (status, _) = await controller.SendAsync("PATCH", Items + "/3", """{"images":[{"containerImage":"example/hal:pinned","archId":2}]}""");

        await Assert.That(status).IsEqualTo(HttpStatusCode.NoContent);
        var (_, body) = await controller.SendAsync("GET", Items + "/3");
        await Assert.That(body!["images"]!.AsArray().Select(i => (string)i!["containerImage"]!).SequenceEqual(
            ["ghcr.io/eclipse-iofog/hal:latest", "example/hal:pinned", "ghcr.io/eclipse-iofog/hal:latest", "ghcr.io/eclipse-iofog/hal:latest"])).IsTrue();
        await Assert.That(await controller.Database.TakeFlagsAsync(agent)).IsEqualTo(ChangeFlags.Microservices);
    }

    [Test]
    public async Task New_images_rebuild_the_items_microservices_and_no_others()
    {
        await using var controller = await StartWithItemAsync();
        var user = await TestAgent.CreateAsync(controller);
        var other = await TestAgent.CreateAsync(controller);
        var used = await controller.Database.AddMicroserviceAsync(user, 6);
        var onSameFog = await controller.Database.AddMicroserviceAsync(user);
        await controller.Database.AddMicroserviceAsync(other, 2);

        await controller.SendAsync("PATCH", Item, """{"images":[{"containerImage":"z","archId":1}]}""");

        await Assert.That(await controller.Database.TakeFlagsAsync(user)).IsEqualTo(ChangeFlags.MicroserviceList | ChangeFlags.MicroserviceConfig);
        await Assert.That(await controller.Database.TakeFlagsAsync(other)).IsEqualTo(ChangeFlags.None);
        await Assert.That(await controller.Database.IsRebuildAsync(used)).IsTrue();
        await Assert.That(await controller.Database.IsRebuildAsync(onSameFog)).IsFalse();
    }

    [Test]
    public async Task Registry_is_copied_to_the_items_microservices()
    {
        await using var controller = await StartWithItemAsync();
        var agent = await TestAgent.CreateAsync(controller);
        var used = await controller.Database.AddMicroserviceAsync(agent, 6);
        var other = await controller.Database.AddMicroserviceAsync(agent, 2);

        await controller.SendAsync("PATCH", Item, """{"registryId":2}""");

        await Assert.That(await controller.Database.RegistryAsync(used)).IsEqualTo(2);
        await Assert.That(await controller.Database.RegistryAsync(other)).IsEqualTo(1);
        await Assert.That(await controller.Database.IsRebuildAsync(used)).IsTrue();
        await Assert.That(await controller.Database.TakeFlagsAsync(agent)).IsEqualTo(ChangeFlags.Microservices);
    }

    [Test]
    public async Task Words_for_people_concern_no_agent()
    {
        await using var controller = await StartWithItemAsync();
        var agent = await TestAgent.CreateAsync(controller);
        var used = await controller.Database.AddMicroserviceAsync(agent, 6);

        await controller.SendAsync("PATCH", Item, """{"description":"new","registryId":1,"images":[]}""");

        await Assert.That(await controller.Database.IsRebuildAsync(used)).IsFalse();
        await Assert.That(await controller.Database.TakeFlagsAsync(agent)).IsEqualTo(ChangeFlags.None);
    }

    [Test]
    public async Task Item_is_removed_once()
    {
        await using var controller = await StartWithItemAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => controller.SendAsync("DELETE", Item)));

        await Assert.That(answers.Count(a => a.Status == HttpStatusCode.NoContent)).IsEqualTo(1);
        await Assert.That(answers.Count(a => a.Status == HttpStatusCode.NotFound)).IsEqualTo(5);
        var left = await controller.Database.ReadAsync(s => CatalogStore.ImagesAsync(s, [6]));
        await Assert.That(left).IsEmpty();
    }

    [Test]
    public async Task System_item_is_not_removed()
    {
        await using var controller = await TestController.StartAsync();
        await IsErrorAsync(
            await controller.SendAsync("DELETE", Items + "/5"), 400, "ValidationError", "Catalog item id 5 is system and can't be deleted");
    }

    [Test]
    public async Task Item_in_use_is_not_removed()
    {
        await using var controller = await StartWithItemAsync();
        var agent = await TestAgent.CreateAsync(controller);
        var used = await controller.Database.AddMicroserviceAsync(agent, 6);

        await IsErrorAsync(
            await controller.SendAsync("DELETE", Item), 400, "ValidationError",
            "Can't update catalog item images for item used for running microservices");

        await Assert.That(await controller.Database.RegistryAsync(used)).IsEqualTo(1);
        await Assert.That((await controller.SendAsync("GET", Item)).Status).IsEqualTo(HttpStatusCode.OK);
    }

    private static async Task<TestController> StartWithItemAsync()
    {
        var controller = await TestController.StartAsync();
        await controller.SendAsync("POST", Items, ExampleNode("workloads/catalog-item-create-request.json").ToJsonString());
        return controller;
    }
}
