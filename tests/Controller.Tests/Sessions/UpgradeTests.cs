using System.Net;
using Controller.Sql.Stores;
using Controller.Tests.Support;
using Controller.Ws.Sessions;
using Edgelet.Simulator.Sessions;

namespace Controller.Tests.Sessions;

/// <summary>From the request to the WebSocket: routes, limits, socket options (websocket 2 and 3).</summary>
public sealed class UpgradeTests
{
    private const string Upgrade =
        "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

    [Test]
    public async Task An_unknown_path_is_upgraded_and_closed()
    {
        await using var w = await SessionWorld.StartAsync();
        foreach (var path in new[]
        {
            "/nowhere", "", "/microservices/exec", "/microservices/exec/", $"/microservices/exec/{w.Microservice}/more", "/microservices/exec//",
            $"/agent/exec/{w.Microservice}", $"/microservices/{w.Microservice}/exec", "/iofog/logs", "/agent/logs/sessions",
        })
        {
            await Assert.That(await w.RefusalAsync(path)).IsEqualTo("1008 Route not registered").Because(path);
        }

        await using var outside = await SessionWire.ConnectAsync(SessionWire.Address(w.Controller.App.Address.ToString(), "/elsewhere"), ct: w.Patience);
        await Assert.That(await w.EndingAsync(outside)).IsEqualTo("1008 Route not registered");
    }

    [Test]
    public async Task One_slash_at_the_end_and_upper_case_are_the_same_path()
    {
        await using var w = await SessionWorld.StartAsync();
        foreach (var path in new[] { $"/microservices/exec/{w.Microservice}/", $"/Microservices/EXEC/{w.Microservice}" })
        {
            await using var wire = await w.DialAsync(path);
            await Assert.That((await wire.ReceiveAsync(w.Patience))!.Type).IsEqualTo(SessionFrameType.Activation);
        }

        await Assert.That(await w.RefusalAsync($"/microservices/exec/{w.Microservice}//")).IsEqualTo("1008 Route not registered");
    }

    [Test]
    public async Task Without_an_upgrade_the_path_is_unknown_and_so_are_those_of_older_controllers()
    {
        await using var w = await SessionWorld.StartAsync();
        foreach (var (method, path) in new[]
        {
            ("GET", $"/microservices/exec/{w.Microservice}"), ("GET", $"/microservices/{w.Microservice}/logs"), ("GET", $"/iofog/{w.Agent.Uuid}/logs"),
            ("POST", $"/microservices/{w.Microservice}/exec"), ("DELETE", $"/microservices/{w.Microservice}/exec"),
            ("POST", $"/microservices/system/{w.Microservice}/exec"), ("DELETE", $"/microservices/system/{w.Microservice}/exec"),
        })
        {
            var (status, body) = await w.Controller.SendAsync(method, "/api/v3" + path);
            await Assert.That((status, (string)body!["name"]!)).IsEqualTo((HttpStatusCode.NotFound, "NotFoundError")).Because(path);
        }
    }

    [Test]
    public async Task A_handshake_that_is_none_is_a_request()
    {
        await using var w = await SessionWorld.StartAsync();
        foreach (var broken in new[]
        {
            Upgrade.Replace("Version: 13", "Version: 8", StringComparison.Ordinal),
            Upgrade.Replace("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n", "", StringComparison.Ordinal),
            Upgrade.Replace("Upgrade: websocket", "Upgrade: other", StringComparison.Ordinal),
        })
        {
            var answer = await RawHttp.SendAsync(w.Controller.App.Address, $"GET /api/v3/microservices/exec/{w.Microservice} HTTP/1.1\r\nHost: x\r\n{broken}\r\n");
            await Assert.That(answer.Status).IsEqualTo(404);
            await Assert.That((string)answer.Json["name"]!).IsEqualTo("NotFoundError");
        }
    }

