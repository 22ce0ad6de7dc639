using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using Controller.Configuration;
using Controller.Hosting;

namespace Controller.Cli;

/// <summary><c>start</c> and <c>stop</c>: the server in the background, known by its PID file (runtime 2.9, 6.2).</summary>
internal static class Daemon
{
    public const string Detached = "--detached";

    /// <summary>The last line that the server says to the one who started it.</summary>
    public const string Serves = "iofog-controller serves";

    private const string NotRunning = "iofog-controller is not running";

    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(50);

    public static Command CreateStart(CommandHost host)
    {
        var verbose = new Option<bool>("--verbose", "-v") { Description = "Show what the server says until it serves" };
        var command = new Command("start", "Serve in the background") { verbose };
        command.SetAction((given, cancel) => StartAsync(host, given.GetValue(verbose), cancel));
        return command;
    }

    public static Command CreateStop(CommandHost host)
    {
        var command = new Command("stop", "Stop the server in the background");
        command.SetAction((_, cancel) => StopAsync(host, cancel));
        return command;
    }

    private static async Task<int> StartAsync(CommandHost host, bool verbose, CancellationToken cancel)
    {
        var settings = host.Settings;
        if (Running(settings) is { } running)
        {
            host.Say($"iofog-controller already running. PID: {running}");
            return ExitCode.Done;
        }

        using var server = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, ["serve", Detached])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var complaints = new StringBuilder();
        server.ErrorDataReceived += (_, line) => complaints.AppendLine(line.Data);
        server.BeginErrorReadLine();
        string? said;
        while ((said = await server.StandardOutput.ReadLineAsync(cancel)) is not null and not Serves)
        {
            // The generated password of the first administrator is said once, and only here.
            if (verbose || !said.StartsWith('{'))
            {
                await host.Error.WriteLineAsync(said);
            }
        }

        if (said is null)
        {
            await server.WaitForExitAsync(cancel);
            var reason = complaints.ToString().Trim();
            throw new CommandException(reason.Length > 0
                ? reason
                : "Error: port is probably allocated, or ssl_key or ssl_cert is either missing or invalid.");
        }

        var scheme = settings.Server.UsesTls ? "https" : "http";
        host.Say(
            $"""
            ==> 🌎 Listening on port {settings.Server.Port}. Open up {scheme}://localhost:{settings.Server.Port}/ in your browser.
            ioFog-Controller has started at pid: {server.Id}
            """,
            writer =>
            {
                writer.WriteNumber("pid", server.Id);
                writer.WriteNumber("port", settings.Server.Port);
            });
        return ExitCode.Done;
    }

    private static async Task<int> StopAsync(CommandHost host, CancellationToken cancel)
    {
        if (Running(host.Settings) is not { } pid)
        {
            host.Say(NotRunning);
            return ExitCode.Done;
        }

        if (!NativeProcess.AskToStop(pid))
        {
            throw new CommandException($"Process {pid} cannot be stopped by this user");
        }

        while (NativeProcess.IsAlive(pid))
        {
            await Task.Delay(Poll, cancel);
        }

        host.Say("iofog-controller stopped.");
        return ExitCode.Done;
    }

    /// <summary>The process of the PID file; null when it names none that lives.</summary>
    private static int? Running(ControllerSettings settings)
    {
        try
        {
            var text = File.ReadAllText(PidFile.PathIn(settings.App.PidDirectory));
            return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var pid) && NativeProcess.IsAlive(pid) ? pid : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
