namespace Controller.Configuration;

/// <summary>Short ways to write the common kinds of rows.</summary>
internal static class SettingRows
{
    // A timer cannot wait longer than 2^32 ms; this is 49 days.
    private const long LongestSeconds = 49 * 24 * 3600;

    public static SettingDefinition Text(string? variable, string? key, string? fallback, string summary) =>
        Row(SettingType.Text, variable, key, fallback, summary);

    public static SettingDefinition Secret(string? variable, string? key, string summary) =>
        Row(SettingType.Text, variable, key, null, summary) with { IsSecret = true };

    public static SettingDefinition Switch(string? variable, string? key, bool fallback, string summary) =>
        Row(SettingType.Switch, variable, key, fallback ? "true" : "false", summary);

    public static SettingDefinition Path(string? variable, string? key, string? fallback, string summary) =>
        Row(SettingType.Path, variable, key, fallback, summary);

    public static SettingDefinition Url(string? variable, string? key, string? fallback, string summary) =>
        Row(SettingType.Url, variable, key, fallback, summary);

    public static SettingDefinition Base64(string? variable, string? key, string summary) =>
        Row(SettingType.Base64, variable, key, null, summary);

    public static SettingDefinition Choice(string? variable, string? key, string? fallback, string[] allowed, string summary) =>
        Row(SettingType.Choice, variable, key, fallback, summary) with { Allowed = allowed };

    public static SettingDefinition Number(string? variable, string? key, long? fallback, string summary, long minimum = 1, long maximum = int.MaxValue, string? unit = null) =>
        Row(SettingType.Integer, variable, key, fallback?.ToString(System.Globalization.CultureInfo.InvariantCulture), summary) with
        {
            Minimum = minimum,
            Maximum = maximum,
            Unit = unit,
        };

    public static SettingDefinition Milliseconds(string? variable, string? key, long fallback, string summary, long minimum = 1) =>
        Number(variable, key, fallback, summary, minimum, unit: "ms");

    public static SettingDefinition Seconds(string? variable, string? key, long fallback, string summary, long minimum = 1, long maximum = LongestSeconds) =>
        Number(variable, key, fallback, summary, minimum, maximum, "s");

    public static SettingDefinition Bytes(string? variable, string? key, long fallback, string summary, long maximum = int.MaxValue) =>
        Number(variable, key, fallback, summary, 1, maximum, "bytes");

    public static SettingDefinition PositiveNumber(string? variable, string? key, string? fallback, string unit, string summary) =>
        Row(SettingType.PositiveNumber, variable, key, fallback, summary) with { Minimum = 1, Unit = unit };

    private static SettingDefinition Row(SettingType type, string? variable, string? key, string? fallback, string summary) => new()
    {
        Type = type,
        Key = key,
        Variables = variable is null ? [] : [variable],
        Default = fallback,
        Summary = summary,
    };
}
