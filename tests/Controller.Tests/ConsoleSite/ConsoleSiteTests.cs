using System.Net;
using System.Text;
using Controller.Testing;
using Controller.Tests.Support;

namespace Controller.Tests.ConsoleSite;

/// <summary>The Console's listener (runtime 2.6).</summary>
public sealed class ConsoleSiteTests
{
    private const string Index = "<html>the console</html>";

    [Test]
    public async Task The_configuration_is_the_exact_text_served_and_saved()
    {
        using var directory = Site();
        await using var controller = await TestController.StartAsync(new()
        {
            ["EDGEOPS_CONSOLE_PATH"] = directory.Path,
            ["CONTROLLER_PUBLIC_URL"] = "https://controller.example.com/",
            ["CONSOLE_URL"] = "https://console.example.com/",
            ["CONTROL_PLANE"] = "Kubernetes",
        });
        // The port is the one that was configured; the test lets the system choose it.
        var expected = (await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "Examples", "runtime", "controller-config.js")))
            .Replace("\"apiPort\":51121", "\"apiPort\":0", StringComparison.Ordinal);
        var response = await GetAsync(controller, "/controller-config.js");
        await Assert.That(response.Body).IsEqualTo(expected);
        await Assert.That(response.Header("Content-Type")).IsEqualTo("text/javascript; charset=utf-8");
        await Assert.That(response.Header("Cache-Control")).IsEqualTo("no-store");
        await Assert.That(await File.ReadAllTextAsync(directory.File("controller-config.js"))).IsEqualTo(expected);
    }

    [Test]
    public async Task Without_settings_the_configuration_names_this_machine()
    {
        await using var controller = await TestController.StartAsync();
        var body = (await GetAsync(controller, "/controller-config.js")).Body;
        await Assert.That(body).Contains("\"publicUrl\":\"http://localhost:51121\",\"consoleUrl\":\"http://localhost:8008\"}");
    }

    [Test]
    [Arguments("/", 200, Index, "no-cache", "text/html")]
    [Arguments("/login", 200, Index, "no-cache", "text/html")]
    [Arguments("/login/oauth?interaction=1", 200, Index, "no-cache", "text/html")]
    [Arguments("/index.html", 200, Index, "no-cache", "text/html")]
    [Arguments("/assets/index-B3kf9_2a.js", 200, "js", "public, max-age=31536000, immutable", "text/javascript")]
    [Arguments("/assets/plain.css", 200, "css", "no-cache", "text/css")]
    [Arguments("/branding/logo.svg", 200, "<svg/>", "public, max-age=86400", "image/svg+xml")]
    [Arguments("/VERSION", 200, "1.0.13\n", "no-cache", "application/octet-stream")]
    [Arguments("/assets/missing.js", 404, null, null, "application/json")]
    [Arguments("/missing.html", 404, null, null, "application/json")]
    [Arguments("/assets", 200, Index, "no-cache", "text/html")]
    public async Task Files_are_served_and_everything_else_is_the_one_page(string path, int status, string? body, string? caching, string type)
    {
        using var directory = Site();
        await using var controller = await TestController.StartAsync(new() { ["EDGEOPS_CONSOLE_PATH"] = directory.Path });
        var response = await GetAsync(controller, path);
        await Assert.That(response.Status).IsEqualTo(status);
        await Assert.That(response.Header("Content-Type")).StartsWith(type);
        await Assert.That(response.Header("Cache-Control")).IsEqualTo(caching);
        await Assert.That(response.Header("Access-Control-Allow-Origin")).IsNull();
        await Assert.That(response.Header("X-Frame-Options")).IsNull();
        if (body is not null)
        {
            await Assert.That(response.Body).IsEqualTo(body);
        }
    }

    [Test]
    [Arguments("/../secret.txt")]
    [Arguments("/%2e%2e/secret.txt")]
    [Arguments("/..%2fsecret.txt")]
    [Arguments("/assets/../../secret.txt")]
    [Arguments("/assets/..%2f..%2fsecret.txt")]
    [Arguments("/..\\secret.txt")]
    [Arguments("//secret.txt")]
    [Arguments("/assets/%2e%2e%5c%2e%2e%5csecret.txt")]
    [Arguments("/.hidden.txt")]
    public async Task Nothing_outside_the_directory_is_served(string path)
    {
        using var directory = new TempDirectory();
        Directory.CreateDirectory(directory.File("site/assets"));
        await File.WriteAllTextAsync(directory.File("site/index.html"), Index);
        await File.WriteAllTextAsync(directory.File("site/.hidden.txt"), "hunter2");
        await File.WriteAllTextAsync(directory.File("secret.txt"), "hunter2");
        await using var controller = await TestController.StartAsync(new() { ["EDGEOPS_CONSOLE_PATH"] = directory.File("site") });
        var response = await GetAsync(controller, path);
        await Assert.That(response.Body.Contains("hunter2", StringComparison.Ordinal)).IsFalse();
        await Assert.That(response.Status).IsEqualTo(404);
    }

    [Test]
    [Arguments("/")]
    [Arguments("/agents")]
    public async Task Without_a_console_there_is_a_page_of_our_own(string path)
    {
        await using var controller = await TestController.StartAsync(new() { ["CONTROLLER_PUBLIC_URL"] = "https://a.example.com" });
        var response = await GetAsync(controller, path);
        await Assert.That(response.Status).IsEqualTo(200);
        await Assert.That(response.Header("Content-Type")).IsEqualTo("text/html; charset=utf-8");
        await Assert.That(response.Body).Contains("href=\"https://a.example.com/api/v3/status\"");
        await Assert.That(response.Body.Contains("src=", StringComparison.Ordinal)).IsFalse();
        await Assert.That((await GetAsync(controller, "/favicon.ico")).Status).IsEqualTo(404);
    }

    [Test]
    public async Task A_missing_directory_is_as_none()
    {
        await using var controller = await TestController.StartAsync(new() { ["EDGEOPS_CONSOLE_PATH"] = "/nowhere/console" });
        await Assert.That((await GetAsync(controller, "/")).Body).Contains("ioFog Controller");
    }

    [Test]
    public async Task A_directory_that_cannot_be_written_is_served_all_the_same()
    {
        // Nobody may write under /proc, whoever runs the test.
        await using var controller = await TestController.StartAsync(new() { ["EDGEOPS_CONSOLE_PATH"] = "/proc/self/task" });
        await Assert.That((await GetAsync(controller, "/controller-config.js")).Body).Contains("window.controllerConfig = {");
    }

    [Test]
    public async Task An_unchanged_file_is_not_sent_again_and_head_sends_none()
    {
        using var directory = Site();
        await using var controller = await TestController.StartAsync(new() { ["EDGEOPS_CONSOLE_PATH"] = directory.Path });
        var first = await GetAsync(controller, "/assets/plain.css");
        var again = await RawHttp.SendAsync(
            controller.App.ConsoleAddress, $"GET /assets/plain.css HTTP/1.1\r\nHost: x\r\nIf-None-Match: {first.Header("ETag")}\r\n\r\n");
        await Assert.That(again.Status).IsEqualTo(304);
        foreach (var path in (string[])["/", "/controller-config.js", "/assets/plain.css"])
        {
            using var http = await RawHttp.ConnectAsync(controller.App.ConsoleAddress);
            await http.WriteAsync($"HEAD {path} HTTP/1.1\r\nHost: x\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n");
            await Assert.That((await http.ReadAsync(head: true)).Status).IsEqualTo(200);
            await Assert.That((await http.ReadAsync()).Body).IsEqualTo(Index);
        }
    }

    [Test]
    public async Task Only_reading_is_allowed_and_the_api_is_not_here()
    {
        await using var controller = await TestController.StartAsync();
        var post = await RawHttp.SendAsync(controller.App.ConsoleAddress, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n");
        await Assert.That(post.Status).IsEqualTo(405);
        await Assert.That(post.Header("Allow")).IsEqualTo("GET, HEAD");
        await Assert.That((await GetAsync(controller, "/api/v3/status")).Header("Content-Type")).StartsWith("text/html");
        await Assert.That((await RawHttp.SendAsync(controller.App.Address, "GET /controller-config.js HTTP/1.1\r\nHost: x\r\n\r\n")).Status).IsEqualTo(404);
    }

    private static Task<RawResponse> GetAsync(TestController controller, string path) =>
        RawHttp.SendAsync(controller.App.ConsoleAddress, $"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n");

    private static TempDirectory Site()
    {
        var directory = new TempDirectory();
        Directory.CreateDirectory(directory.File("assets"));
        Directory.CreateDirectory(directory.File("branding"));
        File.WriteAllText(directory.File("index.html"), Index);
        File.WriteAllText(directory.File("assets/index-B3kf9_2a.js"), "js");
        File.WriteAllText(directory.File("assets/plain.css"), "css");
        File.WriteAllText(directory.File("branding/logo.svg"), "<svg/>");
        File.WriteAllText(directory.File("VERSION"), "1.0.13\n");
        return directory;
    }
}
