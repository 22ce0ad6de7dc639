using System.Threading.Channels;
using Controller.Ws.Frames;
using Controller.Ws.Relay;
using Controller.Ws.Sockets;
using Microsoft.Extensions.Logging;

namespace Controller.Ws.Sessions;

/// <summary>
/// One session on this replica: its lanes, sockets and link, and the machine that says what becomes of them. What
/// happens is put into a mailbox and handled one after the other; frames do not pass through it.
/// </summary>
internal sealed partial class Session : IRelayReceiver
{
    // Without a bound to speak of. The channel that has none keeps 1 KB for each session; this one grows from nothing.
    private readonly Channel<SessionEvent> _mailbox = Channel.CreateBounded<SessionEvent>(
        new BoundedChannelOptions(int.MaxValue) { SingleReader = true });
    private readonly TaskCompletionSource _finished = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SessionMachine _machine;
    private readonly SessionContext _context;
    private readonly DateTimeOffset _createdAt;
    private DateTimeOffset _lastFrame;
    private SessionSocket? _user;
    private Outlet? _userOutlet;
    private SessionSocket? _agent;
    private Outlet? _agentOutlet;
    private SessionLink? _link;
    private int _isStarted;
    private bool _isGreeted;
    private bool _hasTraffic;
    private bool _isDropping;

    /// <summary>A socket and what sends to it: other threads look for the one by the other, so they change together.</summary>
    private sealed record Outlet(SessionSocket Socket, LanePump Pump);

    public Session(SessionInfo info, SessionContext context)
    {
        Info = info;
        _context = context;
        Frames = new SessionFrames(info, context.Pool, context.Time);
        _machine = new SessionMachine(info.Kind, context.Settings, context.CanCross);
        _createdAt = _lastFrame = context.Now;
    }

    public SessionInfo Info { get; }

    public SessionFrames Frames { get; }

    /// <summary>Frames for the user.</summary>
    public Lane ToUser { get; } = new();

    /// <summary>Frames for the agent; input typed before it came waits here.</summary>
    public Lane ToAgent { get; } = new();

    /// <summary>Completes when nothing of the session is left on this replica.</summary>
    public Task Finished => _finished.Task;

    /// <summary>The session has ended; what is left of it is being cleared away.</summary>
    public bool IsOver => _machine.IsOver;

    /// <summary>The user waits here for an agent that is nowhere yet.</summary>
    public bool IsPending => _machine is { User: Place.Here, Agent: Place.Absent, IsOver: false };

    /// <summary>The user's socket is, or will be, on this replica.</summary>
    public bool IsOfUser { get; init; }

    /// <summary>Begins to handle what happened; until then it waits in the mailbox. False when it had begun.</summary>
    public bool TryStart()
    {
        if (Interlocked.Exchange(ref _isStarted, 1) == 1)
        {
            return false;
        }

        _context.Metrics.Active(Info.Kind, 1);
        _ = RunAsync();
        return true;
    }

    /// <summary>Puts an event into the mailbox.</summary>
    /// <returns>False when the session does not handle events any more.</returns>
    public bool Post(SessionEvent happened) => _mailbox.Writer.TryWrite(happened);

    /// <summary>A socket takes no more frames; what is being sent to it is waited for.</summary>
    public Task StopSendingAsync(SessionSocket socket)
    {
        var outlet = Volatile.Read(ref _userOutlet) is { } user && user.Socket == socket ? user : Volatile.Read(ref _agentOutlet);
        return outlet?.Socket == socket ? outlet.Pump.StopAsync() : Task.CompletedTask;
    }

    /// <summary>Never started: nothing remains.</summary>
    public void Abandon()
    {
        _mailbox.Writer.TryComplete();
        ToUser.Discard();
        ToAgent.Discard();
        _finished.TrySetResult();
    }

    /// <summary>A frame passed: the session is in use.</summary>
    public void Touch() => Volatile.Write(ref _hasTraffic, true);

    /// <summary>Passes a log frame on; when the user takes nothing for long, drops it and says so once.</summary>
    public async ValueTask ForwardLogAsync(Frame frame)
    {
        if (!await ToUser.WriteOrDropAsync(frame).ConfigureAwait(false) && !_isDropping)
        {
            _isDropping = true;
            _context.Metrics.Saturated();
            ToUser.Post(Frames.Backpressure());
        }
    }