    [Test]
    public async Task Neither_a_subprotocol_nor_an_extension_is_chosen()
    {
        await using var w = await SessionWorld.StartAsync();
        using var http = await RawHttp.ConnectAsync(w.Controller.App.Address);
        await http.WriteAsync(
            $"GET /api/v3/microservices/exec/{w.Microservice} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {NamedBearer.Admin}\r\n{Upgrade}"
            + "Sec-WebSocket-Protocol: a, b\r\nSec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n\r\n");
        var answer = await http.ReadAsync(head: true);
        await Assert.That(answer.Status).IsEqualTo(101);
        await Assert.That(answer.Header("Sec-WebSocket-Accept")).IsEqualTo("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
        await Assert.That(answer.Header("Sec-WebSocket-Protocol")).IsNull();
        await Assert.That(answer.Header("Sec-WebSocket-Extensions")).IsNull();
    }

    [Test]
    public async Task A_browser_upgrades_over_http2()
    {
        var directory = Directory.CreateTempSubdirectory("controller-tls-");
        try
        {
            await using var w = await SessionWorld.StartAsync(await TestCertificate.SettingsAsync(directory.FullName));
            var dial = new SessionDial
            {
                Configure = static o => (o.HttpVersion, o.HttpVersionPolicy) = (HttpVersion.Version20, HttpVersionPolicy.RequestVersionExact),
            };
            await using var wire = await w.DialAsync($"/microservices/exec/{w.Microservice}?token={NamedBearer.Admin}", bearer: null, dial);
            var first = await wire.ReceiveAsync(w.Patience);
            await Assert.That(first!.Type).IsEqualTo(SessionFrameType.Activation);
            await wire.ReceiveAsync(w.Patience);
            await using var agent = await w.DialAsync($"/agent/exec/microservice/{w.Microservice}/{first.SessionId}", w.Agent.Token(), dial);
            await Assert.That((await agent.ReceiveAsync(w.Patience))!.Type).IsEqualTo(SessionFrameType.Activation);
            await Assert.That((await wire.ReceiveAsync(w.Patience))!.Text).Contains("Agent connected");
            await wire.SendAsync(new SessionFrame(SessionFrameType.Stdin) { Data = "ls"u8.ToArray() }, w.Patience);
            await Assert.That((await agent.ReceiveAsync(w.Patience))!.Text).IsEqualTo("ls");
            wire.Abort();
            await Assert.That((await agent.ReceiveAsync(w.Patience))!.Type).IsEqualTo(SessionFrameType.Close);
            await Assert.That(await w.EndingAsync(agent)).IsEqualTo("1000 User closed connection");
        }
        finally
        {
            directory.Delete(true);
        }
    }

    [Test]
    public async Task Too_many_upgrades_in_a_minute_are_answered_before_the_upgrade()
    {
        await using var w = await SessionWorld.StartAsync(new() { ["WS_SECURITY_MAX_REQUESTS_PER_MINUTE"] = "2" });
        for (var i = 0; i < 2; i++)
        {
            await w.RefusalAsync("/nowhere");
        }

        var answer = await AskAsync(w, "/microservices/exec/x");
        await Assert.That((answer.Status, answer.Header("Connection"))).IsEqualTo((429, "close"));
        await Assert.That(answer.Body).IsEqualTo("""{"name":"RateLimitExceededError","message":"Rate limit exceeded"}""");
        await Assert.That(int.Parse(answer.Header("Retry-After")!)).IsBetween(1, 60);
        await Assert.That(answer.Header("X-Timestamp")).IsNotNull();
        var refused = await Assert.ThrowsAsync<SessionDialException>(() => w.DialAsync("/nowhere"));
        await Assert.That(refused!.Status).IsEqualTo(429);

        // Agents have a budget of their own, of the same size.
        await Assert.That(await w.RefusalAsync("/agent/x")).IsEqualTo("1008 Route not registered");
        await w.RefusalAsync("/agent/x");
        answer = await AskAsync(w, "/agent/x");
        await Assert.That((answer.Status, (string)answer.Json["message"]!)).IsEqualTo((429, "Rate limit exceeded"));
        await Assert.That((await w.Controller.SendAsync("GET", "/api/v3/status")).Status).IsEqualTo(HttpStatusCode.OK);
    }

    [Test]
    public async Task Too_many_sockets_of_an_address_are_answered_before_the_upgrade()
    {
        await using var w = await SessionWorld.StartAsync(new() { ["WS_SECURITY_MAX_CONNECTIONS_PER_IP"] = "2", ["TRUST_PROXY"] = "loopback" });
        await using var first = await w.ExecAsync();
        await using var second = await w.ExecAsync();
        var answer = await AskAsync(w, "/microservices/exec/x");
        await Assert.That((answer.Status, answer.Header("Connection"), answer.Header("Retry-After"))).IsEqualTo((429, "close", null));
        await Assert.That(answer.Body).IsEqualTo("""{"name":"RateLimitExceededError","message":"Too many connections"}""");

        // The address that counts is the client's, as a trusted proxy tells it.
        answer = await AskAsync(w, "/nowhere", "X-Forwarded-For: 192.0.2.7\r\n");
        await Assert.That(answer.Status).IsEqualTo(101);

        first.Wire.Abort();
        await w.RowsAreAsync(SessionTable.Exec, 1);
        await w.UntilAsync(() => w.Controller.Service<SessionEngine>().Count == 1);
        while ((await AskAsync(w, "/nowhere")).Status != 101)
        {
            await Task.Delay(10, w.Patience);
        }
    }

    [Test]
    public async Task A_full_replica_takes_no_more_sessions_but_the_agents_of_those_it_has()
    {
        await using var w = await SessionWorld.StartAsync(new() { ["WS_REPLICA_MAX_CONCURRENT_WS"] = "1" });
        await using var user = await w.ExecAsync();
        var answer = await AskAsync(w, $"/microservices/exec/{w.Microservice}");
        await Assert.That((answer.Status, answer.Header("Connection"), answer.Header("Retry-After"))).IsEqualTo((503, "close", "1"));
        await Assert.That(answer.Body).IsEqualTo("""{"name":"ServiceUnavailableError","message":"Too many sessions"}""");
        await using var agent = await w.AnswerAsync(user);
        await Assert.That((await agent.ReceiveAsync(w.Patience))!.Type).IsEqualTo(SessionFrameType.Activation);
    }

    [Test]
    public async Task A_token_in_the_query_reaches_no_log()
    {
        using var log = new LogLines();
        await using (var w = await SessionWorld.StartAsync(new() { ["LOG_LEVEL"] = "debug" }, log: log))
        {
            foreach (var path in new[] { $"/microservices/exec/{w.Microservice}", "/nowhere", $"/microservices/{w.Microservice}/logs" })
            {
                await using var wire = await w.DialAsync($"{path}?tail=5&token=hunter2:admin", bearer: null);
                await wire.ReceiveAsync(w.Patience);
                wire.Abort();
            }

            await w.UntilAsync(() => w.Controller.Service<SessionEngine>().Count == 0);
        }

        await Assert.That(log.Text).Contains("tail=5");
        await Assert.That(log.Text).Contains("[REDACTED]");
        await Assert.That(log.Text).DoesNotContain("hunter2:");
        await Assert.That(log.Text).DoesNotContain("token=hunter2");
    }

    private static async Task<RawResponse> AskAsync(SessionWorld w, string path, string headers = "")
    {
        using var http = await RawHttp.ConnectAsync(w.Controller.App.Address);
        await http.WriteAsync($"GET /api/v3{path} HTTP/1.1\r\nHost: x\r\n{Upgrade}{headers}\r\n");
        return await http.ReadAsync();
    }
}
