using Controller.Ws.Frames;
using Controller.Ws.Sessions;

namespace Controller.Ws.Relay;

/// <summary>
/// Carries the frames of sessions whose two sockets are on different replicas (websocket 14). The engine does not know
/// by which broker.
/// </summary>
public interface IRelay : IAsyncDisposable
{
    /// <summary><c>nats</c>, <c>amqp</c> or <c>none</c> (one replica owns its database: no session can cross).</summary>
    string Transport { get; }

    /// <summary>Whether the broker is connected, or can be connected now. Never throws.</summary>
    ValueTask<bool> IsAvailableAsync(CancellationToken cancel);

    /// <summary>
    /// Opens this replica's end of a session. Neither blocks nor throws: subscribing happens behind it, and again after
    /// every loss of the broker.
    /// </summary>
    /// <param name="session">The session.</param>
    /// <param name="local">Which side's socket is on this replica.</param>
    /// <param name="receiver">Told of what the other end sends.</param>
    IRelayLink Open(SessionInfo session, SessionSide local, IRelayReceiver receiver);
}

/// <summary>
/// One replica's end of a session across replicas: frames arrive in order, once, however often the broker restarts,
/// as long as both replicas live. Members may be called from one place at a time.
/// </summary>
public interface IRelayLink : IAsyncDisposable
{
    /// <summary>
    /// Sends a frame, which the link now owns. Waits while the other end does not keep up (back-pressure) and while the
    /// broker is away.
    /// </summary>
    /// <exception cref="OperationCanceledException">Cancelled, or the link was closed.</exception>
    ValueTask SendAsync(Frame frame, CancellationToken cancel);

    /// <summary>Ends the session: after all frames sent before, the other end is told why.</summary>
    /// <param name="text">A close text of websocket 6.1, such as <c>User closed connection</c>.</param>
    /// <param name="patience">Longest wait for the other end's confirmation.</param>
    /// <returns>Whether it was confirmed.</returns>
    ValueTask<bool> CloseAsync(string text, TimeSpan patience);
}

/// <summary>The engine's side of a link. Calls come one at a time.</summary>
public interface IRelayReceiver
{
    /// <summary>A frame of the other end, which the receiver now owns. It is acknowledged when the task completes.</summary>
    ValueTask FrameAsync(Frame frame);

    /// <summary>The other end ended the session. It is confirmed when the task completes.</summary>
    ValueTask ClosedAsync(string text);

    /// <summary>
    /// The other end is gone without having closed the session: it was silent for too long while the broker was up, or
    /// its link was disposed. Called once until another end appears.
    /// </summary>
    void Lost();

    /// <summary>
    /// The user's end now speaks to another link of the agent's side: the agent has dialled again, at another replica.
    /// The session goes on there; only the socket here is of no use any more.
    /// </summary>
    void Replaced() => Lost();
}
