namespace Controller.Configuration;

/// <summary>What became of loading the configuration.</summary>
/// <param name="Settings">Null when there are errors.</param>
/// <param name="ConfigFile">The file that was read or tried; null when there is none.</param>
/// <param name="Warnings">For stderr; the start goes on.</param>
/// <param name="Errors">For stderr; the process exits with 1. All of them, not only the first.</param>
internal sealed record SettingsLoadResult(
    ControllerSettings? Settings,
    string? ConfigFile,
    IReadOnlyList<string> Warnings,
    IReadOnlyList<string> Errors);
