using Controller.Ws.Sessions;

namespace Controller.Ws.Relay;

/// <summary>Where one end of a session is reached (websocket 15 and 16).</summary>
internal sealed class RelayAddress
{
    private RelayAddress? _opposite;

    private RelayAddress(SessionInfo session, SessionSide side)
    {
        var end = side == SessionSide.Agent ? "agent" : "user";
        Session = session;
        Side = side;
        Subject = $"controller.relay.v1.{(session.IsLog ? "log" : "exec")}.{session.Id}.{end}";
        Queue = $"{(session.IsLog ? "logs-" : "")}{end}-{session.Id}";
    }

    /// <summary>The session.</summary>
    public SessionInfo Session { get; }

    /// <summary>Which of its ends.</summary>
    public SessionSide Side { get; }

    /// <summary>The subject of NATS.</summary>
    public string Subject { get; }

    /// <summary>The address of AMQP 1.0 and the queue of AMQP 0-9-1.</summary>
    public string Queue { get; }

    /// <summary>The other end of the session.</summary>
    public RelayAddress Opposite => _opposite ??= new(Session, Side == SessionSide.User ? SessionSide.Agent : SessionSide.User);

    public static RelayAddress Of(SessionInfo session, SessionSide side) => new(session, side);
}
