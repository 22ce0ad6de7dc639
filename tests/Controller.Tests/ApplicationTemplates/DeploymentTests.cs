using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Controller.Sql.Stores;
using Controller.Tests.Agents;
using Controller.Tests.Support;
using static Controller.Tests.Applications.ApplicationFixture;
using static Controller.Tests.Support.JsonAsserts;

namespace Controller.Tests.ApplicationTemplates;

/// <summary>Applications made from templates (api-workloads 5.5).</summary>
public sealed class DeploymentTests
{
    private const string Templates = "/api/v3/applicationTemplate";

    [Test]
    public async Task The_examples_deploy()
    {
        await using var controller = await TestController.StartAsync();
        var uuid = await controller.CreateFogAsync(
            """{"name":"gateway-2","archId":2,"host":"10.1.1.2","routerMode":"none","natsMode":"none"}""");
        await controller.DoAsync("POST", Templates, Text("application-template-create-request.json"), HttpStatusCode.Created);

        var created = await controller.DoAsync("POST", Route, Text("application-from-template-request.json"), HttpStatusCode.Created);
        await Assert.That(created!["name"]!.GetValue<string>()).IsEqualTo("packing-b");
        var app = await controller.GetAsync("packing-b");
        await Assert.That(app["isActivated"]!.GetValue<bool>()).IsTrue();
        var camera = app["microservices"]![0]!;
        await Assert.That(camera["iofogUuid"]!.GetValue<string>()).IsEqualTo(uuid);
        await Assert.That(camera["config"]!.GetValue<string>()).IsEqualTo("""{"port":28080}""");
        await Assert.That(camera["ports"]![0]!["external"]!.GetValue<int>()).IsEqualTo(28080);
        await Assert.That(camera["env"]![0]!["value"]!.GetValue<string>()).IsEqualTo("10.1.1.2");

        // The manifest's template, deployed by the manifest.
        var (status, body) = await controller.UploadAsync("PUT", Templates + "/yaml/camera-app", Text("application-template.yaml"), "template");
        await Assert.That(status).IsEqualTo(HttpStatusCode.OK).Because(body?.ToJsonString() ?? "");
        (status, body) = await controller.UploadAsync("PUT", Route + "/yaml/packing-b", Text("application-from-template.yaml"));
        await Assert.That(status).IsEqualTo(HttpStatusCode.NoContent).Because(body?.ToJsonString() ?? "");
        var again = (await controller.GetAsync("packing-b"))["microservices"]![0]!;
        await Assert.That(again["uuid"]!.GetValue<string>()).IsEqualTo(camera["uuid"]!.GetValue<string>());
        await Assert.That(again["env"]!.AsArray().Count).IsEqualTo(0);
        await Assert.That(again["config"]!.GetValue<string>()).IsEqualTo("""{"port":28080}""");
    }

    [Test]
    public async Task What_the_request_says_of_the_application_counts_and_the_rest_is_the_templates()
    {
        await using var controller = await TestController.StartAsync();
        var agent = await TestAgent.CreateAsync(controller);
        await AddTemplateAsync(
            controller,
            "t",
            new JsonObject
            {
                ["description"] = "the template's",
                ["isActivated"] = true,
                ["natsConfig"] = new JsonObject { ["natsAccess"] = true },
                ["microservices"] = new JsonArray(Microservice("a", agent.Uuid)),
            });

        await controller.DoAsync(
            "POST", Route, """{"name":"app","natsConfig":{"natsAccess":false},"microservices":[{"name":"ignored"}],"template":{"name":"t","isActivated":true}}""", HttpStatusCode.Created);
        var app = await controller.GetAsync("app");
        await Assert.That((app["description"]!.GetValue<string>(), app["isActivated"]!.GetValue<bool>(), app["natsAccess"]!.GetValue<bool>())).IsEqualTo(("", false, true));
        await Assert.That(app["microservices"]!.AsArray().Select(m => m!["name"]!.GetValue<string>())).IsEquivalentTo(["a"]);
    }

    [Test]
    public async Task Given_values_are_laid_over_the_defaults()
    {
        await using var controller = await TestController.StartAsync();
        var agent = await TestAgent.CreateAsync(controller);
        var microservice = Microservice("a", agent.Uuid);
        microservice["config"] = """{"default":"{{ d }}","given":"{{ g }}","undeclared":"{{ u }}","object":"{{ o }}","text":"{{ d }}-{{ g }}","absent":"{{ x }}","self":"{{ self.microservices[0].name }}"}""";
        await AddTemplateAsync(
            controller,
            "t",
            new JsonObject { ["microservices"] = new JsonArray(microservice) },
            """[{"key":"d","defaultValue":[1,2]},{"key":"g","defaultValue":"default"},{"key":"x"}]""");

        await controller.DoAsync(
            "POST", Route, """{"name":"app","template":{"name":"t","variables":[{"key":"g","value":true},{"key":"u","value":"{{ 'X' | downcase }}"},{"key":"o","value":{"k":1}}]}}""", HttpStatusCode.Created);
        var config = (await controller.GetAsync("app"))["microservices"]![0]!["config"]!.GetValue<string>();
        await IsSameAsync(
            JsonNode.Parse(config), JsonNode.Parse("""{"default":[1,2],"given":true,"undeclared":"x","object":{"k":1},"text":"1,2-true","self":"a"}"""));
    }

