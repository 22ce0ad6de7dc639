namespace Controller.Ws.Sockets;

/// <summary>
/// The stream under a WebSocket, into which pings are put between the WebSocket's own frames. The WebSocket of the
/// platform can ping by itself only with a timer for each socket.
/// </summary>
/// <param name="inner">The upgraded connection.</param>
public sealed class PingStream(Stream inner) : Stream
{
    /// <summary>An empty ping of a server, RFC 6455 5.5.2.</summary>
    private static readonly byte[] Ping = [0x89, 0x00];

    private readonly SemaphoreSlim _writing = new(1, 1);
    private bool _isOver;

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Sends a ping, unless a frame is being sent right now: that one keeps the connection alive as well.</summary>
    public async ValueTask TryPingAsync(CancellationToken cancel)
    {
        if (!_writing.Wait(0, CancellationToken.None))
        {
            return;
        }

        try
        {
            if (!_isOver)
            {
                await inner.WriteAsync(Ping, cancel).ConfigureAwait(false);
            }
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>
    /// No ping is sent any more once this completes: the server may use the connection's objects for another request.
    /// Waits for a ping that is being sent.
    /// </summary>
    public async ValueTask EndAsync()
    {
        await _writing.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        _isOver = true;
        _writing.Release();
    }

    /// <inheritdoc/>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (!_writing.Wait(0, CancellationToken.None))
        {
            return WriteLaterAsync(buffer, cancellationToken);
        }

        ValueTask write;
        try
        {
            write = inner.WriteAsync(buffer, cancellationToken);
        }
        catch
        {
            _writing.Release();
            throw;
        }

        if (!write.IsCompletedSuccessfully)
        {
            return ReleaseAfterAsync(write);
        }

        _writing.Release();
        return write;
    }

    /// <inheritdoc/>
    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        inner.ReadAsync(buffer, cancellationToken);

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        inner.ReadAsync(buffer, offset, count, cancellationToken);

    /// <inheritdoc/>
    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

    /// <inheritdoc/>
    public override void Flush() => inner.Flush();

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => inner.Read(buffer, offset, count);

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
        }

        base.Dispose(disposing);
    }

    private async ValueTask WriteLaterAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancel)
    {
        await _writing.WaitAsync(cancel).ConfigureAwait(false);
        await ReleaseAfterAsync(inner.WriteAsync(buffer, cancel)).ConfigureAwait(false);
    }

    private async ValueTask ReleaseAfterAsync(ValueTask write)
    {
        try
        {
            await write.ConfigureAwait(false);
        }
        finally
        {
            _writing.Release();
        }
    }
}
