using Controller.Configuration;

namespace Controller.Tests.Configuration;

/// <summary>Loads settings from a directory of its own, with exactly the variables of the test.</summary>
internal sealed class SettingsFixture : IDisposable
{
    public string Directory { get; } = System.IO.Directory.CreateTempSubdirectory("controller-settings-").FullName;

    public string Write(string name, string text)
    {
        var path = Path.Combine(Directory, name);
        File.WriteAllText(path, text);
        return path;
    }

    public SettingsLoadResult Load(params (string Name, string Value)[] environment) =>
        ControllerSettings.Load(environment.ToDictionary(pair => pair.Name, pair => pair.Value), Directory, Directory);

    public SettingsLoadResult LoadYaml(string yaml, params (string Name, string Value)[] environment)
    {
        Write("config.yaml", yaml);
        return Load(environment);
    }

    /// <summary>The settings; a test that calls this expects no error.</summary>
    public ControllerSettings Settings(params (string Name, string Value)[] environment) => Settings(Load(environment));

    public ControllerSettings YamlSettings(string yaml, params (string Name, string Value)[] environment) => Settings(LoadYaml(yaml, environment));

    public void Dispose() => System.IO.Directory.Delete(Directory, recursive: true);

    private static ControllerSettings Settings(SettingsLoadResult result) =>
        result.Settings ?? throw new InvalidOperationException(string.Join('\n', result.Errors));
}
