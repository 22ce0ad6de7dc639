using System.Net;
using System.Text.RegularExpressions;
using Controller.Status;
using Controller.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Controller.Tests.Hosting;

/// <summary>Readiness and liveness (runtime 2.7, agent-wire 18).</summary>
public sealed partial class StatusTests
{
    [Test]
    public async Task The_body_is_exact_and_compact()
    {
        await using var controller = await TestController.StartAsync();
        var text = await controller.Client.GetStringAsync("/api/v3/status");
        await Assert.That(Body().IsMatch(text)).IsTrue().Because(text);
    }

    [Test]
    [Arguments("1.0.13", null, "1.0.13")]
    [Arguments(null, "v1.2.3\n", "v1.2.3")]
    [Arguments("1.0.13", "v1.2.3\n", "1.0.13")]
    [Arguments(null, "\n", null)]
    [Arguments(null, null, null)]
    public async Task The_consoles_version_comes_from_the_environment_else_from_its_file(string? variable, string? file, string? version)
    {
        var directory = Directory.CreateTempSubdirectory("controller-console-");
        try
        {
            var settings = new Dictionary<string, string> { ["EDGEOPS_CONSOLE_PATH"] = directory.FullName };
            if (variable is not null)
            {
                settings["EDGEOPS_CONSOLE_VERSION"] = variable;
            }

            if (file is not null)
            {
                await File.WriteAllTextAsync(Path.Combine(directory.FullName, "VERSION"), file);
            }

            await using var controller = await TestController.StartAsync(settings);
            var (_, body) = await controller.SendAsync("GET", "/api/v3/status");
            await Assert.That(body!["versions"]!.AsObject().ContainsKey("ecnViewer")).IsEqualTo(version is not null);
            await Assert.That((string?)body["versions"]!["ecnViewer"]).IsEqualTo(version);
            await Assert.That((string?)body["versions"]!["controller"]).IsEqualTo("3.8.0");
        }
        finally
        {
            directory.Delete(true);
        }
    }

    [Test]
    public async Task An_agents_token_is_neither_verified_nor_used_up()
    {
        await using var controller = await TestController.StartAsync();
        var agent = await TestAgent.CreateAsync(controller);
        var token = agent.Token();
        foreach (var authorization in (string[])[$"Bearer {token}", $"Bearer {token}", "Bearer rubbish", "Basic eDp5"])
        {
            var response = await RawHttp.SendAsync(
                controller.App.Address, $"GET /api/v3/status HTTP/1.1\r\nHost: x\r\nAuthorization: {authorization}\r\n\r\n");
            await Assert.That(response.Status).IsEqualTo(200);
        }

        await Assert.That((await agent.SendAsync("GET", "/config/changes", token: token)).Status).IsEqualTo(HttpStatusCode.OK);
    }

    [Test]
    public async Task What_does_not_work_is_told_with_503_while_the_process_lives()
    {
        var check = new SwitchedCheck { Reason = "Vault unavailable" };
        await using var controller = await TestController.StartAsync(customize: s => s.AddSingleton<IReadinessCheck>(check));
        var response = await RawHttp.SendAsync(controller.App.Address, "GET /api/v3/status HTTP/1.1\r\nHost: x\r\n\r\n");
        await Assert.That(response.Status).IsEqualTo(503);
        await Assert.That(response.Header("Retry-After")).IsEqualTo("5");
        await Assert.That((string?)response.Json["status"]).IsEqualTo("offline");
        await Assert.That((string?)response.Json["message"]).IsEqualTo("Vault unavailable");
        await Assert.That((await controller.SendAsync("GET", "/api/v3/live")).Status).IsEqualTo(HttpStatusCode.OK);
        await Assert.That((await controller.SendAsync("GET", "/api/v3/live")).Body!["status"]!.GetValue<string>()).IsEqualTo("online");
    }

    [Test]
    public async Task An_answer_holds_for_a_second()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        var check = new SwitchedCheck();
        await using var controller = await TestController.StartAsync(customize: s => s.AddSingleton<TimeProvider>(time).AddSingleton<IReadinessCheck>(check));
        for (var i = 0; i < 5; i++)
        {
            await controller.SendAsync("GET", "/api/v3/status");
        }

        await Assert.That(check.Asked).IsEqualTo(1);
        time.Advance(TimeSpan.FromSeconds(1));
        await controller.SendAsync("GET", "/api/v3/status");
        await Assert.That(check.Asked).IsEqualTo(2);
    }

    [Test]
    public async Task A_check_that_hangs_counts_as_failed_after_its_limit_and_is_asked_once()
    {
        var check = new SwitchedCheck { Hangs = true };
        await using var controller = await TestController.StartAsync(
            new() { ["DB_TRANSACTION_TIMEOUT_READINESS_MS"] = "300" }, customize: s => s.AddSingleton<IReadinessCheck>(check));
        var answers = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => controller.SendAsync("GET", "/api/v3/status")));
        await Assert.That(answers.All(a => a.Status == HttpStatusCode.ServiceUnavailable)).IsTrue();
        await Assert.That(check.Asked).IsEqualTo(1);
    }

    [Test]
    public async Task A_database_that_is_gone_makes_the_controller_not_ready()
    {
        await using var controller = await TestController.StartAsync();
        await controller.Database.DisposeAsync();
        var directory = controller.DataDirectory;
        foreach (var file in Directory.GetFiles(directory, "*.sqlite*"))
        {
            File.Delete(file);
        }

        var (status, body) = await controller.SendAsync("GET", "/api/v3/status");
        await Assert.That(status).IsEqualTo(HttpStatusCode.ServiceUnavailable);
        await Assert.That((string?)body!["message"]).IsEqualTo("Database unavailable");
    }

    [GeneratedRegex("""^\{"status":"online","timestamp":\d{13},"uptimeSec":\d+(\.\d+)?,"versions":\{"controller":"3\.8\.0"\}\}$""")]
    private static partial Regex Body();

    private sealed class SwitchedCheck : IReadinessCheck
    {
        private int _asked;

        public string? Reason { get; init; }

        public bool Hangs { get; init; }

        public int Asked => _asked;

        public async Task<string?> CheckAsync(CancellationToken cancel)
        {
            Interlocked.Increment(ref _asked);
            if (Hangs)
            {
                // Deaf to its cancellation, as a driver may be.
                await new TaskCompletionSource().Task;
            }

            return Reason;
        }
    }
}
