using System.Net.WebSockets;

namespace Controller.Ws.Sockets;

/// <summary>A WebSocket of a session: bounded messages in, frames and pings out, one close.</summary>
public sealed class SessionSocket
{
    /// <summary>Wraps an accepted WebSocket.</summary>
    /// <param name="socket">The WebSocket, without keep-alive of its own.</param>
    /// <param name="pings">The stream it writes to, through which pings go; null = no pings.</param>
    /// <param name="settings">Largest message.</param>
    /// <param name="gone">Cancelled when the connection is lost, even while nobody reads.</param>
    public SessionSocket(WebSocket socket, PingStream? pings, SessionSettings settings, CancellationToken gone) =>
        throw new NotImplementedException();

    /// <summary>Closes a socket that serves no session: a refusal after the upgrade (websocket 9). Never throws.</summary>
    /// <param name="code">1000 to 4999.</param>
    /// <param name="reason">Cut to 123 bytes of UTF-8.</param>
    /// <param name="cancel">Gives up waiting for the client's own close.</param>
    public Task RefuseAsync(int code, string reason, CancellationToken cancel = default) => throw new NotImplementedException();
}
