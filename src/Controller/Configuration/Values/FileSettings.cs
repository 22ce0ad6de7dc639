namespace Controller.Configuration;

/// <summary>The settings found in a configuration file, as text. What is not a setting becomes a warning.</summary>
internal sealed class FileSettings
{
    private readonly Dictionary<(string Id, string? Provider), GivenText> given = [];
    private readonly SettingKeys keys;
    private readonly SettingProblems problems;
    private readonly string fileName;

    public FileSettings(ConfigMap root, string fileName, SettingKeys keys, SettingProblems problems)
    {
        this.keys = keys;
        this.problems = problems;
        this.fileName = fileName;
        Walk(root, prefix: "");
    }

    public sealed record GivenText(string Text, SettingSource Source);

    /// <param name="provider">The active database provider; blocks of the others have no effect.</param>
    public GivenText? Find(SettingDefinition definition, string? provider) =>
        given.GetValueOrDefault((definition.Id, null)) ?? given.GetValueOrDefault((definition.Id, provider));

    private void Walk(ConfigMap map, string prefix)
    {
        foreach (var (name, node) in map.Entries)
        {
            var path = prefix + name;

            // A dot within a name is no path: the key server.port is not the key port of server.
            var isName = !name.Contains('.', StringComparison.Ordinal);
            var entry = isName ? keys.Find(path) : null;
            var isGroup = isName && keys.IsGroup(path);
            if (node is ConfigScalar { IsNull: true } && (entry is not null || isGroup))
            {
                continue;
            }

            if (isGroup && node is ConfigMap inner)
            {
                Walk(inner, path + ".");
            }
            else if (entry is not null)
            {
                Take(entry, path, node);
            }
            else if (isGroup)
            {
                problems.Error($"{Where(path, node)}: expected a group of keys");
            }
            else
            {
                problems.Warn($"{Where(path, node)}: unknown key, ignored");
            }
        }
    }

    private void Take(SettingKeys.Entry entry, string path, ConfigNode node)
    {
        var definition = entry.Definition;
        var text = node switch
        {
            ConfigScalar scalar => scalar.Text,
            ConfigList list when definition.Type is SettingType.TextList or SettingType.TrustProxy || definition.JoinsGroups =>
                Join(list.Items.Select(item => (item as ConfigScalar)?.Text)),
            ConfigMap map when definition.JoinsGroups =>
                Join(map.Entries.Select(pair => pair.Value is ConfigScalar scalar ? $"{pair.Key}={scalar.Text}" : null)),
            _ => null,
        };
        if (text is null)
        {
            problems.Error($"{Where(path, node)}: expected a single value");
            return;
        }

        if (!given.TryAdd((definition.Id, entry.Provider), new GivenText(text, new SettingSource(SettingOrigin.File, Where(path, node)))))
        {
            problems.Error($"{Where(path, node)}: the same setting is given twice under different keys");
        }
    }

    private static string? Join(IEnumerable<string?> parts)
    {
        string?[] texts = [.. parts];
        return texts.Contains(null) ? null : string.Join(',', texts);
    }

    private string Where(string path, ConfigNode node) => $"{path} ({fileName} line {node.Line})";
}
