using System.Collections.Concurrent;
using System.Net;
using System.Text.Json.Nodes;
using Controller.Tests.Applications;
using Controller.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Controller.Tests.Scale;

/// <summary>A Controller whose clock stands still, so that nothing but requests touches the database, and as much in it as is asked for.</summary>
internal sealed class World(TestController controller, TimeProvider clock) : IAsyncDisposable
{
    private readonly List<TestAgent> _fogs = [];
    private readonly ConcurrentDictionary<string, int> _ports = new(StringComparer.Ordinal);
    private int _applications;
    private int _lastPort = 10_000;

    public TestController Controller => controller;

    public IReadOnlyList<TestAgent> Fogs => _fogs;

    public static async Task<World> StartAsync(int size)
    {
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
        var world = new World(await TestController.StartAsync(customize: s => s.AddSingleton<TimeProvider>(clock)), clock);
        await world.GrowAsync(size);
        return world;
    }

    /// <summary>So many fogs, applications of two microservices each, registries and catalog items.</summary>
    public async Task GrowAsync(int size)
    {
        while (_fogs.Count < size)
        {
            var fog = await TestAgent.CreateAsync(controller, now: clock.GetUtcNow);
            _fogs.Add(fog);
            await controller.Database.WriteAsync(s => s.ExecuteAsync(
                "INSERT INTO \"Tags\" (\"value\") VALUES (@u); INSERT INTO \"IofogTags\" (\"fog_uuid\", \"tag_id\") SELECT @u, \"id\" FROM \"Tags\" WHERE \"value\" = @u",
                new() { { "u", fog.Uuid } }));
            await controller.Database.WriteAsync(s => s.ExecuteAsync(
                "INSERT INTO \"Registries\" (\"url\", \"is_public\", \"user_name\", \"password\", \"user_email\") VALUES ('registry.example.com', TRUE, '', '', '')"));
            await controller.Database.WriteAsync(s => s.ExecuteAsync(
                "INSERT INTO \"CatalogItems\" (\"name\", \"category\", \"registry_id\") VALUES (@n, 'USER', 1)", new() { { "n", fog.Uuid } }));
        }

        while (_applications < size)
        {
            var name = $"app{_applications}";
            await SendAsync("POST", "/application", Application(name, 2, _applications), 201);
            _applications++;
        }
    }

    /// <summary>An application whose microservices are spread over the fogs, each with something of every kind.</summary>
    public string Application(string name, int microservices, int firstFog = 0)
    {
        var body = JsonNode.Parse(ApplicationFixture.Body(name, ""))!;
        for (var i = 0; i < microservices; i++)
        {
            body["microservices"]!.AsArray().Add(Microservice($"{name}-{i}", (firstFog + i) % _fogs.Count));
        }

        return body.ToJsonString();
    }

    public JsonObject Microservice(string name, int fog)
    {
        var body = ApplicationFixture.Microservice(name, _fogs[fog].Uuid, _ports.GetOrAdd(name, _ => Interlocked.Increment(ref _lastPort)));
        body["registryId"] = 1;
        body["env"] = new JsonArray(new JsonObject { ["key"] = "A", ["value"] = "1" }, new JsonObject { ["key"] = "B", ["value"] = "2" });
        body["cmd"] = new JsonArray("--a", "--b");
        body["volumeMappings"] = new JsonArray(new JsonObject { ["hostDestination"] = "/h", ["containerDestination"] = "/c", ["accessMode"] = "rw" });
        body["extraHosts"] = new JsonArray(new JsonObject { ["name"] = "host", ["address"] = "10.0.0.1" });
        body["capAdd"] = new JsonArray("NET_ADMIN");
        body["healthCheck"] = new JsonObject { ["test"] = new JsonArray("CMD", "true") };
        return body;
    }

    public async Task<JsonNode?> SendAsync(string method, string path, string? json = null, int expected = 200)
    {
        var (status, body) = await controller.SendAsync(method, "/api/v3" + path, json);
        await Assert.That(status).IsEqualTo((HttpStatusCode)expected).Because(body?.ToJsonString() ?? "");
        return body;
    }

    /// <summary>The statements that a request runs.</summary>
    public async Task<IReadOnlyList<string>> StatementsAsync(Func<Task> request)
    {
        var statements = new ConcurrentQueue<string>();
        controller.Database.StatementRuns = statements.Enqueue;
        await request();
        controller.Database.StatementRuns = null;
        return [.. statements];
    }

    /// <summary>Makes everything that is kept in memory outdated.</summary>
    public Task TouchAsync() => controller.Database.WriteAsync(s => s.ExecuteAsync("UPDATE \"Registries\" SET \"url\" = \"url\""));

    public ValueTask DisposeAsync() => controller.DisposeAsync();
}
