using System.Buffers;
using System.Net.WebSockets;
using System.Runtime.CompilerServices;
using System.Text;
using Controller.Ws.Frames;

namespace Controller.Ws.Sockets;

/// <summary>
/// A WebSocket of a session: bounded messages in, frames and pings out, one close. While nothing comes in it holds no
/// buffer.
/// </summary>
public sealed class SessionSocket : IDisposable
{
    /// <summary>A close frame holds 125 bytes, two of them for the code (RFC 6455 5.5).</summary>
    private const int LongestReason = 123;

    /// <summary>What most messages of a terminal and of a log fit in.</summary>
    private const int FirstBuffer = 2048;

    private const int AbnormalClosure = 1006, ProtocolError = 1002, TooBig = 1009, NoStatus = 1005;

    /// <summary>How long a peer may take to answer a close.</summary>
    internal static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(5);

    private readonly WebSocket _socket;
    private readonly PingStream? _pings;
    private readonly int _mostBytes;
    private readonly Action? _abort;
    private readonly CancellationTokenRegistration _goneRegistration;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _code;
    private int _expected = FirstBuffer;
    private long _closingSince;
    private bool _isCloseSent;

    /// <summary>Wraps an accepted WebSocket.</summary>
    /// <param name="socket">The WebSocket, without keep-alive of its own.</param>
    /// <param name="pings">The stream it writes to, through which pings go; null = no pings.</param>
    /// <param name="settings">Largest message.</param>
    /// <param name="gone">Cancelled when the connection is lost, even while nobody reads.</param>
    /// <param name="abort">Cuts the connection below the WebSocket, whose peer may have stopped reading.</param>
    public SessionSocket(WebSocket socket, PingStream? pings, SessionSettings settings, CancellationToken gone, Action? abort = null)
    {
        _socket = socket;
        _pings = pings;
        _mostBytes = settings.MaxMessageBytes;
        _abort = abort;
        _goneRegistration = gone.UnsafeRegister(static s => ((SessionSocket)s!).Break(), this);
    }

    /// <summary>Called when the connection is lost: whoever reads may be waiting for room elsewhere.</summary>
    internal Action? Lost { get; set; }

    /// <summary>Where message buffers come from.</summary>
    internal ArrayPool<byte> Pool { get; set; } = ArrayPool<byte>.Shared;

    /// <summary>The code of the first close frame, ours or the peer's; 1006 when the connection just broke.</summary>
    internal int CloseCode => _code == 0 ? AbnormalClosure : _code;

    /// <summary>Completes when nobody uses the socket any more.</summary>
    internal Task Ended => _ended.Task;

