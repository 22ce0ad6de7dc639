using System.Globalization;

namespace Controller.Configuration;

/// <summary>Turns the text of a setting into its value, by the type of the setting.</summary>
internal static class SettingParser
{
    /// <summary>
    /// Text, path, URL, choice and base64 become <see cref="string"/>; integer, positive number and size <see cref="long"/>;
    /// number <see cref="double"/>; switch <see cref="bool"/>; list <c>string[]</c>; the others their own type.
    /// </summary>
    /// <param name="unitBytes">Bytes per unit of a size: more than 1 where a variable has a larger unit than the file.</param>
    /// <returns>False when the text is not allowed; <see cref="Expected"/> tells what is.</returns>
    public static bool TryParse(SettingDefinition definition, string text, long unitBytes, out object? value)
    {
        var trimmed = text.Trim();
        value = definition.Type switch
        {
            SettingType.Text or SettingType.Path => text,
            SettingType.Integer => ParseInteger(definition, trimmed),
            SettingType.Number => ParseNumber(trimmed) is { } number && number >= definition.Minimum && number <= definition.Maximum ? number : null,
            SettingType.PositiveNumber => ParsePositive(definition, trimmed),
            SettingType.Switch => ParseSwitch(trimmed),
            SettingType.Choice => definition.Allowed.FirstOrDefault(word => word.Equals(trimmed, StringComparison.OrdinalIgnoreCase)),
            SettingType.Url => IsUrl(trimmed) ? trimmed : null,
            SettingType.PortRange => PortRange.TryParse(trimmed, out var range) ? range : null,
            SettingType.TextList => trimmed.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries),
            SettingType.Base64 => IsBase64(trimmed, definition.ByteCount) ? trimmed : null,
            SettingType.Size => unitBytes == 1 ? ParseInteger(definition, trimmed) : ParseUnits(trimmed, unitBytes),
            SettingType.TrustProxy => TrustProxy.TryParse(trimmed, out var proxies) ? proxies : null,
            _ => throw new InvalidOperationException($"setting type {definition.Type} has no parser"),
        };
        return value is not null;
    }

    /// <summary>What is allowed, for an error message.</summary>
    public static string Expected(SettingDefinition definition, long unitBytes) => definition.Type switch
    {
        SettingType.Integer => $"a whole number {Limits(definition)}",
        SettingType.Number => $"a number {Limits(definition)}",
        SettingType.PositiveNumber => "a positive number",
        SettingType.Switch => "true, false, 1 or 0",
        SettingType.Choice => string.Join(", ", definition.Allowed),
        SettingType.Url => "a URL that starts with http:// or https://",
        SettingType.PortRange => PortRange.Expected,
        SettingType.Base64 when definition.ByteCount > 0 => $"base64 of {definition.ByteCount} bytes",
        SettingType.Base64 => "base64",
        SettingType.Size when unitBytes > 1 => "a positive number of GiB",
        SettingType.Size => $"a whole number {Limits(definition)}",
        SettingType.TrustProxy => TrustProxy.Expected,
        _ => "text",
    };

    public static bool IsUrl(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" && url.Host.Length > 0;

    private static string Limits(SettingDefinition definition) => (definition.Minimum, definition.Maximum) switch
    {
        (var low, int.MaxValue or long.MaxValue) => string.Create(CultureInfo.InvariantCulture, $"of at least {low}"),
        var (low, high) => string.Create(CultureInfo.InvariantCulture, $"from {low} to {high}"),
    };

    private static object? ParseInteger(SettingDefinition definition, string text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
        && number >= definition.Minimum && number <= definition.Maximum ? number : null;

    private static double? ParseNumber(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number : null;

    /// <summary>A fraction is dropped; less than one becomes one, since zero would mean none.</summary>
    private static object? ParsePositive(SettingDefinition definition, string text) =>
        ParseNumber(text) is { } number && number > 0 && number <= definition.Maximum ? Math.Max(1L, (long)Math.Floor(number)) : null;

    private static object? ParseSwitch(string text) => text switch
    {
        "true" or "1" => true,
        "false" or "0" => false,
        _ => null,
    };

    private static object? ParseUnits(string text, long unitBytes) =>
        ParseNumber(text) is { } number && number * unitBytes is >= 1 and < long.MaxValue ? (long)(number * unitBytes) : null;

    private static bool IsBase64(string text, int byteCount)
    {
        var bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out var count) && count > 0 && (byteCount == 0 || count == byteCount);
    }
}
