using System.Buffers;
using System.Collections.Concurrent;
using System.Text;
using System.Threading.Channels;

namespace Controller.Logging;

/// <summary>
/// Takes finished lines from everybody and writes them from one task, so that nobody waits for a disk or a slow
/// reader of standard output. When it is full lines are dropped, counted, and the number is logged.
/// </summary>
internal sealed class LogQueue : IAsyncDisposable
{
    private const int MostWaiting = 4096;
    private const int MostKept = 64;
    private const int BatchBytes = 64 * 1024;

    /// <summary>How long a failing file is left alone.</summary>
    private static readonly TimeSpan RetryAfter = TimeSpan.FromMinutes(1);

    private readonly LogTarget _target;
    private readonly LogFormat _format;
    private readonly TimeProvider _time;
    private readonly ConcurrentQueue<LogLine> _spare = new();
    private readonly Channel<LogLine> _lines = Channel.CreateBounded<LogLine>(new BoundedChannelOptions(MostWaiting) { SingleReader = true });
    private readonly ArrayBufferWriter<byte> _batch = new(4096);
    private readonly Task _drain;
    private LogFile? _file;
    private bool _fileHasFailed;
    private bool _consoleIsGone;
    private long _retryAt;
    private int _dropped;

    public LogQueue(LogTarget target, LogFormat format, TimeProvider time)
    {
        _target = target;
        _format = format;
        _time = time;
        _drain = Task.Run(DrainAsync);
    }

    public LogLine Rent() => _spare.TryDequeue(out var line) ? line : new LogLine();

    public void Post(LogLine line)
    {
        if (!_lines.Writer.TryWrite(line))
        {
            Interlocked.Increment(ref _dropped);
            Return(line);
        }
    }

    /// <summary>Writes what is waiting; lines that come later are lost.</summary>
    public async ValueTask DisposeAsync()
    {
        _lines.Writer.TryComplete();
        try
        {
            await _drain.WaitAsync(TimeSpan.FromSeconds(5), TimeProvider.System);
        }
        catch (TimeoutException)
        {
            // Standard output is not read or the disk hangs: the process must end all the same.
        }
    }

    private async Task DrainAsync()
    {
        await OpenFileAsync();
        while (await _lines.Reader.WaitToReadAsync())
        {
            while (_lines.Reader.TryRead(out var line))
            {
                _batch.Write(line.Written);
                Return(line);
                if (_batch.WrittenCount >= BatchBytes)
                {
                    await WriteBatchAsync();
                }
            }

            var dropped = Interlocked.Exchange(ref _dropped, 0);
            if (dropped > 0)
            {
                Warn($"{dropped} log lines were dropped: the log is written more slowly than it grows");
            }

            await WriteBatchAsync();
        }

        if (_file is not null)
        {
            await _file.DisposeAsync();
        }
    }

    private async Task WriteBatchAsync()
    {
        if (_batch.WrittenCount == 0)
        {
            return;
        }

        if (_file is null && _fileHasFailed && _time.GetTimestamp() >= _retryAt)
        {
            await OpenFileAsync();
        }

        if (_file is not null)
        {
            try
            {
                await _file.WriteAsync(_batch.WrittenMemory);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                await FailAsync(e);
            }
        }

        await WriteConsoleAsync(_batch.WrittenMemory);
        _batch.ResetWrittenCount();
    }

    private async Task WriteConsoleAsync(ReadOnlyMemory<byte> bytes)
    {
        if (_consoleIsGone)
        {
            return;
        }

        try
        {
            await _target.Console.WriteAsync(bytes);
            await _target.Console.FlushAsync();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ObjectDisposedException)
        {
            _consoleIsGone = true;
        }
    }

    private async Task OpenFileAsync()
    {
        Exception? failure = null;
        foreach (var directory in _target.Directories)
        {
            try
            {
                _file = await LogFile.OpenAsync(directory, _target.FileSizeBytes, _target.FileCount);
                if (!_fileHasFailed)
                {
                    await WriteConsoleAsync(Encoding.UTF8.GetBytes(
                        $"Log directory: {directory}\nMax file size: {_target.FileSizeBytes}\nMax files: {_target.FileCount}\n"));
                }

                return;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                failure = e;
            }
        }

        if (failure is not null)
        {
            await FailAsync(failure);
        }
    }

    /// <summary>Goes on with standard output alone; says so once, however often it happens.</summary>
    private async Task FailAsync(Exception failure)
    {
        if (!_fileHasFailed)
        {
            Warn($"The log file cannot be written, logging to standard output only: {failure.Message}");
        }

        _fileHasFailed = true;
        _retryAt = _time.GetTimestamp() + (long)(RetryAfter.TotalSeconds * _time.TimestampFrequency);
        if (_file is not null)
        {
            await _file.DisposeAsync();
            _file = null;
        }
    }

    private void Warn(string message)
    {
        var line = Rent();
        _format.Begin(line, "warn", message);
        line.End();
        _batch.Write(line.Written);
        Return(line);
    }

    private void Return(LogLine line)
    {
        const int largest = 16 * 1024;
        if (line.Capacity <= largest && _spare.Count < MostKept)
        {
            line.Clear();
            _spare.Enqueue(line);
        }
    }
}
