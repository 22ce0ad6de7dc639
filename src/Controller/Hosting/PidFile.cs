using System.Globalization;

namespace Controller.Hosting;

/// <summary><c>iofog-controller.pid</c> with the decimal process id, while the process serves.</summary>
internal sealed partial class PidFile : IDisposable
{
    private readonly string _path;
    private readonly string _content = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
    private readonly ILogger _log;

    private PidFile(string path, ILogger log)
    {
        _path = path;
        _log = log;
    }

    public static string PathIn(string directory) => Path.Combine(directory, "iofog-controller.pid");

    /// <summary>Writes the file; a directory that cannot be written is worth a warning, not a failed start.</summary>
    public static PidFile Write(string directory, ILogger log)
    {
        var file = new PidFile(PathIn(directory), log);
        try
        {
            Directory.CreateDirectory(directory);
            File.WriteAllText(file._path, file._content);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Failed(log, file._path, e.Message);
        }

        return file;
    }

    /// <summary>Removes the file, unless a younger process has put its own id there.</summary>
    public void Dispose()
    {
        try
        {
            if (File.Exists(_path) && File.ReadAllText(_path) == _content)
            {
                File.Delete(_path);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Failed(_log, _path, e.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "PID file {path}: {message}")]
    private static partial void Failed(ILogger log, string path, string message);
}
