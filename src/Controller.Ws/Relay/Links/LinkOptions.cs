using System.Buffers;
using Controller.Ws.Telemetry;
using Microsoft.Extensions.Logging;

namespace Controller.Ws.Relay.Links;

/// <summary>What all links of a replica share.</summary>
/// <param name="Transport">What carries their messages.</param>
/// <param name="Pool">Where buffers come from.</param>
/// <param name="Metrics">Counts frames that could not be sent.</param>
/// <param name="Time">The clock.</param>
/// <param name="Log">For faults of a receiver.</param>
/// <param name="Logs">Limits of log sessions.</param>
internal sealed record LinkOptions(
    IRelayTransport Transport, ArrayPool<byte> Pool, SessionMetrics Metrics, TimeProvider Time, ILogger Log, NatsRelaySettings Logs)
{
    /// <summary>Bytes of a session on their way in one direction.</summary>
    public const int MostBytes = 1024 * 1024;

    /// <summary>Frames of a session on their way in one direction.</summary>
    public const int MostFrames = 256;

    /// <summary>Runs work on a thread of its own; a simulation sets it.</summary>
    public Action<IThreadPoolWorkItem> Schedule { get; init; } = static work => ThreadPool.UnsafeQueueUserWorkItem(work, preferLocal: false);

    /// <summary>Period of <see cref="RelayLink.Tick"/>; all times of a link are counted in it.</summary>
    public static readonly TimeSpan TickPeriod = TimeSpan.FromMilliseconds(250);

    /// <summary>A window for one direction of a session.</summary>
    public SendWindow NewWindow(bool isLog) => isLog
        ? new(Math.Min(MostBytes, Logs.MaxPendingBytes), Math.Min(MostFrames, Logs.MaxPendingMessages))
        : new(MostBytes, MostFrames);
}
