using System.Text.Json.Nodes;
using Controller.AccessControl;
using Controller.Sql;
using Controller.Sql.Stores;
using Controller.Tests.Identity;
using Controller.Tests.Support;
using Edgelet.Simulator.Sessions;
using Microsoft.Extensions.DependencyInjection;

namespace Controller.Tests.Sessions;

/// <summary>Which users get a session, and by which words others are refused (websocket 2.3, 4.1, 7.1, 8.1).</summary>
public sealed class UserAdmissionTests
{
    private const string Denied =
        "1008 Authorization denied: You do not have permission to perform this action. Please contact your administrator.";

    [Test]
    public async Task A_token_is_verified_as_for_requests()
    {
        await using var host = await IdentityHost.StartAsync();
        var pair = await host.SignInAsync();
        var forged = Jwt.Make(Jwt.Header(pair.AccessToken), Jwt.Payload(pair.AccessToken), _ => new byte[256]);
        var url = host.Controller.App.Address + "api/v3";
        foreach (var (bearer, query, expected) in new (string?, string, string)[]
        {
            (null, "", "1008 Missing authentication token"),
            (forged, "", "1008 Authentication failed"),
            (null, "?token=" + forged, "1008 Authentication failed"),
            (pair.AccessToken, "", "1008 Microservice not found: m-1"),
            (null, "?token=" + pair.AccessToken, "1008 Microservice not found: m-1"),
        })
        {
            await using var wire = await SessionWire.ConnectAsync(
                SessionWire.Address(url, "/microservices/exec/m-1" + query), new() { Bearer = bearer, Limit = TimeSpan.FromSeconds(30) });
            await Assert.That(await wire.ReadToEndAsync()).IsEqualTo(expected);
        }

        host.Clock.Advance(TimeSpan.FromHours(2));
        await using var late = await SessionWire.ConnectAsync(SessionWire.Address(url, "/iofog/f/logs?token=" + pair.AccessToken));
        await Assert.That(await late.ReadToEndAsync()).IsEqualTo("1008 Authentication failed");
    }

    [Test]
    [Arguments("admin", true, true, true, true)]
    [Arguments("sre", true, true, true, true)]
    [Arguments("developer", true, true, true, true)]
    [Arguments("viewer", false, false, false, false)]
    public async Task Roles_decide_which_sockets_a_user_opens(string role, bool exec, bool systemExec, bool logs, bool systemLogs)
    {
        await using var w = await SessionWorld.StartAsync();
        foreach (var (path, isAllowed) in new[]
        {
            ($"/microservices/exec/{w.Microservice}", exec), ($"/microservices/system/exec/{w.SystemMicroservice}", systemExec),
            ($"/microservices/{w.Microservice}/logs", logs), ($"/microservices/system/{w.SystemMicroservice}/logs", systemLogs),
            ($"/iofog/{w.Agent.Uuid}/logs", systemLogs),
        })
        {
            await using var wire = await w.DialAsync(path, "someone:" + role);
            var first = await wire.ReceiveAsync(w.Patience);
            await Assert.That(first is null ? wire.Ending : "let in").IsEqualTo(isAllowed ? "let in" : Denied).Because(path);
        }
    }

    [Test]
    public async Task A_failure_of_ours_is_told_apart_from_a_refusal()
    {
        await using var w = await SessionWorld.StartAsync(customize: s => s.AddSingleton<IBearerValidator>(new BrokenBearer()));
        await Assert.That(await w.RefusalAsync($"/microservices/exec/{w.Microservice}", "x")).IsEqualTo("1008 Internal server error during authorization");
        await Assert.That(await w.RefusalAsync($"/microservices/exec/{w.Microservice}", "nobody")).IsEqualTo("1008 No subjects found in WebSocket token");
    }

