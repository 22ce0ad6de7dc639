namespace Controller.Configuration;

/// <summary>OpenTelemetry export. Null = the exporter's own default.</summary>
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

    public required string MetricsExporter { get; init; }

    public required TimeSpan MetricsInterval { get; init; }

    public required string LogLevel { get; init; }

    public required string Propagators { get; init; }

    public required string? TracesSampler { get; init; }

    public required double? TracesSamplerArgument { get; init; }

    public required int? BatchSize { get; init; }

    public required TimeSpan? BatchDelay { get; init; }
}
