using System.IO.Pipelines;
using System.Net.WebSockets;
using Controller.Ws.Sockets;

namespace Controller.Ws.Tests.Support;

/// <summary>A WebSocket connection in memory, which holds a bounded number of bytes each way as a real one does.</summary>
internal sealed class Wire
{
    private readonly CancellationTokenSource _gone = new();
    private readonly PipeStream _serverSide;

    public Wire(SessionSettings settings, CountingPool pool, int window = 64 * 1024)
    {
        var options = new PipeOptions(pauseWriterThreshold: window, resumeWriterThreshold: window / 2, useSynchronizationContext: false);
        var (toServer, toClient) = (new Pipe(options), new Pipe(options));
        _serverSide = new PipeStream(toServer.Reader, toClient.Writer);
        var pings = new PingStream(_serverSide);
        var server = WebSocket.CreateFromStream(pings, new WebSocketCreationOptions { IsServer = true, KeepAliveInterval = TimeSpan.Zero });
        Client = WebSocket.CreateFromStream(
            new PipeStream(toClient.Reader, toServer.Writer), new WebSocketCreationOptions { KeepAliveInterval = TimeSpan.Zero });
        Server = new SessionSocket(server, pings, settings, _gone.Token, _serverSide.Dispose) { Pool = pool };
    }

    public WebSocket Client { get; }

    public SessionSocket Server { get; }

    /// <summary>Bytes the server wrote.</summary>
    public long Written => _serverSide.Written;

    /// <summary>The connection is lost without a close.</summary>
    public void Cut()
    {
        Client.Abort();
        _gone.Cancel();
    }

    /// <summary>The next message; a close as its code and reason.</summary>
    public async Task<(byte[] Bytes, int? Code, string? Reason)> ReadAsync()
    {
        var buffer = new byte[2 * 1024 * 1024];
        var length = 0;
        while (true)
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
            var result = await Client.ReceiveAsync(buffer.AsMemory(length), patience.Token);
            if (result.MessageType == WebSocketMessageType.Close)
            {
                return ([], (int?)Client.CloseStatus, Client.CloseStatusDescription);
            }

            length += result.Count;
            if (result.EndOfMessage)
            {
                return (buffer[..length], null, null);
            }
        }
    }

    public Task SendAsync(byte[] bytes, WebSocketMessageType type = WebSocketMessageType.Binary) =>
        Client.SendAsync(bytes, type, true, CancellationToken.None);

    private sealed class PipeStream(PipeReader reader, PipeWriter writer) : Stream
    {
        private readonly Stream _in = reader.AsStream();
        private bool _isDisposed;
        private long _written;

        public long Written => Volatile.Read(ref _written);

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => _in.ReadAsync(buffer, cancellationToken);

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => _in.ReadAsync(buffer, offset, count, cancellationToken);

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            Interlocked.Add(ref _written, buffer.Length);
            var result = await writer.WriteAsync(buffer, cancellationToken);
            if (result.IsCompleted || result.IsCanceled)
            {
                throw new IOException("The other side is gone");
            }
        }

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override void Flush()
        {
        }

        public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (!_isDisposed)
            {
                _isDisposed = true;
                writer.CancelPendingFlush();
                writer.Complete();
                reader.CancelPendingRead();
                reader.Complete();
            }
        }
    }
}