    [Test]
    public async Task What_is_not_there_or_does_not_run_has_no_session()
    {
        await using var w = await SessionWorld.StartAsync();
        var stopped = await w.AddMicroserviceAsync(isSystem: false, "STOPPED");
        var queued = await w.AddMicroserviceAsync(isSystem: false, status: null);
        var orphan = await w.AddMicroserviceAsync(isSystem: false);
        await w.SqlAsync("UPDATE \"Microservices\" SET \"application_id\" = NULL WHERE \"uuid\" = @u", new() { { "u", orphan } });
        var nowhere = await w.AddMicroserviceAsync(isSystem: false);
        await w.SqlAsync("UPDATE \"Microservices\" SET \"iofog_uuid\" = NULL WHERE \"uuid\" = @u", new() { { "u", nowhere } });
        foreach (var (uuid, isSystem, expected) in new[]
        {
            ("nope", false, "Microservice not found: nope"), ("nope", true, "Microservice not found: nope"),
            (orphan, false, $"Application not found for microservice: {orphan}"),
            (w.SystemMicroservice, false, $"Microservice {w.SystemMicroservice} is not found"),
            (w.Microservice, true, $"Microservice {w.Microservice} is not found"),
            (queued, false, "Microservice status not found"),
            (stopped, false, "Microservice is not running"),
        })
        {
            var system = isSystem ? "system/" : "";
            await Assert.That(await w.RefusalAsync($"/microservices/{system}exec/{uuid}")).IsEqualTo("1008 " + expected);
            await Assert.That(await w.RefusalAsync($"/microservices/{system}{uuid}/logs?tail=x")).IsEqualTo("1008 " + expected);
        }

        await Assert.That(await w.RefusalAsync($"/microservices/exec/{nowhere}")).IsEqualTo("1008 Fog not found: none");
        await Assert.That(await w.RefusalAsync($"/microservices/{nowhere}/logs")).IsEqualTo("1008 Unable to determine fog UUID for change tracking");
        await Assert.That(await w.RefusalAsync("/iofog/nope/logs?tail=x")).IsEqualTo("1008 Fog node not found: nope");
        await w.SqlAsync("INSERT INTO \"Fogs\" (\"uuid\", \"name\", \"arch_id\", \"daemon_status\") VALUES ('f-2', 'f-2', 1, 'WARNING')");
        await Assert.That(await w.RefusalAsync("/iofog/f-2/logs?tail=x")).IsEqualTo("1008 Fog is not running");
        foreach (var table in SessionTable.All)
        {
            await Assert.That(await w.RowsAsync(table)).IsEmpty();
        }
    }

    [Test]
    public async Task What_the_agent_has_just_reported_counts()
    {
        await using var w = await SessionWorld.StartAsync();
        var status = $$"""{"daemonStatus":"RUNNING","microserviceStatus":"[{\"id\":\"{{w.Microservice}}\",\"status\":\"STOPPED\"}]"}""";
        await w.Agent.SendAsync("PUT", "/status", status);
        await Assert.That(await w.RefusalAsync($"/microservices/exec/{w.Microservice}")).IsEqualTo("1008 Microservice is not running");
    }

    [Test]
    public async Task The_log_query_is_checked()
    {
        await using var w = await SessionWorld.StartAsync(new() { ["WS_LOG_TAIL_MAX_LINES"] = "500", ["WS_SECURITY_MAX_REQUESTS_PER_MINUTE"] = "1000" });
        const string badTail = "1008 Invalid tail parameter. Must be between 1 and 500.", tooLong = "1008 Tail exceeds maximum of 500 lines.";
        const string badSince = "1008 Invalid since format. Expected ISO 8601.", badUntil = "1008 Invalid until format. Expected ISO 8601.";
        foreach (var path in new[] { $"/microservices/{w.Microservice}/logs", $"/iofog/{w.Agent.Uuid}/logs" })
        {
            foreach (var (query, expected) in new[]
            {
                ("tail=x", badTail), ("tail=0", badTail), ("tail=-5", badTail), ("tail=-99999999999999999999", badTail), ("tail=%20", badTail),
                ("tail=501", tooLong), ("tail=99999999999999999999", tooLong), ("tail=501x&since=x", tooLong), ("tail=x&since=x", badTail),
                ("since=x", badSince), ("since=2026-07-03", badSince), ("since=2026-07-03T10:15:30", badSince), ("since=2026-07-03T10:15:30.12Z", badSince),
                ("since=2026-13-03T10:15:30Z", badSince), ("since=2026-02-30T10:15:30Z", badSince), ("since=2026-07-03T10:15:30+03:00", badSince),
                ("since=2026-07-03T10:15:30Z%0A", badSince), ("since=x&until=x", badSince), ("until=x", badUntil), ("until=2026-07-03T25:15:30Z", badUntil),
            })
            {
                await Assert.That(await w.RefusalAsync($"{path}?{query}")).IsEqualTo(expected).Because(query);
            }
        }
    }

