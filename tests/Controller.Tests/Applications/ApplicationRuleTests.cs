using System.Net;
using System.Text.Json.Nodes;
using Controller.Applications;
using Controller.Tests.Agents;
using Controller.Tests.Support;
using static Controller.Tests.Applications.ApplicationFixture;

namespace Controller.Tests.Applications;

/// <summary>Create, read and delete (api-workloads 4.2 to 4.4).</summary>
public sealed class ApplicationRuleTests
{
    [Test]
    public async Task What_is_not_said_has_its_default()
    {
        await using var controller = await TestController.StartAsync();
        var created = await controller.DoAsync("POST", Route, """{"name":"app"}""", HttpStatusCode.Created);
        var body = (await controller.GetAsync("app")).AsObject();
        await Assert.That(body["createdAt"]!.GetValue<string>()).Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$");
        body.Remove("createdAt");
        body.Remove("updatedAt");
        await Assert.That(body.ToJsonString()).IsEqualTo(
            $$$"""{"id":{{{created!["id"]}}},"name":"app","description":"","isActivated":false,"isSystem":false,"natsAccess":false,"natsConfig":{"natsAccess":false,"natsRule":null},"microservices":[]}""");
    }

    [Test]
    public async Task A_name_is_taken_once_by_users_and_system()
    {
        await using var controller = await TestController.StartAsync();
        await controller.AddApplicationAsync("mine");
        await controller.AddApplicationAsync("system-a", isSystem: true);
        await controller.FailAsync("POST", Route, """{"name":"mine"}""", HttpStatusCode.Conflict, "DuplicatePropertyError", "Duplicate name 'mine'");
        await controller.FailAsync("POST", Route, """{"name":"system-a"}""", HttpStatusCode.Conflict, "DuplicatePropertyError", "Duplicate name 'system-a'");
    }

