using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Controller.Testing;
using Controller.Tests.Microservices;

namespace Controller.Tests.Clients;

/// <summary>Many clients at once on one Controller: one wins, the others are told so, and nothing is left in between.</summary>
[Arguments("sqlite")]
[Arguments("postgres")]
public sealed class ParallelTests(string provider)
{
    private const int Many = 10;

    [Test]
    public async Task A_name_is_given_once()
    {
        await using var w = await StartAsync();
        (string Path, string Body, int Conflict)[] creates =
        [
            ("/iofog", """{"name":"same","archId":1}""", 400),
            ("/application", """{"name":"same"}""", 409),
            ("/microservices", Workloads.Body("same").ToJsonString(), 409),
            ("/catalog/microservices", """{"name":"same","registryId":1,"images":[{"containerImage":"a","archId":1}]}""", 409),
        ];
        foreach (var (path, body, conflict) in creates)
        {
            var answers = await ManyAsync(w, "POST", path, _ => body);
            await Assert.That($"{path} {answers.Count(a => a.Status == HttpStatusCode.Created)}").IsEqualTo($"{path} 1");
            foreach (var (status, answer) in answers.Where(a => a.Status != HttpStatusCode.Created))
            {
                await Assert.That($"{path} {(int)status} {answer!["message"]}").IsEqualTo($"{path} {conflict} Duplicate name 'same'");
            }
        }

        var (uploads, _) = (await Task.WhenAll(Enumerable.Range(0, Many).Select(_ => w.UploadAsync(
            "POST", "/application/yaml", "kind: Application\nmetadata: {name: twice}\nspec: {}\n", "application"))), 0);
        await Assert.That(uploads.Count(a => a.Status == HttpStatusCode.Created)).IsEqualTo(1);
        await Assert.That(uploads.Count(a => a.Status == HttpStatusCode.Conflict)).IsEqualTo(Many - 1);
    }

    [Test]
    public async Task Renames_to_one_name_leave_one_of_it()
    {
        await using var w = await StartAsync();
        for (var i = 0; i < Many; i++)
        {
            await w.OkAsync("POST", "/application", $$"""{"name":"a{{i}}"}""", HttpStatusCode.Created);
        }

        var answers = await ManyAsync(w, "PATCH", "", _ => """{"name":"same"}""", i => $"/application/a{i}");
        await Assert.That(answers.Count(a => a.Status == HttpStatusCode.NoContent)).IsEqualTo(1);
        await Assert.That(answers.Where(a => a.Status != HttpStatusCode.NoContent).All(a => (string?)a.Body!["message"] == "Duplicate name 'same'")).IsTrue();
        await Assert.That(await w.CountAsync("Applications")).IsEqualTo(Many + 1);
    }

    [Test]
    public async Task A_port_is_given_once_whoever_asks_and_however()
    {
        await using var w = await StartAsync();
        var uuids = new List<string>();
        for (var i = 0; i < Many; i++)
        {
            uuids.Add(await w.CreateAsync($"m{i}"));
        }

        var creates = Task.WhenAll(Enumerable.Range(0, Many).Select(i => w.Controller.SendAsync(
            "POST", "/api/v3/microservices", Workloads.Body($"n{i}", """{"ports":[{"internal":80,"external":8080}]}""").ToJsonString())));
        var updates = ManyAsync(w, "PATCH", "", _ => """{"ports":[{"internal":80,"external":8080}]}""", i => $"/microservices/{uuids[i]}");
        var adds = ManyAsync(w, "POST", "", _ => """{"internal":80,"external":8080}""", i => $"/microservices/{uuids[i]}/port-mapping");
        var answers = (await Task.WhenAll(creates, updates, adds)).SelectMany(a => a).ToList();
        await Assert.That(await w.CountAsync("MicroservicePorts")).IsEqualTo(1);
        foreach (var (status, body) in answers.Where(a => (int)a.Status >= 300))
        {
            await Assert.That($"{(int)status} {body!["message"]}").IsEqualTo("400 Port '8080' is not available");
        }
    }

