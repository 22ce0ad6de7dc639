using System.Globalization;
using System.Net;
using Controller.Sql.Stores;
using Controller.Testing;

namespace Controller.Tests.Microservices;

/// <summary>On a database that many connections write at once, what must be unique stays unique.</summary>
[Arguments("postgres")]
[Arguments("mysql")]
public sealed class MicroserviceOnServersTests(string provider)
{
    [Test]
    public async Task Names_ports_and_debug_microservices_stay_unique()
    {
        await using var w = await StartAsync();
        var same = Workloads.Body("same").ToJsonString();
        var creates = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => w.Controller.SendAsync("POST", "/api/v3/microservices", same)));
        await Assert.That(creates.Count(a => a.Status == HttpStatusCode.Created)).IsEqualTo(1);
        await Assert.That(creates.Count(a => a.Status == HttpStatusCode.Conflict)).IsEqualTo(11);

        var ports = await Task.WhenAll(Enumerable.Range(0, 12).Select(i => w.Controller.SendAsync(
            "POST", "/api/v3/microservices", Workloads.Body($"m{i}", """{"ports":[{"internal":80,"external":8080}]}""").ToJsonString())));
        await Assert.That(ports.Count(a => a.Status == HttpStatusCode.Created)).IsEqualTo(1);
        await Assert.That(ports.Count(a => a.Status == HttpStatusCode.BadRequest)).IsEqualTo(11);
        await Assert.That(await w.CountAsync("MicroservicePorts")).IsEqualTo(1);

        var debugs = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => w.Controller.SendAsync("POST", $"/api/v3/iofog/{w.Fog}/exec")));
        await Assert.That(debugs.All(a => a.Status == HttpStatusCode.NoContent)).IsTrue();
        await Assert.That(await w.CountAsync("Applications")).IsEqualTo(2);
        await Assert.That(await w.CountAsync("Microservices")).IsEqualTo(3);
    }

    [Test]
    public async Task A_microservice_lives_its_whole_life()
    {
        await using var w = await StartAsync();
        var other = await w.AddFogAsync("edge-2");
        var uuid = await w.CreateAsync(
            "a",
            """
            {"memoryLimit":268435457,"ports":[{"internal":80,"external":8080}],"env":[{"key":"K","value":"V"}],"cmd":["x","y"],"capAdd":["A"],
             "extraHosts":[{"name":"x","address":"1.1.1.1"}],"healthCheck":{"test":["CMD"],"interval":30},
             "volumeMappings":[{"hostDestination":"/h","containerDestination":"/c","accessMode":"rw"}]}
            """);
        await w.TakeFlagsAsync();
        await w.OkAsync("PATCH", "/microservices/" + uuid, """{"agentName":"edge-2","name":"b","cmd":["z"],"env":[{"key":"K","value":"W"}]}""");
        var m = await w.GetAsync(uuid);
        await Assert.That(m["iofogUuid"]!.GetValue<string>()).IsEqualTo(other);
        await Assert.That(m["memoryLimit"]!.GetValue<long>()).IsEqualTo(268435457);
        await Assert.That(m["cmd"]!.ToJsonString()).IsEqualTo("""["z"]""");
        await Assert.That(m["healthCheck"]!.ToJsonString()).IsEqualTo("""{"test":["CMD"],"interval":30}""");
        await Assert.That(m["createdAt"]!.GetValue<string>()).Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$");
        await Assert.That(await w.TakeFlagsAsync()).IsEqualTo(ChangeFlags.Microservices);
        await w.OkAsync("DELETE", "/microservices/" + uuid);
        await Assert.That(await w.CountAsync("VolumeMappings")).IsEqualTo(0);
    }

    private async Task<Workloads> StartAsync()
    {
        var (port, user, name) = provider == "postgres"
            ? ((await PostgresServer.SharedAsync()).Port, PostgresServer.User, await (await PostgresServer.SharedAsync()).CreateDatabaseAsync())
            : ((await MariaDbServer.SharedAsync()).Port, MariaDbServer.User, await (await MariaDbServer.SharedAsync()).CreateDatabaseAsync());
        return await Workloads.StartAsync(environment: new()
        {
            ["DB_PROVIDER"] = provider,
            ["DB_HOST"] = "127.0.0.1",
            ["DB_PORT"] = port.ToString(CultureInfo.InvariantCulture),
            ["DB_USERNAME"] = user,
            ["DB_NAME"] = name,
        });
    }
}