    [Test]
    public async Task Two_creates_at_once_make_one()
    {
        await using var controller = await TestController.StartAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => controller.SendAsync("POST", Route, """{"name":"app"}""")));
        await Assert.That(answers.Count(a => a.Status == HttpStatusCode.Created)).IsEqualTo(1);
        await Assert.That(answers.Count(a => a.Status == HttpStatusCode.Conflict)).IsEqualTo(5);
    }

    [Test]
    [Arguments("{}", "Required field 'name' is missing")]
    [Arguments("""{"name":""}""", "Field name does not meet minimum length of 1")]
    [Arguments("""{"name":"A B"}""", "Invalid format for field 'name'")]
    [Arguments("""{"name":5}""", "Field 'name' is not of a type(s) string")]
    [Arguments("""{"name":"a","isActivated":"yes"}""", "Field 'isActivated' is not of a type(s) boolean")]
    [Arguments("""{"name":"a","description":null}""", "Field 'description' is not of a type(s) string")]
    [Arguments("""{"name":"a","natsAccess":true}""", "natsAccess must be provided under natsConfig.natsAccess")]
    [Arguments("""{"name":"a","natsConfig":{"natsRule":"x","foo":1}}""", "Field 'foo' not allowed")]
    [Arguments("""{"name":"a","natsConfig":{"natsRule":"none"}}""", "NATS account rule none does not exist")]
    [Arguments("""{"name":"a","microservices":[{"name":"B"}]}""", "Invalid format for field 'microservices[0].name'")]
    [Arguments("""{"name":"a","microservices":[{"name":"b","iofogUuid":"gone"}]}""", "Invalid ioFog UUID 'gone'")]
    public async Task A_bad_body_creates_nothing(string body, string message)
    {
        await using var controller = await TestController.StartAsync();
        await controller.FailAsync("POST", Route, body, HttpStatusCode.BadRequest, "ValidationError", message);
        var list = await controller.DoAsync("GET", Route, null, HttpStatusCode.OK);
        await Assert.That(list!.ToJsonString()).IsEqualTo("""{"applications":[]}""");
    }

    [Test]
    public async Task A_failing_microservice_takes_everything_back()
    {
        await using var controller = await TestController.StartAsync();
        var node = await TestAgent.CreateAsync(controller);
        var body = JsonNode.Parse(Body("app", node.Uuid, "a", "b"))!;
        body["microservices"]![1]!["images"] = new JsonArray();
        await controller.FailAsync(
            "POST", Route, body.ToJsonString(), HttpStatusCode.BadRequest, "ValidationError", "Microservice b does not have valid images");
        await Assert.That((await controller.SendAsync("GET", Route + "/app")).Status).IsEqualTo(HttpStatusCode.NotFound);
        await Assert.That(await CountAsync(controller, "Microservices")).IsEqualTo(0L);
        await Assert.That(await node.FlagsAsync()).IsEqualTo("");

        await controller.FailAsync("POST", Route, Body("app", node.Uuid, "a", "a"), HttpStatusCode.Conflict, "DuplicatePropertyError", "Duplicate name 'a'");
        await Assert.That(await CountAsync(controller, "Applications")).IsEqualTo(0L);
    }

    [Test]
    public async Task The_application_of_an_item_is_the_one_around_it()
    {
        await using var controller = await TestController.StartAsync();
        var node = await TestAgent.CreateAsync(controller);
        var body = JsonNode.Parse(Body("app", node.Uuid, "a"))!;
        body["microservices"]![0]!["application"] = "another";
        await controller.DoAsync("POST", Route, body.ToJsonString(), HttpStatusCode.Created);
        var read = await controller.GetAsync("app");
        await Assert.That(read["microservices"]![0]!["application"]!.GetValue<string>()).IsEqualTo("app");
        await Assert.That(await node.FlagsAsync()).Contains("list");
    }

    [Test]
    public async Task Nats_rules_are_stored_by_name_and_cleared_with_the_access()
    {
        await using var controller = await TestController.StartAsync();
        await controller.RunAsync("INSERT INTO \"NatsAccountRules\" (\"name\", \"pub_allow\") VALUES ('mine', '[\"a\"]')");
        await controller.RunAsync("INSERT INTO \"NatsAccountRules\" (\"name\", \"description\") VALUES ('wide', '\u4e2d')");
        await controller.DoAsync("POST", Route, """{"name":"app","natsConfig":{"natsAccess":true,"natsRule":"mine"}}""", HttpStatusCode.Created);
        await Assert.That(await NatsAsync()).IsEqualTo("""{"natsAccess":true,"natsRule":"mine"}""");

        await controller.DoAsync("PATCH", Route + "/app", """{"natsConfig":{"natsRule":"default-account"}}""", HttpStatusCode.NoContent);
        await Assert.That(await NatsAsync()).IsEqualTo("""{"natsAccess":true,"natsRule":"default-account"}""");

        await controller.FailAsync(
            "PATCH", Route + "/app", """{"natsConfig":{"natsRule":"none"}}""", HttpStatusCode.BadRequest, "ValidationError", "NATS account rule none does not exist");
        var (status, _) = await controller.SendAsync("PATCH", Route + "/app", """{"natsConfig":{"natsRule":"wide"}}""");
        await Assert.That(status).IsEqualTo(HttpStatusCode.BadRequest);
        await Assert.That(await NatsAsync()).IsEqualTo("""{"natsAccess":true,"natsRule":"default-account"}""");

        await controller.DoAsync("PATCH", Route + "/app", """{"natsConfig":{"natsAccess":false}}""", HttpStatusCode.NoContent);
        await Assert.That(await NatsAsync()).IsEqualTo("""{"natsAccess":false,"natsRule":null}""");
        foreach (var builtIn in new[] { "controller-account", "default-system-account", "default-account" })
        {
            await controller.DoAsync(
                "PUT", Route + "/app", $$$"""{"natsConfig":{"natsAccess":true,"natsRule":"{{{builtIn}}}"}}""", HttpStatusCode.NoContent);
            await Assert.That(await NatsAsync()).IsEqualTo($$"""{"natsAccess":true,"natsRule":"{{builtIn}}"}""");
        }

        async Task<string> NatsAsync() => (await controller.GetAsync("app"))["natsConfig"]!.ToJsonString();
    }

    [Test]
    public async Task Users_and_system_are_apart()
    {
        await using var controller = await TestController.StartAsync();
        await controller.AddApplicationAsync("mine");
        await controller.AddApplicationAsync("theirs", isSystem: true);
        await Assert.That(await ListedAsync("")).IsEqualTo("mine");
        await Assert.That(await ListedAsync("/system")).IsEqualTo("theirs");
        await controller.DoAsync("GET", Route + "/system/theirs", null, HttpStatusCode.OK);
        await controller.FailAsync("GET", Route + "/theirs", null, HttpStatusCode.NotFound, "NotFoundError", "Invalid application id 'theirs'");
        await controller.FailAsync("GET", Route + "/system/mine", null, HttpStatusCode.NotFound, "NotFoundError", "Invalid application id 'mine'");
        await controller.FailAsync("GET", Route + "/none", null, HttpStatusCode.NotFound, "NotFoundError", "Invalid application id 'none'");

        async Task<string> ListedAsync(string path)
        {
            var body = await controller.DoAsync("GET", Route + path, null, HttpStatusCode.OK);
            return string.Join(',', body!["applications"]!.AsArray().Select(a => a!["name"]!.GetValue<string>()));
        }
    }

    [Test]
    public async Task Deleting_takes_the_microservices_along_and_tells_their_agents()
    {
        await using var controller = await TestController.StartAsync();
        var node = await TestAgent.CreateAsync(controller);
        var bystander = await TestAgent.CreateAsync(controller);
        await controller.DoAsync("POST", Route, Body("app", node.Uuid, "a", "b"), HttpStatusCode.Created);
        await controller.RunAsync("UPDATE \"Microservices\" SET \"delete\" = TRUE WHERE \"name\" = 'b'");
        await node.FlagsAsync();

        await controller.DoAsync("DELETE", Route + "/app", null, HttpStatusCode.NoContent);

        await Assert.That(await node.FlagsAsync()).IsEqualTo("list config");
        await Assert.That(await bystander.FlagsAsync()).IsEqualTo("");
        foreach (var table in new[] { "Applications", "Microservices", "MicroserviceStatuses", "RbacServiceAccounts", "VolumeMappings" })
        {
            await Assert.That(await CountAsync(controller, table)).IsEqualTo(0L).Because(table);
        }

        await controller.FailAsync("DELETE", Route + "/app", null, HttpStatusCode.NotFound, "NotFoundError", "Invalid application id 'app'");
    }

    [Test]
    public async Task System_applications_are_deleted_by_their_own_route()
    {
        await using var controller = await TestController.StartAsync();
        var node = await TestAgent.CreateAsync(controller);
        var id = await controller.AddApplicationAsync("system-a", isSystem: true);
        await controller.AddMicroserviceAsync("m-router", "router", node.Uuid, id, catalogItem: 1);
        await controller.FailAsync("DELETE", Route + "/system-a", null, HttpStatusCode.BadRequest, "ValidationError", "Cannot delete system application.");
        await controller.DoAsync("DELETE", Route + "/system/system-a", null, HttpStatusCode.NoContent);
        await controller.DoAsync("DELETE", Route + "/system/system-a", null, HttpStatusCode.NoContent);
        await Assert.That(await node.FlagsAsync()).IsEqualTo("list config");
        await Assert.That(await CountAsync(controller, "Microservices")).IsEqualTo(0L);
    }

    [Test]
    public async Task Roles_decide_who_may()
    {
        await using var controller = await TestController.StartAsync(groups: ["viewer"]);
        await controller.AddApplicationAsync("app");
        await controller.DoAsync("GET", Route + "/app", null, HttpStatusCode.OK);
        await controller.DoAsync("GET", Route + "/system", null, HttpStatusCode.OK);
        foreach (var (method, path, body) in new[]
        {
            ("POST", Route, """{"name":"b"}"""), ("PATCH", Route + "/app", "{}"), ("PUT", Route + "/app", "{}"), ("DELETE", Route + "/app", null),
            ("DELETE", Route + "/system/app", null), ("POST", Route + "/yaml", null), ("PUT", Route + "/yaml/app", null),
        })
        {
            await Assert.That((await controller.SendAsync(method, path, body)).Status).IsEqualTo(HttpStatusCode.Forbidden).Because($"{method} {path}");
        }
    }

    private static Task<long> CountAsync(TestController controller, string table) =>
        controller.Database.ReadAsync(s => s.QueryOneAsync($"SELECT COUNT(*) FROM \"{table}\"", r => r.Long()));
}
