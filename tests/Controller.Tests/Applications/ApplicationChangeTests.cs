using System.Net;
using System.Text.Json.Nodes;
using Controller.Applications;
using Controller.Sql.Stores;
using Controller.Tests.Agents;
using Controller.Tests.Support;
using static Controller.Tests.Applications.ApplicationFixture;

namespace Controller.Tests.Applications;

/// <summary>PATCH and PUT: what changes, what stays, and which agents hear of it.</summary>
public sealed class ApplicationChangeTests
{
    [Test]
    public async Task A_patch_changes_what_it_names_and_flags_only_what_agents_see()
    {
        await using var controller = await TestController.StartAsync();
        var node = await TestAgent.CreateAsync(controller);
        await controller.DoAsync("POST", Route, Body("app", node.Uuid, "a"), HttpStatusCode.Created);
        await node.FlagsAsync();

        await PatchAsync("""{"description":"text"}""", "");
        await PatchAsync("{}", "");
        await PatchAsync("""{"isActivated":true}""", "");
        await PatchAsync("""{"isActivated":false}""", "list config");
        await PatchAsync("""{"isActivated":false}""", "");
        await PatchAsync("""{"isActivated":true}""", "list config");
        await PatchAsync("""{"natsConfig":{"natsAccess":true}}""", "");
        await PatchAsync("""{"microservices":[]}""", "");

        var body = await controller.GetAsync("app");
        await Assert.That(body["description"]!.GetValue<string>()).IsEqualTo("text");
        await Assert.That(body["isActivated"]!.GetValue<bool>()).IsTrue();
        await Assert.That(body["natsAccess"]!.GetValue<bool>()).IsTrue();
        await Assert.That(body["microservices"]!.AsArray().Count).IsEqualTo(1);

        async Task PatchAsync(string patch, string flags)
        {
            await controller.DoAsync("PATCH", Route + "/app", patch, HttpStatusCode.NoContent);
            await Assert.That(await node.FlagsAsync()).IsEqualTo(flags).Because(patch);
        }
    }

    [Test]
    public async Task A_patch_of_nothing_known_is_not_found()
    {
        await using var controller = await TestController.StartAsync();
        await controller.AddApplicationAsync("system-a", isSystem: true);
        await controller.FailAsync("PATCH", Route + "/none", "{}", HttpStatusCode.NotFound, "NotFoundError", "Invalid application id '{}'");
        await controller.FailAsync(
            "PATCH", Route + "/system-a", """{"isActivated":false}""", HttpStatusCode.NotFound, "NotFoundError", "Invalid application id '{}'");
        await controller.FailAsync("PUT", Route + "/none", "{}", HttpStatusCode.NotFound, "NotFoundError", "Invalid application id 'none'");
        await controller.FailAsync(
            "PUT", Route + "/system-a", """{"microservices":[]}""", HttpStatusCode.NotFound, "NotFoundError", "Invalid application id 'system-a'");
    }

    [Test]
    public async Task An_application_is_renamed_by_patch_and_its_agents_see_it()
    {
        await using var controller = await TestController.StartAsync();
        var node = await TestAgent.CreateAsync(controller);
        await controller.DoAsync("POST", Route, Body("old", node.Uuid, "a"), HttpStatusCode.Created);
        await controller.DoAsync("POST", Route, """{"name":"taken"}""", HttpStatusCode.Created);
        var follower = JsonNode.Parse(Body("other", node.Uuid, "b"))!;
        follower["microservices"]![0]!["extraHosts"] = new JsonArray(new JsonObject { ["name"] = "a", ["address"] = "${Apps.old.a.local}" });
        await controller.DoAsync("POST", Route, follower.ToJsonString(), HttpStatusCode.Created);
        await node.FlagsAsync();

        await controller.FailAsync(
            "PATCH", Route + "/old", """{"name":"taken"}""", HttpStatusCode.Conflict, "DuplicatePropertyError", "Duplicate name 'taken'");
        await controller.DoAsync("PATCH", Route + "/old", """{"name":"new"}""", HttpStatusCode.NoContent);

        await Assert.That(await node.FlagsAsync()).IsEqualTo("list config");
        await Assert.That((await controller.SendAsync("GET", Route + "/old")).Status).IsEqualTo(HttpStatusCode.NotFound);
        var (_, list) = await node.SendAsync("GET", "/microservices");
        await Assert.That(list!["microservices"]!.AsArray().Single(m => m!["name"]!.GetValue<string>() == "a")!["application"]!.GetValue<string>())
            .IsEqualTo("new");
        var other = await controller.GetAsync("other");
        await Assert.That(other["microservices"]![0]!["extraHosts"]![0]!["address"]!.GetValue<string>()).IsEqualTo("${Apps.new.a.local}");
    }

