using System.Text.Json.Nodes;
using Controller.Tests.Support;

namespace Controller.Tests.Clients;

/// <summary>The Console's pages of agents, applications, microservices, catalog and registries (clients 4.3, 4.4).</summary>
public sealed class ConsolePageTests
{
    [Test]
    public async Task The_poll_shows_everything_that_is_there()
    {
        await using var controller = await StartAsync();
        using var console = new EdgeOpsConsole(controller);
        await DeployAsync(console, Workload.Item("camera", "edge-1"));
        var node = Uuid((await console.PollAsync()).Agents, "edge-1");
        await console.SendAsync("POST", $"/iofog/{node}/exec", new JsonObject { ["uuid"] = node });
        var data = await console.PollAsync();
        await Assert.That(data.Applications.Select(a => (string)a["name"]!)).IsEquivalentTo(["shop"]);
        await Assert.That(data.Microservices.Select(m => (string)m["name"]!)).IsEquivalentTo(["camera"]);
        var debug = data.SystemApplications.Single();
        await Assert.That($"{debug["name"]} {debug["microservices"]![0]!["name"]} {debug["microservices"]![0]!["status"]!["status"]}").IsEqualTo("system-edge-1 debug QUEUED");

        // A microservice whose status row is missing has a status all the same.
        await controller.Database.WriteAsync(s => s.ExecuteAsync("DELETE FROM \"MicroserviceStatuses\""));
        await console.PollAsync();
    }

