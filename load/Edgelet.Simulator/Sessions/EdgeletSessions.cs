using System.Text;

namespace Edgelet.Simulator.Sessions;

/// <summary>How a simulated node serves terminals and logs.</summary>
public sealed record EdgeletSessionOptions
{
    /// <summary>Connects the sockets of many nodes.</summary>
    public HttpMessageInvoker? Http { get; init; }

    /// <summary>Terminals of one microservice; more are not dialled.</summary>
    public int MaxTerminals { get; init; } = 3;

    /// <summary>Longest wait for the first frame of a terminal.</summary>
    public TimeSpan ActivationLimit { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Longest wait for the first frame of a log.</summary>
    public TimeSpan LogStartLimit { get; init; } = TimeSpan.FromSeconds(120);

    /// <summary>Period of the polls of log sessions beside the flag; zero = none.</summary>
    public TimeSpan LogPollInterval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The past lines that a log has; a session gets the last of them that it asks for.</summary>
    public IReadOnlyList<string> PastLines { get; init; } = ["one", "two", "three"];

    /// <summary>Between two new lines of a followed log; zero = none ever.</summary>
    public TimeSpan LineInterval { get; init; }

    /// <summary>What a terminal answers to input: the same again, unless given. Null ends the shell.</summary>
    public Func<byte[], byte[]?>? Shell { get; init; }
}

/// <summary>One session the node has, or had, a socket for.</summary>
public sealed class EdgeletSession
{
    internal EdgeletSession(string id, string path, string? microservice, bool isLog)
    {
        Id = id;
        Path = path;
        MicroserviceUuid = microservice;
        IsLog = isLog;
    }

    public string Id { get; }

    /// <summary>What it dials, below the controller's URL.</summary>
    public string Path { get; }

    /// <summary>Null for a log of the node.</summary>
    public string? MicroserviceUuid { get; }

    public bool IsLog { get; }

    /// <summary>ACTIVATION, the first input or LOG_START has come on the current socket.</summary>
    public bool IsActive { get; internal set; }

    /// <summary>The settings that LOG_START brought.</summary>
    public AgentTailConfig? Tail { get; internal set; }

    /// <summary>Sockets opened for it.</summary>
    public int Dials { get; internal set; }

    /// <summary>How its last socket ended; null while it is open.</summary>
    public string? Ending { get; internal set; }

    internal SessionWire? Wire { get; set; }

    internal Task Running { get; set; } = Task.CompletedTask;

    internal bool IsStopped { get; set; }
}

/// <summary>
/// The sockets of a node: one for each listed session, dialled with a token of its own, again when it broke while the
/// session is still listed, and torn down when it is listed no more (websocket 22.1). Its shell repeats what it is told.
/// </summary>
public sealed class EdgeletSessions : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, EdgeletSession> _sessions = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stop = new();
    private readonly ControllerClient _client;
    private readonly EdgeletSessionOptions _options;
    private readonly TimeProvider _time;
    private readonly Action<EdgeletEvent> _emit;

    internal EdgeletSessions(ControllerClient client, EdgeletSessionOptions options, TimeProvider time, Action<EdgeletEvent> emit)
    {
        _client = client;
        _options = options;
        _time = time;
        _emit = emit;
    }

    /// <summary>The sessions that are listed, and those that ended while they were.</summary>
    public IReadOnlyList<EdgeletSession> All
    {
        get
        {
            lock (_gate)
            {
                return [.. _sessions.Values];
            }
        }
    }

    /// <summary>Ids of terminals of a microservice, as the status reports them.</summary>
    public IReadOnlyList<string> TerminalsOf(string microserviceUuid) =>
        [.. All.Where(s => !s.IsLog && s.MicroserviceUuid == microserviceUuid && s is { Wire: not null }).Select(static s => s.Id)];