    [Test]
    public async Task A_put_is_the_complete_set()
    {
        await using var controller = await TestController.StartAsync();
        var first = await TestAgent.CreateAsync(controller);
        var second = await TestAgent.CreateAsync(controller);
        var third = await TestAgent.CreateAsync(controller);
        var create = JsonNode.Parse(Body("app", first.Uuid, "stays"))!;
        create["microservices"]!.AsArray().Add((JsonNode)Microservice("goes", second.Uuid, port: 8080));
        create["description"] = "kept";
        await controller.DoAsync("POST", Route, create.ToJsonString(), HttpStatusCode.Created);
        var before = await controller.GetAsync("app");
        foreach (var agent in new[] { first, second, third })
        {
            await agent.FlagsAsync();
        }

        var put = JsonNode.Parse(Body("app", first.Uuid, "stays"))!;
        put["microservices"]![0]!["cpuSetCpus"] = "0-1";
        // The port that "goes" gives back, on another node.
        put["microservices"]!.AsArray().Add((JsonNode)Microservice("comes", third.Uuid, port: 8080));
        await controller.DoAsync("PUT", Route + "/app", put.ToJsonString(), HttpStatusCode.NoContent);

        var after = await controller.GetAsync("app");
        await Assert.That(after["microservices"]!.AsArray().Select(m => m!["name"]!.GetValue<string>())).IsEquivalentTo(["stays", "comes"]);
        await Assert.That(Find(after, "stays")["uuid"]!.GetValue<string>()).IsEqualTo(Find(before, "stays")["uuid"]!.GetValue<string>());
        await Assert.That(Find(after, "stays")["cpuSetCpus"]!.GetValue<string>()).IsEqualTo("0-1");
        await Assert.That(after["description"]!.GetValue<string>()).IsEqualTo("kept");
        await Assert.That(await first.FlagsAsync()).IsEqualTo("list config");
        await Assert.That(await second.FlagsAsync()).IsEqualTo("list config");
        await Assert.That(await third.FlagsAsync()).Contains("list");

        // Without the member they stay, and nobody is told anything.
        await controller.DoAsync("PUT", Route + "/app", """{"description":"new"}""", HttpStatusCode.NoContent);
        await Assert.That((await controller.GetAsync("app"))["microservices"]!.AsArray().Count).IsEqualTo(2);
        await Assert.That(await first.FlagsAsync()).IsEqualTo("");
    }

    [Test]
    public async Task A_port_passes_from_one_that_goes_to_one_that_comes()
    {
        await using var controller = await TestController.StartAsync();
        var node = await TestAgent.CreateAsync(controller);
        var body = JsonNode.Parse(Body("app", node.Uuid))!;
        body["microservices"] = new JsonArray((JsonNode)Microservice("a", node.Uuid, port: 8080));
        await controller.DoAsync("POST", Route, body.ToJsonString(), HttpStatusCode.Created);
        body["microservices"] = new JsonArray((JsonNode)Microservice("b", node.Uuid, port: 8080));
        await controller.DoAsync("PUT", Route + "/app", body.ToJsonString(), HttpStatusCode.NoContent);
    }

    [Test]
    public async Task A_put_moves_a_microservice_and_tells_both_nodes()
    {
        await using var controller = await TestController.StartAsync();
        var from = await TestAgent.CreateAsync(controller);
        var to = await TestAgent.CreateAsync(controller);
        await controller.DoAsync("POST", Route, Body("app", from.Uuid, "a"), HttpStatusCode.Created);
        await from.FlagsAsync();
        await controller.DoAsync("PUT", Route + "/app", Body("app", to.Uuid, "a"), HttpStatusCode.NoContent);
        await Assert.That(await from.FlagsAsync()).IsEqualTo("list config");
        await Assert.That(await to.FlagsAsync()).IsEqualTo("list config");
        await Assert.That(Find(await controller.GetAsync("app"), "a")["iofogUuid"]!.GetValue<string>()).IsEqualTo(to.Uuid);
    }

