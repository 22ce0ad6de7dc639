using Controller.AccessControl;
using Controller.Events;
using Controller.Hosting;
using Controller.Logging;
using Controller.Sql.Stores;
using Controller.Ws.Sessions;
using Controller.Ws.Sockets;

namespace Controller.Sessions;

/// <summary>The sockets of operators: who is it, may they, is there something to open a session on (websocket 4.1).</summary>
internal sealed class UserSockets(OperatorUpgrade upgrade, SessionRows rows, SessionEngine engine, AuditTrail audit, RequestLog requests)
{
    public static readonly QueryParameter TokenParameter = new("token", "The access token, for browsers: they cannot send headers");

    /// <summary>A handler for a route of this permission.</summary>
    /// <param name="permission">What the operator's roles must allow.</param>
    /// <param name="target">Makes the session, or refuses.</param>
    public SocketHandler Serve(Permission permission, Func<HttpContext, Task<SessionInfo>> target) => async (context, socket) =>
    {
        var verdict = await upgrade.JudgeAsync(context, permission);
        if (verdict.Identity is not { } identity)
        {
            throw new SocketRefusedException(verdict.Refusal!);
        }

        await ServeAsync(context, socket, identity.Username, await target(context));
    };

    private async Task ServeAsync(HttpContext context, SessionSocket socket, string username, SessionInfo session)
    {
        EventRow? connected = null;
        var code = await engine.ServeUserAsync(session, socket, cancel => rows.AdmitAsync(session, cancel), () =>
        {
            requests.Received(context);
            connected = audit.Connected(context, username, session.ResourceUuid);
            SocketEntrance.ForgetHeaders(context);
        });
        if (connected is not null)
        {
            audit.Disconnected(connected, code);
        }
    }
}
