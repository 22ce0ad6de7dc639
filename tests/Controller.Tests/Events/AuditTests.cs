using System.Net;
using System.Text.Json.Nodes;
using Controller.Events;
using Controller.Sql.Stores;
using Controller.Tests.Identity;
using Controller.Tests.Support;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Controller.Tests.Events;

/// <summary>What is recorded of a request (auth-rbac 11, runtime 3.2, api-platform 17.3).</summary>
public sealed class AuditTests
{
    private const string Root = NamedBearer.Admin;

    [Test]
    public async Task A_failed_login_reads_as_in_the_example()
    {
        await using var host = await IdentityHost.StartAsync();
        await host.SendAsync("POST", "/api/v3/user/login?a=1", new JsonObject { ["email"] = "alice@example.org", ["password"] = "wrong-secret", ["totp"] = "" });
        await host.Controller.RecordedAsync(1);
        var root = await host.SignInAsync();
        await host.Controller.RecordedAsync(2);
        var (status, body, _) = await host.SendAsync("GET", "/api/v3/events", authorization: $"Bearer {root.AccessToken}");
        await Assert.That(status).IsEqualTo(HttpStatusCode.OK);
        var actual = body!["events"]![1]!;
        var expected = JsonAsserts.ExampleNode("auth/audit-event-login.json");
        await Assert.That((long)actual["timestamp"]!).IsEqualTo(1782000000000);
        foreach (var name in new[] { "id", "timestamp", "createdAt", "updatedAt" })
        {
            await Assert.That(actual[name]!.GetValueKind()).IsEqualTo(expected[name]!.GetValueKind());
            expected[name] = actual[name]!.DeepClone();
        }

        expected["ipAddress"] = "127.0.0.1";
        await JsonAsserts.IsSameAsync(actual, expected);
    }

    [Test]
    public async Task Who_acts_is_told_by_what_was_verified()
    {
        await using var host = await IdentityHost.StartAsync();
        var admin = (await host.UserAsync(IdentityHost.AdminName))!;
        var pair = await host.SignInAsync();
        var refreshed = await host.RefreshAsync(pair.RefreshToken);
        await host.RefreshAsync(pair.RefreshToken);
        await host.SendAsync("POST", "/api/v3/registries", new JsonObject(), $"Bearer {pair.AccessToken}");
        await host.AddUserAsync("vera", IdentityHost.AdminPassword, ["viewer"]);
        var viewer = await host.SignInAsync("vera", IdentityHost.AdminPassword);
        await host.SendAsync("POST", "/api/v3/registries", new JsonObject(), $"Bearer {viewer.AccessToken}");
        await host.SendAsync("POST", "/api/v3/registries", new JsonObject(), "Bearer forged");
        await host.SendAsync("POST", "/api/v3/nowhere", new JsonObject(), $"Bearer {pair.AccessToken}");
        await host.SendAsync("POST", "/api/v3/user/logout", authorization: $"Bearer {pair.AccessToken}");
        await Assert.That(refreshed.Status).IsEqualTo(HttpStatusCode.OK);

        var events = await host.Controller.RecordedAsync(9);
        await Assert.That(events.Select(e => (e.EndpointPath, e.ActorId, e.StatusCode)).OrderBy(e => e.ToString(), StringComparer.Ordinal)).IsEquivalentTo(
            new (string, string?, int?)[]
            {
                ("/api/v3/user/login", IdentityHost.AdminName, 200),
                ("/api/v3/user/refresh", admin.Id, 200),
                ("/api/v3/user/refresh", null, 401),
                ("/api/v3/registries", IdentityHost.AdminName, 400),
                ("/api/v3/user/login", "vera", 200),
                ("/api/v3/registries", "vera", 403),
                ("/api/v3/registries", null, 401),
                ("/api/v3/nowhere", IdentityHost.AdminName, 404),
                ("/api/v3/user/logout", IdentityHost.AdminName, 204),
            }.OrderBy(e => e.ToString(), StringComparer.Ordinal));
    }

