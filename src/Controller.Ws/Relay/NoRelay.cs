using Controller.Ws.Frames;
using Controller.Ws.Sessions;

namespace Controller.Ws.Relay;

/// <summary>For a replica that owns its database: both sockets of every session are its own.</summary>
public sealed class NoRelay : IRelay
{
    /// <summary>The name of the transport that is none.</summary>
    public const string Name = "none";

    /// <inheritdoc/>
    public string Transport => Name;

    /// <inheritdoc/>
    public ValueTask<bool> IsAvailableAsync(CancellationToken cancel) => new(false);

    /// <inheritdoc/>
    /// <exception cref="NotSupportedException">Always: no session crosses.</exception>
    public IRelayLink Open(SessionInfo session, SessionSide local, IRelayReceiver receiver) =>
        throw new NotSupportedException("This replica owns its database: sessions do not cross");

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => default;
}
