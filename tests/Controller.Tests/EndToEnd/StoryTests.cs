using System.Diagnostics;
using System.Text.Json.Nodes;
using Controller.Testing;

namespace Controller.Tests.EndToEnd;

/// <summary>The main job, against the binary that ships: from nothing to a running workload and back.</summary>
[NotInParallel("native")]
public sealed class StoryTests
{
    [Test]
    public async Task A_person_creates_a_node_provisions_it_deploys_an_application_and_sees_it_running()
    {
        using var directory = new TempDirectory();
        await using var controller = await NativeController.StartAsync(directory.Path);
        var (exitCode, output) = await LoadAsync(controller, "demo");
        if (exitCode != 0)
        {
            Assert.Fail($"{output}\n{controller.Output}");
        }
    }

    [Test]
    public async Task A_fleet_lives_and_none_of_its_calls_fails()
    {
        using var directory = new TempDirectory();
        await using var controller = await NativeController.StartAsync(directory.Path);
        var (json, html, svg) = (Path.Combine(directory.Path, "fleet.json"), Path.Combine(directory.Path, "fleet.html"), Path.Combine(directory.Path, "fleet.svg"));

        // The exit code judges times too, which is not for a test.
        var (_, output) = await LoadAsync(
            controller, "fleet", "--fogs", "5,20", "--seconds", "10", "--status-seconds", "1", "--hold", "2", "--json", json, "--html", html, "--svg", svg);
        await Assert.That(File.Exists(json)).IsTrue().Because(output);
        var metrics = JsonNode.Parse(await File.ReadAllTextAsync(json))!["metrics"]!.AsArray()
            .ToDictionary(m => m!["metric"]!.GetValue<string>(), m => m!["value"]!);
        await Assert.That(metrics["20 nodes: calls that failed"].GetValue<double>()).IsEqualTo(0).Because(output);
        await Assert.That(metrics["20 nodes: status reports"].GetValue<double>()).IsGreaterThan(10);
        await Assert.That(metrics.ContainsKey("20 nodes: poll without news, beyond its hold p99")).IsTrue().Because(output);
        await Assert.That(metrics.ContainsKey("20 nodes: operator's change → node has read it p99")).IsTrue().Because(output);
        await Assert.That(await File.ReadAllTextAsync(html)).Contains("<svg");
        await Assert.That(await File.ReadAllTextAsync(svg)).StartsWith("<svg");
    }

    [Test]
    public async Task A_stop_is_graceful_and_its_exit_code_is_zero()
    {
        using var directory = new TempDirectory();
        await using var controller = await NativeController.StartAsync(directory.Path);
        await controller.StopAsync();
        await Assert.That(controller.ExitCode).IsEqualTo(0);
    }

    private static async Task<(int ExitCode, string Output)> LoadAsync(NativeController controller, string command, params string[] options)
    {
        using var load = Process.Start(new ProcessStartInfo("dotnet", [
            Path.Combine(AppContext.BaseDirectory, "controller-load.dll"), command, "--url", controller.Url.ToString(),
            "--username", NativeController.Username, "--password", NativeController.Password, .. options])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var said = load.StandardOutput.ReadToEndAsync();
        var complained = load.StandardError.ReadToEndAsync();
        await load.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(3));
        return (load.ExitCode, $"{await said}\n{await complained}");
    }
}
