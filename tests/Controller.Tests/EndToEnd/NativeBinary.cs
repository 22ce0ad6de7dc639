using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Controller.Tests.EndToEnd;

/// <summary>The published native binary: the one that CONTROLLER_BINARY names, else one published for this test run.</summary>
internal static class NativeBinary
{
    private static readonly Lazy<Task<string>> Published = new(PublishAsync);

    public static Task<string> PathAsync() =>
        Environment.GetEnvironmentVariable("CONTROLLER_BINARY") is { Length: > 0 } given ? Task.FromResult(given) : Published.Value;

    private static async Task<string> PublishAsync()
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(root.FullName, "Controller.slnx")))
        {
            root = root.Parent ?? throw new InvalidOperationException("The repository is not above the tests; set CONTROLLER_BINARY.");
        }

        var output = Path.Combine(root.FullName, "artifacts", "native");
        var runtime = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "linux-arm64" : "linux-x64";
        using var publish = Process.Start(new ProcessStartInfo("dotnet")
        {
            WorkingDirectory = root.FullName,
            ArgumentList = { "publish", "src/Controller", "-c", "Release", "-r", runtime, "-o", output, "-v", "quiet", "--nologo" },
            RedirectStandardOutput = true,
        })!;
        var said = await publish.StandardOutput.ReadToEndAsync();
        await publish.WaitForExitAsync();
        return publish.ExitCode == 0
            ? Path.Combine(output, "controller")
            : throw new InvalidOperationException($"Publishing the native binary failed:\n{said}");
    }
}
