using Controller.Configuration;

namespace Controller.Logging;

/// <summary>The log of this process: started before everything else, flushed after everything else.</summary>
internal sealed class ControllerLog : ILoggerProvider, IAsyncDisposable
{
    private readonly LogQueue _queue;
    private readonly LogFormat _format;
    private readonly int _threshold;

    private ControllerLog(LogQueue queue, LogFormat format, int threshold)
    {
        _queue = queue;
        _format = format;
        _threshold = threshold;
    }

    /// <param name="settings">Threshold, place and size of the file.</param>
    /// <param name="console">Where every line goes, too.</param>
    /// <param name="time">The clock of the lines.</param>
    /// <param name="file">False = no file: a command leaves the one of the serving process alone.</param>
    public static ControllerLog Start(ControllerSettings settings, Stream console, TimeProvider time, bool file = true)
    {
        var log = settings.Log;
        // A first run by somebody who is not root cannot write under /var/log; nobody asked for that place.
        IReadOnlyList<string> directories =
            !file ? []
            : log.DirectoryIsGiven ? [log.Directory]
            : [log.Directory, Path.Combine(settings.Data.Directory, "log")];
        var format = new LogFormat(time, settings.App.Host);
        return new ControllerLog(
            new LogQueue(new LogTarget(console, directories, log.FileSizeBytes, log.FileCount), format, time), format, (int)log.Threshold);
    }

    public bool Writes(int weight) => weight >= _threshold;

    public ILogger CreateLogger(string categoryName) => new ControllerLogger(this, categoryName);

    /// <summary>Writes one line whose fields <paramref name="fields"/> adds.</summary>
    public void Write<TState>(string level, ReadOnlySpan<char> message, TState state, Action<System.Text.Json.Utf8JsonWriter, TState> fields)
    {
        var line = _queue.Rent();
        _format.Begin(line, level, message);
        fields(line.Json, state);
        line.End();
        _queue.Post(line);
    }

    /// <summary>Nothing: loggers are disposed with the host, the log outlives it.</summary>
    public void Dispose()
    {
    }

    public ValueTask DisposeAsync() => _queue.DisposeAsync();
}