    [Test]
    public async Task Changes_of_one_object_follow_each_other()
    {
        await using var w = await StartAsync();
        var uuid = await w.CreateAsync("camera");
        await AllSucceedAsync(ManyAsync(w, "PATCH", "/microservices/" + uuid, i => $$"""{"cmd":["{{i}}","{{i}}"],"env":[{"key":"K","value":"{{i}}"}],"ports":[{"internal":80,"external":{{9000 + i}} }]}"""));
        var m = await w.GetAsync(uuid);
        var last = (string)m["cmd"]![0]!;
        await Assert.That($"{m["cmd"]!.ToJsonString()} {m["env"]![0]!["value"]} {m["ports"]![0]!["external"]}").IsEqualTo($"[\"{last}\",\"{last}\"] {last} {9000 + int.Parse(last, CultureInfo.InvariantCulture)}");
        await Assert.That((await w.CountAsync("MicroserviceArgs"), await w.CountAsync("MicroservicePorts"), await w.CountAsync("MicroserviceEnvs"))).IsEqualTo((2, 1, 1));

        await AllSucceedAsync(ManyAsync(w, "PUT", "/application/shop", i => new JsonObject
        {
            ["microservices"] = new JsonArray(Workloads.Body("camera", $$"""{"cmd":["{{i}}"]}"""), Workloads.Body($"other-{i % 3}")),
        }.ToJsonString()));
        await Assert.That(await w.CountAsync("Microservices")).IsEqualTo(2);

        var item = await w.AddCatalogItemAsync("broker", images: [("a", 1)]);
        await AllSucceedAsync(ManyAsync(w, "PATCH", $"/catalog/microservices/{item}", i => $$"""{"images":[{"containerImage":"i{{i}}","archId":2}],"inputType":{"infoType":"{{i}}"} }"""));
        await Assert.That((await w.CountAsync("CatalogItemInputTypes")) <= 6).IsTrue();
    }

    [Test]
    public async Task What_is_deleted_while_others_use_it_leaves_nothing_behind()
    {
        await using var w = await StartAsync();
        for (var round = 0; round < 4; round++)
        {
            var name = $"app-{round}";
            await w.OkAsync("POST", "/application", $$"""{"name":"{{name}}"}""", HttpStatusCode.Created);
            var application = new JsonObject { ["application"] = name }.ToJsonString();
            var creates = ManyAsync(w, "POST", "/microservices", i => Workloads.Body($"m{i}", application).ToJsonString());
            var puts = ManyAsync(w, "PUT", $"/application/{name}", i => new JsonObject { ["microservices"] = new JsonArray(Workloads.Body($"p{i}")) }.ToJsonString());
            var deletes = ManyAsync(w, "DELETE", $"/application/{name}", _ => "", count: 2);
            foreach (var (status, body) in (await Task.WhenAll(creates, puts, deletes)).SelectMany(a => a))
            {
                await Assert.That((int)status is 201 or 204 or 404 or 409).IsTrue().Because($"{(int)status} {body?.ToJsonString()}");
            }

            await w.Controller.SendAsync("DELETE", $"/api/v3/application/{name}");
            var orphans = await w.Database.ReadAsync(s => s.QueryOneAsync(
                "SELECT COUNT(*) FROM \"Microservices\" WHERE \"application_id\" NOT IN (SELECT \"id\" FROM \"Applications\")", r => r.Long()));
            await Assert.That((orphans, await w.CountAsync("Applications"), await w.CountAsync("Microservices"))).IsEqualTo((0, 1, 0));
        }
    }

