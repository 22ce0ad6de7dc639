using System.Buffers;
using System.Collections.Concurrent;
using Controller.Ws.Frames;
using Controller.Ws.Relay;
using Controller.Ws.Sockets;
using Controller.Ws.Telemetry;
using Microsoft.Extensions.Logging;

namespace Controller.Ws.Sessions;

/// <summary>
/// The sessions of this replica: pairs users with agents, carries their frames, and ends what is over. Knows no routes
/// and no SQL.
/// </summary>
public sealed partial class SessionEngine
{
    private static readonly TimeSpan SecondHand = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<string, Session> _sessions = new(StringComparer.Ordinal);
    private readonly SessionContext _context;
    private readonly Lazy<Task> _drain;
    private bool _isDraining;

    /// <summary>Creates an engine without sessions; <see cref="RunAsync"/> keeps its time.</summary>
    public SessionEngine(
        SessionSettings settings, ISessionStore store, IRelay relay, SessionMetrics metrics, TimeProvider time, ILogger<SessionEngine> log)
        : this(new SessionContext(settings, store, relay, metrics, time, log, ArrayPool<byte>.Shared))
    {
    }

    internal SessionEngine(SessionContext context)
    {
        _context = context;
        _drain = new(DrainOnceAsync);
    }

    /// <summary>Sessions on this replica, those being opened and those being cleared away included.</summary>
    public int Count => _sessions.Count;

    /// <summary>The replica is stopping: no upgrade should be let in.</summary>
    public bool IsDraining => Volatile.Read(ref _isDraining);

    /// <summary>The ids of <see cref="Count"/> sessions, for whoever cleans up rows that no replica holds.</summary>
    public IReadOnlyCollection<string> Ids => (IReadOnlyCollection<string>)_sessions.Keys;

    /// <summary>Deadlines and pings, once a second, until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        using var timer = new PeriodicTimer(SecondHand, _context.Time);
        var pingedAt = _context.Time.GetTimestamp();
        try
        {
            while (await timer.WaitForNextTickAsync(cancel).ConfigureAwait(false))
            {
                var isPingDue = _context.Settings.PingInterval > TimeSpan.Zero
                    && _context.Time.GetElapsedTime(pingedAt) >= _context.Settings.PingInterval;
                if (isPingDue)
                {
                    pingedAt = _context.Time.GetTimestamp();
                }

                Tick(isPingDue);
                await WatchPendingAsync(cancel).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
        }
    }

    /// <summary>Opens a session for a user and serves its socket until it is closed.</summary>
    /// <param name="session">The new session.</param>
    /// <param name="socket">The user's socket; freed at the end.</param>
    /// <param name="admit">
    /// Checks the limit, writes the row and raises the flag in one transaction; answers a refusal (the reason of a close
    /// with 1008) or null. Called when an agent that dials at once already finds the session here.
    /// </param>
    /// <param name="opened">Called once the session is open, before its first frame is sent.</param>
    /// <returns>The code the socket was closed with, as an audit event states it (1006 when it just broke).</returns>
    public async Task<int> ServeUserAsync(
        SessionInfo session, SessionSocket socket, Func<CancellationToken, ValueTask<string?>> admit, Action opened)
    {
        var live = new Session(session, _context) { IsOfUser = true };
        if (!_sessions.TryAdd(session.Id, live))
        {
            throw new ArgumentException("A session with this id is open", nameof(session));
        }

        try
        {
            if (await admit(CancellationToken.None).ConfigureAwait(false) is { } refusal)
            {
                Forget(live);
                await socket.RefuseAsync(1008, refusal).ConfigureAwait(false);
                return socket.CloseCode;
            }
        }
        catch
        {
            Forget(live);
            throw;
        }

        opened();
        Begin(live);
        live.Post(new(Happening.UserOpened, socket));
        socket.Lost = () => live.Post(new(Happening.UserClosed, socket));
        if (IsDraining)
        {
            live.Post(new(Happening.Drain));
        }

        await Traffic.ReadUserAsync(live, socket).ConfigureAwait(false);
        return await EndAsync(live, socket, Happening.UserClosed).ConfigureAwait(false);
    }

    /// <summary>Serves an agent's socket of a session whose row was found and is its own, until it is closed.</summary>
    /// <param name="session">The session, as its row says.</param>
    /// <param name="socket">The agent's socket; freed at the end.</param>
    /// <param name="opened">Called once the agent is attached, before its first frame is sent.</param>
    /// <returns>As <see cref="ServeUserAsync"/>.</returns>
    public async Task<int> ServeAgentAsync(SessionInfo session, SessionSocket socket, Action opened)
    {
        if (await RefusalOfAgentAsync(session).ConfigureAwait(false) is { } refusal)
        {
            await socket.RefuseAsync(refusal.Code, refusal.Reason).ConfigureAwait(false);
            return socket.CloseCode;
        }

        opened();
        var live = await AttachAsync(session, socket).ConfigureAwait(false);
        socket.Lost = () => live.Post(new(Happening.AgentClosed, socket));
        if (IsDraining)
        {
            live.Post(new(Happening.Drain));
        }

        await Traffic.ReadAgentAsync(live, socket).ConfigureAwait(false);
        return await EndAsync(live, socket, Happening.AgentClosed).ConfigureAwait(false);
    }

