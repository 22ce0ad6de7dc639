using System.Net.Security;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;

namespace Controller.Load;

/// <summary>The upgrade was answered with something else than 101.</summary>
internal sealed class UpgradeException(string status) : Exception($"The upgrade was answered with: {status}");

/// <summary>
/// A WebSocket made by hand on a bare connection: ten thousand of them must not cost more than the server they measure.
/// </summary>
internal sealed class LoadSocket : IDisposable
{
    private readonly WebSocket _socket;

    private LoadSocket(WebSocket socket) => _socket = socket;

    /// <summary>Code and reason the server closed with.</summary>
    public string Closed => $"{(int?)_socket.CloseStatus} {_socket.CloseStatusDescription}";

    /// <summary>Connects and upgrades.</summary>
    /// <param name="url">http or https, path and query included.</param>
    /// <param name="token">For the Authorization header.</param>
    /// <exception cref="UpgradeException">Refused before the upgrade.</exception>
    public static async Task<LoadSocket> ConnectAsync(Uri url, string token)
    {
        var tcp = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await tcp.ConnectAsync(url.DnsSafeHost, url.Port);
            Stream stream = new NetworkStream(tcp, ownsSocket: true);
            if (url.Scheme == "https")
            {
                var tls = new SslStream(stream, false, (_, _, _, _) => true);
                await tls.AuthenticateAsClientAsync(url.DnsSafeHost);
                stream = tls;
            }

            var key = Convert.ToBase64String(RandomNumberGenerator.GetBytes(16));
            await stream.WriteAsync(Encoding.ASCII.GetBytes(
                $"GET {url.PathAndQuery} HTTP/1.1\r\nHost: {url.Authority}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                + $"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\nAuthorization: Bearer {token}\r\n\r\n"));
            await ReadHeadAsync(stream);
            return new(WebSocket.CreateFromStream(stream, new WebSocketCreationOptions { KeepAliveInterval = TimeSpan.Zero }));
        }
        catch
        {
            tcp.Dispose();
            throw;
        }
    }

    public ValueTask SendAsync(ReadOnlyMemory<byte> frame) => _socket.SendAsync(frame, WebSocketMessageType.Binary, true, CancellationToken.None);

    /// <summary>Reads whole messages until the socket is closed.</summary>
    /// <param name="received">Called with each message, which is gone afterwards; what it returns is waited for.</param>
    public async Task ReadAsync(Func<ReadOnlyMemory<byte>, ValueTask> received)
    {
        var buffer = new byte[512];
        while (true)
        {
            var length = 0;
            ValueWebSocketReceiveResult result;
            do
            {
                if (length == buffer.Length)
                {
                    Array.Resize(ref buffer, buffer.Length * 4);
                }

                result = await _socket.ReceiveAsync(buffer.AsMemory(length), CancellationToken.None);
                length += result.Count;
            }
            while (!result.EndOfMessage);
            if (result.MessageType == WebSocketMessageType.Close)
            {
                return;
            }

            await received(buffer.AsMemory(0, length));
        }
    }

    public async Task CloseAsync()
    {
        try
        {
            await _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
        }
        catch (Exception e) when (e is WebSocketException or IOException or ObjectDisposedException or InvalidOperationException)
        {
            // Closed already.
        }
    }

    public void Dispose() => _socket.Dispose();

    /// <summary>Up to the empty line and not a byte further: what follows are frames.</summary>
    private static async Task ReadHeadAsync(Stream stream)
    {
        var head = new byte[4096];
        var length = 0;
        while (!head.AsSpan(0, length).EndsWith("\r\n\r\n"u8))
        {
            if (length == head.Length || await stream.ReadAsync(head.AsMemory(length, 1)) == 0)
            {
                throw new UpgradeException(length == 0 ? "nothing" : "a broken head");
            }

            length++;
        }

        var status = Encoding.ASCII.GetString(head, 0, head.AsSpan(0, length).IndexOf((byte)'\r'));
        if (!status.Contains(" 101 ", StringComparison.Ordinal))
        {
            throw new UpgradeException(status);
        }
    }
}
