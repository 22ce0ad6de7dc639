using System.Diagnostics;
using System.Runtime.InteropServices;
using Controller.Tests.Support;

namespace Controller.Tests.EndToEnd;

/// <summary>
/// The container image for this machine's architecture, built around the published binary: inspected, unpacked, and
/// run as an engine would, with the main job done against it. <c>scripts/test-image.sh</c> does the work and takes
/// other architectures, too.
/// </summary>
[NotInParallel("native")]
public sealed class ImageTests
{
    [Test]
    public async Task The_image_builds_and_does_the_main_job_with_a_read_only_root()
    {
        var architecture = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "arm64" : "amd64";
        var published = Path.GetDirectoryName(Path.GetFullPath(await NativeBinary.PathAsync()))!;
        await RunAsync("scripts/install-test-deps.sh");
        var said = await RunAsync("scripts/test-image.sh", $"{architecture}={published}");
        await Assert.That(said).Contains("with a read-only root as uid 10000");
    }

    private static async Task<string> RunAsync(string script, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(Path.Combine(Repository.Root, script), arguments)
        {
            WorkingDirectory = Repository.Root,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["CONTROLLER_LOAD"] = $"dotnet {Path.Combine(AppContext.BaseDirectory, "controller-load.dll")}" },
        })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        var said = await output + await error;
        return process.ExitCode == 0 ? said : throw new InvalidOperationException($"{script} ended with {process.ExitCode}:\n{said}");
    }
}