    [Test]
    [Arguments("POST", "/roles/yaml", null, null, null)]
    [Arguments("DELETE", "/iofog/f-1", null, "agent", "f-1")]
    [Arguments("POST", "/iofog/f-1/reboot?id=other", null, "agent", "f-1")]
    [Arguments("PATCH", "/microservices/m-1/rebuild", null, "microservice", "m-1")]
    [Arguments("POST", "/registries", """{"id":7,"url":""}""", "registry", "7")]
    [Arguments("PATCH", "/registries/9", """{"id":7}""", "registry", "9")]
    [Arguments("POST", "/application", """{"name":"shop","uuid":""}""", "application", "shop")]
    [Arguments("DELETE", "/application/shop", null, "application", "shop")]
    [Arguments("POST", "/applicationTemplate", null, "applicationTemplate", null)]
    [Arguments("PATCH", "/services/c", null, "service", null)]
    [Arguments("PATCH", "/Services/c?name=n", null, "service", "n")]
    [Arguments("PATCH", "/configMaps/c?name=n", null, "configMap", "c")]
    [Arguments("PUT", "/config", null, "config", null)]
    [Arguments("DELETE", "/serviceaccounts/app/sa", null, null, "sa")]
    [Arguments("DELETE", "/roles/r", null, null, "r")]
    [Arguments("POST", "/users", null, "user", null)]
    [Arguments("POST", "/groups", null, null, null)]
    [Arguments("POST", "/catalog/microservices", """{"name":5}""", "catalog", "5")]
    public async Task What_is_acted_on_is_told_by_path_query_and_body(string method, string path, string? body, string? type, string? id)
    {
        await using var controller = await TestController.StartAsync(customize: NamedBearer.Use);
        await controller.AsAsync(Root, method, path, body);
        var row = (await controller.RecordedAsync(1))[0];
        await Assert.That((row.Method, row.ResourceType, row.ResourceId)).IsEqualTo((method, type, id));
        await Assert.That(row.EndpointPath).IsEqualTo("/api/v3" + path.Split('?')[0]);
        await Assert.That((row.EventType, row.EndpointType)).IsEqualTo(("HTTP", "user"));
        await Assert.That(row.Status).IsEqualTo(row.StatusCode is >= 200 and < 300 ? "SUCCESS" : "FAILED");
        await Assert.That(row.StatusMessage).IsEqualTo(row.StatusCode is >= 200 and < 300 ? "Success" : $"HTTP {row.StatusCode}");
    }

    [Test]
    public async Task Reads_leave_no_trace_and_everything_else_does()
    {
        await using var controller = await TestController.StartAsync(customize: NamedBearer.Use);
        await controller.AsAsync(Root, "GET", "/registries");
        await controller.AsAsync(null, "GET", "/registries");
        await controller.AsAsync(Root, "HEAD", "/registries");
        await controller.AsAsync(null, "OPTIONS", "/registries");
        await controller.AsAsync(null, "VERSION-CONTROL", "/%F0%9F%98%80");
        var rows = await controller.RecordedAsync(3);
        await Assert.That(rows.Select(r => r.Method!)).IsEquivalentTo(["HEAD", "OPTIONS", "VERSION-CO"]);
    }

    [Test]
    public async Task Oversized_texts_are_cut_and_a_request_id_is_kept()
    {
        await using var controller = await TestController.StartAsync(customize: NamedBearer.Use);
        var name = new string('n', 254) + "\U0001F600";
        await controller.AsAsync(Root, "POST", "/registries", new JsonObject { ["name"] = name }.ToJsonString());
        await RawHttp.SendAsync(controller.App.Address,
            $"POST /api/v3/{new string('p', 4000)} HTTP/1.1\r\nHost: x\r\nRequest-Id: r-1\r\nContent-Length: 0\r\n\r\n");
        var rows = await controller.RecordedAsync(2);
        await Assert.That(rows.Single(r => r.RequestId is null).ResourceId).IsEqualTo(new string('n', 254));
        await Assert.That(rows.Single(r => r.RequestId == "r-1").EndpointPath.Length).IsEqualTo(2048);
    }

