using System.Text;
using Controller.Configuration;

namespace Controller.Tests.Configuration;

/// <summary>Writes docs/configuration.md from the settings table.</summary>
internal static class ConfigurationDocument
{
    private const string Introduction = """
        # Configuration

        Everything has a default: without any configuration the Controller starts in development mode, with its own sign-in and a SQLite file in `./data`.

        - A setting comes from its environment variable, else from the configuration file (YAML), else from its default. Where two variables are named, the first one wins. "Else" variables belong to other programs and count after the file.
        - Settings are read once, at start. A value that is not allowed stops the start; all such values are reported together. Unknown keys of the file are ignored with a warning, unknown variables without one.
        - Switches are `true`, `false`, `1` or `0`. Relative paths count from the working directory.
        - An empty variable clears a text that has no default. For every other setting it counts as not set, unless the table says otherwise.
        - A database key applies to the active provider: `database.<provider>.host` is written as `database.postgres.host`.
        - Secrets (marked so) are never logged.

        This page is written from the settings table by `UPDATE_DOCS=1 dotnet run --project tests/Controller.Tests -- --treenode-filter "/*/Controller.Tests.Configuration/ConfigurationDocumentTests/*"`; a test fails when they differ.

        """;

    public static string Render()
    {
        var text = new StringBuilder(Introduction.ReplaceLineEndings("\n"));
        foreach (var group in SettingTable.Groups)
        {
            text.Append($"\n## {group.Title}\n\n| Variable | Key | Value | Default | Meaning |\n|---|---|---|---|---|\n");
            foreach (var setting in group.Settings)
            {
                text.Append($"| {Names(setting)} | {Keys(setting)} | {Kind(setting)} | {Default(setting)} | {setting.Summary} |\n");
            }
        }

        return text.ToString();
    }

    private static string Names(SettingDefinition setting)
    {
        var own = string.Join(", ", setting.Variables.Select(Code));
        return setting.Fallbacks.Count == 0 ? own : $"{own}; else {string.Join(", ", setting.Fallbacks.Select(Code))}";
    }

    private static string Keys(SettingDefinition setting) =>
        setting.Key is null ? "" : string.Join(" or ", setting.OtherKeys.Prepend(setting.Key).Select(Code));

    private static string Kind(SettingDefinition setting)
    {
        var kind = setting.Type switch
        {
            SettingType.Text => "text",
            SettingType.Integer or SettingType.Size => Number("whole number", setting),
            SettingType.Number => Number("number", setting),
            SettingType.PositiveNumber => Number("positive number", setting with { Minimum = long.MinValue }),
            SettingType.Switch => "switch",
            SettingType.Choice => string.Join(", ", setting.Allowed.Select(Code)),
            SettingType.Path => "path",
            SettingType.Url => "URL",
            SettingType.PortRange => "ports `low-high`",
            SettingType.TextList => "list, separated by commas",
            SettingType.Base64 => setting.ByteCount > 0 ? $"base64 of {setting.ByteCount} bytes" : "base64",
            SettingType.TrustProxy => "switch or list",
            _ => throw new InvalidOperationException($"no name for {setting.Type}"),
        };
        return setting.IsSecret ? $"{kind}, secret" : kind;
    }

    private static string Number(string kind, SettingDefinition setting)
    {
        var limits = (setting.Minimum, setting.Maximum) switch
        {
            (long.MinValue, _) => "",
            (var low, int.MaxValue or long.MaxValue) => $" ≥ {low}",
            var (low, high) => $" {low}–{high}",
        };
        return setting.Unit is null ? kind + limits : $"{kind}{limits} ({setting.Unit})";
    }

    private static string Default(SettingDefinition setting) => (setting.Default, setting.DefaultNote) switch
    {
        (null, null) => "none",
        (null, var note) => note,
        (var value, _) => Code(value),
    };

    private static string Code(string text) => $"`{text}`";
}
