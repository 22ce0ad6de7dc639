using Controller.Ws.Frames;
using Controller.Ws.Relay;

namespace Controller.Ws.Sessions;

/// <summary>
/// This replica's end of a session that may cross. Frames of a link that was dropped since are not taken any more.
/// </summary>
internal sealed class SessionLink : IRelayReceiver
{
    private readonly CancellationTokenSource _stopped = new();
    private readonly Session _session;
    private readonly SessionContext _context;
    private readonly IRelayLink _link;
    private LanePump? _pump;
    private bool _isDropped;

    public SessionLink(Session session, SessionContext context)
    {
        _session = session;
        _context = context;
        _link = context.Relay.Open(session.Info, session.IsOfUser ? SessionSide.User : SessionSide.Agent, this);
    }

    /// <summary>Sends what the lane brings to the other replica.</summary>
    public void Start(Lane lane)
    {
        _pump = new LanePump(lane, new LinkSink(_link, _context.Settings.CloseResponseTimeout, Closed, _stopped.Token));
        _pump.Start(null);
    }

    /// <summary>Tells the other replica that the session is over, after all frames; the session hears how it went.</summary>
    public void Close(string text)
    {
        if (_pump is { } pump)
        {
            pump.Close(0, text);
        }
        else
        {
            Closed(false);
        }
    }

    /// <summary>Stops sending at once.</summary>
    public void Stop() => _stopped.Cancel();

    /// <summary>The other side is on this replica now: the lane is free for another pump.</summary>
    public async Task DropAsync()
    {
        Volatile.Write(ref _isDropped, true);
        var stopped = _pump?.StopAsync() ?? Task.CompletedTask;
        await _stopped.CancelAsync().ConfigureAwait(false);
        await stopped.ConfigureAwait(false);
        await _link.DisposeAsync().ConfigureAwait(false);
        _stopped.Dispose();
    }

    /// <summary>The session is over: a close under way is waited for, a pump without one is stopped.</summary>
    public async Task EndAsync()
    {
        if (_pump is { } pump)
        {
            await pump.Completion.WaitAsync(_context.Settings.CloseResponseTimeout, _context.Time)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await DropAsync().ConfigureAwait(false);
    }

    ValueTask IRelayReceiver.FrameAsync(Frame frame)
    {
        if (!Volatile.Read(ref _isDropped))
        {
            return ((IRelayReceiver)_session).FrameAsync(frame);
        }

        frame.Return();
        return default;
    }

    ValueTask IRelayReceiver.ClosedAsync(string text) => Volatile.Read(ref _isDropped) ? default : ((IRelayReceiver)_session).ClosedAsync(text);

    void IRelayReceiver.Lost()
    {
        if (!Volatile.Read(ref _isDropped))
        {
            ((IRelayReceiver)_session).Lost();
        }
    }

    private void Closed(bool isConfirmed) => _session.Post(new(isConfirmed ? Happening.LinkConfirmed : Happening.LinkSilent));
}
