namespace Controller.Configuration;

/// <summary>OpenTelemetry export (runtime 3.3). Null = the SDK's own default.</summary>
internal sealed record TelemetrySettings
{
    public required bool Enabled { get; init; }

    public required string ServiceName { get; init; }

    /// <summary>Full URL for traces, path included.</summary>
    public required string Endpoint { get; init; }

    public required string Protocol { get; init; }

    /// <summary><c>key=value,key=value</c>; may hold a token.</summary>
    public required Secret? Headers { get; init; }

    public required string? ResourceAttributes { get; init; }

    /// <summary>Names, separated by commas: <c>otlp</c>, <c>prometheus</c>, <c>none</c>.</summary>
    public required string MetricsExporter { get; init; }

    public required TimeSpan MetricsInterval { get; init; }

    /// <summary><c>localhost</c> or the address on which Prometheus finds the metrics.</summary>
    public required string PrometheusHost { get; init; }

    public required int PrometheusPort { get; init; }

    public required string LogLevel { get; init; }

    public required string Propagators { get; init; }

    public required string? TracesSampler { get; init; }

    public required double? TracesSamplerArgument { get; init; }

    public required int? BatchSize { get; init; }

    public required TimeSpan? BatchDelay { get; init; }

    /// <summary>Whether metrics go to the collector.</summary>
    public bool SendsMetrics => Enabled && Names(MetricsExporter).Contains("otlp");

    /// <summary>Whether Prometheus may fetch the metrics. Needs no collector, so it does not ask <see cref="Enabled"/>.</summary>
    public bool ServesPrometheus => Names(MetricsExporter).Contains("prometheus");

    /// <summary>Whether anybody gets metrics.</summary>
    public bool ExportsMetrics => SendsMetrics || ServesPrometheus;

    /// <summary>Whether a request goes on with its caller's trace.</summary>
    public bool ContinuesTraces => Names(Propagators).Contains("tracecontext");

    /// <summary>The names of a list, in lower case.</summary>
    public static IEnumerable<string> Names(string list) =>
        list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(name => name.ToLowerInvariant());
}
