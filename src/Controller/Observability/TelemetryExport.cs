using System.Diagnostics;
using System.Diagnostics.Metrics;
using Controller.Configuration;
using Controller.Hosting;
using Controller.Sql;
using Controller.Ws.Telemetry;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace Controller.Observability;

/// <summary>
/// The OpenTelemetry SDK of this process (runtime 3.3): traces and metrics to a collector when telemetry is on, metrics
/// for Prometheus when that exporter is named. Started before all that it watches, ended after it. Where neither is
/// asked for, nothing of the SDK runs.
/// </summary>
internal sealed partial class TelemetryExport : IAsyncDisposable
{
    private const string RequestMeter = "Microsoft.AspNetCore.Hosting";

    private static readonly TimeSpan LongestFlush = TimeSpan.FromSeconds(5);

    /// <summary>Our own meters and those of the platform: requests, connections, runtime.</summary>
    private static readonly string[] Meters =
    [
        SessionMetrics.MeterName, DatabaseMetrics.MeterName, RequestMeter, "Microsoft.AspNetCore.Server.Kestrel", "System.Runtime",
    ];

    private readonly TelemetrySettings _settings;
    private readonly TracerProvider? _traces;
    private readonly MeterProvider? _metrics;

    private TelemetryExport(TelemetrySettings settings, TracerProvider? traces, MeterProvider? metrics)
    {
        _settings = settings;
        _traces = traces;
        _metrics = metrics;
    }

    /// <exception cref="StartupException">A setting that the SDK cannot work with.</exception>
    public static TelemetryExport Start(TelemetrySettings settings, ILogger log)
    {
        if (!settings.Enabled)
        {
            Off(log);
        }

        TracerProvider? traces = null;
        try
        {
            var sdk = new SdkSettings(settings);
            traces = settings.Enabled ? StartTraces(sdk, log) : null;
            var export = new TelemetryExport(settings, traces, settings.ExportsMetrics ? StartMetrics(sdk, settings, log) : null);
            if (settings.Enabled)
            {
                On(log, SettingProblems.Shown(settings.Endpoint));
            }

            if (settings.ServesPrometheus)
            {
                Scraped(log, settings.PrometheusHost, settings.PrometheusPort);
            }

            return export;
        }
        catch
        {
            traces?.Dispose();
            throw;
        }
    }

    /// <summary>Adds the listener of the metrics, and what decides whether a caller's trace goes on.</summary>
    public void Configure(WebApplicationBuilder builder)
    {
        if (_settings.ServesPrometheus)
        {
            builder.WebHost.ConfigureKestrel(kestrel => PrometheusListener.Open(kestrel, _settings));
        }

        if (_traces is not null && !_settings.ContinuesTraces)
        {
            builder.Services.AddSingleton<DistributedContextPropagator>(new NoPropagator());
        }
    }

    /// <summary>Puts itself in front of everything that answers requests.</summary>
    public void Use(WebApplication app)
    {
        if (_settings.ServesPrometheus)
        {
            PrometheusListener.Use(app, _settings, _metrics!);
        }

        if (_traces is not null)
        {
            app.Use(RequestSpan.FollowAsync);
        }
    }

    /// <summary>Sends what is left. A collector that does not answer delays the stop by no more than a few seconds.</summary>
    public async ValueTask DisposeAsync()
    {
        var milliseconds = (int)LongestFlush.TotalMilliseconds;
        var flush = Task.WhenAll(
            Task.Run(() => _traces?.Shutdown(milliseconds)),
            Task.Run(() => _metrics?.Shutdown(milliseconds)));
        try
        {
            await flush.WaitAsync(LongestFlush, TimeProvider.System);
        }
        catch (TimeoutException)
        {
            return;
        }

        _traces?.Dispose();
        _metrics?.Dispose();
    }

    private static TracerProvider StartTraces(SdkSettings sdk, ILogger log)
    {
        // The platform writes method, scheme, path and address into a request's span, never its query, which may hold a token.
        AppContext.SetSwitch("Microsoft.AspNetCore.Hosting.SuppressActivityOpenTelemetryData", false);
        return Sdk.CreateTracerProviderBuilder()
            .ConfigureServices(sdk.Register)
            .SetResourceBuilder(sdk.Resource())
            .AddSource("Microsoft.AspNetCore", "System.Net.Http")
            .AddOtlpExporter(otlp => sdk.Send(otlp, sdk.TracesUrl, new CollectorWatch("traces", sdk.LogsFailures, log)))
            .Build();
    }

    private static MeterProvider StartMetrics(SdkSettings sdk, TelemetrySettings settings, ILogger log)
    {
        var metrics = Sdk.CreateMeterProviderBuilder()
            .ConfigureServices(sdk.Register)
            .SetResourceBuilder(sdk.Resource())
            .AddMeter(Meters)
            .AddView(Room);
        if (settings.SendsMetrics)
        {
            metrics.AddOtlpExporter((otlp, reader) =>
            {
                sdk.Send(otlp, sdk.MetricsUrl, new CollectorWatch("metrics", sdk.LogsFailures, log));
                reader.PeriodicExportingMetricReaderOptions.ExportIntervalMilliseconds = (int)settings.MetricsInterval.TotalMilliseconds;
            });
        }

        if (settings.ServesPrometheus)
        {
            // The names are contract: no unit or "_total" is added to them.
            metrics.AddPrometheusExporter(prometheus =>
                prometheus.TranslationStrategy = PrometheusAspNetCoreTranslationStrategy.UnderscoreEscapingWithoutSuffixes);
        }

        return metrics.Build();
    }

    /// <summary>
    /// The SDK reserves memory for 2000 combinations of attributes of every metric, which together is megabytes; only
    /// requests (route and status) can have that many.
    /// </summary>
    private static MetricStreamConfiguration? Room(Instrument instrument) =>
        instrument.Meter.Name == RequestMeter ? null : new MetricStreamConfiguration { CardinalityLimit = 100 };

    [LoggerMessage(Level = LogLevel.Information, Message = "Telemetry is disabled via ENABLE_TELEMETRY environment variable")]
    private static partial void Off(ILogger log);

    [LoggerMessage(Level = LogLevel.Information, Message = "Telemetry is sent to {endpoint}")]
    private static partial void On(ILogger log, string endpoint);

    [LoggerMessage(Level = LogLevel.Information, Message = "Metrics for Prometheus on {host}, port {port}, path /metrics")]
    private static partial void Scraped(ILogger log, string host, int port);
}
