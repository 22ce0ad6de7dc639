using System.Net;
using System.Text.Json.Nodes;
using Controller.Agents;
using Controller.Sql.Stores;
using Controller.Tests.Support;

namespace Controller.Tests.Agents;

/// <summary>Status reports: what is stored, derived and when (agent-wire 21, decision 26).</summary>
public sealed class AgentStatusTests
{
    private static string Example(string name) => File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Examples", "agent", name));

    [Test]
    [Arguments("status.put.request.json")]
    [Arguments("status.put.minimal.request.json")]
    [Arguments("status.put.edgelet-1.1.request.json")]
    public async Task The_reports_of_real_agents_are_taken(string example)
    {
        await using var controller = await TestController.StartAsync();
        var agent = await TestAgent.CreateAsync(controller);
        var (status, _) = await agent.SendAsync("PUT", "/status", Example(example));
        await Assert.That(status).IsEqualTo(HttpStatusCode.NoContent);
        var stored = (await Stored(controller, agent.Uuid)).Status;
        await Assert.That(stored.DaemonStatus).IsEqualTo(JsonNode.Parse(Example(example))!["daemonStatus"]!.GetValue<string>());
        await Assert.That(stored.SecurityStatus).IsEqualTo("OK");
    }

    [Test]
    public async Task A_state_transition_is_in_the_database_before_the_answer_and_the_rest_follows()
    {
        await using var controller = await TestController.StartAsync(new() { ["TELEMETRY_FLUSH_SECONDS"] = "1" });
        var agent = await TestAgent.CreateAsync(controller);
        await agent.SendAsync("PUT", "/status", """{"daemonStatus":"RUNNING","cpuUsage":1.5}""");
        await Assert.That((await Stored(controller, agent.Uuid)).Status.CpuUsage).IsEqualTo(1.5);
        await agent.SendAsync("PUT", "/status", """{"daemonStatus":"RUNNING","cpuUsage":2.5}""");
        await Assert.That(Newest(controller, agent).CpuUsage).IsEqualTo(2.5);
        for (var i = 0; (await Stored(controller, agent.Uuid)).Status.CpuUsage != 2.5; i++)
        {
            await Assert.That(i).IsLessThan(200);
            await Task.Delay(50);
        }
    }

    [Test]
    public async Task Telemetry_is_written_at_a_graceful_stop()
    {
        var directory = Directory.CreateTempSubdirectory("controller-test-");
        try
        {
            TestAgent agent;
            await using (var first = await TestController.StartAsync(dataDirectory: directory.FullName))
            {
                agent = await TestAgent.CreateAsync(first);
                await agent.SendAsync("PUT", "/status", """{"daemonStatus":"RUNNING"}""");
                await agent.SendAsync("PUT", "/status", """{"daemonStatus":"RUNNING","diskUsage":7.25}""");
            }

            await using var second = await TestController.StartAsync(dataDirectory: directory.FullName);
            await Assert.That((await Stored(second, agent.Uuid)).Status.DiskUsage).IsEqualTo(7.25);
        }
        finally
        {
            directory.Delete(true);
        }
    }

    [Test]
    public async Task Absent_keys_keep_their_values()
    {
        await using var controller = await TestController.StartAsync();
        var agent = await TestAgent.CreateAsync(controller);
        await agent.SendAsync("PUT", "/status", """{"daemonStatus":"RUNNING","version":"1.0.2","availableRuntimes":["crun","wasmtime"]}""");
        await agent.SendAsync("PUT", "/status", """{"daemonStatus":"WARNING"}""");
        var stored = (await Stored(controller, agent.Uuid)).Status;
        await Assert.That(stored.Version).IsEqualTo("1.0.2");
        await Assert.That(stored.AvailableRuntimes).IsEqualTo("""["crun","wasmtime"]""");
        await Assert.That(stored.DaemonStatus).IsEqualTo("WARNING");
    }