    /// <summary>Ends every session (websocket 18): both sides are closed with 1001 <c>Server draining</c>, rows deleted. Idempotent.</summary>
    public Task DrainAsync() => _drain.Value;

    /// <summary>One step of the second hand.</summary>
    internal void Tick(bool isPingDue)
    {
        var now = _context.Now;
        foreach (var (_, session) in _sessions)
        {
            try
            {
                session.Tick(now);
                if (isPingDue)
                {
                    session.Ping();
                }
            }
            catch (Exception e)
            {
                // The second hand goes round for all of them.
                NotTicked(_context.Log, e, session.Info.Id);
            }
        }
    }

    private async Task DrainOnceAsync()
    {
        Volatile.Write(ref _isDraining, true);
        var sessions = _sessions.Values.ToArray();
        foreach (var session in sessions)
        {
            session.Post(new(Happening.Drain));
        }

        var ends = Task.WhenAll(sessions.Select(s => s.Finished));
        await ends.WaitAsync(_context.Settings.DrainTimeout, _context.Time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (var session in sessions)
        {
            if (!session.Finished.IsCompleted)
            {
                session.Abort();
            }
        }

        Drained(_context.Log, sessions.Length, sessions.Count(s => !s.Finished.IsCompleted));
        await _context.Relay.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Why an agent cannot be served here; null when it can, its row then says so.</summary>
    private async ValueTask<(int Code, string Reason)?> RefusalOfAgentAsync(SessionInfo session)
    {
        if (!_sessions.TryGetValue(session.Id, out var local) || local.IsOver)
        {
            if (!_context.CanCross)
            {
                return (1008, Texts.SessionNotFound);
            }

            if (_context.Settings.FailFastWithoutBroker && !await _context.Relay.IsAvailableAsync(CancellationToken.None).ConfigureAwait(false))
            {
                await _context.Store.RelayRefusedAsync(session, CancellationToken.None).ConfigureAwait(false);
                return (1013, Texts.RelayUnavailable);
            }
        }

        return await _context.Store.AgentConnectedAsync(session, CancellationToken.None).ConfigureAwait(false)
            ? null
            : (1008, Texts.SessionNotFound);
    }

    /// <summary>Gives the socket to its session here, or to a new one whose user is elsewhere.</summary>
    private async ValueTask<Session> AttachAsync(SessionInfo session, SessionSocket socket)
    {
        while (true)
        {
            var live = _sessions.GetOrAdd(session.Id, static (_, s) => new Session(s.session, s._context), (session, _context));
            if (!live.IsOfUser)
            {
                Begin(live);
            }

            if (live.Post(new(Happening.AgentOpened, socket)))
            {
                return live;
            }

            // The agent lost its socket and dials again while the end of the one before is still under way.
            await live.Finished.ConfigureAwait(false);
            _sessions.TryRemove(new(session.Id, live));
        }
    }

    /// <summary>A socket has closed: its session hears of it, and the close is answered once nothing is being sent any more.</summary>
    private async Task<int> EndAsync(Session session, SessionSocket socket, Happening closed)
    {
        socket.BeginClosing(_context.Now);
        session.Post(new(closed, socket));
        await session.StopSendingAsync(socket).ConfigureAwait(false);
        await socket.AnswerCloseAsync().ConfigureAwait(false);
        socket.Dispose();
        return socket.CloseCode;
    }

    private void Begin(Session session)
    {
        if (session.TryStart())
        {
            _ = ForgetWhenFinishedAsync(session);
        }
    }

    private async Task ForgetWhenFinishedAsync(Session session)
    {
        await session.Finished.ConfigureAwait(false);
        _sessions.TryRemove(new(session.Info.Id, session));
    }

    private void Forget(Session session)
    {
        _sessions.TryRemove(new(session.Info.Id, session));
        session.Abandon();
    }

    /// <summary>Users who wait while another replica had to refuse their agent are told at once.</summary>
    private async Task WatchPendingAsync(CancellationToken cancel)
    {
        if (!_context.CanCross)
        {
            return;
        }

        var pending = _sessions.Values.Where(s => s.IsPending).ToArray();
        if (pending.Length == 0)
        {
            return;
        }

        try
        {
            var rows = await _context.Store.FindRefusedAsync([.. pending.Select(s => s.Info)], cancel).ConfigureAwait(false);
            foreach (var session in pending)
            {
                if (rows.Contains(session.Info.Id))
                {
                    session.Post(new(Happening.RelayRefused));
                }
            }
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            NotWatched(_context.Log, e.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Drained {sessions} exec and log sessions, {cut} of them cut")]
    private static partial void Drained(ILogger log, int sessions, int cut);

    [LoggerMessage(Level = LogLevel.Error, Message = "Session {session} failed to look at the clock")]
    private static partial void NotTicked(ILogger log, Exception e, string session);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Sessions that wait for an agent could not be looked up: {message}")]
    private static partial void NotWatched(ILogger log, string message);
}
