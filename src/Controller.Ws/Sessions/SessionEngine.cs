using Controller.Ws.Relay;
using Controller.Ws.Sockets;
using Controller.Ws.Telemetry;
using Microsoft.Extensions.Logging;

namespace Controller.Ws.Sessions;

/// <summary>
/// The sessions of this replica: pairs users with agents, carries their frames, and ends what is over. Knows no routes
/// and no SQL.
/// </summary>
public sealed class SessionEngine
{
    /// <summary>Creates an engine without sessions; <see cref="RunAsync"/> keeps its time.</summary>
    public SessionEngine(
        SessionSettings settings, ISessionStore store, IRelay relay, SessionMetrics metrics, TimeProvider time, ILogger<SessionEngine> log) =>
        throw new NotImplementedException();

    /// <summary>Sessions on this replica, those being opened included.</summary>
    public int Count => throw new NotImplementedException();

    /// <summary>The replica is stopping: no upgrade should be let in.</summary>
    public bool IsDraining => throw new NotImplementedException();

    /// <summary>The ids of <see cref="Count"/> sessions, for whoever cleans up rows that no replica holds.</summary>
    public IReadOnlyCollection<string> Ids => throw new NotImplementedException();

    /// <summary>Deadlines and pings, once a second, until cancelled.</summary>
    public Task RunAsync(CancellationToken cancel) => throw new NotImplementedException();

    /// <summary>Opens a session for a user and serves its socket until it is closed.</summary>
    /// <param name="session">The new session.</param>
    /// <param name="socket">The user's socket.</param>
    /// <param name="admit">
    /// Checks the limit, writes the row and raises the flag in one transaction; answers a refusal (the reason of a close
    /// with 1008) or null. Called when an agent that dials at once already finds the session here.
    /// </param>
    /// <param name="opened">Called once the session is open, before its first frame is sent.</param>
    /// <returns>The code the socket was closed with, as an audit event states it (1006 when it just broke).</returns>
    public Task<int> ServeUserAsync(
        SessionInfo session, SessionSocket socket, Func<CancellationToken, ValueTask<string?>> admit, Action opened) =>
        throw new NotImplementedException();

    /// <summary>Serves an agent's socket of a session whose row was found and is its own, until it is closed.</summary>
    /// <param name="session">The session, as its row says.</param>
    /// <param name="socket">The agent's socket.</param>
    /// <param name="opened">Called once the agent is attached, before its first frame is sent.</param>
    /// <returns>As <see cref="ServeUserAsync"/>.</returns>
    public Task<int> ServeAgentAsync(SessionInfo session, SessionSocket socket, Action opened) => throw new NotImplementedException();

    /// <summary>Ends every session (websocket 18): both sides are closed with 1001 <c>Server draining</c>, rows deleted. Idempotent.</summary>
    public Task DrainAsync() => throw new NotImplementedException();
}
