using System.Text;
using Controller.Tests.Support;

namespace Controller.Tests.Hosting;

/// <summary>Every failure answers JSON with a name and a message, also what no HTTP client would send (decision 30).</summary>
public sealed class ErrorFormTests
{
    [Test]
    [Arguments("GET /api/v3/nothing HTTP/1.1\r\nHost: x\r\n\r\n", 404, "NotFoundError", "Cannot GET /api/v3/nothing")]
    [Arguments("GET / HTTP/1.1\r\nHost: x\r\n\r\n", 404, "NotFoundError", "Cannot GET /")]
    [Arguments("DELETE /api/v3/status HTTP/1.1\r\nHost: x\r\n\r\n", 405, "MethodNotAllowedError", "Method DELETE is not allowed here")]
    [Arguments("BREW /api/v3/status HTTP/1.1\r\nHost: x\r\n\r\n", 405, "MethodNotAllowedError", "Method BREW is not allowed here")]
    [Arguments("GET /api/v3/agent/config/changes HTTP/1.1\r\nHost: x\r\n\r\n", 401, "AuthenticationError", null)]
    [Arguments("complete nonsense\r\n\r\n", 400, "BadRequestError", "Malformed request")]
    [Arguments("GET  /api/v3/status HTTP/1.1\r\nHost: x\r\n\r\n", 400, "BadRequestError", "Malformed request")]
    [Arguments("GET /api/v3/status HTTP/1.1\r\n\r\n", 400, "BadRequestError", "Malformed request")]
    [Arguments("GET /api/v3/status HTTP/1.1\r\nHost: x\r\nBad Header: 1\r\n\r\n", 400, "BadRequestError", "Malformed request")]
    [Arguments("GET /api/v3/status HTTP/1.1\r\nHost: x\r\nno colon\r\n\r\n", 400, "BadRequestError", "Malformed request")]
    [Arguments("GET /api/v3/status HTTP/9.9\r\nHost: x\r\n\r\n", 505, "HttpVersionNotSupportedError", null)]
    [Arguments("POST /api/v3/status HTTP/1.1\r\nHost: x\r\nContent-Length: minus\r\n\r\n", 400, "BadRequestError", "Malformed request")]
    [Arguments("GET /api/v3/%zz HTTP/1.1\r\nHost: x\r\n\r\n", 404, "NotFoundError", null)]
    [Arguments("GET /api/v3/%00 HTTP/1.1\r\nHost: x\r\n\r\n", 400, "BadRequestError", null)]
    public async Task A_failure_is_json(string request, int status, string name, string? message)
    {
        await using var controller = await TestController.StartAsync();
        var response = await RawHttp.SendAsync(controller.App.Address, request);
        await Assert.That(response.Status).IsEqualTo(status);
        await Assert.That(response.Header("Content-Type")).IsEqualTo("application/json; charset=utf-8");
        await Assert.That(response.Header("X-Timestamp")).IsNotNull();
        await Assert.That(response.Json["name"]!.GetValue<string>()).IsEqualTo(name);
        if (message is not null)
        {
            await Assert.That(response.Json["message"]!.GetValue<string>()).IsEqualTo(message);
        }
    }

    [Test]
    public async Task Lines_and_headers_that_are_too_long_are_refused_as_json()
    {
        await using var controller = await TestController.StartAsync();
        var line = await RawHttp.SendAsync(controller.App.Address, $"GET /{new string('a', 20_000)} HTTP/1.1\r\nHost: x\r\n\r\n");
        await Assert.That(line.Status).IsEqualTo(414);
        await Assert.That(line.Json["name"]!.GetValue<string>()).IsEqualTo("UriTooLongError");
        var header = await RawHttp.SendAsync(controller.App.Address, $"GET / HTTP/1.1\r\nHost: x\r\nA: {new string('a', 40_000)}\r\n\r\n");
        await Assert.That(header.Status).IsEqualTo(431);
        await Assert.That(header.Json["name"]!.GetValue<string>()).IsEqualTo("RequestHeadersTooLargeError");
    }

    [Test]
    public async Task After_a_malformed_request_the_connection_is_closed_and_a_good_one_before_it_is_served()
    {
        await using var controller = await TestController.StartAsync();
        using var http = await RawHttp.ConnectAsync(controller.App.Address);
        await http.WriteAsync("GET /api/v3/live HTTP/1.1\r\nHost: x\r\n\r\nnonsense\r\n\r\n");
        await Assert.That((await http.ReadAsync()).Status).IsEqualTo(200);
        var refused = await http.ReadAsync();
        await Assert.That(refused.Status).IsEqualTo(400);
        await Assert.That(refused.Header("Connection")).IsEqualTo("close");
        await Assert.That(await http.IsClosedAsync()).IsTrue();
    }

    [Test]
    public async Task A_wrong_method_tells_the_right_ones()
    {
        await using var controller = await TestController.StartAsync();
        var refused = await RawHttp.SendAsync(controller.App.Address, "PUT /api/v3/status HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n");
        await Assert.That(refused.Header("Allow")).IsEqualTo("GET, HEAD");
        var options = await RawHttp.SendAsync(controller.App.Address, "OPTIONS /api/v3/status HTTP/1.1\r\nHost: x\r\n\r\n");
        await Assert.That(options.Status).IsEqualTo(200);
        await Assert.That(options.Header("Allow")).IsEqualTo("GET, HEAD");
        await Assert.That(options.Body).IsEqualTo("");
    }

