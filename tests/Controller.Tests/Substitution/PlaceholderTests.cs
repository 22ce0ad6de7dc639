using System.Net;
using System.Text.Json.Nodes;
using Controller.Tests.Support;
using static Controller.Tests.Applications.ApplicationFixture;
using static Controller.Tests.Support.JsonAsserts;

namespace Controller.Tests.Substitution;

/// <summary>Placeholders in request bodies (api-workloads 1.5): on which routes, what they see, what they cost.</summary>
public sealed class PlaceholderTests
{
    private const string Registries = "/api/v3/registries";

    [Test]
    public async Task They_see_the_body_and_the_results_before_them()
    {
        await using var controller = await TestController.StartAsync();
        var read = await RegistryAsync(controller, """
            { "username": "{{ 'MARY' | downcase }}", "email": "{{ self.username }}@{{ self.url.size }}", "url": "{{ self.username }}.example.com",
              "isPublic": "{{ self.public | toBoolean }}", "public": "true", "password": "" }
            """);
        // The name is there before the url that it is part of; the e-mail comes before the url, and sees its template.
        await IsSameAsync(read["url"], "mary.example.com");
        await IsSameAsync(read["userEmail"], "mary@31");
        await IsSameAsync(read["isPublic"], true);
    }

    [Test]
    public async Task A_missing_variable_makes_the_field_absent()
    {
        await using var controller = await TestController.StartAsync();
        await IsErrorAsync(
            await controller.SendAsync("POST", Registries, Registry("""{{ missing }}""")), 400, "ValidationError", "Required field 'url' is missing");
        await Assert.That((await RegistryAsync(controller, Registry("a{{ missing }}")))["url"]!.GetValue<string>()).IsEqualTo("aundefined");
    }

    [Test]
    public async Task Types_are_checked_after_filling_in()
    {
        await using var controller = await TestController.StartAsync();
        await IsErrorAsync(
            await controller.SendAsync("POST", Registries, Registry("{{ 42 }}")), 400, "ValidationError", "Field 'url' is not of a type(s) string");
    }

    [Test]
    public async Task An_error_becomes_the_value()
    {
        await using var controller = await TestController.StartAsync();
        await Assert.That((await RegistryAsync(controller, Registry("{{ broken")))["url"]!.GetValue<string>())
            .IsEqualTo("TokenizationError: output \"{{ broken\" not closed, line:1, col:1");
        await Assert.That((await RegistryAsync(controller, Registry("{% foo %}")))["url"]!.GetValue<string>())
            .IsEqualTo("ParseError: tag \"foo\" not found, line:1, col:1");
    }

    [Test]
    public async Task A_brace_may_be_escaped_and_halves_of_characters_are_replaced()
    {
        await using var controller = await TestController.StartAsync();
        await Assert.That((await RegistryAsync(controller, Registry("\\u007b\\u007B 'a' | append: 'b' }}")))["url"]!.GetValue<string>()).IsEqualTo("ab");
        await Assert.That((await RegistryAsync(controller, Registry("{{ '😀' | slice: 0 }}")))["url"]!.GetValue<string>()).IsEqualTo("\ufffd");
        // NUL cannot be stored, wherever it comes from.
        await Assert.That((await controller.SendAsync("POST", Registries, Registry("{{ 'a\\\\u0000' }}"))).Status).IsEqualTo(HttpStatusCode.BadRequest);
    }

    [Test]
    public async Task Keys_and_plain_texts_stay()
    {
        await using var controller = await TestController.StartAsync();
        var agent = await TestAgent.CreateAsync(controller);
        var body = JsonNode.Parse(Body("app", agent.Uuid, "a"))!;
        body["{{ 'x' }}"] = "${Agents.x} }}";
        body["description"] = "{{ self | json | size | toString }}";
        await controller.DoAsync("POST", Route, body.ToJsonString(), HttpStatusCode.Created);
        var app = await controller.GetAsync("app");
        await Assert.That(int.Parse(app["description"]!.GetValue<string>())).IsGreaterThan(body.ToJsonString().Length - 60);
    }