    [Test]
    public async Task What_comes_out_is_checked_like_any_application_and_nothing_is_left_of_a_failure()
    {
        await using var controller = await TestController.StartAsync();
        var agent = await TestAgent.CreateAsync(controller);
        var second = Microservice("b", agent.Uuid);
        second["logSize"] = "{{ size }}";
        await AddTemplateAsync(controller, "t", new JsonObject { ["microservices"] = new JsonArray(Microservice("a", agent.Uuid), second) });

        await IsErrorAsync(await DeployAsync("\"big\""), 400, "ValidationError", "Field 'microservices[1].logSize' is not of a type(s) integer");
        second["logSize"] = 1;
        second["iofogUuid"] = "{{ size }}";
        await controller.DoAsync("PUT", Templates + "/t", new JsonObject { ["application"] = new JsonObject { ["microservices"] = new JsonArray(Microservice("a", agent.Uuid), second.DeepClone()) } }.ToJsonString(), HttpStatusCode.OK);
        await IsErrorAsync(await DeployAsync("\"nowhere\""), 400, "ValidationError", "Invalid ioFog UUID 'nowhere'");
        await Assert.That((await controller.SendAsync("GET", Route + "/app")).Status).IsEqualTo(HttpStatusCode.NotFound);

        Task<(HttpStatusCode, JsonNode?)> DeployAsync(string value) =>
            controller.SendAsync("POST", Route, $$$"""{"name":"app","template":{"name":"t","variables":[{"key":"size","value":{{{value}}} }]}}""");
    }

    [Test]
    [Arguments("POST", Route)]
    [Arguments("PUT", Route + "/app")]
    public async Task A_template_that_cannot_be_deployed_is_told(string method, string path)
    {
        await using var controller = await TestController.StartAsync();
        await controller.DoAsync("POST", Route, """{"name":"app"}""", HttpStatusCode.Created);
        await controller.RunAllAsync(
            """
            INSERT INTO "ApplicationTemplates" ("name", "application_json") VALUES ('empty', '{}');
            INSERT INTO "ApplicationTemplates" ("name") VALUES ('none-at-all');
            INSERT INTO "ApplicationTemplates" ("name", "application_json") VALUES ('broken', 'no json');
            INSERT INTO "ApplicationTemplates" ("name", "application_json") VALUES ('shape', '{"microservices":{"a":"{{ 1 }}"}}');
            INSERT INTO "ApplicationTemplates" ("name", "application_json") VALUES ('endless', '{"description":"{% for i in (1..9999999999) %}{% endfor %}"}');
            """);
        var name = method == "POST" ? "new" : "app";
        await FailAsync($$"""{"name":"unknown"}""", 404, "NotFoundError", "Could not find Application Template {}");
        foreach (var template in new[] { "empty", "none-at-all", "broken" })
        {
            await FailAsync($$"""{"name":"{{template}}"}""", 400, "ValidationError", "Application Tempalte {} is invalid");
        }

        await FailAsync("""{"name":"shape"}""", 400, "ValidationError", "Field 'microservices' is not of a type(s) array");
        await FailAsync("""{"name":"endless"}""", 400, "ValidationError", "Template takes more than 1000000 steps");
        await FailAsync("{}", 400, "ValidationError", "Required field 'name' is missing");
        await FailAsync("""{"name":"A"}""", 400, "ValidationError", "Invalid format for field 'template.name'");
        await FailAsync("""{"name":"a","variables":[{"value":1}]}""", 400, "ValidationError", "Required field 'key' is missing");
        await FailAsync("\"a\"", 400, "ValidationError", "Field 'template' is not of a type(s) object");

        async Task FailAsync(string template, int status, string error, string message) => await IsErrorAsync(
            await controller.SendAsync(method, path, $$"""{"name":"{{name}}","template":{{template}} }"""), status, error, message);
    }

