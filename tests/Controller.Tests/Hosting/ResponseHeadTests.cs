using System.Globalization;
using System.Net;
using Controller.Hosting;
using Controller.Tests.Support;
using Microsoft.AspNetCore.Http;

namespace Controller.Tests.Hosting;

/// <summary>Headers of every answer: time, request id, CORS, security, entity tags.</summary>
public sealed class ResponseHeadTests
{
    private static readonly Dictionary<string, string> Urls = new()
    {
        ["CONSOLE_URL"] = "https://console.example.com/",
        ["CONTROLLER_PUBLIC_URL"] = "https://controller.example.com:8443",
    };

    [Test]
    [Arguments("/api/v3/status")]
    [Arguments("/api/v3/nothing")]
    [Arguments("/api/v3/agent/config/changes")]
    public async Task Every_answer_has_the_time_and_the_callers_request_id(string path)
    {
        await using var controller = await TestController.StartAsync();
        var before = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        var response = await RawHttp.SendAsync(controller.App.Address, $"GET {path} HTTP/1.1\r\nHost: x\r\nRequest-Id: abc-1\r\n\r\n");
        var stamp = long.Parse(response.Header("X-Timestamp")!, CultureInfo.InvariantCulture);
        await Assert.That(stamp).IsBetween(before, DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
        await Assert.That(response.Header("request-id")).IsEqualTo("abc-1");
    }

    [Test]
    public async Task Operators_get_security_headers_and_agents_do_not()
    {
        await using var controller = await TestController.StartAsync();
        foreach (var path in (string[])["/api/v3/status", "/api/v3/nothing"])
        {
            var response = await RawHttp.SendAsync(controller.App.Address, $"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n");
            await Assert.That(response.Header("X-Frame-Options")).IsEqualTo("SAMEORIGIN");
            await Assert.That(response.Header("X-Content-Type-Options")).IsEqualTo("nosniff");
            await Assert.That(response.Header("Strict-Transport-Security")).IsEqualTo("max-age=15552000; includeSubDomains");
            await Assert.That(response.Header("Referrer-Policy")).IsEqualTo("no-referrer");
            await Assert.That(response.Header("Content-Security-Policy")).StartsWith("default-src 'self';");
            await Assert.That(response.Header("Server")).IsNull();
            await Assert.That(response.Header("X-Powered-By")).IsNull();
        }

        var agent = await RawHttp.SendAsync(controller.App.Address, "GET /api/v3/agent/config/changes HTTP/1.1\r\nHost: x\r\n\r\n");
        await Assert.That(agent.Header("X-Frame-Options")).IsNull();
        await Assert.That(agent.Header("Vary")).IsNull();
    }

    [Test]
    [Arguments("https://console.example.com", true)]
    [Arguments("https://controller.example.com:8443", true)]
    [Arguments("https://console.example.com/", false)]
    [Arguments("http://console.example.com", false)]
    [Arguments("https://console.example.com:444", false)]
    [Arguments("https://console.example.com.evil.org", false)]
    [Arguments("https://CONSOLE.example.com", false)]
    [Arguments("null", false)]
    [Arguments(null, false)]
    public async Task Only_our_own_origins_may_read_answers(string? origin, bool allowed)
    {
        await using var controller = await TestController.StartAsync(Urls);
        foreach (var path in (string[])["/api/v3/status", "/api/v3/nothing"])
        {
            var response = await RawHttp.SendAsync(
                controller.App.Address, $"GET {path} HTTP/1.1\r\nHost: x\r\n{(origin is null ? "" : $"Origin: {origin}\r\n")}\r\n");
            await Assert.That(response.Header("Vary")).IsEqualTo("Origin");
            await Assert.That(response.Header("Access-Control-Allow-Origin")).IsEqualTo(allowed ? origin : null);
            await Assert.That(response.Header("Access-Control-Allow-Credentials")).IsEqualTo(allowed ? "true" : null);
        }
    }

    [Test]
    public async Task A_preflight_of_an_allowed_origin_is_answered_before_any_check()
    {
        await using var controller = await TestController.StartAsync(Urls);
        foreach (var path in (string[])["/api/v3/iofog-list", "/api/v3/nothing"])
        {
            var response = await RawHttp.SendAsync(
                controller.App.Address,
                $"OPTIONS {path} HTTP/1.1\r\nHost: x\r\nOrigin: https://console.example.com\r\nAccess-Control-Request-Method: DELETE\r\n"
                + "Access-Control-Request-Headers: authorization,content-type\r\n\r\n");
            await Assert.That(response.Status).IsEqualTo(204);
            await Assert.That(response.Header("Access-Control-Allow-Origin")).IsEqualTo("https://console.example.com");
            await Assert.That(response.Header("Access-Control-Allow-Methods")).IsEqualTo("GET,HEAD,PUT,PATCH,POST,DELETE");
            await Assert.That(response.Header("Access-Control-Allow-Headers")).IsEqualTo("authorization,content-type");
            await Assert.That(response.Header("Vary")).Contains("Origin");
        }

        var foreign = await RawHttp.SendAsync(
            controller.App.Address,
            "OPTIONS /api/v3/status HTTP/1.1\r\nHost: x\r\nOrigin: https://evil.org\r\nAccess-Control-Request-Method: DELETE\r\n\r\n");
        await Assert.That(foreign.Status).IsEqualTo(200);
        await Assert.That(foreign.Header("Access-Control-Allow-Origin")).IsNull();
        await Assert.That(foreign.Header("Access-Control-Allow-Methods")).IsNull();
    }

    [Test]
    [Arguments("same", null, 304)]
    [Arguments("same", "no-cache", 200)]
    [Arguments("\"1-1\", same", null, 304)]
    [Arguments("*", null, 304)]
    [Arguments("W/\"1-1\"", null, 200)]
    [Arguments(null, null, 200)]
    public async Task An_unchanged_body_is_not_sent_again(string? held, string? caching, int status)
    {
        var body = "{\"fogs\":[]}"u8.ToArray();
        var tag = ETag.Of(new(body));
        await Assert.That(tag).StartsWith("W/\"b-");
        var context = new DefaultHttpContext();
        context.Request.Method = "GET";
        context.Request.Path = "/api/v3/iofog-list";
        context.Request.Headers.IfNoneMatch = held?.Replace("same", tag, StringComparison.Ordinal);
        context.Request.Headers.CacheControl = caching;
        using var written = new MemoryStream();
        context.Response.Body = written;
        await context.RespondAsync(200, body);
        await Assert.That(context.Response.StatusCode).IsEqualTo(status);
        await Assert.That(context.Response.Headers.ETag.ToString()).IsEqualTo(tag);
        await Assert.That(written.Length).IsEqualTo(status == 304 ? 0 : body.Length);
    }

    [Test]
    [Arguments("GET", "/api/v3/agent/microservices", 200)]
    [Arguments("POST", "/api/v3/application", 200)]
    [Arguments("GET", "/api/v3/application/x", 404)]
    public async Task Only_what_operators_read_has_a_tag(string method, string path, int status)
    {
        var context = new DefaultHttpContext();
        context.Request.Method = method;
        context.Request.Path = path;
        await context.RespondAsync(status, "{}"u8.ToArray());
        await Assert.That(context.Response.Headers.ETag.Count).IsEqualTo(0);
    }

    [Test]
    public async Task Tags_differ_when_bodies_do()
    {
        var bodies = Enumerable.Range(0, 64).Select(i => { var b = new byte[64]; b[i] = 1; return b; }).Append(new byte[64]).Append(new byte[65]).Append([]);
        await Assert.That(bodies.Select(b => ETag.Of(new(b))).Distinct().Count()).IsEqualTo(67);
    }

    [Test]
    [Arguments("false", "198.51.100.7", "127.0.0.1")]
    [Arguments("true", "198.51.100.7", "198.51.100.7")]
    [Arguments("true", "203.0.113.9, 198.51.100.7", "198.51.100.7")]
    [Arguments("loopback", "203.0.113.9, 198.51.100.7", "198.51.100.7")]
    [Arguments("loopback,198.51.100.0/24", "203.0.113.9, 198.51.100.7", "203.0.113.9")]
    [Arguments("10.0.0.0/8", "198.51.100.7", "127.0.0.1")]
    public async Task Forwarding_headers_count_only_from_trusted_proxies(string trust, string forwarded, string client)
    {
        using var log = new LogLines();
        await using var controller = await TestController.StartAsync(new() { ["TRUST_PROXY"] = trust, ["LOG_LEVEL"] = "debug" }, log: log);
        await RawHttp.SendAsync(controller.App.Address, $"GET /api/v3/live HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: {forwarded}\r\n\r\n");
        var line = (await log.WaitAsync(e => (string?)e["level"] == "apiReq"))[0];
        await Assert.That((string?)line["remoteAddress"]).IsEqualTo(client);
    }

    [Test]
    public async Task Both_listeners_answer_on_IPv4_and_IPv6()
    {
        await using var controller = await TestController.StartAsync();
        using var handler = new SocketsHttpHandler();
        using var client = new HttpClient(handler);
        string[] hosts = System.Net.Sockets.Socket.OSSupportsIPv6 ? ["127.0.0.1", "[::1]"] : ["127.0.0.1"];
        foreach (var host in hosts)
        {
            await Assert.That((await client.GetAsync($"http://{host}:{controller.App.Address.Port}/api/v3/live")).StatusCode).IsEqualTo(HttpStatusCode.OK);
            await Assert.That((await client.GetAsync($"http://{host}:{controller.App.ConsoleAddress.Port}/")).StatusCode).IsEqualTo(HttpStatusCode.OK);
        }
    }
}
