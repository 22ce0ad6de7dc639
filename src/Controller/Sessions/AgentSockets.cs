using Controller.Agents;
using Controller.Events;
using Controller.Hosting;
using Controller.Logging;
using Controller.Sql;
using Controller.Sql.Stores;
using Controller.Ws.Sessions;
using Controller.Ws.Sockets;
using Microsoft.Extensions.Primitives;

namespace Controller.Sessions;

/// <summary>The sockets of agents: a fresh token in the header, and a session of their own (websocket 4.2).</summary>
internal sealed class AgentSockets(AgentGate gate, Database database, SessionEngine engine, AuditTrail audit, RequestLog requests)
{
    /// <summary>A handler for the agent's side of sessions of a kind.</summary>
    /// <param name="kind">Of what kind the sessions are.</param>
    /// <param name="parameter">The path's name for the microservice or fog.</param>
    public SocketHandler Serve(SessionKind kind, string parameter) => async (context, socket) =>
    {
        var fog = await AuthenticateAsync(context);
        var session = await FindAsync(context, kind, context.PathValue(parameter), fog.Uuid);
        EventRow? connected = null;
        var code = await engine.ServeAgentAsync(session, socket, () =>
        {
            requests.Received(context);
            connected = audit.Connected(context, fog.Uuid, session.ResourceUuid);
            SocketEntrance.ForgetHeaders(context);
        });
        if (connected is not null)
        {
            audit.Disconnected(connected, code);
        }
    };

    private async Task<FogEntry> AuthenticateAsync(HttpContext context)
    {
        if (StringValues.IsNullOrEmpty(context.Request.Headers.Authorization))
        {
            throw new SocketRefusedException("Missing authentication token");
        }

        try
        {
            return await gate.AuthenticateAsync(context);
        }
        catch (ApiException e)
        {
            // What cannot be judged now is no refusal: the agent dials again with another token (decision 10).
            throw e.Status == StatusCodes.Status503ServiceUnavailable
                ? new SocketRefusedException(e.Message, SocketRefusedException.TryAgainLater)
                : new SocketRefusedException("authorization failed");
        }
    }

    private async Task<SessionInfo> FindAsync(HttpContext context, SessionKind kind, string resource, string fog)
    {
        if (kind == SessionKind.NodeLog && resource != fog)
        {
            throw new SocketRefusedException("Fog UUID mismatch");
        }

        var id = context.PathValue("sessionId");
        var row = await database.ReadAsync(
            async s => kind == SessionKind.NodeLog || await SessionTargetStore.IsOnFogAsync(s, resource, fog)
                ? await SessionStore.FindAsync(s, SessionRows.TableOf(kind), id)
                : throw new SocketRefusedException("Microservice not found or not associated with this agent"),
            context.RequestAborted) ?? throw new SocketRefusedException("Session not found");
        return row.OwnerUuid == resource
            ? new(id, kind, resource, fog, row.TailConfig)
            : throw new SocketRefusedException("Session mismatch");
    }
}
