using System.Net;
using System.Text.Json.Nodes;
using Controller.Tests.Support;
using static Controller.Tests.Support.JsonAsserts;

namespace Controller.Tests.Catalog;

/// <summary>Reading and creating catalog items (api-workloads 7).</summary>
public class CatalogItemTests
{
    private const string Items = "/api/v3/catalog/microservices";

    private static string CreateBody => ExampleNode("workloads/catalog-item-create-request.json").ToJsonString();

    [Test]
    public async Task Created_item_reads_as_in_the_examples()
    {
        await using var controller = await TestController.StartAsync();

        var created = await controller.SendAsync("POST", Items, CreateBody);
        await Assert.That(created.Status).IsEqualTo(HttpStatusCode.Created);
        await IsSameAsync(created.Body, ExampleNode("workloads/catalog-item-create-response.json"));

        var got = await controller.SendAsync("GET", Items + "/6");
        await Assert.That(got.Status).IsEqualTo(HttpStatusCode.OK);
        await IsSameAsync(got.Body, ExampleNode("workloads/catalog-item-get-response.json"));
    }

    [Test]
    public async Task List_holds_system_items_and_others_as_in_the_example()
    {
        await using var controller = await TestController.StartAsync();
        await controller.SendAsync("POST", Items, CreateBody);

        var (status, body) = await controller.SendAsync("GET", Items);

        await Assert.That(status).IsEqualTo(HttpStatusCode.OK);
        await Assert.That(body!.AsObject().Select(m => m.Key)).IsEquivalentTo(["catalogItems"]);
        var items = body["catalogItems"]!.AsArray();
        await Assert.That(items.Select(i => (int)i!["id"]!)).IsEquivalentTo([1, 2, 3, 4, 5, 6]);
        await Assert.That(items.Select(i => (string)i!["name"]!)).IsEquivalentTo(["Router", "RESTBlue", "HAL", "Debug", "NATs", "mqtt-broker"]);
        var expected = ExampleNode("workloads/catalog-list-response.json")["catalogItems"]!.AsArray();
        await IsSameAsync(items[0], expected[0]);
        await IsSameAsync(items[5], expected[1]);
    }

    [Test]
    public async Task Item_of_the_required_fields_alone_gets_the_defaults()
    {
        await using var controller = await TestController.StartAsync();

        await controller.SendAsync("POST", Items, """{"name":"bare","registryId":2,"images":[{"containerImage":"","archId":4}],"unknown":1}""");
        var (_, body) = await controller.SendAsync("GET", Items + "/6");

        await IsSameAsync(body, JsonNode.Parse(
            """
            {"id":6,"name":"bare","description":"","category":null,"configExample":"{}","publisher":null,"diskRequired":0,"ramRequired":0,
             "picture":"images/shared/default.png","isPublic":false,"registryId":2,"images":[{"containerImage":"","archId":4}],
             "inputType":{"infoType":null,"infoFormat":null},"outputType":{"infoType":null,"infoFormat":null}}
            """));
    }

    [Test]
    public async Task Images_come_by_architecture()
    {
        await using var controller = await TestController.StartAsync();
        await controller.SendAsync("POST", Items,
            """{"name":"x","registryId":1,"images":[{"containerImage":"c","archId":3},{"containerImage":"a","archId":1},{"containerImage":"d","archId":4}]}""");

        var (_, body) = await controller.SendAsync("GET", Items + "/6");

        await Assert.That(body!["images"]!.AsArray().Select(i => (int)i!["archId"]!).SequenceEqual([1, 3, 4])).IsTrue();
    }

    [Test]
    [Arguments("""{"registryId":1,"images":[{"containerImage":"i","archId":1}]}""", "Required field 'name' is missing")]
    [Arguments("""{"name":"x","images":[{"containerImage":"i","archId":1}]}""", "Required field 'registryId' is missing")]
    [Arguments("""{"name":"x","registryId":1}""", "Required field 'images' is missing")]
    [Arguments("""{"name":"","registryId":1,"images":[{"containerImage":"i","archId":1}]}""", "Field name does not meet minimum length of 1")]
    [Arguments("""{"name":null,"registryId":1,"images":[{"containerImage":"i","archId":1}]}""", "Field 'name' is not of a type(s) string")]
    [Arguments("""{"name":"x","registryId":"1","images":[{"containerImage":"i","archId":1}]}""", "Field 'registryId' is not of a type(s) integer")]
    [Arguments("""{"name":"x","registryId":1,"images":[{"containerImage":"i"}]}""", "Required field 'archId' is missing")]
    [Arguments("""{"name":"x","registryId":1,"images":[{"containerImage":"i","archId":0}]}""", "images[0].archId must be greater than or equal to 1")]
    [Arguments("""{"name":"x","registryId":1,"diskRequired":"5","images":[{"containerImage":"i","archId":1}]}""", "Field 'diskRequired' is not of a type(s) integer")]
    [Arguments("""{"name":"x","registryId":1,"isPublic":1,"images":[{"containerImage":"i","archId":1}]}""", "Field 'isPublic' is not of a type(s) boolean")]
    [Arguments("""{"name":"x","registryId":1,"inputType":"mqtt","images":[{"containerImage":"i","archId":1}]}""", "Field 'inputType' is not of a type(s) object")]
    [Arguments("""{"name":"x","registryId":1,"images":[{"containerImage":"i","archId":2},{"containerImage":"j","archId":2}]}""", "Duplicate archId '2' in images")]
    [Arguments("""{"name":"x","registryId":1,"publisher":"Eclipse ioFog","images":[{"containerImage":"i","archId":1}]}""", "You are not allowed to add catalog item as 'Eclipse ioFog' publisher")]
    public async Task Bad_body_is_refused(string body, string message)
    {
        await using var controller = await TestController.StartAsync();

        await IsErrorAsync(await controller.SendAsync("POST", Items, body), 400, "ValidationError", message);

        await Assert.That((await controller.SendAsync("GET", Items + "/6")).Status).IsEqualTo(HttpStatusCode.NotFound);
    }

