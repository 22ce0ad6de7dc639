using Controller.Configuration;
using Controller.Hosting;

namespace Controller;

internal static class Program
{
    private static async Task<int> Main()
    {
        var environment = Environment.GetEnvironmentVariables()
            .Cast<System.Collections.DictionaryEntry>()
            .ToDictionary(e => (string)e.Key, e => (string?)e.Value ?? "", StringComparer.Ordinal);
        var loaded = ControllerSettings.Load(environment, Environment.CurrentDirectory, AppContext.BaseDirectory);
        foreach (var warning in loaded.Warnings)
        {
            await Console.Error.WriteLineAsync(warning);
        }

        if (loaded.Settings is not { } settings)
        {
            foreach (var error in loaded.Errors)
            {
                await Console.Error.WriteLineAsync(error);
            }

            return 1;
        }

        if (loaded.ConfigFile is { } file)
        {
            await Console.Out.WriteLineAsync($"Loading config from: {file}");
        }

        await Console.Out.WriteLineAsync("Configuration loaded");
        return await ServeAsync(settings, new ServiceManager(environment.GetValueOrDefault("NOTIFY_SOCKET")));
    }

    /// <summary>Serves until a signal asks to stop.</summary>
    /// <returns>The process's exit code.</returns>
    private static async Task<int> ServeAsync(ControllerSettings settings, ServiceManager manager)
    {
        using var signals = new ProcessSignals();
        try
        {
            await using var controller = await ControllerApp.StartAsync(settings, cancel: signals.Stop);
            manager.Ready();
            await controller.WaitForStopAsync(signals.Stop);
            manager.Stopping();
            return 0;
        }
        catch (OperationCanceledException) when (signals.Stop.IsCancellationRequested)
        {
            // Asked to stop before it had started.
            return 0;
        }
        catch (StartupException e)
        {
            await Console.Error.WriteLineAsync($"Initialization failed: {e.Message}");
            return 1;
        }
    }
}
