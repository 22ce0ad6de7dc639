using System.Globalization;
using System.Net;
using Controller.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Controller.Tests.Hosting;

/// <summary>The graceful stop (runtime 2.8) and the PID file.</summary>
public sealed class StopTests
{
    [Test]
    public async Task A_running_request_finishes_a_held_poll_is_answered_and_new_connections_are_refused()
    {
        using var log = new LogLines();
        var controller = await TestController.StartAsync(new() { ["LOG_LEVEL"] = "info" }, log: log);
        var address = controller.App.Address;
        var holding = await TestAgent.CreateAsync(controller);
        await holding.PollAsync();
        var held = holding.SendAsync("GET", "/config/changes");

        var slow = await TestAgent.CreateAsync(controller);
        const string body = """{"lastUpdated":"2026-01-01T00:00:00.000Z"}""";
        using var http = await RawHttp.ConnectAsync(address);
        await http.WriteAsync(
            $"PATCH /api/v3/agent/config/changes HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {slow.Token()}\r\n"
            + $"Content-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n{body[..10]}");
        await Task.Delay(300);
        await Assert.That(held.IsCompleted).IsFalse();

        var stopped = controller.DisposeAsync().AsTask();
        var (status, _) = await held.WaitAsync(TimeSpan.FromSeconds(5));
        await Assert.That(status).IsEqualTo(HttpStatusCode.OK);
        await Assert.That(async () =>
        {
            using var late = await RawHttp.ConnectAsync(address);
        }).Throws<System.Net.Sockets.SocketException>();
        await Assert.That(stopped.IsCompleted).IsFalse();

        await http.WriteAsync(body[10..]);
        var answer = await http.ReadAsync();
        await Assert.That(answer.Status).IsEqualTo(200);
        await Assert.That(answer.Body).IsEqualTo("{}");
        await stopped.WaitAsync(TimeSpan.FromSeconds(10));
        var messages = log.Events.Select(e => (string)e["msg"]!).ToList();
        await Assert.That(messages).Contains("API Server closed.");
        await Assert.That(messages).Contains("Console Server closed.");
    }

    [Test]
    public async Task A_request_that_never_ends_is_cut_off_when_the_drain_time_is_over()
    {
        var controller = await TestController.StartAsync(new() { ["WS_DRAIN_TIMEOUT_MS"] = "500" });
        var agent = await TestAgent.CreateAsync(controller);
        using var http = await RawHttp.ConnectAsync(controller.App.Address);
        await http.WriteAsync(
            $"PATCH /api/v3/agent/config/changes HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {agent.Token()}\r\n"
            + "Content-Type: application/json\r\nContent-Length: 50\r\n\r\n{");
        await Task.Delay(200);
        await controller.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Test]
    public async Task While_it_stops_the_controller_is_not_ready()
    {
        await using var controller = await TestController.StartAsync();
        controller.Service<IHostApplicationLifetime>().StopApplication();
        var (status, body) = await controller.SendAsync("GET", "/api/v3/status");
        await Assert.That(status).IsEqualTo(HttpStatusCode.ServiceUnavailable);
        await Assert.That(body!["status"]!.GetValue<string>()).IsEqualTo("offline");
    }

    [Test]
    public async Task A_stop_is_asked_for_by_the_caller_or_by_the_host()
    {
        await using var controller = await TestController.StartAsync();
        using var stop = new CancellationTokenSource();
        var byCaller = controller.App.WaitForStopAsync(stop.Token);
        var byHost = controller.App.WaitForStopAsync(CancellationToken.None);
        await Assert.That(byCaller.IsCompleted || byHost.IsCompleted).IsFalse();
        await stop.CancelAsync();
        await byCaller.WaitAsync(TimeSpan.FromSeconds(5));
        controller.Service<IHostApplicationLifetime>().StopApplication();
        await byHost.WaitAsync(TimeSpan.FromSeconds(5));
    }

    [Test]
    public async Task The_pid_file_is_there_while_the_process_serves()
    {
        var directory = Directory.CreateTempSubdirectory("controller-pid-");
        try
        {
            var file = Path.Combine(directory.FullName, "run", "iofog-controller.pid");
            await using (await TestController.StartAsync(new() { ["PID_BASE"] = Path.GetDirectoryName(file)! }))
            {
                await Assert.That(await File.ReadAllTextAsync(file)).IsEqualTo(Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
            }

            await Assert.That(File.Exists(file)).IsFalse();

            // One that a younger process has written stays.
            await using (await TestController.StartAsync(new() { ["PID_BASE"] = Path.GetDirectoryName(file)! }))
            {
                await File.WriteAllTextAsync(file, "1");
            }

            await Assert.That(await File.ReadAllTextAsync(file)).IsEqualTo("1");
        }
        finally
        {
            directory.Delete(true);
        }
    }

    [Test]
    public async Task A_pid_file_that_cannot_be_written_is_only_a_warning()
    {
        using var log = new LogLines();
        await using var controller = await TestController.StartAsync(new() { ["PID_BASE"] = "/proc/nowhere" }, log: log);
        await log.WaitAsync(e => ((string)e["msg"]!).StartsWith("PID file /proc/nowhere", StringComparison.Ordinal));
        await Assert.That((await controller.SendAsync("GET", "/api/v3/status")).Status).IsEqualTo(HttpStatusCode.OK);
    }
}
