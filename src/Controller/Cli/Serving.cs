using System.CommandLine;
using Controller.Hosting;

namespace Controller.Cli;

/// <summary><c>serve</c>: the server itself, in the foreground, until a signal asks to stop (runtime 2).</summary>
internal static class Serving
{
    public static Command Create(CommandHost host)
    {
        var detached = new Option<bool>(Daemon.Detached) { Hidden = true };
        var command = new Command("serve", "Serve in the foreground (the same as no command)") { detached };
        command.SetAction((given, stop) => RunAsync(host, stop, given.GetValue(detached)));
        return command;
    }

    /// <param name="host">The process.</param>
    /// <param name="stop">Asks to stop, at whatever point of the start it comes.</param>
    /// <param name="detach">Belongs to no terminal, and tells the one who started it when it serves.</param>
    /// <returns>The process's exit code.</returns>
    public static async Task<int> RunAsync(CommandHost host, CancellationToken stop, bool detach = false)
    {
        if (detach)
        {
            NativeProcess.LeaveSession();
        }

        var loaded = host.Load();
        foreach (var warning in loaded.Warnings)
        {
            await host.Error.WriteLineAsync(warning);
        }

        if (loaded.Settings is not { } settings)
        {
            foreach (var error in loaded.Errors)
            {
                await host.Error.WriteLineAsync(error);
            }

            return ExitCode.Failed;
        }

        if (loaded.ConfigFile is { } file)
        {
            await host.Output.WriteLineAsync($"Loading config from: {file}");
        }

        await host.Output.WriteLineAsync("Configuration loaded");
        var manager = new ServiceManager(host.Variable("NOTIFY_SOCKET"));
        try
        {
            await using var controller = await ControllerApp.StartAsync(settings, cancel: stop);
            using var heap = new HeapKeeper();
            manager.Ready();
            if (detach)
            {
                await host.Output.WriteLineAsync(Daemon.Serves);
            }

            await controller.WaitForStopAsync(stop);
            manager.Stopping();
            return ExitCode.Done;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Asked to stop before it had started.
            return ExitCode.Done;
        }
        catch (StartupException e)
        {
            await host.Error.WriteLineAsync($"Initialization failed: {e.Message}");
            return ExitCode.Failed;
        }
    }
}
