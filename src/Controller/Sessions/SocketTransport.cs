using Controller.Ws.Sockets;
using Microsoft.AspNetCore.Http.Features;

namespace Controller.Sessions;

/// <summary>
/// Puts a <see cref="PingStream"/> between the connection and its WebSocket, whichever way the client upgrades: by
/// HTTP/1.1 or, as browsers do over TLS, by a CONNECT of HTTP/2 (RFC 8441).
/// </summary>
internal sealed class SocketTransport(HttpContext context, IHttpUpgradeFeature? upgrade, IHttpExtendedConnectFeature? connect)
    : IHttpUpgradeFeature, IHttpExtendedConnectFeature
{
    private readonly Lock _lock = new();
    private bool _isOver;

    /// <summary>Known once the request was upgraded.</summary>
    public PingStream? Stream { get; private set; }

    public bool IsUpgradableRequest => upgrade is { IsUpgradableRequest: true };

    public bool IsExtendedConnect => connect is { IsExtendedConnect: true };

    public string? Protocol => connect?.Protocol;

    /// <summary>Whether the request asks for a WebSocket.</summary>
    public static bool IsAskedFor(HttpContext context) =>
        context.Features.Get<IHttpUpgradeFeature>() is { IsUpgradableRequest: true }
        || context.Features.Get<IHttpExtendedConnectFeature>() is { IsExtendedConnect: true };

    /// <summary>Makes the rest of the pipeline see the connection through a new transport.</summary>
    public static void Install(HttpContext context)
    {
        var features = context.Features;
        var transport = new SocketTransport(context, features.Get<IHttpUpgradeFeature>(), features.Get<IHttpExtendedConnectFeature>());
        features.Set(transport);
        if (transport.IsExtendedConnect)
        {
            features.Set<IHttpExtendedConnectFeature>(transport);
        }
        else
        {
            features.Set<IHttpUpgradeFeature>(transport);
        }
    }

    /// <summary>Cuts the connection, or the stream of an HTTP/2 connection.</summary>
    public void Abort()
    {
        lock (_lock)
        {
            if (!_isOver)
            {
                context.Abort();
            }
        }
    }

    /// <summary>
    /// The request ends: the server may use its objects for another one, which nobody must cut or ping. Waits for a ping
    /// that is on its way, and cuts the connection when it does not get through.
    /// </summary>
    public async ValueTask ReleaseAsync()
    {
        if (Stream?.EndAsync() is { } ended)
        {
            if (!ended.IsCompleted)
            {
                Abort();
            }

            await ended;
        }

        lock (_lock)
        {
            _isOver = true;
        }
    }

    public async Task<Stream> UpgradeAsync() => Stream = new PingStream(await upgrade!.UpgradeAsync());

    public async ValueTask<Stream> AcceptAsync() => Stream = new PingStream(await connect!.AcceptAsync());
}
