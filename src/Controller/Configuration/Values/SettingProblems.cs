namespace Controller.Configuration;

/// <summary>Collects what is wrong or odd in a configuration, so that a person sees all of it at once.</summary>
internal sealed class SettingProblems
{
    private const int LongestShown = 100;

    private readonly List<string> errors = [];
    private readonly List<string> warnings = [];

    public IReadOnlyList<string> Errors => errors;

    public IReadOnlyList<string> Warnings => warnings;

    public void Error(string message)
    {
        if (!errors.Contains(message))
        {
            errors.Add(message);
        }
    }

    public void Warn(string message) => warnings.Add(message);

    /// <summary>Reports a value that its setting does not allow. A secret is not repeated.</summary>
    public void Refuse(SettingDefinition definition, string text, SettingSource source)
    {
        // Base64 is hidden too: no use to a person, and a key can end up in the variable of the certificate.
        var given = definition.IsSecret || definition.Type == SettingType.Base64 ? "the value (not shown)" : $"\"{Shown(text)}\"";
        if (definition.Refusal is not null)
        {
            Error(definition.Refusal.Replace("{0}", Shown(text), StringComparison.Ordinal));
        }
        else if (definition.Type == SettingType.PositiveNumber)
        {
            Error($"{source.Name} must be a positive number (given: {given})");
        }
        else
        {
            Error($"{source.Name}: {given} is not allowed; expected {SettingParser.Expected(definition, source.UnitBytes)}");
        }
    }

    /// <summary>Text fit for one line of a message: no control characters, not too long, no password of a URL.</summary>
    internal static string Shown(string text)
    {
        var at = text.LastIndexOf('@');
        var scheme = text.IndexOf("://", StringComparison.Ordinal);
        if (scheme >= 0 && at > scheme)
        {
            text = $"{text[..(scheme + 3)]}...{text[at..]}";
        }

        if (text.Length > LongestShown)
        {
            text = $"{text[..LongestShown]}...";
        }

        return string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c));
    }
}
