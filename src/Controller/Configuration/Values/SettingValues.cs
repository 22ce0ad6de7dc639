namespace Controller.Configuration;

/// <summary>The value of every setting after defaults, file and environment are put together.</summary>
internal sealed class SettingValues
{
    private readonly Dictionary<string, Resolved> values = new(StringComparer.Ordinal);
    private readonly HashSet<string> refused = new(StringComparer.Ordinal);
    private readonly IReadOnlyDictionary<string, string> environment;
    private readonly FileSettings file;
    private readonly SettingProblems problems;
    private readonly string workingDirectory;

    /// <param name="workingDirectory">Base of relative paths.</param>
    public SettingValues(
        IReadOnlyList<SettingDefinition> definitions,
        IReadOnlyDictionary<string, string> environment,
        FileSettings file,
        SettingProblems problems,
        string workingDirectory)
    {
        this.environment = environment;
        this.file = file;
        this.problems = problems;
        this.workingDirectory = workingDirectory;

        // First, since the keys of the other database settings depend on it.
        var provider = definitions.First(definition => definition.Id == "database.provider");
        values.Add(provider.Id, Resolve(provider, activeProvider: null));
        var activeProvider = Required("database.provider");
        foreach (var definition in definitions)
        {
            if (definition != provider)
            {
                values.Add(definition.Id, Resolve(definition, activeProvider));
            }
        }
    }

    private sealed record Resolved(SettingDefinition Definition, object? Value, SettingSource Source);

    /// <summary>True when a variable or the file gave the value.</summary>
    public bool IsGiven(string id) => values[id].Source.Origin != SettingOrigin.Default;

    /// <summary>True when a value was given but is not allowed; the default stands in for it.</summary>
    public bool IsRefused(string id) => refused.Contains(id);

    /// <summary>Name of the place that gave the value, for messages.</summary>
    public string SourceName(string id) => values[id].Source.Name;

    public string? Text(string id) => (string?)values[id].Value;

    public string Required(string id) => Text(id) ?? throw new InvalidOperationException($"setting {id} has no default");

    public Secret? Secret(string id) => Text(id) is { } text ? new Secret(text) : null;

    public bool Switch(string id) => (bool)values[id].Value!;

    public int? OptionalInteger(string id) => values[id].Value is long number ? checked((int)number) : null;

    public int Integer(string id) => checked((int)(long)values[id].Value!);

    public long Bytes(string id) => (long)values[id].Value!;

    public double? Number(string id) => (double?)values[id].Value;

    public TimeSpan Seconds(string id) => TimeSpan.FromSeconds((long)values[id].Value!);

    public TimeSpan? OptionalSeconds(string id) => values[id].Value is long number ? TimeSpan.FromSeconds(number) : null;

    public TimeSpan Milliseconds(string id) => TimeSpan.FromMilliseconds((long)values[id].Value!);

    public TimeSpan? OptionalMilliseconds(string id) => values[id].Value is long number ? TimeSpan.FromMilliseconds(number) : null;

    public TimeSpan Days(string id) => TimeSpan.FromDays((long)values[id].Value!);

    public PortRange Ports(string id) => (PortRange)values[id].Value!;

    public TrustProxy Proxies(string id) => (TrustProxy)values[id].Value!;

    public IReadOnlyList<string> List(string id) => (string[]?)values[id].Value ?? [];

    private Resolved Resolve(SettingDefinition definition, string? activeProvider)
    {
        foreach (var (text, source) in Given(definition, activeProvider))
        {
            if (text.Length == 0 || (definition.Type != SettingType.Text && string.IsNullOrWhiteSpace(text)))
            {
                if (definition.KeepsEmpty)
                {
                    return new Resolved(definition, null, source);
                }

                continue;
            }

            if (SettingParser.TryParse(definition, text, source.UnitBytes, out var value))
            {
                return new Resolved(definition, Complete(definition, value), source);
            }

            // The default stands in, so that the remaining checks can run.
            problems.Refuse(definition, text, source);
            refused.Add(definition.Id);
            break;
        }

        return new Resolved(definition, DefaultOf(definition), new SettingSource(SettingOrigin.Default, definition.Id));
    }

    /// <summary>Every text given for a setting, the strongest first.</summary>
    private IEnumerable<(string Text, SettingSource Source)> Given(SettingDefinition definition, string? activeProvider)
    {
        foreach (var name in definition.Variables)
        {
            if (environment.TryGetValue(name, out var text))
            {
                yield return (text, new SettingSource(SettingOrigin.Environment, name, definition.VariableUnitBytes));
            }
        }

        if (file.Find(definition, activeProvider) is { } found)
        {
            yield return (found.Text, found.Source);
        }

        foreach (var name in definition.Fallbacks)
        {
            if (environment.TryGetValue(name, out var text) && text.Length > 0)
            {
                yield return (text, new SettingSource(SettingOrigin.Environment, name, definition.VariableUnitBytes));
            }
        }
    }

    private object? DefaultOf(SettingDefinition definition)
    {
        if (definition.Default is null)
        {
            return null;
        }

        return SettingParser.TryParse(definition, definition.Default, unitBytes: 1, out var value)
            ? Complete(definition, value)
            : throw new InvalidOperationException($"the default of setting {definition.Id} is not allowed");
    }

    private object? Complete(SettingDefinition definition, object? value) =>
        definition.Type == SettingType.Path && value is string path ? Path.GetFullPath(path.Trim(), workingDirectory) : value;
}
