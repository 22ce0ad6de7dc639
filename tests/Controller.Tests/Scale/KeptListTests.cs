using System.Net;
using System.Text.Json.Nodes;
using Controller.Agents;
using Controller.Sql.Stores;
using Controller.Tests.Support;

namespace Controller.Tests.Scale;

/// <summary>Lists are kept in memory, and nobody can tell: what was changed or reported before the request is in the answer.</summary>
public sealed class KeptListTests
{
    [Test]
    public async Task A_list_shows_each_one_as_it_is_read_alone()
    {
        await using var world = await World.StartAsync(3);
        await ReportAsync(world, 0, "RUNNING", "1.5");
        foreach (var item in (await world.SendAsync("GET", "/microservices"))!["microservices"]!.AsArray())
        {
            await JsonAsserts.IsSameAsync(item, await world.SendAsync("GET", $"/microservices/{item!["uuid"]}"));
        }

        foreach (var item in (await world.SendAsync("GET", "/application"))!["applications"]!.AsArray())
        {
            await Assert.That(item!["microservices"]!.AsArray().Count).IsEqualTo(2);
            await JsonAsserts.IsSameAsync(item, await world.SendAsync("GET", $"/application/{item["name"]}"));
        }
    }

    [Test]
    public async Task A_change_is_in_the_next_list()
    {
        await using var world = await World.StartAsync(1);
        var uuid = (await FirstAsync(world))["uuid"]!.GetValue<string>();
        await world.SendAsync("GET", "/application");
        await world.SendAsync("GET", "/iofog-list");

        await world.SendAsync("PATCH", $"/microservices/{uuid}", """{"env":[{"key":"A","value":"changed"}]}""", 204);
        await Assert.That((await FirstAsync(world))["env"]![0]!["value"]!.GetValue<string>()).IsEqualTo("changed");
        var application = (await world.SendAsync("GET", "/application"))!["applications"]![0]!;
        await Assert.That(application["microservices"]![0]!["env"]![0]!["value"]!.GetValue<string>()).IsEqualTo("changed");

        await world.SendAsync("PATCH", "/application/app0", """{"description":"new"}""", 204);
        await Assert.That((await world.SendAsync("GET", "/application"))!["applications"]![0]!["description"]!.GetValue<string>()).IsEqualTo("new");

        await world.SendAsync("PATCH", $"/iofog/{world.Fogs[0].Uuid}", """{"description":"node"}""", 204);
        await Assert.That((await world.SendAsync("GET", "/iofog-list"))!["fogs"]![0]!["description"]!.GetValue<string>()).IsEqualTo("node");

        await world.SendAsync("DELETE", $"/microservices/{uuid}", null, 204);
        await Assert.That((await world.SendAsync("GET", "/microservices"))!["microservices"]!.AsArray().Select(m => m!["uuid"]!.GetValue<string>())).DoesNotContain(uuid);
    }

