using System.Diagnostics.Metrics;
using Controller.Ws.Sessions;

namespace Controller.Ws.Telemetry;

/// <summary>The instruments of sessions (websocket 20). Names and meter are contract.</summary>
public sealed class SessionMetrics : IDisposable
{
    /// <summary>Name of the meter, for exporters.</summary>
    public const string MeterName = "iofog-controller-ws";

    private readonly Meter _meter = new(MeterName, "1.0.0");
    private readonly UpDownCounter<long> _execActive;
    private readonly UpDownCounter<long> _logActive;
    private readonly UpDownCounter<long> _pending;
    private readonly Histogram<double> _pairing;
    private readonly Counter<long> _publishErrors;
    private readonly Counter<long> _saturated;

    /// <summary>Creates the instruments.</summary>
    public SessionMetrics()
    {
        _execActive = _meter.CreateUpDownCounter<long>("ws_exec_sessions_active", description: "Exec sessions on this replica");
        _logActive = _meter.CreateUpDownCounter<long>("ws_log_sessions_active", description: "Log sessions on this replica");
        _pending = _meter.CreateUpDownCounter<long>("ws_pending_pairings", description: "Users who wait for an agent");
        _pairing = _meter.CreateHistogram(
            "ws_pairing_duration_ms",
            "ms",
            "From the user's connection to the agent's",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10000, 30000, 60000] });
        _publishErrors = _meter.CreateCounter<long>("ws_amqp_publish_errors", description: "Frames the relay could not send");
        _saturated = _meter.CreateCounter<long>("ws_amqp_session_saturated", description: "Log sessions whose lines were dropped");
    }

    /// <summary>Watches the relay's broker.</summary>
    /// <param name="healthyConnections">Connections that are up.</param>
    /// <param name="unsettled">Deliveries that the broker has not settled.</param>
    public void WatchRelay(Func<int> healthyConnections, Func<long> unsettled)
    {
        _meter.CreateObservableGauge("ws_router_connected", () => healthyConnections() > 0 ? 1 : 0, description: "The relay's broker is connected");
        _meter.CreateObservableGauge("ws_router_pool_connections", healthyConnections, description: "Connections to the relay's broker");
        _meter.CreateObservableGauge("ws_router_pool_unsettled", unsettled, description: "Deliveries the relay's broker has not settled");
    }

    /// <summary>A session began (+1) or ended (-1) on this replica.</summary>
    public void Active(SessionKind kind, int change) => (kind == SessionKind.Exec ? _execActive : _logActive).Add(change);

    /// <summary>A user began (+1) or stopped (-1) waiting for an agent.</summary>
    public void Pending(int change) => _pending.Add(change);

    /// <summary>An agent met its user.</summary>
    public void Paired(TimeSpan wait) => _pairing.Record(wait.TotalMilliseconds);

    /// <summary>The relay could not send a frame.</summary>
    public void PublishFailed(SessionInfo session, SessionSide side) => _publishErrors.Add(
        1,
        new KeyValuePair<string, object?>("sessionType", session.IsLog ? "log" : "exec"),
        new KeyValuePair<string, object?>("side", side == SessionSide.User ? "user" : "agent"));

    /// <summary>A log session began to drop lines.</summary>
    public void Saturated() => _saturated.Add(1);

    /// <summary>Ends the meter.</summary>
    public void Dispose() => _meter.Dispose();
}
