namespace Controller.Configuration;

/// <summary>Finds the setting behind a path of the configuration file.</summary>
internal sealed class SettingKeys
{
    private readonly Dictionary<string, Entry> byPath = new(StringComparer.Ordinal);
    private readonly HashSet<string> groups = new(StringComparer.Ordinal);

    public SettingKeys(IEnumerable<SettingDefinition> definitions, IEnumerable<string> providers)
    {
        string[] providerNames = [.. providers];
        foreach (var definition in definitions.Where(definition => definition.Key is not null))
        {
            foreach (var key in (string[])[definition.Key!, .. definition.OtherKeys])
            {
                if (!key.Contains(SettingDefinition.ProviderPlaceholder, StringComparison.Ordinal))
                {
                    Add(key, new Entry(definition, null));
                    continue;
                }

                foreach (var provider in providerNames)
                {
                    Add(key.Replace(SettingDefinition.ProviderPlaceholder, provider, StringComparison.Ordinal), new Entry(definition, provider));
                }
            }
        }
    }

    /// <param name="Provider">The database provider whose block the key belongs to; null = any.</param>
    public sealed record Entry(SettingDefinition Definition, string? Provider);

    public Entry? Find(string path) => byPath.GetValueOrDefault(path);

    /// <summary>True when known keys lie below the path.</summary>
    public bool IsGroup(string path) => groups.Contains(path);

    private void Add(string path, Entry entry)
    {
        byPath.Add(path, entry);
        for (var dot = path.LastIndexOf('.'); dot > 0; dot = path.LastIndexOf('.', dot - 1))
        {
            groups.Add(path[..dot]);
        }
    }
}