    [Test]
    public async Task A_put_makes_the_application_what_the_template_gives()
    {
        await using var controller = await TestController.StartAsync();
        var agent = await TestAgent.CreateAsync(controller);
        await controller.DoAsync("POST", Route, Body("app", agent.Uuid, "old", "kept"), HttpStatusCode.Created);
        var before = await controller.GetAsync("app");
        var kept = Microservice("kept", agent.Uuid);
        kept["logSize"] = "{{ size }}";
        await AddTemplateAsync(
            controller, "t", new JsonObject { ["microservices"] = new JsonArray(kept, Microservice("{{ name }}", agent.Uuid)) }, """[{"key":"size","defaultValue":9},{"key":"name","defaultValue":"new"}]""");

        await controller.DoAsync("PUT", Route + "/app", """{"template":{"name":"t"}}""", HttpStatusCode.NoContent);
        var after = await controller.GetAsync("app");
        await Assert.That(after["microservices"]!.AsArray().Select(m => m!["name"]!.GetValue<string>())).IsEquivalentTo(["kept", "new"]);
        await Assert.That(Of(after)["uuid"]!.GetValue<string>()).IsEqualTo(Of(before)["uuid"]!.GetValue<string>());
        await Assert.That(Of(after)["logSize"]!.GetValue<int>()).IsEqualTo(9);
        await Assert.That(after["isActivated"]!.GetValue<bool>()).IsTrue();

        static JsonNode Of(JsonNode app) => app["microservices"]!.AsArray().Single(m => m!["name"]!.GetValue<string>() == "kept")!;
    }

    [Test]
    public async Task Reading_a_template_costs_the_same_whatever_is_in_it()
    {
        await using var controller = await TestController.StartAsync();
        var small = await CostAsync("small", 1);
        await Assert.That(await CostAsync("large", 20)).IsEqualTo(small);

        async Task<int> CostAsync(string name, int count)
        {
            var variables = new JsonArray([.. Enumerable.Range(0, count).Select(i => (JsonNode)new JsonObject { ["key"] = $"k{i}" })]);
            await AddTemplateAsync(controller, name, new JsonObject { ["description"] = "x" }, variables.ToJsonString());
            return await controller.Database.ReadAsync(async s =>
            {
                var row = await ApplicationTemplateStore.FindAsync(s, name);
                await ApplicationTemplateStore.ListVariablesAsync(s, row!.Id);
                return s.StatementCount;
            });
        }
    }

    [Test]
    public async Task Twenty_microservices_are_deployed_in_one_transaction()
    {
        await using var controller = await TestController.StartAsync();
        await controller.CreateNodeAsync("edge");
        await controller.DoAsync("POST", Templates, new JsonObject
        {
            ["name"] = "t",
            ["application"] = new JsonObject
            {
                ["microservices"] = new JsonArray([.. Enumerable.Range(0, 20).Select(i => (JsonNode)new JsonObject
                {
                    ["name"] = $"m{i}",
                    ["agentName"] = "{{ agent }}",
                    ["images"] = new JsonArray(new JsonObject { ["containerImage"] = "example/m:1", ["archId"] = 1 }),
                    ["ports"] = new JsonArray(new JsonObject { ["internal"] = 80, ["external"] = $"{{{{ base | plus: {i} }}}}" }),
                })]),
            },
            ["variables"] = new JsonArray(new JsonObject { ["key"] = "base", ["defaultValue"] = 8000 }),
        }.ToJsonString(), HttpStatusCode.Created);

        // The last port is taken: nothing of the application may be left.
        await controller.DoAsync("POST", Route, """{"name":"other","template":{"name":"t","variables":[{"key":"agent","value":"edge"},{"key":"base","value":8019}]}}""", HttpStatusCode.Created);
        await IsErrorAsync(
            await controller.SendAsync("POST", Route, """{"name":"app","template":{"name":"t","variables":[{"key":"agent","value":"edge"}]}}"""),
            400, "ValidationError", "Port '8019' is not available");
        await Assert.That((await controller.SendAsync("GET", Route + "/app")).Status).IsEqualTo(HttpStatusCode.NotFound);

        await controller.DoAsync("DELETE", Route + "/other", null, HttpStatusCode.NoContent);
        await controller.DoAsync("POST", Route, """{"name":"app","template":{"name":"t","variables":[{"key":"agent","value":"edge"}]}}""", HttpStatusCode.Created);
        var ports = (await controller.GetAsync("app"))["microservices"]!.AsArray().Select(m => m!["ports"]![0]!["external"]!.GetValue<int>());
        await Assert.That(ports.Order()).IsEquivalentTo(Enumerable.Range(8000, 20));
    }

    private static async Task AddTemplateAsync(TestController controller, string name, JsonObject application, string variables = "[]") =>
        await controller.DoAsync(
            "POST",
            Templates,
            new JsonObject { ["name"] = name, ["application"] = application.DeepClone(), ["variables"] = JsonNode.Parse(variables) }.ToJsonString(),
            HttpStatusCode.Created);

    private static string Text(string name) => Encoding.UTF8.GetString(Example.Bytes("workloads/" + name));
}