    [Test]
    [Arguments("", """{"lines":100,"follow":true,"since":null,"until":null}""")]
    [Arguments("tail=&follow=&since=&until=", """{"lines":100,"follow":true,"since":null,"until":null}""")]
    [Arguments("tail=12abc&follow=no", """{"lines":12,"follow":true,"since":null,"until":null}""")]
    [Arguments("tail=%20%2B5000&follow=false", """{"lines":5000,"follow":false,"since":null,"until":null}""")]
    [Arguments("since=2026-07-03T10:15:30.123%2B03:00&until=2025-07-03T10:15:30Z", """{"lines":100,"follow":true,"since":"2026-07-03T10:15:30.123+03:00","until":"2025-07-03T10:15:30Z"}""")]
    public async Task The_log_query_becomes_the_stream_s_settings(string query, string expected)
    {
        await using var w = await SessionWorld.StartAsync();
        await using var wire = await w.DialAsync($"/microservices/{w.Microservice}/logs?{query}");
        var first = await wire.ReceiveAsync(w.Patience);
        await Assert.That(first!.Type).IsEqualTo(SessionFrameType.LogStart);
        var row = (await w.RowsAsync(SessionTable.MicroserviceLogs)).Single();
        await Assert.That(first.Text).IsEqualTo($$"""{"sessionId":"{{row.SessionId}}","tailConfig":{{expected}}}""");
        await Assert.That(row.TailConfig).IsEqualTo(expected);
        await using var agent = await w.DialAsync($"/agent/logs/microservice/{w.Microservice}/{row.SessionId}", w.Agent.Token());
        await Assert.That((await agent.ReceiveAsync(w.Patience))!.Text).IsEqualTo(first.Text);
        await Assert.That((string?)await w.Database.ReadAsync(s => s.QueryOneAsync("SELECT \"log_session_id\" FROM \"MicroserviceLogStatuses\"", r => r.TextOrNull())))
            .IsEqualTo("logs-" + w.Microservice);
    }

    [Test]
    public async Task A_resource_has_so_many_sessions_of_each_kind()
    {
        await using var w = await SessionWorld.StartAsync();
        var all = new List<OperatorSession>();
        for (var i = 0; i < 3; i++)
        {
            all.AddRange(await w.ExecAsync(), await w.LogsAsync(), await w.NodeLogsAsync());
        }

        await Assert.That(await w.RefusalAsync($"/microservices/exec/{w.Microservice}"))
            .IsEqualTo("1008 Maximum of 3 concurrent exec sessions allowed for this microservice.");
        await Assert.That(await w.RefusalAsync($"/microservices/{w.Microservice}/logs"))
            .IsEqualTo("1008 Maximum of 3 concurrent log sessions allowed for this resource.");
        await Assert.That(await w.RefusalAsync($"/iofog/{w.Agent.Uuid}/logs"))
            .IsEqualTo("1008 Maximum of 3 concurrent log sessions allowed for this resource.");
        await using var other = await w.ExecAsync(w.SystemMicroservice, isSystem: true);
        await all[0].HangUpAsync();
        await w.RowsAreAsync(SessionTable.Exec, 3);
        await using var next = await w.ExecAsync();
        foreach (var session in all)
        {
            await session.DisposeAsync();
        }
    }

