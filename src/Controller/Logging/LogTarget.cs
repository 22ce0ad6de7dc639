namespace Controller.Logging;

/// <summary>Where lines end up, and the limits of the file.</summary>
/// <param name="Console">Standard output.</param>
/// <param name="Directories">Places for the file; the first that can be written is used.</param>
/// <param name="FileSizeBytes">Size at which the file is taken away.</param>
/// <param name="FileCount">Compressed files kept.</param>
internal sealed record LogTarget(Stream Console, IReadOnlyList<string> Directories, long FileSizeBytes, int FileCount);
