using Controller.Configuration;
using Controller.Hosting;

namespace Controller.Tests.Support;

/// <summary>
/// The data directory of a Controller that was started once and stopped: migrated, with its keys and administrator.
/// Made once per run and copied, since making keys and hashing passwords costs more than most tests.
/// </summary>
internal static class FreshInstallation
{
    private static readonly Lazy<Task<(string Directory, Dictionary<string, string> Database)>> Template = new(MakeAsync);

    /// <returns>Settings of the copy's database.</returns>
    public static async Task<Dictionary<string, string>> CopyToAsync(string directory)
    {
        var (template, database) = await Template.Value;
        foreach (var file in Directory.EnumerateFiles(template, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(directory, Path.GetRelativePath(template, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }

        return await TestDatabase.NewAsync(copied: database);
    }

    private static async Task<(string Directory, Dictionary<string, string> Database)> MakeAsync()
    {
        var directory = Directory.CreateTempSubdirectory("controller-fresh-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(directory, true);
        var database = await TestDatabase.NewAsync();
        var variables = new Dictionary<string, string>(database)
        {
            ["DATA_DIRECTORY"] = directory,
            ["LOG_DIRECTORY"] = Path.Combine(directory, "log"),
            ["LOG_LEVEL"] = "warn",
        };
        var loaded = ControllerSettings.Load(variables, directory, directory);
        var settings = loaded.Settings ?? throw new InvalidOperationException(string.Join('\n', loaded.Errors));
        settings = settings with
        {
            Server = settings.Server with { Port = 0 },
            Console = settings.Console with { Port = 0 },
        };
        await (await ControllerApp.StartAsync(settings, console: new TestOutput())).DisposeAsync();
        Directory.Delete(Path.Combine(directory, "log"), true);
        return (directory, database);
    }
}
