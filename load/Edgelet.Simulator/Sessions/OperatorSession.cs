using System.Text;

namespace Edgelet.Simulator.Sessions;

/// <summary>
/// An operator's terminal or log, used as the Go SDK does: the first frame must announce the session, then notices
/// come until one says that the agent is connected (websocket 22.3). Anything else is an
/// <see cref="AgentDecodeException"/>.
/// </summary>
public sealed class OperatorSession : IAsyncDisposable
{
    private const string Connected = "Agent connected";

    private readonly SessionWire _wire;
    private readonly List<string> _notices = [];

    private OperatorSession(SessionWire wire, bool isLog, string id, string? microservice)
    {
        _wire = wire;
        IsLog = isLog;
        Id = id;
        MicroserviceUuid = microservice;
    }

    public bool IsLog { get; }

    /// <summary>The session's id, as the first frame told.</summary>
    public string Id { get; }

    /// <summary>Terminals: whose.</summary>
    public string? MicroserviceUuid { get; }

    /// <summary>Logs: the settings that the first frame repeated.</summary>
    public AgentTailConfig? Tail { get; private init; }

    /// <summary>What was shown while waiting.</summary>
    public IReadOnlyList<string> Notices => _notices;

    /// <summary>The socket, for what this client would not do.</summary>
    public SessionWire Wire => _wire;

    /// <summary>Opens a terminal.</summary>
    /// <param name="controllerUrl">Up to <c>/api/v3</c>.</param>
    /// <param name="microserviceUuid">Whose terminal.</param>
    /// <param name="dial">The token, and how to connect.</param>
    /// <param name="isSystem">A system microservice.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="SessionClosedException">It was refused.</exception>
    public static async Task<OperatorSession> ExecAsync(
        string controllerUrl, string microserviceUuid, SessionDial dial, bool isSystem = false, CancellationToken ct = default)
    {
        var path = $"/microservices/{(isSystem ? "system/" : "")}exec/{microserviceUuid}";
        var wire = await SessionWire.ConnectAsync(SessionWire.Address(controllerUrl, path), dial, ct).ConfigureAwait(false);
        var first = await FirstAsync(wire, SessionFrameType.Activation, ct).ConfigureAwait(false);
        using var document = StrictObject.Parse(first.Data ?? [], "ACTIVATION", out var root);
        return new(wire, false, root.NonEmpty("sessionId"), root.NonEmpty("microserviceUuid"));
    }

    /// <summary>Opens a log.</summary>
    /// <param name="controllerUrl">Up to <c>/api/v3</c>.</param>
    /// <param name="path">Such as <c>/microservices/{uuid}/logs</c> or <c>/iofog/{uuid}/logs</c>.</param>
    /// <param name="dial">The token, and how to connect.</param>
    /// <param name="query">Without the question mark; the Go SDK always sends tail and follow.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="SessionClosedException">It was refused.</exception>
    public static async Task<OperatorSession> LogsAsync(
        string controllerUrl, string path, SessionDial dial, string query = "tail=100&follow=true", CancellationToken ct = default)
    {
        var wire = await SessionWire.ConnectAsync(SessionWire.Address(controllerUrl, $"{path}?{query}"), dial, ct).ConfigureAwait(false);
        var first = await FirstAsync(wire, SessionFrameType.LogStart, ct).ConfigureAwait(false);
        using var document = StrictObject.Parse(first.Data ?? [], "LOG_START", out var root);
        var tail = root.Object("tailConfig");
        return new(wire, true, root.NonEmpty("sessionId"), null)
        {
            Tail = new(tail.Int("lines"), tail.Bool("follow"), tail.StringOrNull("since"), tail.StringOrNull("until")),
        };
    }

    /// <summary>Waits until the agent is there.</summary>
    /// <exception cref="SessionClosedException">The session ended before.</exception>
    public async Task WaitForAgentAsync(CancellationToken ct = default)
    {
        var notice = IsLog ? SessionFrameType.LogLine : SessionFrameType.Stderr;
        while (true)
        {
            var frame = await NextAsync(ct).ConfigureAwait(false);
            if (frame.Type == notice)
            {
                _notices.Add(frame.Text);
                if (frame.Text.Contains(Connected, StringComparison.Ordinal))
                {
                    return;
                }
            }
        }
    }

    /// <summary>The next frame.</summary>
    /// <exception cref="SessionClosedException">The session ended.</exception>
    public async Task<SessionFrame> NextAsync(CancellationToken ct = default)
    {
        var frame = await _wire.ReceiveAsync(ct).ConfigureAwait(false) ?? throw new SessionClosedException(_wire.CloseCode ?? 0, _wire.CloseReason);
        return IsLog && frame.SessionId != Id && frame.SessionId is not null
            ? throw new AgentDecodeException("sessionId", $"is {frame.SessionId}, not {Id}")
            : frame;
    }

    /// <summary>Types something.</summary>
    public Task<bool> TypeAsync(string text, CancellationToken ct = default) => TypeAsync(Encoding.UTF8.GetBytes(text), ct);

    /// <inheritdoc cref="TypeAsync(string, CancellationToken)"/>
    public Task<bool> TypeAsync(byte[] bytes, CancellationToken ct = default) => _wire.SendAsync(Frame(SessionFrameType.Stdin, bytes), ct);

    /// <summary>Reads output until as many bytes have come.</summary>
    /// <exception cref="SessionClosedException">The session ended before.</exception>
    public async Task<byte[]> ReadOutputAsync(int length, CancellationToken ct = default)
    {
        using var output = new MemoryStream();
        while (output.Length < length)
        {
            var frame = await NextAsync(ct).ConfigureAwait(false);
            if (frame.Type is SessionFrameType.Stdout or SessionFrameType.Stderr or SessionFrameType.LogLine)
            {
                output.Write(frame.Data);
            }
        }

        return output.ToArray();
    }

    /// <summary>Says CLOSE without data and drops the connection, as the Go SDK does.</summary>
    public async Task HangUpAsync()
    {
        if (!IsLog)
        {
            await _wire.SendAsync(Frame(SessionFrameType.Close, null)).ConfigureAwait(false);
        }

        _wire.Abort();
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _wire.DisposeAsync();

    private static async Task<SessionFrame> FirstAsync(SessionWire wire, SessionFrameType expected, CancellationToken ct)
    {
        var frame = await wire.ReceiveAsync(ct).ConfigureAwait(false);
        if (frame?.Type == expected)
        {
            return frame;
        }

        await wire.DisposeAsync().ConfigureAwait(false);
        throw frame is null
            ? new SessionClosedException(wire.CloseCode ?? 0, wire.CloseReason)
            : new AgentDecodeException("type", $"of the first frame is {frame.Type}, not {expected}");
    }

    private SessionFrame Frame(SessionFrameType type, byte[]? data) => new(type)
    {
        Data = data, MicroserviceUuid = MicroserviceUuid, ExecId = Id, SessionId = Id, Timestamp = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(),
    };
}

/// <summary>The Controller closed a session.</summary>
public sealed class SessionClosedException(int code, string reason) : Exception($"{code} {reason}".TrimEnd())
{
    /// <summary>The close code.</summary>
    public int Code { get; } = code;

    /// <summary>What clients match on.</summary>
    public string Reason { get; } = reason;
}
