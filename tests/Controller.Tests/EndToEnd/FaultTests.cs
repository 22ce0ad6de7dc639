using System.Diagnostics;
using System.Net;
using Controller.Testing;
using Edgelet.Simulator;

namespace Controller.Tests.EndToEnd;

/// <summary>Faults of our own infrastructure: 503 with Retry-After, never 401, and never a lost acknowledged write.</summary>
[NotInParallel("native")]
public sealed class FaultTests
{
    [Test]
    public async Task A_second_process_on_the_same_database_refuses_to_start()
    {
        using var directory = new TempDirectory();
        await using var first = await NativeController.StartAsync(directory.Path);
        await using var second = await NativeController.LaunchAsync(directory.Path);
        await second.WaitForExitAsync();
        await Assert.That(second.ExitCode).IsEqualTo(1);
        await Assert.That(second.Output).Contains("Another Controller");
        await Assert.That((await first.SendAsync("GET", "/api/v3/status")).Status).IsEqualTo(HttpStatusCode.OK);
    }

    [Test]
    public async Task A_full_disk_gives_503_and_loses_nothing()
    {
        await using var disk = await SmallDisk.MountAsync(8);
        await using var controller = await NativeController.StartAsync(disk.Path);
        await controller.LoginAsync();
        var agent = await ProvisionAsync(controller);
        var filler = Path.Combine(disk.Path, "filler");
        await FillAsync(filler);

        var acknowledged = new List<string>();
        var refused = 0;
        for (var n = 0; n < 400 && refused < 3; n++)
        {
            var url = $"r{n}.{new string('x', 180)}.example.com";
            using var answer = await controller.Client.PostAsync("/api/v3/registries", Json(
                $$"""{"url":"{{url}}","isPublic":true,"username":"u","password":"","email":"a@b.c"}"""));
            if (answer.StatusCode == HttpStatusCode.Created)
            {
                acknowledged.Add(url);
                continue;
            }

            await Assert.That(answer.StatusCode).IsEqualTo(HttpStatusCode.ServiceUnavailable);
            await Assert.That(answer.Headers.RetryAfter).IsNotNull();
            refused++;
        }

        await Assert.That(refused).IsEqualTo(3);
        await AgentIsNeverRefusedAsync(agent);
        File.Delete(filler);

        var (status, _) = await controller.SendAsync(
            "POST", "/api/v3/registries", """{"url":"after.example.com","isPublic":true,"username":"u","password":"","email":"a@b.c"}""");
        await Assert.That(status).IsEqualTo(HttpStatusCode.Created);
        var (_, list) = await controller.SendAsync("GET", "/api/v3/registries");
        var stored = list!["registries"]!.AsArray().Select(r => r!["url"]!.GetValue<string>()).ToHashSet();
        foreach (var url in acknowledged)
        {
            await Assert.That(stored).Contains(url);
        }
    }

    [Test]
    public async Task A_read_only_data_directory_stops_the_start_with_a_clear_message()
    {
        await using var disk = await SmallDisk.MountAsync(16);
        await using (var controller = await NativeController.StartAsync(disk.Path))
        {
            await controller.StopAsync();
        }

        await disk.MakeReadOnlyAsync();
        await using var again = await NativeController.LaunchAsync(disk.Path);
        await again.WaitForExitAsync();
        await Assert.That(again.ExitCode).IsEqualTo(1);
        await Assert.That(again.Output).Contains("Cannot open the database");
    }

    private static async Task AgentIsNeverRefusedAsync(ControllerClient agent)
    {
        foreach (var daemon in new[] { "RUNNING", "STOPPED", "RUNNING" })
        {
            var status = await agent.SendRawAsync(HttpMethod.Put, "status", $$"""{"daemonStatus":"{{daemon}}"}""");
            await Assert.That((int)status.Status is 204 or 503).IsTrue();
            var poll = await agent.SendRawAsync(HttpMethod.Get, "config/changes");
            await Assert.That((int)poll.Status is 200 or 503).IsTrue();
        }
    }

    private static async Task<ControllerClient> ProvisionAsync(NativeController controller)
    {
        var (_, fog) = await controller.SendAsync("POST", "/api/v3/iofog", """{"name":"node","archId":1,"routerMode":"none","natsMode":"none"}""");
        var (_, key) = await controller.SendAsync("GET", $"/api/v3/iofog/{fog!["uuid"]!.GetValue<string>()}/provisioning-key");
        var client = new ControllerClient(ControllerClient.CreateHttpClient(), controller.Url + "api/v3/", TimeProvider.System);
        await client.ProvisionAsync(key!["key"]!.GetValue<string>(), 1, "edgelet");
        return client;
    }

    private static async Task FillAsync(string path)
    {
        await using var file = File.Create(path);
        var block = new byte[4096];
        try
        {
            while (true)
            {
                await file.WriteAsync(block);
                await file.FlushAsync();
            }
        }
        catch (IOException)
        {
            // Full.
        }
    }

    private static StringContent Json(string text) => new(text, System.Text.Encoding.UTF8, "application/json");

    /// <summary>A tmpfs of a few megabytes.</summary>
    private sealed class SmallDisk : IAsyncDisposable
    {
        private readonly TempDirectory _directory = new();

        public string Path => _directory.Path;

        public static async Task<SmallDisk> MountAsync(int megabytes)
        {
            var disk = new SmallDisk();
            await RunAsync("mount", "-t", "tmpfs", "-o", $"size={megabytes}m", "tmpfs", disk.Path);
            return disk;
        }

        public Task MakeReadOnlyAsync() => RunAsync("mount", "-o", "remount,ro", Path);

        public async ValueTask DisposeAsync()
        {
            await RunAsync("umount", "-l", Path);
            _directory.Dispose();
        }

        private static async Task RunAsync(string command, params string[] arguments)
        {
            using var process = Process.Start(new ProcessStartInfo(command, arguments) { RedirectStandardError = true })!;
            var error = await process.StandardError.ReadToEndAsync();
            await process.WaitForExitAsync();
            if (process.ExitCode != 0)
            {
                throw new InvalidOperationException($"{command} failed (this test needs the right to mount a tmpfs): {error}");
            }
        }
    }
}
