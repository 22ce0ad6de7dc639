namespace Controller.Logging;

/// <summary><c>iofog-controller.log</c> in a directory, with its size limit.</summary>
internal sealed class LogFile : IAsyncDisposable
{
    private readonly string _path;
    private readonly long _limit;
    private readonly LogArchive _archive;
    private FileStream _stream;
    private long _length;

    private LogFile(string path, long limit, LogArchive archive, FileStream stream)
    {
        _path = path;
        _limit = limit;
        _archive = archive;
        _stream = stream;
    }

    /// <summary>Opens the file, taking away what an earlier process wrote.</summary>
    /// <exception cref="IOException">The directory cannot be made or written, or another process logs there.</exception>
    /// <exception cref="UnauthorizedAccessException">The same, for want of permission.</exception>
    public static async Task<LogFile> OpenAsync(string directory, long limit, int count)
    {
        Directory.CreateDirectory(directory);
        var path = Path.Combine(directory, "iofog-controller.log");
        var archive = new LogArchive(directory, count);
        archive.Recover();
        var stream = OpenStream(path);
        if (stream.Length > 0)
        {
            // Opened first: only its owner may take a log away.
            await stream.DisposeAsync();
            await archive.TakeAsync(path);
            stream = OpenStream(path);
        }

        return new LogFile(path, limit, archive, stream);
    }

    /// <exception cref="IOException">The disk is full or fails.</exception>
    public async Task WriteAsync(ReadOnlyMemory<byte> lines)
    {
        if (_length >= _limit)
        {
            await _stream.DisposeAsync();
            await _archive.TakeAsync(_path);
            _stream = OpenStream(_path);
            _length = 0;
        }

        await _stream.WriteAsync(lines);
        _length += lines.Length;
    }

    public async ValueTask DisposeAsync()
    {
        await _stream.DisposeAsync();
        await _archive.FinishAsync(TimeSpan.FromSeconds(2), TimeProvider.System);
    }

    private static FileStream OpenStream(string path)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.Append,
            Access = FileAccess.Write,
            // A lock that only programs like this one ask for: anybody may read along, a second writer is refused.
            Share = FileShare.None,
            BufferSize = 0,
        };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead;
        }

        return new FileStream(path, options);
    }
}