    [Test]
    public async Task Every_marked_route_fills_in()
    {
        await using var controller = await TestController.StartAsync();
        await controller.CreateFogAsync("""{"name":"{{ 'edge' }}","archId":"{{ 1 }}","routerMode":"none","natsMode":"none","description":"d","host":"{{ '10.0.0.1' }}"}""");
        var fog = (await FogsAsync(controller)).Single();
        await Assert.That(fog["name"]!.GetValue<string>()).IsEqualTo("edge");
        var uuid = fog["uuid"]!.GetValue<string>();
        await controller.PatchFogAsync(uuid, """{"description":"{{ 'new' }}"}""");
        await Assert.That((await FogsAsync(controller)).Single()["description"]!.GetValue<string>()).IsEqualTo("new");

        await controller.DoAsync("POST", Route, """{"name":"{{ 'shop' }}"}""", HttpStatusCode.Created);
        await controller.DoAsync("PATCH", Route + "/shop", """{"description":"{{ 1 | toString }}"}""", HttpStatusCode.NoContent);
        await Assert.That((await controller.GetAsync("shop"))["description"]!.GetValue<string>()).IsEqualTo("1");
        await controller.DoAsync("PUT", Route + "/shop", """{"description":"{{ 2 | toString }}"}""", HttpStatusCode.NoContent);
        await Assert.That((await controller.GetAsync("shop"))["description"]!.GetValue<string>()).IsEqualTo("2");

        var microservice = Microservice("{{ 'cam' }}", "{{ 'edge' | findAgent | map: 'uuid' | first }}");
        microservice["application"] = "shop";
        microservice["config"] = """{"p":"{{ 1 }}"}""";
        var created = await controller.DoAsync("POST", "/api/v3/microservices", microservice.ToJsonString(), HttpStatusCode.Created);
        var cam = "/api/v3/microservices/" + created!["uuid"]!.GetValue<string>();
        await controller.DoAsync("PATCH", cam, """{"logSize":"{{ 7 }}"}""", HttpStatusCode.NoContent);
        var read = await controller.DoAsync("GET", cam, null, HttpStatusCode.OK);
        await Assert.That((read!["name"]!.GetValue<string>(), read["iofogUuid"]!.GetValue<string>(), read["logSize"]!.GetValue<int>())).IsEqualTo(("cam", uuid, 7));
        await Assert.That(read["config"]!.GetValue<string>()).IsEqualTo("""{"p":"1"}""");

        var item = ExampleNode("workloads/catalog-item-create-request.json");
        item["name"] = "{{ 'item' }}";
        var added = await controller.DoAsync("POST", "/api/v3/catalog/microservices", item.ToJsonString(), HttpStatusCode.Created);
        var path = "/api/v3/catalog/microservices/" + added!["id"];
        await controller.DoAsync("PATCH", path, """{"description":"{{ 'filled' }}"}""", HttpStatusCode.NoContent);
        var stored = await controller.DoAsync("GET", path, null, HttpStatusCode.OK);
        await Assert.That((stored!["name"]!.GetValue<string>(), stored["description"]!.GetValue<string>())).IsEqualTo(("item", "filled"));

        var registry = await RegistryAsync(controller, Registry("{{ 'r' }}.example.com"));
        await controller.DoAsync("PATCH", $"{Registries}/{registry["id"]}", """{"url":"{{ 's' }}"}""", HttpStatusCode.NoContent);
        var patched = await controller.DoAsync("GET", $"{Registries}/{registry["id"]}", null, HttpStatusCode.OK);
        await Assert.That(patched!["url"]!.GetValue<string>()).IsEqualTo("s");
    }

    [Test]
    public async Task Other_routes_do_not()
    {
        await using var controller = await TestController.StartAsync();
        var agent = await TestAgent.CreateAsync(controller);
        await controller.DoAsync("POST", Route, Body("app", agent.Uuid, "a"), HttpStatusCode.Created);
        var uuid = (await controller.GetAsync("app"))["microservices"]![0]!["uuid"]!.GetValue<string>();
        await controller.DoAsync("PATCH", $"/api/v3/microservices/{uuid}/config", """{"a":"{{ 1 }}"}""", HttpStatusCode.NoContent);
        var config = await controller.DoAsync("GET", $"/api/v3/microservices/{uuid}/config", null, HttpStatusCode.OK);
        await Assert.That(config!["config"]!.ToJsonString()).IsEqualTo("""{"a":"{{ 1 }}"}""");
    }