    /// <summary>The engine's second hand.</summary>
    public void Tick(DateTimeOffset now)
    {
        if (Volatile.Read(ref _hasTraffic))
        {
            Volatile.Write(ref _hasTraffic, false);
            _lastFrame = now;
        }

        if (Info.IsLog)
        {
            ToUser.ShedWhenStuck();
        }

        if (now >= _machine.Deadline)
        {
            Post(new(Happening.Deadline));
        }

        Volatile.Read(ref _user)?.AbortWhenStuck(now);
        Volatile.Read(ref _agent)?.AbortWhenStuck(now);
    }

    /// <summary>Pings both sockets.</summary>
    public void Ping()
    {
        Volatile.Read(ref _user)?.Ping();
        Volatile.Read(ref _agent)?.Ping();
    }

    /// <summary>Cuts what does not come to its end.</summary>
    public void Abort()
    {
        Volatile.Read(ref _user)?.Abort();
        Volatile.Read(ref _agent)?.Abort();
        _link?.Stop();
    }

    ValueTask IRelayReceiver.FrameAsync(Frame frame)
    {
        Touch();
        if (!IsOfUser)
        {
            return Taken(ToAgent.WriteAsync(frame));
        }

        if (_machine.Agent == Place.Absent)
        {
            Post(new(Happening.AgentHeard));
        }

        return Info.IsLog ? ForwardLogAsync(frame) : Taken(ToUser.WriteAsync(frame));
    }

    ValueTask IRelayReceiver.ClosedAsync(string text)
    {
        Post(new(Happening.PeerClosed));
        return default;
    }

    void IRelayReceiver.Lost() => Post(new(Happening.PeerClosed));

    private static async ValueTask Taken(ValueTask<bool> written) => await written.ConfigureAwait(false);

    private async Task RunAsync()
    {
        await foreach (var happened in _mailbox.Reader.ReadAllAsync().ConfigureAwait(false))
        {
            foreach (var effect in Step(happened))
            {
                try
                {
                    await PerformAsync(effect, happened).ConfigureAwait(false);
                }
                catch (Exception e)
                {
                    // A defect in one session must neither leave its sockets hanging nor touch another session.
                    Failed(_context.Log, e, Info.Id);
                    Abort();
                }
            }

            if (happened.Kind == Happening.AgentOpened && _agent != happened.Socket)
            {
                _ = TurnAwayAsync(happened.Socket!);
            }
        }
    }

    private IReadOnlyList<Effect> Step(SessionEvent happened)
    {
        var now = _context.Now;
        switch (happened.Kind)
        {
            case Happening.UserOpened:
                Volatile.Write(ref _userOutlet, new(happened.Socket!, new LanePump(ToUser, new SocketSink(happened.Socket!))));
                Volatile.Write(ref _user, happened.Socket);
                return _machine.UserOpened(now);
            case Happening.AgentOpened:
                return _machine.AgentOpened(now);
            case Happening.AgentClosed:
                return happened.Socket == _agent ? _machine.AgentClosed(now) : [];
            default:
                return happened.Kind switch
                {
                    Happening.AgentHeard => _machine.AgentHeard(now),
                    Happening.UserClosed => _machine.UserClosed(),
                    Happening.UserSentClose => _machine.UserSentClose(),
                    Happening.AgentSentClose => _machine.AgentSentClose(),
                    Happening.PeerClosed => _machine.PeerClosed(now),
                    Happening.LinkConfirmed => _machine.LinkClosed(isConfirmed: true),
                    Happening.LinkSilent => _machine.LinkClosed(isConfirmed: false),
                    Happening.RelayRefused => _machine.RelayRefused(),
                    Happening.Drain => _machine.Drain(),
                    _ => _machine.Due(now, _lastFrame),
                };
        }
    }