    [Test]
    public async Task A_put_that_fails_in_the_middle_changes_nothing()
    {
        await using var controller = await TestController.StartAsync();
        var node = await TestAgent.CreateAsync(controller);
        await controller.DoAsync("POST", Route, Body("app", node.Uuid, "a", "b"), HttpStatusCode.Created);
        await node.FlagsAsync();
        var before = (await controller.GetAsync("app")).ToJsonString();

        var put = JsonNode.Parse(Body("app", node.Uuid, "a", "c"))!;
        put["description"] = "new";
        put["microservices"]![1]!["images"]!.AsArray().Clear();
        await controller.FailAsync(
            "PUT", Route + "/app", put.ToJsonString(), HttpStatusCode.BadRequest, "ValidationError", "Microservice c does not have valid images");
        await controller.FailAsync(
            "PUT", Route + "/app", Body("app", node.Uuid, "a", "a"), HttpStatusCode.Conflict, "DuplicatePropertyError", "Duplicate name 'a'");
        await controller.FailAsync(
            "PUT", Route + "/app", """{"name":"other"}""", HttpStatusCode.BadRequest, "ValidationError", "Application Resource Name is immutable");

        await Assert.That((await controller.GetAsync("app")).ToJsonString()).IsEqualTo(before);
        await Assert.That(await node.FlagsAsync()).IsEqualTo("");
    }

    [Test]
    [Arguments(true)]
    [Arguments(false)]
    public async Task What_was_stopped_and_is_gone_shows_as_stopped(bool wholeApplication)
    {
        await using var controller = await TestController.StartAsync();
        var node = await TestAgent.CreateAsync(controller);
        await controller.DoAsync("POST", Route, Body("app", node.Uuid, "a", "b"), HttpStatusCode.Created);
        await controller.RunAsync("UPDATE \"MicroserviceExecStatuses\" SET \"status\" = 'ACTIVE', \"exec_session_id\" = 'x'");
        var application = await controller.GetAsync("app");
        var (a, b) = (Find(application, "a")["uuid"]!.GetValue<string>(), Find(application, "b")["uuid"]!.GetValue<string>());
        if (wholeApplication)
        {
            await controller.DoAsync("PATCH", Route + "/app", """{"isActivated":false}""", HttpStatusCode.NoContent);
        }
        else
        {
            await controller.RunAsync("UPDATE \"Microservices\" SET \"is_activated\" = FALSE WHERE \"uuid\" = @u", new() { { "u", a } });
        }

        await ReportAsync(a, "DELETED");
        await ReportAsync(b, "DELETING");
        await controller.Service<StoppedApplicationsJob>().SettleAsync(CancellationToken.None);

        await Assert.That(await StatusAsync("a")).IsEqualTo("STOPPED no session");
        await Assert.That(await StatusAsync("b")).IsEqualTo(wholeApplication ? "STOPPED no session" : "DELETING ACTIVE");

        // What is in memory follows: a later flush does not bring the old state back.
        await controller.Service<Controller.Agents.TelemetryFlusher>().FinishAsync(CancellationToken.None);
        var stored = await controller.Database.ReadAsync(s => TelemetryStore.ListMicroservicesAsync(s, node.Uuid));
        await Assert.That(stored.Single(m => m.MicroserviceUuid == a).Status).IsEqualTo("STOPPED");

        async Task ReportAsync(string uuid, string status)
        {
            var report = new JsonObject { ["microserviceStatus"] = $$"""[{"id":"{{uuid}}","status":"{{status}}"}]""" };
            var (answer, _) = await node.SendAsync("PUT", "/status", report.ToJsonString());
            await Assert.That(answer).IsEqualTo(HttpStatusCode.NoContent);
        }

        async Task<string> StatusAsync(string name)
        {
            var row = Find(await controller.GetAsync("app"), name);
            return $"{row["status"]!["status"]} {row["execStatus"]!["status"]?.GetValue<string>() ?? "no session"}";
        }
    }

    private static JsonNode Find(JsonNode application, string name) =>
        application["microservices"]!.AsArray().Single(m => m!["name"]!.GetValue<string>() == name)!;
}
