using System.Globalization;
using System.Runtime.InteropServices;
using Controller.Configuration;
using Controller.Hosting;
using OpenTelemetry.Exporter;
using OpenTelemetry.Resources;

namespace Controller.Observability;

/// <summary>Our settings in the SDK's words. What it knows beyond them, it reads from its own variables.</summary>
internal sealed class SdkSettings(TelemetrySettings settings)
{
    private const string TracesPath = "/v1/traces";
    private const int SpansWaiting = 2048;

    private readonly string? _headers = CheckedHeaders(settings.Headers?.Reveal());

    private readonly IConfiguration _configuration = new ConfigurationBuilder()
        .AddEnvironmentVariables()
        .AddInMemoryCollection(Variables(settings))
        .Build();

    public Uri TracesUrl { get; } = new(settings.Endpoint);

    /// <summary>The same URL, with the path of metrics where it ends in that of traces.</summary>
    public Uri MetricsUrl { get; } = new(settings.Endpoint.EndsWith(TracesPath, StringComparison.Ordinal)
        ? settings.Endpoint[..^TracesPath.Length] + "/v1/metrics"
        : settings.Endpoint);

    public bool LogsFailures => settings.LogLevel.ToLowerInvariant() is not ("none" or "error");

    public void Register(IServiceCollection services) => services.AddSingleton(_configuration);

    /// <summary>Who sends: host, process, SDK, and over them what the operator says.</summary>
    public ResourceBuilder Resource() => ResourceBuilder.CreateEmpty()
        .AddAttributes(
        [
            new("host.name", Environment.MachineName),
            new("host.arch", RuntimeInformation.OSArchitecture switch { Architecture.X64 => "amd64", var other => other.ToString().ToLowerInvariant() }),
            new("process.pid", (long)Environment.ProcessId),
            new("process.executable.name", "controller"),
            new("process.runtime.name", ".NET"),
            new("process.runtime.version", Environment.Version.ToString()),
        ])
        .AddTelemetrySdk()
        .AddEnvironmentVariableDetector();

    /// <summary>Always OTLP over HTTP, to exactly this URL.</summary>
    public void Send(OtlpExporterOptions otlp, Uri url, CollectorWatch watch)
    {
        otlp.Protocol = OtlpExportProtocol.HttpProtobuf;
        otlp.Endpoint = url;
        otlp.Headers = _headers;
        otlp.HttpClientFactory = () => new HttpClient(watch)
        {
            Timeout = TimeSpan.FromMilliseconds(otlp.TimeoutMilliseconds),
            MaxResponseContentBufferSize = otlp.MaxResponseSizeBytes,
        };
    }

    private static Dictionary<string, string?> Variables(TelemetrySettings settings)
    {
        var variables = new Dictionary<string, string?>
        {
            ["OTEL_SERVICE_NAME"] = settings.ServiceName,
            ["OTEL_RESOURCE_ATTRIBUTES"] = settings.ResourceAttributes,
            ["OTEL_TRACES_SAMPLER"] = settings.TracesSampler,
            ["OTEL_TRACES_SAMPLER_ARG"] = settings.TracesSamplerArgument?.ToString(CultureInfo.InvariantCulture),
        };
        if (settings.BatchSize is { } spans)
        {
            variables["OTEL_BSP_MAX_EXPORT_BATCH_SIZE"] = spans.ToString(CultureInfo.InvariantCulture);
            if (spans > SpansWaiting)
            {
                // A batch larger than the queue would never be full.
                variables["OTEL_BSP_MAX_QUEUE_SIZE"] = spans.ToString(CultureInfo.InvariantCulture);
            }
        }

        if (settings.BatchDelay is { } delay)
        {
            // The SDK knows no "at once".
            variables["OTEL_BSP_SCHEDULE_DELAY"] = Math.Max(1, (int)delay.TotalMilliseconds).ToString(CultureInfo.InvariantCulture);
        }

        return variables;
    }

    /// <summary>Found here, a mistake is told at start; the SDK would fail at every export and say nothing.</summary>
    private static string? CheckedHeaders(string? headers)
    {
        if (string.IsNullOrWhiteSpace(headers))
        {
            return null;
        }

        using var request = new HttpRequestMessage();
        foreach (var pair in Uri.UnescapeDataString(headers).Split(','))
        {
            var parts = pair.Split('=', 2, StringSplitOptions.TrimEntries);
            try
            {
                if (parts.Length != 2 || request.Headers.Contains(parts[0]))
                {
                    throw new FormatException();
                }

                request.Headers.Add(parts[0], parts[1]);
            }
            catch (Exception e) when (e is FormatException or InvalidOperationException or ArgumentException)
            {
                throw new StartupException("OTEL_EXPORTER_OTLP_HEADERS must be headers written as key=value,key=value, each key once (the value is not shown)");
            }
        }

        return headers;
    }
}
