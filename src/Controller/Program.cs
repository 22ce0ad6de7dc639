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

        try
        {
            await using var controller = await ControllerApp.StartAsync(settings);
            await controller.WaitForShutdownAsync();
            return 0;
        }
        catch (StartupException e)
        {
            await Console.Error.WriteLineAsync($"Initialization failed: {e.Message}");
            return 1;
        }
    }
}