    [Test]
    public async Task The_browser_may_ask_before_it_sends()
    {
        await using var controller = await StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Options, "/api/v3/microservices/x/config");
        request.Headers.Add("Origin", EdgeOpsConsole.Origin);
        request.Headers.Add("Access-Control-Request-Method", "PATCH");
        request.Headers.Add("Access-Control-Request-Headers", "authorization,content-type");
        using var response = await controller.Client.SendAsync(request);
        await Assert.That((int)response.StatusCode).IsEqualTo(204);
        await Assert.That(response.Headers.GetValues("Access-Control-Allow-Methods").Single()).Contains("PATCH");
        await Assert.That(response.Headers.GetValues("Access-Control-Allow-Headers").Single()).IsEqualTo("authorization,content-type");
    }

    [Test]
    public async Task An_agents_document_can_be_saved_as_it_was_shown()
    {
        await using var controller = await StartAsync();
        using var console = new EdgeOpsConsole(controller);
        await console.SendAsync("POST", "/iofog", JsonNode.Parse("""{"name":"fresh","archId":2,"tags":["a"],"upstreamRouters":[],"upstreamNatsServers":[]}"""));
        foreach (var agent in (await console.PollAsync()).Agents)
        {
            var path = $"/iofog/{agent["uuid"]}";
            await console.SendAsync("PATCH", path, EdgeOpsConsole.AgentPatch((await console.SendAsync("GET", path))!));
            var saved = (await console.SendAsync("GET", path))!.AsObject();
            foreach (var (key, value) in agent.AsObject().Where(p => p.Key is not ("updatedAt" or "platformStatus")))
            {
                await Assert.That($"{key} {saved[key]?.ToJsonString()}").IsEqualTo($"{key} {value?.ToJsonString()}");
            }
        }
    }

    [Test]
    public async Task The_buttons_of_an_agent_work()
    {
        await using var controller = await StartAsync();
        using var console = new EdgeOpsConsole(controller);
        var node = Uuid((await console.PollAsync()).Agents, "edge-1");
        await console.SendAsync("POST", $"/iofog/{node}/reboot");
        await console.SendAsync("POST", $"/iofog/{node}/prune");
        await console.SendAsync("POST", $"/iofog/{node}/version/upgrade", new JsonObject { ["semver"] = "1.10.3" });
        await Assert.That((string?)(await console.SendAsync("POST", $"/iofog/{node}/reconcile"))!["uuid"]).IsEqualTo(node);
        var key = await console.SendAsync("GET", $"/iofog/{node}/provisioning-key");
        await Assert.That((EdgeOpsConsole.Text(key!, "key").Length, EdgeOpsConsole.Text(key!, "caCert"))).IsEqualTo((36, ""));
        await console.SendAsync("POST", $"/iofog/{node}/exec", new JsonObject { ["uuid"] = node, ["image"] = "example/debug:1" });
        await console.SendAsync("DELETE", $"/iofog/{node}/exec", new JsonObject { ["uuid"] = node });
        await console.SendAsync("DELETE", $"/iofog/{node}");
        await controller.GoneAsync(node);
    }

    [Test]
    public async Task Documents_of_applications_and_microservices_can_be_saved_as_they_were_shown()
    {
        await using var controller = await StartAsync();
        using var console = new EdgeOpsConsole(controller);
        await DeployAsync(console, Workload.Rich("camera", "edge-1", 1), Workload.Item("plain", "edge-1"));
        var before = await console.PollAsync();
        foreach (var m in before.Microservices)
        {
            await console.SendAsync("PATCH", $"/microservices/{m["uuid"]}", EdgeOpsConsole.MicroserviceBody(m, before.Agents));
        }

        await Assert.That(Kept(await console.PollAsync())).IsEqualTo(Kept(before));

        var application = new JsonObject
        {
            ["name"] = "shop",
            ["natsConfig"] = new JsonObject { ["natsAccess"] = false },
            ["isActivated"] = true,
            ["microservices"] = new JsonArray([.. before.Microservices.Select(m => (JsonNode)EdgeOpsConsole.MicroserviceBody(m, before.Agents))]),
        };
        await console.SendAsync("PUT", "/application/shop", application);
        await Assert.That(Kept(await console.PollAsync())).IsEqualTo(Kept(before));
    }

    [Test]
    public async Task The_buttons_of_applications_and_microservices_work()
    {
        await using var controller = await StartAsync();
        using var console = new EdgeOpsConsole(controller);
        await DeployAsync(console, Workload.Item("camera", "edge-1"));
        var uuid = (string)(await console.PollAsync()).Microservices.Single()["uuid"]!;
        foreach (var verb in new[] { "stop", "start", "rebuild" })
        {
            await console.SendAsync("PATCH", $"/microservices/{uuid}/{verb}");
            await Assert.That((bool)(await console.PollAsync()).Microservices.Single()["isActivated"]!).IsEqualTo(verb != "stop");
        }

        await console.SendAsync("PATCH", $"/microservices/{uuid}/config", JsonNode.Parse("""{"a":{"b":[1,"\""]}}"""));
        await Assert.That((await console.SendAsync("GET", $"/microservices/{uuid}/config"))!.ToJsonString()).IsEqualTo("""{"config":{"a":{"b":[1,"\u0022"]}}}""");
        await console.SendAsync("DELETE", $"/microservices/{uuid}/config");
        await Assert.That((await console.SendAsync("GET", $"/microservices/{uuid}/config"))!.ToJsonString()).IsEqualTo("""{"config":{}}""");

        await console.SendAsync("PATCH", "/application/shop", JsonNode.Parse("""{"isActivated":false}"""));
        await console.SendAsync("PATCH", "/application/shop", JsonNode.Parse("""{"description":"d","isActivated":true,"isSystem":false,"natsConfig":{"natsAccess":false}}"""));

        // One toggle sends an object that nobody turned into JSON.
        var (status, _, _) = await console.TryAsync("PATCH", "/application/shop", "[object Object]", "text/plain;charset=UTF-8");
        await Assert.That(status).IsEqualTo(204);
        await Assert.That((bool)(await console.PollAsync()).Applications.Single()["isActivated"]!).IsTrue();

        await console.SendAsync("DELETE", $"/microservices/{uuid}");
        await console.SendAsync("DELETE", "/application/shop");
        await Assert.That((await console.PollAsync()).Applications).IsEmpty();
    }

    [Test]
    public async Task A_registrys_document_can_be_saved_without_losing_the_password()
    {
        await using var controller = await StartAsync();
        using var console = new EdgeOpsConsole(controller);
        var id = (long)(await console.SendAsync("POST", "/registries", JsonNode.Parse(
            """{"url":"r.example.com","isPublic":false,"username":"u","password":"s3cret","email":"a@b.c"}""")))!["id"]!;
        var agent = await TestAgent.CreateAsync(controller);
        var shown = (await console.SendAsync("GET", $"/registries/{id}"))!;
        await Assert.That((string?)shown["password"]).IsEqualTo("");
        await SaveAsync(new JsonObject
        {
            ["url"] = "r2.example.com", ["isPublic"] = (bool)shown["isPublic"]!, ["username"] = (string?)shown["username"], ["password"] = (string?)shown["password"], ["email"] = (string?)shown["userEmail"],
        });
        await Assert.That(await SeenByAgentAsync()).IsEqualTo("r2.example.com u s3cret a@b.c");

        // A document without credentials gives null for them: nothing is said about them.
        await SaveAsync(new JsonObject { ["url"] = "r3.example.com", ["isPublic"] = false, ["username"] = null, ["password"] = null, ["email"] = null });
        await Assert.That(await SeenByAgentAsync()).IsEqualTo("r3.example.com u s3cret a@b.c");

        // Who takes the user away takes the password with it.
        await SaveAsync(new JsonObject { ["username"] = "", ["password"] = "", ["email"] = "" });
        await Assert.That(await SeenByAgentAsync()).IsEqualTo("r3.example.com   ");

        var open = await console.SendAsync("POST", "/registries", JsonNode.Parse("""{"url":"open.example.com","isPublic":true,"username":null,"password":null,"email":null}"""));
        await console.SendAsync("DELETE", $"/registries/{open!["id"]}");

        Task SaveAsync(JsonObject body) => console.SendAsync("PATCH", $"/registries/{id}", body);

        async Task<string> SeenByAgentAsync()
        {
            var (_, body) = await agent.SendAsync("GET", "/registries");
            var r = body!["registries"]!.AsArray().Single(r => (long)r!["id"]! == id)!;
            return $"{r["url"]} {r["userName"] ?? r["username"]} {r["password"]} {r["userEmail"]}";
        }
    }

    [Test]
    public async Task The_drop_zone_decides_by_the_lists_and_bears_lists_that_do_not_exist()
    {
        await using var controller = await StartAsync();
        using var console = new EdgeOpsConsole(controller);
        foreach (var path in new[] { "/catalog", "/catalog/templates", "/flow" })
        {
            var (status, body, _) = await console.TryAsync("GET", path);
            await Assert.That($"{status} {body!["name"]}").IsEqualTo("404 NotFoundError");
        }

        var item = JsonNode.Parse("""{"name":"broker","description":"","category":"","images":[{"containerImage":"a","archId":1}],"registryId":1,"configExample":""}""")!;
        var id = (await console.SendAsync("POST", "/catalog/microservices", item))!["id"]!.GetValue<long>();
        var (again, _, message) = await console.TryAsync("POST", "/catalog/microservices", item.ToJsonString());
        await Assert.That((again, message)).IsEqualTo((409, "Duplicate name 'broker'"));
        await console.SendAsync("PATCH", $"/catalog/microservices/{id}", item);
        var shown = (await console.SendAsync("GET", "/catalog/microservices"))!["catalogItems"]!.AsArray();
        await Assert.That(shown.Count(i => (string?)i!["name"] == "broker")).IsEqualTo(1);
        await console.SendAsync("DELETE", $"/catalog/microservices/{id}");
        foreach (var (list, key) in new[] { ("/application", "applications"), ("/application/system", "applications"), ("/microservices", "microservices"), ("/registries", "registries"), ("/iofog-list", "fogs") })
        {
            EdgeOpsConsole.Array(await console.SendAsync("GET", list), key);
        }
    }

    /// <summary>The microservices as they are shown, without what a save may change: stamps, row ids, the mark to rebuild.</summary>
    private static string Kept(ConsoleData data) => string.Join('\n', data.Microservices.OrderBy(m => (string?)m["name"]).Select(m =>
    {
        var kept = m.DeepClone().AsObject();
        kept.Remove("updatedAt");
        kept.Remove("status");
        kept.Remove("serviceAccount");
        kept["volumeMappings"] = new JsonArray([.. kept["volumeMappings"]!.AsArray().OrderBy(v => (string?)v!["containerDestination"]).Select(v =>
        {
            var mapping = v!.DeepClone().AsObject();
            mapping.Remove("id");
            return (JsonNode)mapping;
        })]);
        return kept.ToJsonString();
    }));

    private static string Uuid(IEnumerable<JsonNode> agents, string name) => (string)agents.Single(a => (string?)a["name"] == name)["uuid"]!;

    /// <summary>An application <c>shop</c> with microservices, by way of the command line's document.</summary>
    private static async Task DeployAsync(EdgeOpsConsole console, params JsonObject[] items)
    {
        await console.SendAsync("POST", "/application", JsonNode.Parse("""{"name":"shop","isActivated":true,"microservices":[]}"""));
        foreach (var item in items)
        {
            var body = Controller.Manifests.MicroserviceManifest.FromItem(item);
            body["application"] = "shop";
            await console.SendAsync("POST", "/microservices", body);
        }
    }

    private static async Task<TestController> StartAsync()
    {
        var controller = await TestController.StartAsync(new() { ["CONSOLE_URL"] = EdgeOpsConsole.Origin });
        await controller.CreateNodeAsync("edge-1");
        await Workload.AddReferencesAsync(controller);
        return controller;
    }
}