    [Test]
    public async Task A_changed_hardware_signature_is_a_security_warning_until_the_next_good_report()
    {
        await using var controller = await TestController.StartAsync();
        var agent = await TestAgent.CreateAsync(controller);
        await agent.SendAsync("PUT", "/status", """{"daemonStatus":"RUNNING","warningMessage":"HW signature changed: x"}""");
        await Assert.That((await Stored(controller, agent.Uuid)).Status.SecurityViolationInfo)
            .IsEqualTo("Auto deprovisioned by Agent. HW signature mismatch");
        await agent.SendAsync("PUT", "/status", """{"daemonStatus":"STOPPED","warningMessage":""}""");
        await Assert.That((await Stored(controller, agent.Uuid)).Status.SecurityStatus).IsEqualTo("OK");
    }

    [Test]
    [Arguments("\"daemonStatus\":5", "Field 'daemonStatus' is not of a type(s) string")]
    [Arguments("\"cpuUsage\":\"1\"", "Field 'cpuUsage' is not of a type(s) number")]
    [Arguments("\"daemonOperatingDuration\":1.5", "Field 'daemonOperatingDuration' is not of a type(s) integer")]
    [Arguments("\"isReadyToUpgrade\":\"true\"", "Field 'isReadyToUpgrade' is not of a type(s) boolean")]
    [Arguments("\"availableRuntimes\":\"[]\"", "Field 'availableRuntimes' is not of a type(s) array")]
    [Arguments("\"microserviceStatus\":[]", "Field 'microserviceStatus' is not of a type(s) string")]
    [Arguments("\"microserviceStatus\":\"{}\"", "Field 'microserviceStatus' is not a JSON array of objects")]
    [Arguments("\"microserviceStatus\":\"[1]\"", "Field 'microserviceStatus' is not a JSON array of objects")]
    [Arguments("\"microserviceStatus\":\"[\"", "Field 'microserviceStatus' is not a JSON array of objects")]
    public async Task A_wrong_type_is_refused_and_nothing_is_stored(string field, string message)
    {
        await using var controller = await TestController.StartAsync();
        var agent = await TestAgent.CreateAsync(controller);
        var (status, body) = await agent.SendAsync("PUT", "/status", $$"""{"version":"9.9.9",{{field}}}""");
        await Assert.That(status).IsEqualTo(HttpStatusCode.BadRequest);
        await Assert.That(body!["message"]!.GetValue<string>()).IsEqualTo(message);
        await Assert.That(Newest(controller, agent).Version).IsNotEqualTo("9.9.9");
    }

    [Test]
    public async Task Microservice_statuses_are_stored_for_this_fog_only()
    {
        await using var controller = await TestController.StartAsync();
        var mine = await TestAgent.CreateAsync(controller);
        var other = await TestAgent.CreateAsync(controller);
        await Microservice(controller, "ms-1", mine.Uuid);
        await Microservice(controller, "ms-2", other.Uuid);
        var report = new JsonObject
        {
            ["daemonStatus"] = "RUNNING",
            ["microserviceStatus"] = """
                [{"id":"ms-1","status":"RUNNING","percentage":100,"containerId":"c1","cpuUsage":"1.37","memoryUsage":"18874368","startTime":1783668600000},
                 {"id":"ms-2","status":"RUNNING","percentage":100},{"id":"gone","status":"RUNNING","percentage":100}]
                """,
        };
        var (status, _) = await mine.SendAsync("PUT", "/status", report.ToJsonString());
        await Assert.That(status).IsEqualTo(HttpStatusCode.NoContent);
        var stored = (await Statuses(controller, mine)).Single();
        await Assert.That(stored.Status).IsEqualTo("RUNNING");
        await Assert.That(stored.CpuUsage).IsEqualTo(1.37);
        await Assert.That(stored.MemoryUsage).IsEqualTo(18874368);
        await Assert.That((await Statuses(controller, other)).Single().Status).IsEqualTo("QUEUED");
    }

