namespace Controller.Configuration;

/// <summary>Lowest level that is written; the number is its weight.</summary>
internal enum LogThreshold
{
    Silly = 10,
    Debug = 20,
    Info = 40,
    Warn = 90,
    Error = 100,
}

internal sealed record LogSettings
{
    public required LogThreshold Threshold { get; init; }

    public required string Directory { get; init; }

    /// <summary>True when the directory was configured; only then is it an error that it cannot be written.</summary>
    public required bool DirectoryIsGiven { get; init; }

    public required long FileSizeBytes { get; init; }

    public required int FileCount { get; init; }
}