    [Test]
    public async Task Those_who_come_at_the_same_moment_share_the_limit()
    {
        await using var w = await SessionWorld.StartAsync();
        var wires = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => w.DialAsync($"/microservices/exec/{w.Microservice}")));
        var firsts = await Task.WhenAll(wires.Select(x => x.ReceiveAsync(w.Patience)));
        await Assert.That(firsts.Count(f => f is not null)).IsEqualTo(3);
        await Assert.That((await w.RowsAsync(SessionTable.Exec)).Count).IsEqualTo(3);
        foreach (var wire in wires)
        {
            await wire.DisposeAsync();
        }
    }

    [Test]
    public async Task An_opened_session_is_a_row_a_flag_and_an_entry_of_the_agent_s_list()
    {
        await using var w = await SessionWorld.StartAsync();
        await using var exec = await w.ExecAsync();
        var row = (await w.RowsAsync(SessionTable.Exec)).Single();
        await Assert.That((row.SessionId, row.OwnerUuid, row.FogUuid, row.Status, row.UserConnected, row.AgentConnected))
            .IsEqualTo((exec.Id, w.Microservice, w.Agent.Uuid, "PENDING", true, false));
        await Assert.That(Guid.Parse(exec.Id).Version).IsEqualTo(4);
        await Assert.That(await w.Database.TakeFlagsAsync(w.Agent)).IsEqualTo(ChangeFlags.ExecSessions);
        await using var log = await w.LogsAsync();
        await Assert.That(await w.Database.TakeFlagsAsync(w.Agent)).IsEqualTo(ChangeFlags.MicroserviceLogs);
        await using var node = await w.NodeLogsAsync("tail=5&follow=false");
        await Assert.That(await w.Database.TakeFlagsAsync(w.Agent)).IsEqualTo(ChangeFlags.FogLogs);

        await JsonAsserts.IsSameAsync(
            (await w.Agent.SendAsync("GET", "/exec/sessions")).Body,
            JsonNode.Parse($$"""{"execSessions":[{"microserviceUuid":"{{w.Microservice}}","sessionId":"{{exec.Id}}","status":"PENDING","agentConnected":false}]}""")!);
        await JsonAsserts.IsSameAsync(
            (await w.Agent.SendAsync("GET", "/logs/sessions")).Body,
            JsonNode.Parse($$"""
            {"logSessions":[
            {"microserviceUuid":"{{w.Microservice}}","sessionId":"{{log.Id}}","tailConfig":{"lines":100,"follow":true,"since":null,"until":null},"status":"PENDING","agentConnected":false},
            {"iofogUuid":"{{w.Agent.Uuid}}","sessionId":"{{node.Id}}","tailConfig":{"lines":5,"follow":false,"since":null,"until":null},"status":"PENDING","agentConnected":false}]}
            """)!);

        // The agent's coming raises nothing; its row says that it is there.
        await using var agent = await w.AnswerAsync(exec);
        await agent.ReceiveAsync(w.Patience);
        await Assert.That((await w.Agent.SendAsync("GET", "/exec/sessions")).Body!.ToJsonString()).Contains("\"ACTIVE\",\"agentConnected\":true");
        await Assert.That(await w.Database.TakeFlagsAsync(w.Agent)).IsEqualTo(ChangeFlags.None);

        await exec.HangUpAsync();
        await w.RowsAreAsync(SessionTable.Exec, 0);
        await Assert.That(await w.Database.TakeFlagsAsync(w.Agent)).IsEqualTo(ChangeFlags.ExecSessions);
        await Assert.That((await w.Agent.SendAsync("GET", "/exec/sessions")).Body!.ToJsonString()).IsEqualTo("""{"execSessions":[]}""");
    }

    private sealed class BrokenBearer : IBearerValidator
    {
        public ValueTask<OperatorIdentity?> ValidateAsync(string token, CancellationToken cancel) => token == "nobody"
            ? new(new OperatorIdentity("", "", [], false))
            : throw new DatabaseException(DatabaseFault.Unavailable, "down", new IOException());
    }
}
