using System.Diagnostics;
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
        using var demo = Process.Start(new ProcessStartInfo("dotnet")
        {
            ArgumentList =
            {
                Path.Combine(AppContext.BaseDirectory, "controller-load.dll"), "demo", "--url", controller.Url.ToString(),
                "--username", NativeController.Username, "--password", NativeController.Password,
            },
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var said = demo.StandardOutput.ReadToEndAsync();
        var complained = demo.StandardError.ReadToEndAsync();
        await demo.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(3));
        if (demo.ExitCode != 0)
        {
            Assert.Fail($"{await said}\n{await complained}\n{controller.Output}");
        }
    }

    [Test]
    public async Task A_stop_is_graceful_and_its_exit_code_is_zero()
    {
        using var directory = new TempDirectory();
        await using var controller = await NativeController.StartAsync(directory.Path);
        await controller.StopAsync();
        await Assert.That(controller.ExitCode).IsEqualTo(0);
    }
}
