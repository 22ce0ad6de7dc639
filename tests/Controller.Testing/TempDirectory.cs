namespace Controller.Testing;

/// <summary>A directory of its own under the system's temporary directory, removed with all it holds on dispose.</summary>
public sealed class TempDirectory : IDisposable
{
    public TempDirectory(string prefix = "controller-test-") =>
        Path = Directory.CreateTempSubdirectory(prefix).FullName;

    /// <summary>The absolute path. Only the current user may enter.</summary>
    public string Path { get; }

    /// <summary>The path of a file in the directory.</summary>
    public string File(string name) => System.IO.Path.Combine(Path, name);

    public void Dispose()
    {
        try
        {
            Directory.Delete(Path, recursive: true);
        }
        catch (DirectoryNotFoundException)
        {
        }
    }
}
