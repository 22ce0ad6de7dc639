using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Controller.Testing;

namespace Controller.Tests.EndToEnd;

/// <summary>The command line of the binary that ships.</summary>
[NotInParallel("native")]
public sealed class CommandLineTests
{
    [Test]
    public async Task It_is_a_daemon_that_starts_takes_commands_and_stops()
    {
        using var directory = new TempDirectory();
        var shell = new Shell(directory.Path);
        var started = await shell.RunAsync("start");
        await Assert.That(started.Code).IsEqualTo(0);
        await Assert.That(started.Output).Contains($"==> 🌎 Listening on port {shell.Port}. Open up http://localhost:{shell.Port}/ in your browser.");
        // The first administrator's password is shown once; a daemon's terminal is the only place for it.
        await Assert.That(started.Error).Contains("Bootstrap administrator: admin / ");
        try
        {
            var pid = (await File.ReadAllTextAsync(directory.File("iofog-controller.pid"))).Trim();
            await Assert.That(started.Output).Contains($"ioFog-Controller has started at pid: {pid}");
            await Assert.That((await shell.RunAsync("start")).Output).IsEqualTo($"iofog-controller already running. PID: {pid}\n");
            await Assert.That((await shell.RunAsync("healthcheck")).Code).IsEqualTo(0);
            await Assert.That(JsonNode.Parse((await shell.RunAsync("iofog", "add", "-n", "gw", "-y", "1")).Output)!["uuid"]!.GetValue<string>()).IsNotEmpty();
            await Assert.That((await shell.RunAsync("backup", directory.File("copy.sqlite"))).Code).IsEqualTo(0);
            await Assert.That((await shell.RunAsync("restore", directory.File("copy.sqlite"))).Code).IsEqualTo(1);
        }
        finally
        {
            await Assert.That((await shell.RunAsync("stop")).Output).IsEqualTo("iofog-controller stopped.\n");
        }

        await Assert.That(await File.ReadAllTextAsync(directory.File("log/iofog-controller.log"))).Contains("API Server closed.");
        await Assert.That((await shell.RunAsync("stop")).Output).IsEqualTo("iofog-controller is not running\n");
        await Assert.That((await shell.RunAsync("restore", directory.File("copy.sqlite"))).Code).IsEqualTo(0);
        await Assert.That((await shell.RunAsync("iofog", "list")).Output).Contains("\"name\": \"gw\"");
        await Assert.That((await shell.RunAsync("check")).Code).IsEqualTo(0);
    }

    [Test]
    public async Task A_start_that_fails_says_why()
    {
        using var directory = new TempDirectory();
        using var taken = new TcpListener(IPAddress.IPv6Any, 0) { Server = { DualMode = true } };
        taken.Start();
        var shell = new Shell(directory.Path) { Port = ((IPEndPoint)taken.LocalEndpoint).Port };
        var result = await shell.RunAsync("start");
        await Assert.That(result.Code).IsEqualTo(1);
        await Assert.That(result.Error).Contains($"Port {shell.Port} of the API (API_PORT) is already in use");
    }

    [Test]
    public async Task Commands_that_need_no_data_answer_with_theirs()
    {
        using var directory = new TempDirectory();
        var shell = new Shell(directory.Path);
        await Assert.That((await shell.RunAsync("version")).Output).IsEqualTo("ioFog-Controller version: 3.8.0\n");
        await Assert.That((await shell.RunAsync("routes")).Output).Contains("/api/v3/iofog-list");
        await Assert.That((await shell.RunAsync("nonsense")).Code).IsEqualTo(2);
        await Assert.That((await shell.RunAsync("help")).Output).Contains("healthcheck");
        await Assert.That((await shell.RunAsync("iofog", "list")).Code).IsEqualTo(1);
        await Assert.That(Directory.GetFileSystemEntries(directory.Path)).IsEmpty();
    }

    [Test]
    public async Task Bash_completes_a_line()
    {
        using var directory = new TempDirectory();
        var binary = directory.File("iofog-controller");
        File.CreateSymbolicLink(binary, await NativeBinary.PathAsync());
        var script = $$"""
            eval "$({{binary}} completion bash)"
            COMP_LINE='{{binary}} iofog provisioning-key --iofog'
            COMP_POINT=${#COMP_LINE}
            COMP_WORDS=($COMP_LINE)
            COMP_CWORD=3
            _iofog_controller
            echo "${COMPREPLY[*]}"
            """;
        using var bash = Process.Start(new ProcessStartInfo("bash", ["-c", script]) { RedirectStandardOutput = true })!;
        var said = await bash.StandardOutput.ReadToEndAsync();
        await bash.WaitForExitAsync();
        await Assert.That(said).IsEqualTo("--iofog-uuid\n");
    }

    /// <summary>Runs the binary with a data directory and ports of its own.</summary>
    private sealed class Shell(string directory)
    {
        public int Port { get; init; } = NativeController.FreePort();

        private readonly int _consolePort = NativeController.FreePort();

        public async Task<(int Code, string Output, string Error)> RunAsync(params string[] arguments)
        {
            using var process = Process.Start(new ProcessStartInfo(await NativeBinary.PathAsync(), arguments)
            {
                WorkingDirectory = directory,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                Environment =
                {
                    ["DATA_DIRECTORY"] = directory,
                    ["LOG_DIRECTORY"] = Path.Combine(directory, "log"),
                    ["API_PORT"] = $"{Port}",
                    ["CONSOLE_PORT"] = $"{_consolePort}",
                },
            })!;
            var output = process.StandardOutput.ReadToEndAsync();
            var error = process.StandardError.ReadToEndAsync();
            await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));
            return (process.ExitCode, await output, await error);
        }
    }
}