    [Test]
    public async Task Every_kind_of_change_is_in_the_next_lists_and_names_what_it_changes()
    {
        await using var world = await World.StartAsync(2);
        var uuids = (await world.SendAsync("GET", "/microservices"))!["microservices"]!.AsArray()
            .ToDictionary(m => m!["name"]!.GetValue<string>(), m => m!["uuid"]!.GetValue<string>());
        var (one, other) = (uuids["app0-0"], uuids["app0-1"]);
        var alone = world.Microservice("alone", 0);
        alone["application"] = "app0";
        var put = world.Application("app1", 3);
        string? mapping = null, added = null;
        (string Method, string Path, string? Body, int Status)[] steps =
        [
            ("PATCH", $"/microservices/{one}", """{"name":"renamed","cmd":["x"],"config":"{}","healthCheck":{}}""", 204),
            ("PATCH", $"/microservices/{one}", """{"serviceAccount":{"roleRef":{"kind":"Role","name":"microservice"}}}""", 204),
            ("PATCH", $"/microservices/{one}/config", """{"a":1}""", 204),
            ("DELETE", $"/microservices/{one}/config", null, 204),
            ("PATCH", $"/microservices/{one}/rebuild", null, 204),
            ("PATCH", $"/microservices/{one}/stop", null, 204),
            ("PATCH", $"/microservices/{one}/start", null, 204),
            ("POST", $"/microservices/{one}/port-mapping", """{"internal":7,"external":30007}""", 201),
            ("DELETE", $"/microservices/{one}/port-mapping/7", null, 204),
            ("POST", $"/microservices/{one}/volume-mapping", """{"hostDestination":"/m","containerDestination":"/n","accessMode":"rw"}""", 201),
            ("DELETE", $"/microservices/{one}/volume-mapping/MAPPING", null, 204),
            ("POST", "/microservices", alone.ToJsonString(), 201),
            ("PATCH", "/microservices/ADDED", $$"""{"extraHosts":[{"name":"friend","address":"${Apps.app0.renamed.local}"}]}""", 204),
            ("PATCH", $"/microservices/{one}", $$"""{"iofogUuid":"{{world.Fogs[1].Uuid}}"}""", 204),
            ("DELETE", $"/microservices/{one}", null, 204),
            ("POST", "/application", world.Application("new", 2, 1), 201),
            ("PATCH", "/application/new", """{"description":"x","isActivated":false}""", 204),
            ("PUT", "/application/app1", put, 204),
            ("DELETE", "/application/new", null, 204),
        ];
        foreach (var (method, path, body, status) in steps)
        {
            var before = world.Controller.Database.Revision!.Value;
            var answer = await world.SendAsync(method, path.Replace("MAPPING", mapping).Replace("ADDED", added), body, status);
            mapping = answer?["id"]?.ToString() ?? mapping;
            added = answer?["uuid"]?.GetValue<string>() ?? added;
            await Assert.That(world.Controller.Database.ChangedSince(before)).IsNotNull().Because($"{method} {path}");
            await Assert.That(world.Controller.Database.ChangedSince(before)!).IsNotEmpty().Because($"{method} {path}");
            await ListsAreTrueAsync(world);
        }

        // The agent takes the orders to rebuild.
        var taken = world.Controller.Database.Revision!.Value;
        await world.Fogs[1].SendAsync("GET", "/microservices");
        await Assert.That(world.Controller.Database.ChangedSince(taken)!).Contains(other);
        await ListsAreTrueAsync(world);

        // These show in more than can be named.
        await world.SendAsync("PATCH", "/application/app0", """{"name":"other-name"}""", 204);
        await ListsAreTrueAsync(world);
        await world.SendAsync("PATCH", $"/iofog/{world.Fogs[1].Uuid}", """{"host":"10.9.9.9"}""", 204);
        await ListsAreTrueAsync(world);
    }

    /// <summary>The lists are what single reads, which nobody keeps, put together.</summary>
    private static async Task ListsAreTrueAsync(World world)
    {
        var stored = await world.Controller.Database.ReadAsync(s => MicroserviceStore.ListUuidsAsync(s, false));
        var listed = (await world.SendAsync("GET", "/microservices"))!["microservices"]!.AsArray();
        await Assert.That(listed.Select(m => m!["uuid"]!.GetValue<string>()).SequenceEqual(stored)).IsTrue();
        foreach (var item in listed)
        {
            await JsonAsserts.IsSameAsync(item, await world.SendAsync("GET", $"/microservices/{item!["uuid"]}"));
        }

        foreach (var item in (await world.SendAsync("GET", "/application"))!["applications"]!.AsArray())
        {
            await JsonAsserts.IsSameAsync(item, await world.SendAsync("GET", $"/application/{item!["name"]}"));
        }
    }

    [Test]
    public async Task A_report_is_in_the_next_list_before_and_after_it_is_written()
    {
        await using var world = await World.StartAsync(1);
        await ReportAsync(world, 0, "RUNNING", "1.5");
        await CpuIsAsync(1.5);

        await ReportAsync(world, 0, "RUNNING", "2.5");
        await Assert.That(await world.StatementsAsync(() => CpuIsAsync(2.5))).IsEmpty();

        var fleet = world.Controller.Service<Fleet>();
        await world.Controller.Service<Telemetry>().FlushAsync(fleet.Known, CancellationToken.None);
        var afterwards = await world.StatementsAsync(() => CpuIsAsync(2.5));
        await Assert.That(afterwards).IsEmpty();

        async Task CpuIsAsync(double cpu)
        {
            await Assert.That((await FirstAsync(world))["status"]!["cpuUsage"]!.GetValue<double>()).IsEqualTo(cpu);
            var application = (await world.SendAsync("GET", "/application"))!["applications"]![0]!;
            await Assert.That(application["microservices"]![0]!["status"]!["cpuUsage"]!.GetValue<double>()).IsEqualTo(cpu);
            await Assert.That((await world.SendAsync("GET", "/iofog-list"))!["fogs"]![0]!["cpuUsage"]!.GetValue<double>()).IsEqualTo(cpu);
        }
    }