    [Test]
    public async Task Manifests_are_filled_in_once_they_are_parsed()
    {
        await using var controller = await TestController.StartAsync();
        await controller.CreateNodeAsync("edge");
        var (status, body) = await controller.UploadAsync("POST", Route + "/yaml", """
            kind: Application
            metadata:
              name: "{{ self.description | downcase }}"
            spec:
              description: SHOP
              microservices:
                - name: cam
                  agent:
                    name: edge
                  images:
                    amd64: "example/{{ self.microservices[0].name }}:1"
                  container:
                    ports:
                      - internal: 80
                        external: "{{ 8000 | plus: 80 }}"
            """);
        await Assert.That(status).IsEqualTo(HttpStatusCode.Created).Because(body?.ToJsonString() ?? "");
        var cam = (await controller.GetAsync("shop"))["microservices"]![0]!;
        await Assert.That(cam["images"]![0]!["containerImage"]!.GetValue<string>()).IsEqualTo("example/cam:1");
        await Assert.That(cam["ports"]![0]!["external"]!.GetValue<int>()).IsEqualTo(8080);

        const string single = "kind: Microservice\nmetadata: {name: shop/two}\nspec: {agent: {name: edge}, images: {amd64: 'i'}, container: {logSize: \"{{ self.name.size }}\"}}\n";
        (status, body) = await controller.UploadAsync("POST", "/api/v3/microservices/yaml", single, "microservice");
        await Assert.That(status).IsEqualTo(HttpStatusCode.Created).Because(body?.ToJsonString() ?? "");
        var two = await controller.DoAsync("GET", "/api/v3/microservices/" + body!["uuid"], null, HttpStatusCode.OK);
        await Assert.That(two!["logSize"]!.GetValue<int>()).IsEqualTo(3);
    }

    [Test]
    [Arguments("{% for i in (1..1000000000) %}{% endfor %}", "Template takes more than 1000000 steps")]
    [Arguments("{% assign a = 'aaaaaaaaaaaaaaaa' %}{% for i in (1..60) %}{% assign a = a | append: a %}{% endfor %}", "Template produces more than 8000000 characters")]
    [Arguments("{{ self | json }}{{ (1..9999999999) | join }}", "Template takes more than 1000000 steps")]
    public async Task What_costs_too_much_is_refused(string template, string message)
    {
        await using var controller = await TestController.StartAsync();
        await IsErrorAsync(await controller.SendAsync("POST", Registries, Registry(template)), 400, "ValidationError", message);
    }

    [Test]
    public async Task Copies_of_the_body_in_itself_neither_grow_nor_deepen_without_end()
    {
        await using var controller = await TestController.StartAsync();
        var wide = new JsonObject();
        for (var i = 0; i < 60; i++)
        {
            wide["k" + i] = "{{ self }}";
        }

        var (status, body) = await controller.SendAsync("POST", Registries, wide.ToJsonString());
        await Assert.That((status, body!["name"]!.GetValue<string>())).IsEqualTo((HttpStatusCode.BadRequest, "ValidationError"));
        await Assert.That(body["message"]!.GetValue<string>()).StartsWith("Template ");
    }

    [Test]
    public async Task The_limit_is_for_the_whole_request()
    {
        await using var controller = await TestController.StartAsync();
        var body = new JsonObject();
        for (var i = 0; i < 30; i++)
        {
            body["k" + i] = "{% for i in (1..20000) %}{% endfor %}";
        }

        await IsErrorAsync(await controller.SendAsync("POST", Registries, body.ToJsonString()), 400, "ValidationError", "Template takes more than 1000000 steps");
    }

    [Test]
    public async Task Roles_are_asked_before_anything_is_filled_in()
    {
        await using var controller = await TestController.StartAsync(groups: ["viewer"]);
        var (status, _) = await controller.SendAsync("POST", Registries, Registry("{% for i in (1..1000000000) %}{% endfor %}"));
        await Assert.That(status).IsEqualTo(HttpStatusCode.Forbidden);
    }

    /// <summary>A registry with this in its url.</summary>
    private static string Registry(string url) =>
        $$"""{"url":"{{url}}","isPublic":true,"username":"u","password":"","email":"a@b.c"}""";

    private static async Task<JsonNode> RegistryAsync(TestController controller, string json)
    {
        var created = await controller.DoAsync("POST", Registries, json, HttpStatusCode.Created);
        return (await controller.DoAsync("GET", $"{Registries}/{created!["id"]}", null, HttpStatusCode.OK))!;
    }

    private static async Task<IEnumerable<JsonNode>> FogsAsync(TestController controller) =>
        (await controller.DoAsync("GET", "/api/v3/iofog-list", null, HttpStatusCode.OK))!["fogs"]!.AsArray()!;
}