    [Test]
    public async Task A_microservice_created_later_is_known_to_the_next_report()
    {
        await using var controller = await TestController.StartAsync();
        var agent = await TestAgent.CreateAsync(controller);
        await Microservice(controller, "ms-1", agent.Uuid);
        await Report(agent, "ms-1", "PULLING");
        await Microservice(controller, "ms-2", agent.Uuid);
        await agent.RaiseAsync(ChangeFlags.MicroserviceList);
        await Report(agent, "ms-2", "RUNNING");
        await Assert.That((await Statuses(controller, agent)).Select(s => $"{s.MicroserviceUuid} {s.Status}").Order())
            .IsEquivalentTo(["ms-1 PULLING", "ms-2 RUNNING"]);
    }

    [Test]
    public async Task A_dying_microservice_that_is_marked_for_deletion_is_removed()
    {
        await using var controller = await TestController.StartAsync();
        var agent = await TestAgent.CreateAsync(controller);
        await Microservice(controller, "ms-1", agent.Uuid);
        await controller.Database.WriteAsync(s => s.ExecuteAsync("UPDATE \"Microservices\" SET \"delete\" = TRUE"));
        await Report(agent, "ms-1", "RUNNING");
        await Assert.That((await Statuses(controller, agent)).Count).IsEqualTo(1);
        await Report(agent, "ms-1", "DELETING");
        await Assert.That((await Statuses(controller, agent)).Count).IsEqualTo(0);
    }

    [Test]
    public async Task A_body_over_the_limit_is_refused_and_a_megabyte_is_not()
    {
        await using var controller = await TestController.StartAsync();
        var agent = await TestAgent.CreateAsync(controller);
        var (large, _) = await agent.SendAsync("PUT", "/status", $$"""{"x":"{{new string('x', 1 << 20)}}"}""");
        await Assert.That(large).IsEqualTo(HttpStatusCode.NoContent);
        var (tooLarge, body) = await agent.SendAsync("PUT", "/status", $$"""{"x":"{{new string('x', 5 << 20)}}"}""");
        await Assert.That(tooLarge).IsEqualTo(HttpStatusCode.RequestEntityTooLarge);
        await Assert.That(body!["name"]!.GetValue<string>()).IsEqualTo("PayloadTooLargeError");
    }

    [Test]
    [Arguments("not json")]
    [Arguments("{\"a\":")]
    public async Task Malformed_json_is_a_400_in_the_error_shape(string json)
    {
        await using var controller = await TestController.StartAsync();
        var agent = await TestAgent.CreateAsync(controller);
        var (status, body) = await agent.SendAsync("PUT", "/status", json);
        await Assert.That(status).IsEqualTo(HttpStatusCode.BadRequest);
        await Assert.That(body!["name"]!.GetValue<string>()).IsEqualTo("SyntaxError");
    }

    private static Task Report(TestAgent agent, string microservice, string status) => agent.SendAsync(
        "PUT",
        "/status",
        new JsonObject
        {
            ["daemonStatus"] = "RUNNING",
            ["microserviceStatus"] = $$"""[{"id":"{{microservice}}","status":"{{status}}","percentage":0}]""",
        }.ToJsonString());

    private static Task Microservice(TestController controller, string uuid, string fog) => controller.Database.WriteAsync(async s =>
    {
        await s.ExecuteAsync("INSERT INTO \"Microservices\" (\"uuid\", \"name\", \"iofog_uuid\") VALUES (@u, @u, @f)", new() { { "u", uuid }, { "f", fog } });
        await s.ExecuteAsync("INSERT INTO \"MicroserviceStatuses\" (\"microservice_uuid\", \"status\") VALUES (@u, 'QUEUED')", new() { { "u", uuid } });
    });

    private static Task<List<MicroserviceStatus>> Statuses(TestController controller, TestAgent agent) =>
        controller.Database.ReadAsync(s => TelemetryStore.ListMicroservicesAsync(s, agent.Uuid));

    private static async Task<FogAgentRow> Stored(TestController controller, string uuid) =>
        (await controller.Database.ReadAsync(s => TelemetryStore.FindAsync(s, uuid)))!;

    private static FogStatus Newest(TestController controller, TestAgent agent) =>
        controller.Service<Telemetry>().Newest(controller.Service<Fleet>().Find(agent.Uuid), new FogStatus());
}