    [Test]
    public async Task Head_answers_as_get_does_without_a_body()
    {
        await using var controller = await TestController.StartAsync();
        foreach (var path in (string[])["/api/v3/status", "/api/v3/nothing"])
        {
            using var http = await RawHttp.ConnectAsync(controller.App.Address);
            await http.WriteAsync($"HEAD {path} HTTP/1.1\r\nHost: x\r\n\r\nGET /api/v3/live HTTP/1.1\r\nHost: x\r\n\r\n");
            var head = await http.ReadAsync(head: true);
            await Assert.That(int.Parse(head.Header("Content-Length")!)).IsGreaterThan(20);
            // What follows at once is the next answer: there was no body.
            await Assert.That((await http.ReadAsync()).Status).IsEqualTo(200);
        }
    }

    [Test]
    [Arguments("{\"lastUpdated\":", "application/json", null, 400, "SyntaxError")]
    [Arguments("{'a':1}", "application/json", null, 400, "SyntaxError")]
    [Arguments("{\"lastUpdated\":\"\u00ff\"}", "application/json", null, 400, "SyntaxError")]
    [Arguments("{\"lastUpdated\":\"\\ud800\"}", "application/json", null, 400, "SyntaxError")]
    [Arguments("5", "application/json", null, 400, "ValidationError")]
    [Arguments("[object Object]", "text/plain", null, 400, "ValidationError")]
    [Arguments("{}", "application/json", "gzip", 415, "UnsupportedMediaTypeError")]
    [Arguments("{}", "application/json; charset=latin1", null, 415, "UnsupportedMediaTypeError")]
    public async Task A_body_that_cannot_be_read_is_refused(string body, string type, string? encoding, int status, string name)
    {
        await using var controller = await TestController.StartAsync();
        var agent = await TestAgent.CreateAsync(controller);
        var response = await RawHttp.SendAsync(
            controller.App.Address,
            Patch(agent) + $"Content-Type: {type}\r\n{(encoding is null ? "" : $"Content-Encoding: {encoding}\r\n")}Content-Length: {body.Length}\r\n\r\n{body}");
        await Assert.That(response.Status).IsEqualTo(status);
        await Assert.That(response.Json["name"]!.GetValue<string>()).IsEqualTo(name);
    }

    [Test]
    public async Task A_byte_order_mark_and_quotes_around_the_charset_are_fine()
    {
        await using var controller = await TestController.StartAsync();
        var agent = await TestAgent.CreateAsync(controller);
        const string body = "\u00ef\u00bb\u00bf{\"lastUpdated\":\"2026-01-01T00:00:00.000Z\"}";
        var response = await RawHttp.SendAsync(
            controller.App.Address, Patch(agent) + $"Content-Type: application/json; charset=\"UTF-8\"\r\nContent-Length: {body.Length}\r\n\r\n{body}");
        await Assert.That(response.Status).IsEqualTo(200);
    }

    [Test]
    public async Task A_body_that_is_too_large_is_refused_with_and_without_a_length()
    {
        await using var controller = await TestController.StartAsync(new() { ["MAX_JSON_BODY_BYTES"] = "2048" });
        var agent = await TestAgent.CreateAsync(controller);
        var declared = await RawHttp.SendAsync(
            controller.App.Address, Patch(agent) + "Content-Type: application/json\r\nContent-Length: 2049\r\n\r\n");
        await Assert.That(declared.Status).IsEqualTo(413);
        await Assert.That(declared.Json["name"]!.GetValue<string>()).IsEqualTo("PayloadTooLargeError");

        var chunk = new string('a', 1500);
        var chunked = await RawHttp.SendAsync(
            controller.App.Address,
            Patch(agent) + $"Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n5dc\r\n{chunk}\r\n5dc\r\n{chunk}\r\n0\r\n\r\n");
        await Assert.That(chunked.Status).IsEqualTo(413);
        await Assert.That(chunked.Json["name"]!.GetValue<string>()).IsEqualTo("PayloadTooLargeError");

        // Over the server's own limit, which is that of uploads.
        var upload = await RawHttp.SendAsync(
            controller.App.Address, Patch(agent) + "Content-Type: application/json\r\nContent-Length: 99000000\r\n\r\n");
        await Assert.That(upload.Status).IsEqualTo(413);
        await Assert.That(upload.Json["name"]!.GetValue<string>()).IsEqualTo("PayloadTooLargeError");
    }

    [Test]
    public async Task A_broken_chunk_is_the_clients_fault()
    {
        await using var controller = await TestController.StartAsync();
        var agent = await TestAgent.CreateAsync(controller);
        var response = await RawHttp.SendAsync(
            controller.App.Address, Patch(agent) + "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n");
        await Assert.That(response.Status).IsEqualTo(400);
        await Assert.That(response.Json["name"]!.GetValue<string>()).IsEqualTo("BadRequestError");
    }

    [Test]
    public async Task A_client_that_leaves_in_the_middle_is_no_error_of_ours()
    {
        using var log = new LogLines();
        await using var controller = await TestController.StartAsync(log: log);
        var agent = await TestAgent.CreateAsync(controller);
        using (var http = await RawHttp.ConnectAsync(controller.App.Address))
        {
            await http.WriteAsync(Patch(agent) + "Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{");
            await Task.Delay(200);
        }

        await Task.Delay(300);
        await Assert.That(log.Events.Where(e => (string?)e["level"] == "error")).IsEmpty();
    }

    [Test]
    public async Task Paths_ignore_case_and_a_slash_at_the_end()
    {
        await using var controller = await TestController.StartAsync();
        foreach (var path in (string[])["/api/v3/status/", "/API/V3/Status"])
        {
            await Assert.That((int)(await controller.SendAsync("GET", path)).Status).IsEqualTo(200);
        }
    }

    private static string Patch(TestAgent agent) =>
        new StringBuilder("PATCH /api/v3/agent/config/changes HTTP/1.1\r\nHost: x\r\n").Append("Authorization: Bearer ").Append(agent.Token()).Append("\r\n").ToString();
}