    [Test]
    public async Task Secrets_never_come_into_the_table()
    {
        await using var host = await IdentityHost.StartAsync();
        var pair = await host.SignInAsync();
        var bearer = $"Bearer {pair.AccessToken}";
        await host.RefreshAsync(pair.RefreshToken);
        await host.SendAsync("POST", "/api/v3/user/login?token=hunter2&password=hunter2", new JsonObject { ["email"] = "a@b.c", ["password"] = "hunter2", ["totp"] = "hunter2" });
        await host.SendAsync("POST", "/api/v3/user/refresh", new JsonObject { ["refreshToken"] = "x.hunter2.y" });
        await host.SendAsync("POST", "/api/v3/registries?secret=hunter2", JsonNode.Parse(
            """{"url":"r.example.com","isPublic":false,"username":"u","password":"hunter2","email":"a@b.c"}"""), bearer);
        await host.SendAsync("POST", "/api/v3/agent/provision", JsonNode.Parse("""{"key":"hunter2","type":1}"""));
        await host.SendAsync("POST", "/api/v3/user/logout?access_token=hunter2", authorization: bearer);
        await host.Controller.RecordedAsync(7);
        var table = string.Join('\n', await host.Controller.Database.ReadAsync(async s => (await EventStore.ListAsync(s, new EventFilter(), 100, 0)).Rows));
        await Assert.That(table).DoesNotContain("hunter2");
        await Assert.That(table).DoesNotContain(pair.AccessToken);
        await Assert.That(table).DoesNotContain(pair.RefreshToken);
        await Assert.That(table).DoesNotContain(IdentityHost.AdminPassword);
    }

    [Test]
    public async Task Recording_and_addresses_can_be_switched_off()
    {
        await using (var controller = await TestController.StartAsync(new() { ["EVENT_CAPTURE_IP_ADDRESS"] = "false" }, customize: NamedBearer.Use))
        {
            await controller.AsAsync(Root, "POST", "/registries", "{}");
            await Assert.That((await controller.RecordedAsync(1))[0].IpAddress).IsNull();
        }

        await using (var controller = await TestController.StartAsync(new() { ["EVENT_AUDIT_ENABLED"] = "false" }, customize: NamedBearer.Use))
        {
            await controller.AsAsync(Root, "POST", "/registries", "{}");
            await controller.AsAsync(Root, "DELETE", "/events", """{"days":0}""");
            await controller.RecordedAsync(0);
        }
    }

    [Test]
    public async Task Addresses_are_those_that_a_trusted_proxy_tells_and_only_of_version_four()
    {
        await using var controller = await TestController.StartAsync(new() { ["TRUST_PROXY"] = "1" }, customize: NamedBearer.Use);
        foreach (var address in new[] { "203.0.113.9", "2001:db8::1", "::ffff:198.51.100.7" })
        {
            await RawHttp.SendAsync(controller.App.Address,
                $"POST /api/v3/x HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: {address}\r\nContent-Length: 0\r\n\r\n");
        }

        await Assert.That((await controller.RecordedAsync(3)).Select(r => r.IpAddress)).IsEquivalentTo(["203.0.113.9", null, "198.51.100.7"]);
    }

    [Test]
    public async Task Agents_act_under_their_uuid()
    {
        await using var controller = await TestController.StartAsync();
        var agent = await TestAgent.CreateAsync(controller);
        await agent.SendAsync("PUT", "/status", "{}");
        await agent.SendAsync("PATCH", "/config", """{"networkInterface":5}""");
        await agent.SendAsync("PUT", "/status", "{}", token: "forged");
        var rows = await controller.RecordedAsync(3);
        var status = rows.Single(r => r is { EndpointPath: "/api/v3/agent/status", StatusCode: 204 });
        await Assert.That((status.EndpointType, status.ActorId, status.ResourceType, status.ResourceId, status.IpAddress, status.StatusMessage))
            .IsEqualTo(("agent", agent.Uuid, "agent", null, "127.0.0.1", "Success"));
        await Assert.That(rows.Single(r => r.EndpointPath == "/api/v3/agent/config").ActorId).IsEqualTo(agent.Uuid);
        await Assert.That(rows.Single(r => r.StatusCode == 401).ActorId).IsNull();
    }