    private async ValueTask PerformAsync(Effect effect, SessionEvent happened)
    {
        switch (effect.Act)
        {
            case Act.Greet:
                _isGreeted = true;
                _context.Metrics.Pending(1);
                ToUser.Post(Frames.Announce());
                ToUser.Post(Frames.Waiting());
                _userOutlet!.Pump.Start(null);
                break;
            case Act.DropOldAgent:
                await DropAgentAsync().ConfigureAwait(false);
                break;
            case Act.StartAgent:
                await LaneToAgentIsFreeAsync().ConfigureAwait(false);
                var outlet = new Outlet(happened.Socket!, new LanePump(ToAgent, new SocketSink(happened.Socket!)));
                Volatile.Write(ref _agentOutlet, outlet);
                Volatile.Write(ref _agent, happened.Socket);
                outlet.Pump.Start(Frames.Activate());
                break;
            case Act.TellReady:
                ToUser.Post(Frames.Ready());
                break;
            case Act.TellWaitedInVain:
                ToUser.Post(Frames.WaitedInVain());
                break;
            case Act.TellAgentGone:
                ToUser.Post(Frames.AgentGone());
                break;
            case Act.Paired:
                if (_isGreeted)
                {
                    _context.Metrics.Pending(-1);
                    _context.Metrics.Paired(_context.Now - _createdAt);
                }

                break;
            case Act.OpenLink:
                _link = new SessionLink(this, _context);
                break;
            case Act.StartLink:
                await LaneToAgentIsFreeAsync().ConfigureAwait(false);
                _link!.Start(IsOfUser ? ToAgent : ToUser);
                break;
            case Act.DropLink:
                await DropLinkAsync().ConfigureAwait(false);
                break;
            case Act.CloseLink:
                _link?.Close(effect.Text);
                break;
            case Act.CloseUser:
                Close(_user!, _userOutlet!.Pump, effect);
                break;
            case Act.CloseAgent:
                if (!Info.IsLog)
                {
                    ToAgent.Post(Frames.Close(Texts.SessionClosed));
                }

                Close(_agent!, _agentOutlet!.Pump, effect);
                break;
            case Act.LoseAgent:
                await TryStoreAsync(() => _context.Store.AgentLostAsync(Info, CancellationToken.None)).ConfigureAwait(false);
                break;
            case Act.Delete:
                await TryStoreAsync(() => _context.Store.DeleteAsync(Info, CancellationToken.None)).ConfigureAwait(false);
                break;
            default:
                await FinishAsync().ConfigureAwait(false);
                break;
        }
    }

    private void Close(SessionSocket socket, LanePump pump, Effect effect)
    {
        socket.BeginClosing(_context.Now);
        pump.Close(effect.Code, effect.Text);
    }

    private async Task DropAgentAsync()
    {
        var (socket, pump) = (_agent!, _agentOutlet!.Pump);
        _agent = null;
        var stopped = pump.StopAsync();
        socket.Abort();
        await stopped.ConfigureAwait(false);
    }

    /// <summary>The pump of an agent that is gone may not have noticed yet.</summary>
    private Task LaneToAgentIsFreeAsync() => _agentOutlet?.Pump.StopAsync() ?? Task.CompletedTask;

    private async Task DropLinkAsync()
    {
        if (_link is { } link)
        {
            _link = null;
            await link.DropAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Closes the socket of an agent that came too late; nothing of the session is left that could watch it.</summary>
    private async Task TurnAwayAsync(SessionSocket socket)
    {
        await socket.SendCloseAsync(1000, Texts.UserClosed).ConfigureAwait(false);
        await socket.Ended.WaitAsync(SessionSocket.CloseTimeout, _context.Time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        socket.Abort();
    }

    /// <summary>A database that cannot be reached does not keep a session from ending: its row is found later.</summary>
    private async ValueTask TryStoreAsync(Func<ValueTask> write)
    {
        try
        {
            await write().ConfigureAwait(false);
        }
        catch (Exception e)
        {
            RowNotWritten(_context.Log, e, Info.Id);
        }
    }

    private async Task FinishAsync()
    {
        _mailbox.Writer.TryComplete();
        ToUser.Complete();
        ToAgent.Complete();
        if (_isGreeted && !_machine.IsPaired)
        {
            _context.Metrics.Pending(-1);
        }

        // Sockets that do not come to their end are cut by the engine's second hand.
        await Task.WhenAll(
            _userOutlet?.Pump.Completion ?? Task.CompletedTask,
            _agentOutlet?.Pump.Completion ?? Task.CompletedTask,
            _user?.Ended ?? Task.CompletedTask,
            _agent?.Ended ?? Task.CompletedTask).ConfigureAwait(false);
        if (_link is not null)
        {
            await _link.EndAsync().ConfigureAwait(false);
        }

        ToUser.Discard();
        ToAgent.Discard();
        _context.Metrics.Active(Info.Kind, -1);
        _finished.TrySetResult();
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Session {session} failed")]
    private static partial void Failed(ILogger log, Exception e, string session);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The row of session {session} could not be changed; it will be cleaned up later")]
    private static partial void RowNotWritten(ILogger log, Exception e, string session);
}
