using System.Net;
using System.Net.WebSockets;

namespace Edgelet.Simulator.Sessions;

/// <summary>A WebSocket was refused before it was one.</summary>
public sealed class SessionDialException(int status, Exception? inner) : Exception($"WebSocket upgrade failed with status {status}", inner)
{
    /// <summary>HTTP status; 0 when there was no answer.</summary>
    public int Status { get; } = status;

    /// <summary>Seconds of Retry-After.</summary>
    public string? RetryAfter { get; init; }
}

/// <summary>How to dial.</summary>
public sealed record SessionDial
{
    /// <summary>Sent as <c>Authorization: Bearer</c>; null sends none.</summary>
    public string? Bearer { get; init; }

    /// <summary>Longest upgrade.</summary>
    public TimeSpan Limit { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Period of pings of one's own; zero sends none.</summary>
    public TimeSpan PingInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Further settings of the socket.</summary>
    public Action<ClientWebSocketOptions>? Configure { get; init; }

    /// <summary>Connects; must be given for HTTP/2. A private one that trusts any certificate unless given.</summary>
    public HttpMessageInvoker? Http { get; init; }
}

/// <summary>One end of a session's WebSocket: frames in and out, and how it ended.</summary>
public sealed class SessionWire : IAsyncDisposable
{
    private const int Broken = 1006, NoStatus = 1005;

    private static readonly HttpMessageInvoker s_http = new(new SocketsHttpHandler
    {
        UseCookies = false,
        UseProxy = false,
        ActivityHeadersPropagator = null,
        SslOptions = { RemoteCertificateValidationCallback = static (_, _, _, _) => true },
    });

    private readonly ClientWebSocket _socket;
    private byte[] _buffer = new byte[2048];

    private SessionWire(ClientWebSocket socket) => _socket = socket;

    /// <summary>The code the other end closed with; 1005 for none, 1006 when the connection broke; null while open.</summary>
    public int? CloseCode { get; private set; }

    /// <summary>The reason it gave.</summary>
    public string CloseReason { get; private set; } = "";

    /// <summary>Code and reason together.</summary>
    public string Ending => $"{CloseCode} {CloseReason}".TrimEnd();

    /// <summary>Dials.</summary>
    /// <exception cref="SessionDialException">No 101 came.</exception>
    public static async Task<SessionWire> ConnectAsync(Uri uri, SessionDial? dial = null, CancellationToken ct = default)
    {
        dial ??= new();
        var socket = new ClientWebSocket();
        socket.Options.KeepAliveInterval = dial.PingInterval;
        socket.Options.CollectHttpResponseDetails = true;
        if (dial.Bearer is not null)
        {
            socket.Options.SetRequestHeader("Authorization", "Bearer " + dial.Bearer);
        }

        dial.Configure?.Invoke(socket.Options);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(dial.Limit);
        try
        {
            await socket.ConnectAsync(uri, dial.Http ?? s_http, limit.Token).ConfigureAwait(false);
            socket.HttpResponseHeaders = null;
            return new SessionWire(socket);
        }
        catch (Exception error) when (error is WebSocketException or HttpRequestException || (error is OperationCanceledException && !ct.IsCancellationRequested))
        {
            var refused = new SessionDialException(socket.HttpStatusCode is 0 or HttpStatusCode.SwitchingProtocols ? 0 : (int)socket.HttpStatusCode, error)
            {
                RetryAfter = socket.HttpResponseHeaders?.TryGetValue("Retry-After", out var values) == true ? values.FirstOrDefault() : null,
            };
            socket.Dispose();
            throw refused;
        }
    }

    /// <summary>The <c>ws</c> form of an <c>http</c> address.</summary>
    public static Uri Address(string http, string path) => new(
        (http.StartsWith("https", StringComparison.OrdinalIgnoreCase) ? "wss" + http[5..] : "ws" + http[4..]).TrimEnd('/') + path);

    /// <summary>The next frame; null when the socket is closed.</summary>
    /// <exception cref="AgentDecodeException">No client could read it.</exception>
    public async Task<SessionFrame?> ReceiveAsync(CancellationToken ct = default)
    {
        var length = 0;
        try
        {
            while (true)
            {
                var part = await _socket.ReceiveAsync(_buffer.AsMemory(length), ct).ConfigureAwait(false);
                if (part.MessageType == WebSocketMessageType.Close)
                {
                    await EndAsync(_socket.CloseStatus is { } status and not WebSocketCloseStatus.Empty ? (int)status : NoStatus, _socket.CloseStatusDescription).ConfigureAwait(false);
                    return null;
                }

                length += part.Count;
                if (part.EndOfMessage)
                {
                    return part.MessageType == WebSocketMessageType.Binary
                        ? SessionFrame.Read(_buffer.AsMemory(0, length))
                        : throw new AgentDecodeException("frame", "is a text message");
                }

                if (length == _buffer.Length)
                {
                    Array.Resize(ref _buffer, length * 2);
                }
            }
        }
        catch (Exception error) when (error is WebSocketException or ObjectDisposedException or InvalidOperationException or IOException)
        {
            CloseCode ??= Broken;
            return null;
        }
    }

    /// <summary>Reads to the end of the socket.</summary>
    /// <returns>Code and reason of the close.</returns>
    public async Task<string> ReadToEndAsync(CancellationToken ct = default)
    {
        while (await ReceiveAsync(ct).ConfigureAwait(false) is not null)
        {
        }

        return Ending;
    }

    /// <summary>Sends a frame; false when the socket is closed.</summary>
    public Task<bool> SendAsync(SessionFrame frame, CancellationToken ct = default) => SendAsync(frame.Write(), ct: ct);

    /// <summary>Sends anything.</summary>
    public async Task<bool> SendAsync(ReadOnlyMemory<byte> message, bool isText = false, bool isLast = true, CancellationToken ct = default)
    {
        try
        {
            await _socket.SendAsync(message, isText ? WebSocketMessageType.Text : WebSocketMessageType.Binary, isLast, ct).ConfigureAwait(false);
            return true;
        }
        catch (Exception error) when (error is WebSocketException or ObjectDisposedException or InvalidOperationException or IOException)
        {
            return false;
        }
    }

    /// <summary>Sends a close frame; the answer comes through <see cref="ReceiveAsync"/>.</summary>
    public async Task CloseAsync(int code = 1000, string reason = "", CancellationToken ct = default)
    {
        try
        {
            await _socket.CloseOutputAsync((WebSocketCloseStatus)code, reason, ct).ConfigureAwait(false);
        }
        catch (Exception error) when (error is WebSocketException or ObjectDisposedException or InvalidOperationException or IOException)
        {
            // It is closed.
        }
    }

    /// <summary>Cuts the connection without a close frame.</summary>
    public void Abort() => _socket.Abort();

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _socket.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task EndAsync(int code, string? reason)
    {
        CloseCode = code;
        CloseReason = reason ?? "";
        if (_socket.State == WebSocketState.CloseReceived)
        {
            await CloseAsync(code == NoStatus ? 1000 : code).ConfigureAwait(false);
        }
    }
}
