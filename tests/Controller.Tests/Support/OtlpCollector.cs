using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Controller.Tests.Support;

/// <summary>A collector of OpenTelemetry on a free loopback port: takes OTLP over HTTP and keeps what it is sent.</summary>
internal sealed class OtlpCollector : IAsyncDisposable
{
    private readonly WebApplication _server;
    private readonly List<OtlpRequest> _requests = [];
    private readonly Lock _gate = new();

    private OtlpCollector(WebApplication server) => _server = server;

    /// <summary>Base URL, without a slash at the end.</summary>
    public string Url => _server.Urls.First();

    /// <summary>What a Controller that exports here is started with; waits are short.</summary>
    public Dictionary<string, string> Environment => new()
    {
        ["ENABLE_TELEMETRY"] = "true",
        ["OTEL_EXPORTER_OTLP_ENDPOINT"] = $"{Url}/v1/traces",
        ["OTEL_BATCH_DELAY"] = "20",
        ["OTEL_METRICS_INTERVAL"] = "50",
    };

    /// <summary>The status of answers.</summary>
    public int Answer { get; set; } = 200;

    public IReadOnlyList<OtlpRequest> Requests
    {
        get
        {
            lock (_gate)
            {
                return [.. _requests];
            }
        }
    }

    public IReadOnlyList<OtlpSpan> Spans => [.. Requests.SelectMany(r => r.Spans)];

    public static async Task<OtlpCollector> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var server = builder.Build();
        var collector = new OtlpCollector(server);
        server.Run(collector.TakeAsync);
        await server.StartAsync();
        return collector;
    }

    /// <summary>The first span that satisfies <paramref name="which"/>, as soon as it has come.</summary>
    public Task<OtlpSpan> SpanAsync(Func<OtlpSpan, bool> which) => FirstAsync(r => r.Spans.FirstOrDefault(which));

    /// <summary>The first export of the metric that satisfies <paramref name="which"/>.</summary>
    public Task<OtlpMetric> MetricAsync(string name, Func<OtlpMetric, bool>? which = null) =>
        FirstAsync(r => r.Metrics.FirstOrDefault(m => m.Name == name && (which?.Invoke(m) ?? true)));

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private async Task<T> FirstAsync<T>(Func<OtlpRequest, T?> find) where T : class
    {
        for (var i = 0; i < 1500; i++)
        {
            if (Requests.Select(find).FirstOrDefault(found => found is not null) is { } found)
            {
                return found;
            }

            await Task.Delay(20);
        }

        throw new TimeoutException("The collector got no such thing. It got:\n" + string.Join('\n', Requests.TakeLast(20).SelectMany(
            r => r.Spans.Select(s => s.ToString()).Concat(r.Metrics.Select(m => m.ToString())))));
    }

    private async Task TakeAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        lock (_gate)
        {
            _requests.Add(new(context.Request.Path, context.Request.Headers.ToDictionary(h => h.Key.ToLowerInvariant(), h => h.Value.ToString()), body.ToArray()));
        }

        context.Response.StatusCode = Answer;
        context.Response.ContentType = "application/x-protobuf";
    }
}

/// <summary>One export.</summary>
internal sealed class OtlpRequest(string path, Dictionary<string, string> headers, byte[] body)
{
    private OtlpSpan[]? _spans;
    private OtlpMetric[]? _metrics;

    public string Path => path;

    public Dictionary<string, string> Headers => headers;

    /// <summary>The body as it came, for what must not be in it.</summary>
    public string Raw => Encoding.Latin1.GetString(body);

    public bool IsTraces => path.Contains("traces", StringComparison.Ordinal);

    public Dictionary<string, string> Resource => new OtlpMessage(body).All(1).First().All(1).First().Attributes(1);

    public IReadOnlyList<OtlpSpan> Spans => _spans ??= !IsTraces ? [] :
    [
        .. from resource in new OtlpMessage(body).All(1)
           from scope in resource.All(2)
           from span in scope.All(2)
           select new OtlpSpan(span.Text(5), span.Hex(1), span.Hex(4), span.Integer(6), span.All(15).FirstOrDefault()?.Integer(3) ?? 0, span.Attributes(9)),
    ];

    public IReadOnlyList<OtlpMetric> Metrics => _metrics ??= IsTraces ? [] :
    [
        .. from resource in new OtlpMessage(body).All(1)
           from scope in resource.All(2)
           from metric in scope.All(2)
           select new OtlpMetric(scope.All(1).First().Text(1), metric.Text(1), metric.Text(3), [.. Points(metric)]),
    ];

    private static IEnumerable<OtlpPoint> Points(OtlpMessage metric) =>
        from kind in (int[])[5, 7, 9]
        from data in metric.All(kind)
        from point in data.All(1)
        select kind == 9
            ? new OtlpPoint(point.Integer(4), point.Double(5), point.Attributes(9))
            : new OtlpPoint(1, point.Has(6) ? point.Integer(6) : point.Double(4), point.Attributes(7));
}

/// <param name="Kind">2 = server, 3 = client.</param>
/// <param name="Status">2 = error.</param>
internal sealed record OtlpSpan(string Name, string TraceId, string ParentId, long Kind, long Status, Dictionary<string, string> Attributes)
{
    public string? Path => Attributes.GetValueOrDefault("url.path");

    public override string ToString() => $"{Name} {string.Join(' ', Attributes.Select(a => $"{a.Key}={a.Value}"))}";
}

internal sealed record OtlpMetric(string Meter, string Name, string Unit, OtlpPoint[] Points)
{
    public override string ToString() => $"{Name} [{Unit}] {string.Join(' ', Points.Select(p => p.Value))}";
}

/// <param name="Count">Recordings of a histogram.</param>
/// <param name="Value">The value; of a histogram the sum.</param>
internal sealed record OtlpPoint(long Count, double Value, Dictionary<string, string> Attributes);