    [Test]
    public async Task Reports_that_repeat_are_recorded_once_in_a_while_unless_they_fail()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var controller = await TestController.StartAsync(customize: s => s.AddSingleton<TimeProvider>(time));
        var agent = await TestAgent.CreateAsync(controller, now: time.GetUtcNow);
        var other = await TestAgent.CreateAsync(controller, now: time.GetUtcNow);
        for (var i = 0; i < 3; i++)
        {
            await agent.SendAsync("PUT", "/status", "{}");
            await agent.SendAsync("PATCH", "/config/changes", """{"lastUpdated":"2026-01-01T00:00:00.000Z"}""");
        }

        await other.SendAsync("PUT", "/status", "{}");
        await agent.SendAsync("PUT", "/status", """{"daemonStatus":5}""");
        await agent.SendAsync("PUT", "/status", """{"daemonStatus":5}""");
        await controller.RecordedAsync(5);
        time.Advance(TimeSpan.FromMinutes(59));
        await agent.SendAsync("PUT", "/status", "{}");
        await controller.RecordedAsync(5);
        time.Advance(TimeSpan.FromMinutes(2));
        await agent.SendAsync("PUT", "/status", "{}");
        await controller.RecordedAsync(6);
    }

    [Test]
    public async Task Every_report_is_recorded_when_that_is_asked_for()
    {
        await using var controller = await TestController.StartAsync(new() { ["EVENT_AGENT_REPORT_INTERVAL_SECONDS"] = "0" });
        var agent = await TestAgent.CreateAsync(controller);
        for (var i = 0; i < 5; i++)
        {
            await agent.SendAsync("PUT", "/status", "{}");
        }

        await controller.RecordedAsync(5);
    }

    [Test]
    public async Task A_socket_is_recorded_when_it_opens_and_when_it_closes()
    {
        await using var controller = await TestController.StartAsync();
        var trail = controller.Service<AuditTrail>();
        var context = new DefaultHttpContext();
        context.Request.Method = "GET";
        context.Request.Path = "/api/v3/microservices/exec/m-1";
        context.Request.QueryString = new QueryString("?a=1&Token=hunter2&api%5Fkey=hunter2&b&secret=hunter2");
        context.Request.Headers["request-id"] = "r-1";
        context.Connection.RemoteIpAddress = IPAddress.Parse("::ffff:10.0.0.1");
        var connected = trail.Connected(context, "alice", "m-1");
        trail.Disconnected(connected, 1000);
        trail.Disconnected(connected, 1011);
        context.Request.QueryString = new QueryString("?token=hunter2");
        trail.Connected(context, null, null);
        var rows = await controller.RecordedAsync(4);
        await Assert.That(rows.Select(r => (r.EventType, r.EndpointPath, r.Status, r.StatusCode, r.StatusMessage))).IsEquivalentTo(
            new (string, string, string, int?, string?)[]
            {
                ("WS_CONNECT", "/api/v3/microservices/exec/m-1?a=1&b", "SUCCESS", null, "WebSocket connection established"),
                ("WS_DISCONNECT", "/api/v3/microservices/exec/m-1?a=1&b", "SUCCESS", 1000, "WebSocket connection closed normally"),
                ("WS_DISCONNECT", "/api/v3/microservices/exec/m-1?a=1&b", "FAILED", 1011, "WebSocket closed with code 1011"),
                ("WS_CONNECT", "/api/v3/microservices/exec/m-1", "SUCCESS", null, "WebSocket connection established"),
            });
        await Assert.That((rows[0].ActorId, rows[0].Method, rows[0].ResourceType, rows[0].ResourceId, rows[0].IpAddress, rows[0].RequestId, rows[0].EndpointType))
            .IsEqualTo(("alice", "WS", "microservice", "m-1", "10.0.0.1", null, "user"));
    }

    [Test]
    public async Task What_waits_is_written_at_the_stop()
    {
        var directory = Directory.CreateTempSubdirectory("controller-test-");
        try
        {
            await using (var controller = await TestController.StartAsync(dataDirectory: directory.FullName, customize: NamedBearer.Use))
            {
                await controller.AsAsync(Root, "POST", "/registries", "{}");
            }

            await using (var controller = await TestController.StartAsync(dataDirectory: directory.FullName))
            {
                await controller.RecordedAsync(1);
            }
        }
        finally
        {
            directory.Delete(true);
        }
    }
}
