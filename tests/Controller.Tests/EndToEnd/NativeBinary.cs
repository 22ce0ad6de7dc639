using System.Diagnostics;
using System.Runtime.InteropServices;
using Controller.Tests.Support;

namespace Controller.Tests.EndToEnd;

/// <summary>The published native binary: the one that CONTROLLER_BINARY names, else one published for this test run.</summary>
internal static class NativeBinary
{
    private static readonly Lazy<Task<string>> Published = new(PublishAsync);

    public static Task<string> PathAsync() =>
        Environment.GetEnvironmentVariable("CONTROLLER_BINARY") is { Length: > 0 } given ? Task.FromResult(given) : Published.Value;

    private static async Task<string> PublishAsync()
    {
        var output = Path.Combine(Repository.Root, "artifacts", "native");
        var runtime = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "linux-arm64" : "linux-x64";
        using var publish = Process.Start(new ProcessStartInfo("dotnet")
        {
            WorkingDirectory = Repository.Root,
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