    [Test]
    [Arguments("""{"name":"x","registryId":1,"images":[]}""")]
    [Arguments("""{"name":"x","registryId":1,"images":[{"containerImage":"i","archId":5}]}""")]
    [Arguments("""{"name":"x","registryId":1,"images":[{"containerImage":"i","archId":1},{"containerImage":"i","archId":2},{"containerImage":"i","archId":3},{"containerImage":"i","archId":4},{"containerImage":"i","archId":4}]}""")]
    [Arguments("""[]""")]
    public async Task Bad_count_or_maximum_is_refused(string body)
    {
        await using var controller = await TestController.StartAsync();
        var (status, answer) = await controller.SendAsync("POST", Items, body);
        await Assert.That(status).IsEqualTo(HttpStatusCode.BadRequest);
        await Assert.That((string)answer!["name"]!).IsEqualTo("ValidationError");
    }

    [Test]
    public async Task Unknown_registry_is_not_found()
    {
        await using var controller = await TestController.StartAsync();
        var body = """{"name":"x","registryId":77,"images":[{"containerImage":"i","archId":1}]}""";
        await IsErrorAsync(await controller.SendAsync("POST", Items, body), 404, "NotFoundError", "Invalid registry id '77'");
    }

    [Test]
    public async Task Taken_name_is_a_conflict()
    {
        await using var controller = await TestController.StartAsync();
        await controller.SendAsync("POST", Items, CreateBody);

        await IsErrorAsync(await controller.SendAsync("POST", Items, CreateBody), 409, "DuplicatePropertyError", "Duplicate name 'mqtt-broker'");
    }

    [Test]
    public async Task Of_many_creates_of_one_name_at_once_one_wins()
    {
        await using var controller = await TestController.StartAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => controller.SendAsync("POST", Items, CreateBody)));

        await Assert.That(answers.Count(a => a.Status == HttpStatusCode.Created)).IsEqualTo(1);
        foreach (var answer in answers.Where(a => a.Status != HttpStatusCode.Created))
        {
            await IsErrorAsync(answer, 409, "DuplicatePropertyError", "Duplicate name 'mqtt-broker'");
        }

        var (_, list) = await controller.SendAsync("GET", Items);
        await Assert.That(list!["catalogItems"]!.AsArray().Count).IsEqualTo(6);
    }

    [Test]
    [Arguments("99")]
    [Arguments("router")]
    [Arguments("1.5")]
    [Arguments("99999999999999999999")]
    public async Task Unknown_item_is_not_found(string id)
    {
        await using var controller = await TestController.StartAsync();
        foreach (var (method, body) in new[] { ("GET", (string?)null), ("PATCH", "{}"), ("PATCH", """{"images":[{"containerImage":"i","archId":1}]}"""), ("DELETE", null) })
        {
            await IsErrorAsync(
                await controller.SendAsync(method, $"{Items}/{id}", body), 404, "NotFoundError", $"Invalid catalog item id '{id}'");
        }
    }

    [Test]
    public async Task Viewer_may_read_and_not_change()
    {
        await using var controller = await TestController.StartAsync(groups: ["viewer"]);
        await Assert.That((await controller.SendAsync("GET", Items)).Status).IsEqualTo(HttpStatusCode.OK);
        await Assert.That((await controller.SendAsync("GET", Items + "/1")).Status).IsEqualTo(HttpStatusCode.OK);
        await Assert.That((await controller.SendAsync("POST", Items, CreateBody)).Status).IsEqualTo(HttpStatusCode.Forbidden);
        await Assert.That((await controller.SendAsync("PATCH", Items + "/1", "{}")).Status).IsEqualTo(HttpStatusCode.Forbidden);
        await Assert.That((await controller.SendAsync("DELETE", Items + "/1")).Status).IsEqualTo(HttpStatusCode.Forbidden);
    }
}
