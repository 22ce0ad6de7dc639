using Controller.Tests.Support;

namespace Controller.Tests.Logging;

/// <summary>The lines of operator requests (runtime 3.1).</summary>
public sealed class RequestLogTests
{
    [Test]
    public async Task A_request_of_an_operator_is_two_lines_without_secrets()
    {
        using var log = new LogLines();
        await using var controller = await TestController.StartAsync(new() { ["LOG_LEVEL"] = "info" }, log: log);
        await RawHttp.SendAsync(
            controller.App.Address,
            "GET /api/v3/architectures/?token=hunter2&a=1 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer hunter2\r\nRequest-Id: r-1\r\nUser-Agent: test\r\n\r\n");
        var line = (await log.WaitAsync(e => (string?)e["level"] == "apiRes"))[0];
        await Assert.That((string?)line["id"]).IsEqualTo("r-1");
        await Assert.That((string?)line["method"]).IsEqualTo("GET");
        await Assert.That((string?)line["url"]).IsEqualTo("/api/v3/architectures/?token=[REDACTED]&a=1");
        await Assert.That((int?)line["statusCode"]).IsIn([200, 404]);
        await Assert.That((double)line["durationMs"]!).IsGreaterThan(0);
        await Assert.That((string?)line["headers"]!["content-type"]).IsEqualTo("application/json; charset=utf-8");
        await Assert.That((string?)line["headers"]!["x-timestamp"]).IsNotNull();
        await Assert.That(log.Text.Contains("hunter2", StringComparison.Ordinal)).IsFalse();
    }

    [Test]
    public async Task The_first_line_tells_who_asks_from_where()
    {
        using var log = new LogLines();
        await using var controller = await TestController.StartAsync(new() { ["LOG_LEVEL"] = "info" }, log: log);
        await RawHttp.SendAsync(
            controller.App.Address, "GET /api/v3/user/profile HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer t\r\nUser-Agent: test\r\n\r\n");
        var line = (await log.WaitAsync(e => (string?)e["level"] == "apiReq"))[0];
        await Assert.That((string?)line["username"]).IsEqualTo("tester");
        await Assert.That((string?)line["remoteAddress"]).IsEqualTo("127.0.0.1");
        await Assert.That((int)line["remotePort"]!).IsGreaterThan(0);
        await Assert.That((string?)line["headers"]!["user-agent"]).IsEqualTo("test");
        await Assert.That(line["headers"]!.AsObject().ContainsKey("authorization")).IsFalse();
        await Assert.That((string?)(await log.WaitAsync(e => (string?)e["level"] == "apiRes"))[0]["username"]).IsEqualTo("tester");
    }

    [Test]
    [Arguments("info", 0)]
    [Arguments("debug", 2)]
    public async Task Agents_and_pings_are_logged_only_for_debugging(string level, int lines)
    {
        using var log = new LogLines();
        await using (var controller = await TestController.StartAsync(new() { ["LOG_LEVEL"] = level }, log: log))
        {
            await RawHttp.SendAsync(controller.App.Address, "GET /api/v3/status HTTP/1.1\r\nHost: x\r\n\r\n");
            await RawHttp.SendAsync(controller.App.Address, "GET /api/v3/agent/config/changes HTTP/1.1\r\nHost: x\r\n\r\n");
        }

        await Assert.That(log.Events.Count(e => (string?)e["level"] == "apiRes")).IsEqualTo(lines);
    }

    [Test]
    public async Task At_warn_there_are_no_request_lines()
    {
        using var log = new LogLines();
        await using (var controller = await TestController.StartAsync(new() { ["LOG_LEVEL"] = "warn" }, log: log))
        {
            await controller.SendAsync("GET", "/api/v3/nothing");
        }

        await Assert.That(log.Events).IsEmpty();
    }

    [Test]
    public async Task The_log_begins_and_ends_with_the_process()
    {
        using var log = new LogLines();
        await using (await TestController.StartAsync(new() { ["LOG_LEVEL"] = "info" }, log: log))
        {
        }

        await Assert.That((string?)log.Events[0]["msg"]).IsEqualTo("Logger initialized successfully");
        await Assert.That((string?)log.Events[^1]["msg"]).IsEqualTo("Console Server closed.");
    }
}