    [Test]
    public async Task A_moved_microservice_waits_for_its_new_agent_also_where_it_was_before()
    {
        await using var world = await World.StartAsync(2);
        var uuid = (await FirstAsync(world))["uuid"]!.GetValue<string>();
        await ReportAsync(world, 0, "RUNNING", "1.5");
        foreach (var fog in new[] { 1, 0 })
        {
            await world.SendAsync("PATCH", $"/microservices/{uuid}", $$"""{"iofogUuid":"{{world.Fogs[fog].Uuid}}"}""", 204);
            await Assert.That((await FirstAsync(world))["status"]!["status"]!.GetValue<string>()).IsEqualTo("QUEUED");
            await Assert.That((await world.SendAsync("GET", $"/microservices/{uuid}"))!["status"]!["status"]!.GetValue<string>()).IsEqualTo("QUEUED");
        }

        await ReportAsync(world, 0, "PULLING", "0");
        await Assert.That((await FirstAsync(world))["status"]!["status"]!.GetValue<string>()).IsEqualTo("PULLING");
    }

    [Test]
    public async Task Thousands_of_microservices_are_listed_completely_and_each_with_its_own()
    {
        const int count = 6000;
        await using var world = await World.StartAsync(1);
        await world.Controller.Database.WriteAsync(async s =>
        {
            const string numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 6000)";
            foreach (var insert in new[]
            {
                $"""
                INSERT INTO "Microservices" ("uuid", "name", "application_id", "iofog_uuid", "is_activated", "log_size")
                {numbers} SELECT 'm-' || i, 'big-' || i, (SELECT "id" FROM "Applications" WHERE "name" = 'app0'), '{world.Fogs[0].Uuid}', TRUE, i FROM n
                """,
                $"""INSERT INTO "MicroserviceEnvs" ("microservice_uuid", "key", "value") {numbers} SELECT 'm-' || i, 'NUMBER', i FROM n""",
                $"""INSERT INTO "CatalogItemImages" ("microservice_uuid", "container_image", "arch_id") {numbers} SELECT 'm-' || i, 'image:' || i, 1 FROM n""",
                $"""INSERT INTO "MicroserviceStatuses" ("microservice_uuid", "status", "start_time") {numbers} SELECT 'm-' || i, 'RUNNING', i FROM n""",
            })
            {
                await s.ExecuteAsync(insert);
            }
        });

        var list = (await world.SendAsync("GET", "/microservices"))!["microservices"]!.AsArray();
        await AreRightAsync(list);
        var names = list.Select(m => m!["name"]!.GetValue<string>()).ToList();
        await Assert.That(names.SequenceEqual(names.Order(StringComparer.Ordinal))).IsTrue();
        await AreRightAsync((await world.SendAsync("GET", "/application"))!["applications"]![0]!["microservices"]!.AsArray());

        static async Task AreRightAsync(JsonArray list)
        {
            var big = list.Where(m => m!["name"]!.GetValue<string>().StartsWith("big-", StringComparison.Ordinal)).ToList();
            await Assert.That(big.Count).IsEqualTo(count);
            var wrong = big.Where(m =>
            {
                var number = m!["logSize"]!.GetValue<int>();
                return m["uuid"]!.GetValue<string>() != $"m-{number}" || m["env"]![0]!["value"]!.GetValue<string>() != $"{number}"
                    || m["images"]![0]!["containerImage"]!.GetValue<string>() != $"image:{number}" || m["status"]!["startTime"]!.GetValue<int>() != number;
            });
            await Assert.That(wrong.FirstOrDefault()?.ToJsonString()).IsNull();
        }
    }

    private static async Task<JsonNode> FirstAsync(World world) =>
        (await world.SendAsync("GET", "/microservices"))!["microservices"]!.AsArray().First(m => m!["name"]!.GetValue<string>() == "app0-0")!;

    /// <summary>The agent of a fog reports itself and everything it is to run.</summary>
    private static async Task ReportAsync(World world, int fog, string status, string cpu)
    {
        var rows = await world.Controller.Database.ReadAsync(s => MicroserviceStore.ListByFogAsync(s, world.Fogs[fog].Uuid));
        var items = new JsonArray([.. rows.Select(r => (JsonNode)new JsonObject { ["id"] = r.Uuid, ["status"] = status, ["percentage"] = 0, ["cpuUsage"] = cpu })]);
        var report = new JsonObject { ["daemonStatus"] = "RUNNING", ["cpuUsage"] = double.Parse(cpu), ["microserviceStatus"] = items.ToJsonString() };
        var (answer, _) = await world.Fogs[fog].SendAsync("PUT", "/status", report.ToJsonString());
        await Assert.That(answer).IsEqualTo(HttpStatusCode.NoContent);
    }
}