    /// <summary>Cuts every socket, as a network does that breaks. The next list makes the node dial again.</summary>
    public void Cut()
    {
        foreach (var session in All)
        {
            session.Wire?.Abort();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        var all = All;
        Cut();
        await Task.WhenAll(all.Select(static s => s.Running)).ConfigureAwait(false);
        _stop.Dispose();
    }

    internal void Take(IReadOnlyList<AgentExecSession> listed) => Take(
        isLog: false,
        [.. listed.Select(static s => new EdgeletSession(s.SessionId, $"/agent/exec/microservice/{s.MicroserviceUuid}/{s.SessionId}", s.MicroserviceUuid, false))]);

    internal void Take(IReadOnlyList<AgentLogSession> listed) => Take(
        isLog: true,
        [.. listed.Select(static s => new EdgeletSession(
            s.SessionId,
            s.MicroserviceUuid is { } microservice ? $"/agent/logs/microservice/{microservice}/{s.SessionId}" : $"/agent/logs/iofog/{s.IofogUuid}/{s.SessionId}",
            s.MicroserviceUuid,
            true))]);

    /// <summary>The container is gone, and the shells in it.</summary>
    internal void Drop(string microserviceUuid)
    {
        foreach (var session in All.Where(s => s.MicroserviceUuid == microserviceUuid))
        {
            _ = StopAsync(session);
        }
    }

    private void Take(bool isLog, IReadOnlyList<EdgeletSession> listed)
    {
        lock (_gate)
        {
            if (_stop.IsCancellationRequested)
            {
                return;
            }

            var ids = listed.Select(static s => s.Id).ToHashSet(StringComparer.Ordinal);
            foreach (var gone in _sessions.Values.Where(s => s.IsLog == isLog && !ids.Contains(s.Id)).ToList())
            {
                _sessions.Remove(gone.Id);
                _ = StopAsync(gone);
            }

            foreach (var entry in listed)
            {
                if (!_sessions.TryGetValue(entry.Id, out var session))
                {
                    if (!isLog && _sessions.Values.Count(s => !s.IsLog && s.MicroserviceUuid == entry.MicroserviceUuid) >= _options.MaxTerminals)
                    {
                        continue;
                    }

                    _sessions.Add(entry.Id, session = entry);
                }

                if (session.Running.IsCompleted && !session.IsStopped)
                {
                    session.Running = Task.Run(() => RunAsync(session, _stop.Token));
                }
            }
        }
    }

    /// <summary>A log is closed with a word, a terminal is torn down (websocket 22.1).</summary>
    private static async Task StopAsync(EdgeletSession session)
    {
        session.IsStopped = true;
        if (session.Wire is { } wire)
        {
            if (session.IsLog)
            {
                await wire.CloseAsync(1000, "session stopped").ConfigureAwait(false);
            }
            else
            {
                wire.Abort();
            }
        }
    }

    private async Task RunAsync(EdgeletSession session, CancellationToken ct)
    {
        try
        {
            session.Dials++;
            session.Ending = null;
            session.IsActive = false;
            var uri = SessionWire.Address(_client.ControllerUrl, session.Path);
            await using var wire = await SessionWire.ConnectAsync(uri, new() { Bearer = _client.NewToken(), Http = _options.Http }, ct).ConfigureAwait(false);
            session.Wire = wire;
            if (session.IsStopped)
            {
                return;
            }

            _emit(new(EdgeletEventKind.SessionOpened, Detail: session.Id));
            await ServeAsync(session, wire, ct).ConfigureAwait(false);
            session.Ending = wire.Ending;
            _emit(new(EdgeletEventKind.SessionClosed, Detail: $"{session.Id} {wire.Ending}"));
        }
        catch (AgentDecodeException error)
        {
            _emit(new(EdgeletEventKind.DecodeFailed, Error: error));
        }
        catch (Exception error) when (error is SessionDialException or InvalidOperationException)
        {
            _emit(new(EdgeletEventKind.CallFailed, Error: error));
        }
        catch (OperationCanceledException)
        {
            // The node stops, or the first frame did not come in time.
        }
        finally
        {
            session.Wire = null;
        }
    }

    private async Task ServeAsync(EdgeletSession session, SessionWire wire, CancellationToken ct)
    {
        using var late = new CancellationTokenSource(session.IsLog ? _options.LogStartLimit : _options.ActivationLimit, _time);
        using var first = CancellationTokenSource.CreateLinkedTokenSource(ct, late.Token);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var following = Task.CompletedTask;
        while (await wire.ReceiveAsync(session.IsActive ? ct : first.Token).ConfigureAwait(false) is { } frame)
        {
            if (session.IsLog)
            {
                if (frame.Type == SessionFrameType.LogStart && !session.IsActive)
                {
                    session.Tail = TailOf(frame);
                    Activate(session);
                    following = FollowAsync(session, wire, ended.Token);
                }
                else if (frame.Type == SessionFrameType.LogStop)
                {
                    break;
                }
            }
            else if (!await ServeTerminalAsync(session, wire, frame).ConfigureAwait(false))
            {
                break;
            }
        }

        await ended.CancelAsync().ConfigureAwait(false);
        await following.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (wire.CloseCode is null)
        {
            await wire.CloseAsync(ct: ct).ConfigureAwait(false);
            await wire.ReadToEndAsync(ct).ConfigureAwait(false);
        }
    }

    /// <summary>One frame of a terminal; false when the shell is over.</summary>
    private async Task<bool> ServeTerminalAsync(EdgeletSession session, SessionWire wire, SessionFrame frame)
    {
        if (IsOther(frame.ExecId, session.Id) || IsOther(frame.MicroserviceUuid, session.MicroserviceUuid))
        {
            return true;
        }

        if (frame.Type is SessionFrameType.Activation or SessionFrameType.Stdin && !session.IsActive)
        {
            Activate(session);
        }

        switch (frame.Type)
        {
            case SessionFrameType.Stdin:
                var output = _options.Shell is { } shell ? shell(frame.Data ?? []) : frame.Data;
                if (output is null && _options.Shell is not null)
                {
                    await wire.SendAsync(Terminal(session, SessionFrameType.Close, null)).ConfigureAwait(false);
                    return false;
                }

                await wire.SendAsync(Terminal(session, SessionFrameType.Stdout, output)).ConfigureAwait(false);
                return true;
            case SessionFrameType.Control:
                return frame.Text != "close";
            default:
                return frame.Type != SessionFrameType.Close;
        }
    }

    private void Activate(EdgeletSession session)
    {
        session.IsActive = true;
        _emit(new(EdgeletEventKind.SessionActive, Detail: session.Id));
    }

    private async Task FollowAsync(EdgeletSession session, SessionWire wire, CancellationToken ct)
    {
        foreach (var line in _options.PastLines.TakeLast((int)Math.Clamp(session.Tail!.Lines, 0, int.MaxValue)))
        {
            await wire.SendAsync(Line(session, line), ct).ConfigureAwait(false);
        }

        for (var i = 1; session.Tail.Follow && _options.LineInterval > TimeSpan.Zero; i++)
        {
            await Task.Delay(_options.LineInterval, _time, ct).ConfigureAwait(false);
            await wire.SendAsync(Line(session, $"line {i}"), ct).ConfigureAwait(false);
        }
    }

    private SessionFrame Terminal(EdgeletSession session, SessionFrameType type, byte[]? data) => new(type)
    {
        Data = data, MicroserviceUuid = session.MicroserviceUuid, ExecId = session.Id, Timestamp = _time.GetUtcNow().ToUnixTimeMilliseconds(),
    };

    private SessionFrame Line(EdgeletSession session, string text) => new(SessionFrameType.LogLine)
    {
        Data = Encoding.UTF8.GetBytes(text),
        SessionId = session.Id,
        MicroserviceUuid = session.MicroserviceUuid,
        IofogUuid = _client.Identity?.Uuid,
        Timestamp = _time.GetUtcNow().ToUnixTimeMilliseconds(),
    };

    private static AgentTailConfig TailOf(SessionFrame frame)
    {
        using var document = StrictObject.Parse(frame.Data ?? [], "LOG_START", out var root);
        var tail = root.Object("tailConfig");
        return new(tail.Int("lines"), tail.Bool("follow"), tail.StringOrNull("since"), tail.StringOrNull("until"));
    }

    private static bool IsOther(string? id, string? own) => !string.IsNullOrEmpty(id) && id != own;
}