    [Test]
    public async Task An_agent_that_goes_while_it_is_deployed_to_takes_everything_along()
    {
        await using var w = await StartAsync();
        var (_, created) = await w.Controller.SendAsync("POST", "/api/v3/iofog", """{"name":"leaving","archId":1}""");
        var uuid = (string)created!["uuid"]!;
        var deploys = ManyAsync(w, "POST", "/microservices", i => Workloads.Body($"m{i}", """{"agentName":"leaving"}""").ToJsonString());
        var changes = ManyAsync(w, "PATCH", $"/iofog/{uuid}", i => $$"""{"description":"{{i}}"}""");
        var deletes = ManyAsync(w, "DELETE", $"/iofog/{uuid}", _ => "", count: 2);
        foreach (var (status, body) in (await Task.WhenAll(deploys, changes, deletes)).SelectMany(a => a))
        {
            await Assert.That((int)status is 201 or 202 or 204 or 400 or 404 or 409).IsTrue().Because($"{(int)status} {body?.ToJsonString()}");
        }

        for (var i = 0; (await w.Controller.SendAsync("GET", $"/api/v3/iofog/{uuid}")).Status != HttpStatusCode.NotFound; i++)
        {
            await Assert.That(i).IsLessThan(400);
            await Task.Delay(25);
        }

        var left = await w.Database.ReadAsync(s => s.QueryOneAsync(
            "SELECT COUNT(*) FROM \"Microservices\" WHERE \"iofog_uuid\" = @u", r => r.Long(), new() { { "u", uuid } }));
        await Assert.That(left).IsEqualTo(0);
    }

    [Test]
    public async Task A_registry_goes_or_is_used_but_not_both()
    {
        await using var w = await StartAsync();
        for (var round = 0; round < 4; round++)
        {
            var registry = await w.AddRegistryAsync();
            var uses = ManyAsync(w, "POST", "/microservices", i => Workloads.Body($"r{round}-{i}", $$"""{"registryId":{{registry}}}""").ToJsonString(), count: 3);
            var deletes = ManyAsync(w, "DELETE", $"/registries/{registry}", _ => "", count: 2);
            foreach (var (status, body) in (await Task.WhenAll(uses, deletes)).SelectMany(a => a))
            {
                await Assert.That((int)status is 201 or 204 or 400 or 404 or 409).IsTrue().Because($"{(int)status} {body?.ToJsonString()}");
            }
        }

        var dangling = await w.Database.ReadAsync(s => s.QueryOneAsync(
            "SELECT COUNT(*) FROM \"Microservices\" WHERE \"registry_id\" IS NULL OR \"registry_id\" NOT IN (SELECT \"id\" FROM \"Registries\")", r => r.Long()));
        await Assert.That(dangling).IsEqualTo(0);
    }

    private static Task<(HttpStatusCode Status, JsonNode? Body)[]> ManyAsync(
        Workloads w, string method, string path, Func<int, string> body, Func<int, string>? pathOf = null, int count = Many) =>
        Task.WhenAll(Enumerable.Range(0, count).Select(i => w.Controller.SendAsync(method, "/api/v3" + (pathOf?.Invoke(i) ?? path), body(i))));

    private static async Task AllSucceedAsync(Task<(HttpStatusCode Status, JsonNode? Body)[]> sent)
    {
        foreach (var (status, body) in await sent)
        {
            await Assert.That((int)status).IsEqualTo(204).Because(body?.ToJsonString() ?? "");
        }
    }

    private async Task<Workloads> StartAsync()
    {
        if (provider == "sqlite")
        {
            return await Workloads.StartAsync();
        }

        var server = await PostgresServer.SharedAsync();
        return await Workloads.StartAsync(environment: new()
        {
            ["DB_PROVIDER"] = "postgres",
            ["DB_HOST"] = "127.0.0.1",
            ["DB_PORT"] = server.Port.ToString(CultureInfo.InvariantCulture),
            ["DB_USERNAME"] = PostgresServer.User,
            ["DB_NAME"] = await server.CreateDatabaseAsync(),
        });
    }
}
