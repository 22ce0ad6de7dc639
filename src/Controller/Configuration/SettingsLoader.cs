namespace Controller.Configuration;

/// <summary>Puts defaults, file and environment together, checks them and builds the records.</summary>
internal static class SettingsLoader
{
    private const string FileName = "config.yaml";

    public static SettingsLoadResult Load(IReadOnlyDictionary<string, string> environment, string workingDirectory, string baseDirectory)
    {
        var problems = new SettingProblems();
        var path = FindFile(environment, workingDirectory, baseDirectory);
        var root = Read(path, problems);

        var providers = SettingTable.All.First(definition => definition.Id == "database.provider").Allowed;
        var file = new FileSettings(root ?? ConfigMap.Empty, path ?? FileName, new SettingKeys(SettingTable.All, providers), problems);
        var values = new SettingValues(SettingTable.All, environment, file, problems, workingDirectory);
        if (root is null)
        {
            // Mistakes in variables are known by now; what is missing is not, without the file.
            return new SettingsLoadResult(null, path, problems.Warnings, problems.Errors);
        }

        var settings = new SettingsBuilder(values, problems).Build(path);
        SettingsChecks.Run(settings, values, problems);
        return new SettingsLoadResult(problems.Errors.Count == 0 ? settings : null, path, problems.Warnings, problems.Errors);
    }

    private static ConfigMap? Read(string? path, SettingProblems problems)
    {
        try
        {
            return path is null ? ConfigMap.Empty : ConfigFileReader.ReadFile(path);
        }
        catch (ConfigFileException error)
        {
            problems.Error($"Error loading config file: {error.Message}");
            return null;
        }
    }

    private static string? FindFile(IReadOnlyDictionary<string, string> environment, string workingDirectory, string baseDirectory)
    {
        if (environment.TryGetValue("CONFIG_PATH", out var path) && !string.IsNullOrWhiteSpace(path))
        {
            return Path.GetFullPath(path.Trim(), workingDirectory);
        }

        string[] candidates = [Path.Combine(workingDirectory, FileName), Path.Combine(baseDirectory, FileName)];
        return candidates.FirstOrDefault(File.Exists);
    }
}
