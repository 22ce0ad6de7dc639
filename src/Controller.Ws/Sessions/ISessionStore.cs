namespace Controller.Ws.Sessions;

/// <summary>
/// The rows of sessions, shared by all replicas (websocket 10). Every change that the agent should see raises its change
/// flag and wakes its held poll. None of these throws for a row that is gone. A database that cannot be reached throws;
/// the engine then goes on by what it knows in memory, and the reconcile job mends the rows later.
/// </summary>
public interface ISessionStore
{
    /// <summary>The agent's socket is open on this replica: the row becomes ACTIVE. Raises no flag.</summary>
    /// <returns>False when the row is gone.</returns>
    ValueTask<bool> AgentConnectedAsync(SessionInfo session, CancellationToken cancel);

    /// <summary>
    /// The agent's socket has closed on this replica, and its session goes on: it may dial again. Nothing happens when
    /// the row says that it did so at another replica already.
    /// </summary>
    ValueTask AgentLostAsync(SessionInfo session, CancellationToken cancel);

    /// <summary>An agent was refused for want of a broker: the user's replica, which watches, closes its socket with 1013.</summary>
    ValueTask RelayRefusedAsync(SessionInfo session, CancellationToken cancel);

    /// <summary>Which of these sessions, whose users wait here for an agent, were marked by <see cref="RelayRefusedAsync"/>.</summary>
    /// <returns>Ids.</returns>
    ValueTask<IReadOnlySet<string>> FindRefusedAsync(IReadOnlyCollection<SessionInfo> sessions, CancellationToken cancel);

    /// <summary>
    /// The session is over. Nothing happens when the row is gone, or when it says that neither side is on this replica any
    /// more: the agent dialled another one meanwhile.
    /// </summary>
    ValueTask DeleteAsync(SessionInfo session, CancellationToken cancel);
}
