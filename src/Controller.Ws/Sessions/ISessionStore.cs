namespace Controller.Ws.Sessions;

/// <summary>What the row of a session says.</summary>
/// <param name="UserConnected">The user's socket is open somewhere.</param>
/// <param name="AgentConnected">The agent's socket is open somewhere.</param>
/// <param name="RelayRefused">Another replica had to refuse the agent, since no broker could carry the session.</param>
public sealed record SessionRowState(bool UserConnected, bool AgentConnected, bool RelayRefused);

/// <summary>
/// The rows of sessions, shared by all replicas (websocket 10). Every change that the agent should see raises its change
/// flag and wakes its held poll. None of these throws for a row that is gone. A database that cannot be reached throws;
/// the engine then goes on by what it knows in memory, and the reconcile job mends the rows later.
/// </summary>
public interface ISessionStore
{
    /// <summary>The agent's socket is open on this replica: the row becomes ACTIVE. Raises no flag.</summary>
    /// <returns>The row's state; null when the row is gone.</returns>
    ValueTask<SessionRowState?> AgentConnectedAsync(SessionInfo session, CancellationToken cancel);

    /// <summary>One side's socket has closed on this replica.</summary>
    /// <returns>The row's state after it; null when the row is gone.</returns>
    ValueTask<SessionRowState?> SideLostAsync(SessionInfo session, SessionSide side, CancellationToken cancel);

    /// <summary>An agent was refused for want of a broker: the user's replica, which watches, closes its socket with 1013.</summary>
    ValueTask RelayRefusedAsync(SessionInfo session, CancellationToken cancel);

    /// <summary>What rows say of sessions whose users wait here for an agent; rows that are gone are left out.</summary>
    ValueTask<IReadOnlyDictionary<string, SessionRowState>> FindAsync(IReadOnlyCollection<SessionInfo> sessions, CancellationToken cancel);

    /// <summary>The session is over. Nothing happens when the row is gone.</summary>
    ValueTask DeleteAsync(SessionInfo session, CancellationToken cancel);
}