    /// <summary>Closes a socket that serves no session: a refusal after the upgrade (websocket 9). Never throws.</summary>
    /// <param name="code">1000 to 4999.</param>
    /// <param name="reason">Cut to 123 bytes of UTF-8.</param>
    /// <param name="cancel">Gives up waiting for the client's own close.</param>
    public async Task RefuseAsync(int code, string reason, CancellationToken cancel = default)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(CloseTimeout);
        await using var _ = patience.Token.UnsafeRegister(static s => ((SessionSocket)s!).Abort(), this);
        await SendCloseAsync(code, reason).ConfigureAwait(false);
        await ReadToEndAsync().ConfigureAwait(false);
        Dispose();
    }

    /// <summary>Reads and forgets what still comes, until the peer has closed as well.</summary>
    internal async Task ReadToEndAsync()
    {
        while (await ReceiveAsync().ConfigureAwait(false) is { Kind: not ReceivedKind.Closed } message)
        {
            Pool.Return(message.Buffer);
        }
    }

    /// <summary>The next message. A message that is too big closes the socket with 1009. Never throws.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    internal async ValueTask<Received> ReceiveAsync()
    {
        byte[]? buffer = null;
        try
        {
            // Waiting with an empty buffer: an idle socket owns no memory.
            var result = await _socket.ReceiveAsync(Memory<byte>.Empty, CancellationToken.None).ConfigureAwait(false);
            if (result.MessageType == WebSocketMessageType.Close)
            {
                ClosedByPeer();
                return Received.Closed;
            }

            buffer = Pool.Rent(SessionFrames.Headroom + _expected + SessionFrames.Tailroom);
            var length = 0;
            while (!result.EndOfMessage)
            {
                var room = buffer.Length - SessionFrames.Headroom - SessionFrames.Tailroom - length;
                if (room == 0)
                {
                    buffer = Grow(buffer, length);
                    continue;
                }

                result = await _socket.ReceiveAsync(buffer.AsMemory(SessionFrames.Headroom + length, room), CancellationToken.None).ConfigureAwait(false);
                length += result.Count;
                if (length > _mostBytes)
                {
                    Pool.Return(buffer);
                    buffer = null;
                    await SendCloseAsync(TooBig, "").ConfigureAwait(false);
                    return Received.Closed;
                }
            }

            _expected = Math.Clamp(length, FirstBuffer, _mostBytes);
            var kind = result.MessageType == WebSocketMessageType.Text ? ReceivedKind.Text : ReceivedKind.Binary;
            return new(kind, buffer, SessionFrames.Headroom, length);
        }
        catch (Exception e) when (IsBroken(e))
        {
            if (buffer is not null)
            {
                Pool.Return(buffer);
            }

            // The platform has answered a breach of the protocol with 1002 or 1007 already.
            _ = e is WebSocketException { WebSocketErrorCode: WebSocketError.Faulted or WebSocketError.HeaderError or WebSocketError.InvalidMessageType }
                && Interlocked.CompareExchange(ref _code, ProtocolError, 0) == 0;
            return Received.Closed;
        }
    }

    /// <summary>Sends a frame and returns its buffer.</summary>
    internal ValueTask SendAsync(Frame frame)
    {
        ValueTask sent;
        try
        {
            sent = _socket.SendAsync(frame.Memory, WebSocketMessageType.Binary, endOfMessage: true, CancellationToken.None);
        }
        catch
        {
            frame.Return();
            throw;
        }

        if (!sent.IsCompletedSuccessfully)
        {
            return ReturnAfterAsync(sent, frame);
        }

        frame.Return();
        return sent;
    }

    /// <summary>Sends a close frame, or the answer to the peer's. Never throws.</summary>
    /// <param name="code">The code; 1005 = none.</param>
    /// <param name="reason">Cut to what fits.</param>
    internal async ValueTask SendCloseAsync(int code, string reason)
    {
        if (Volatile.Read(ref _isCloseSent))
        {
            return;
        }

        Volatile.Write(ref _isCloseSent, true);
        Interlocked.CompareExchange(ref _code, code, 0);
        try
        {
            await (code == NoStatus
                ? _socket.CloseOutputAsync(WebSocketCloseStatus.Empty, null, CancellationToken.None)
                : _socket.CloseOutputAsync((WebSocketCloseStatus)code, Cut(reason), CancellationToken.None)).ConfigureAwait(false);
        }
        catch (Exception e) when (IsBroken(e))
        {
            Abort();
        }
    }

    /// <summary>Answers the close of the peer, if it closed and nothing was sent yet.</summary>
    internal ValueTask AnswerCloseAsync() =>
        _socket.State == WebSocketState.CloseReceived ? SendCloseAsync(_code == 0 ? NoStatus : _code, "") : default;

    /// <summary>From now on the socket has <see cref="CloseTimeout"/> to come to its end.</summary>
    internal void BeginClosing(DateTimeOffset now) => Interlocked.CompareExchange(ref _closingSince, now.UtcTicks, 0);

    /// <summary>Cuts a socket whose peer does not let it come to its end.</summary>
    internal void AbortWhenStuck(DateTimeOffset now)
    {
        if (Volatile.Read(ref _closingSince) is var since and > 0 && now.UtcTicks - since >= CloseTimeout.Ticks)
        {
            Abort();
        }
    }

    /// <summary>Sends a ping and does not wait for it.</summary>
    internal void Ping()
    {
        if (_pings is not null && !Volatile.Read(ref _isCloseSent))
        {
            _ = PingAsync(_pings);
        }
    }

    /// <summary>Cuts the connection.</summary>
    internal void Abort()
    {
        _socket.Abort();
        _abort?.Invoke();
    }

    /// <summary>Frees what the socket holds.</summary>
    public void Dispose()
    {
        _goneRegistration.Dispose();
        _socket.Dispose();
        _ended.TrySetResult();
    }

    /// <summary>What a lost connection makes a WebSocket throw.</summary>
    internal static bool IsBroken(Exception e) =>
        e is WebSocketException or IOException or ObjectDisposedException or InvalidOperationException or OperationCanceledException;

    private static async Task PingAsync(PingStream pings)
    {
        try
        {
            await pings.TryPingAsync(CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception e) when (IsBroken(e))
        {
            // Whoever reads or writes hears of it.
        }
    }

    private static async ValueTask ReturnAfterAsync(ValueTask sent, Frame frame)
    {
        try
        {
            await sent.ConfigureAwait(false);
        }
        finally
        {
            frame.Return();
        }
    }

    private static string Cut(string reason)
    {
        while (Encoding.UTF8.GetByteCount(reason) > LongestReason)
        {
            reason = reason[..^(reason.Length > 1 && char.IsLowSurrogate(reason[^1]) ? 2 : 1)];
        }

        return reason;
    }

    private void Break()
    {
        Abort();
        Lost?.Invoke();
    }

    private void ClosedByPeer()
    {
        var code = _socket.CloseStatus is { } status and not WebSocketCloseStatus.Empty ? (int)status : NoStatus;
        Interlocked.CompareExchange(ref _code, code, 0);
    }

    private byte[] Grow(byte[] buffer, int length)
    {
        // One byte more than allowed is enough to know that a message is too big.
        var next = Math.Min((long)length * 4, (long)_mostBytes + 1);
        var larger = Pool.Rent(SessionFrames.Headroom + (int)next + SessionFrames.Tailroom);
        buffer.AsSpan(SessionFrames.Headroom, length).CopyTo(larger.AsSpan(SessionFrames.Headroom));
        Pool.Return(buffer);
        return larger;
    }
}
