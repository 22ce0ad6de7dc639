using System.Buffers;
using Controller.Ws.Relay;
using Controller.Ws.Telemetry;
using Microsoft.Extensions.Logging;

namespace Controller.Ws.Sessions;

/// <summary>What all sessions of a replica share.</summary>
internal sealed record SessionContext(
    SessionSettings Settings,
    ISessionStore Store,
    IRelay Relay,
    SessionMetrics Metrics,
    TimeProvider Time,
    ILogger Log,
    ArrayPool<byte> Pool)
{
    private readonly long _startedAt = Time.GetTimestamp();

    /// <summary>A clock for time-outs: it starts anywhere and never jumps, whatever becomes of the machine's time of day.</summary>
    public DateTimeOffset Now => DateTimeOffset.UnixEpoch + Time.GetElapsedTime(_startedAt);

    /// <summary>Sockets of one session may be on different replicas.</summary>
    public bool CanCross { get; } = Relay.Transport != NoRelay.Name;
}
