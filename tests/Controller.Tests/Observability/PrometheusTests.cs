using System.Net;
using System.Net.Sockets;
using Controller.Hosting;
using Controller.Tests.Support;
using Controller.Ws.Sessions;
using Controller.Ws.Telemetry;

namespace Controller.Tests.Observability;

/// <summary>The metrics as Prometheus fetches them. Alone, as <see cref="MetricTests"/>.</summary>
[NotInParallel]
public sealed class PrometheusTests
{
    [Test]
    public async Task Names_are_the_contracts_on_a_port_of_their_own_without_a_collector()
    {
        await using var collector = await OtlpCollector.StartAsync();
        var port = FreePort();
        await using (var controller = await TestController.StartAsync(new(collector.Environment)
        {
            ["ENABLE_TELEMETRY"] = "false",
            ["OTEL_METRICS_EXPORTER"] = "otlp, Prometheus",
            ["OTEL_EXPORTER_PROMETHEUS_PORT"] = port.ToString(),
        }))
        {
            using var sessions = new SessionMetrics();
            sessions.Active(SessionKind.Exec, 1);
            sessions.Pending(1);
            sessions.Paired(TimeSpan.FromMilliseconds(42));
            sessions.Saturated();
            await controller.SendAsync("GET", "/api/v3/status");
            using var client = new HttpClient { BaseAddress = new($"http://localhost:{port}") };
            using var answer = await client.GetAsync("/metrics");
            await Assert.That(answer.StatusCode).IsEqualTo(HttpStatusCode.OK);
            await Assert.That(answer.Content.Headers.ContentType!.MediaType).IsEqualTo("text/plain");
            var text = await answer.Content.ReadAsStringAsync();
            await Assert.That(text).Contains("ws_pairing_duration_ms_bucket{").And.Contains("le=\"60000\"");
            var names = Names(text);
            foreach (var name in (string[])
            [
                "ws_exec_sessions_active", "ws_pending_pairings", "ws_amqp_session_saturated",
                "ws_pairing_duration_ms_bucket", "ws_pairing_duration_ms_sum", "ws_pairing_duration_ms_count",
                "db_transaction_duration_bucket", "db_write_queue_depth", "db_write_queue_wait_ms_bucket",
                "http_server_request_duration_bucket", "dotnet_process_memory_working_set",
            ])
            {
                await Assert.That(names).Contains(name);
            }

            await Assert.That(names.Where(n => n.Contains("milliseconds", StringComparison.Ordinal) || n.EndsWith("_total", StringComparison.Ordinal))).IsEmpty();
            using var elsewhere = await client.GetAsync("/api/v3/status");
            await Assert.That(elsewhere.StatusCode).IsEqualTo(HttpStatusCode.NotFound);
            using var api = await controller.Client.GetAsync("/metrics");
            await Assert.That(api.StatusCode).IsEqualTo(HttpStatusCode.NotFound);
            using var console = await client.GetAsync(new Uri(controller.App.ConsoleAddress, "/metrics"));
            await Assert.That(await console.Content.ReadAsStringAsync()).DoesNotContain("ws_pending_pairings");
        }

        await Assert.That(collector.Requests).IsEmpty();
    }

    [Test]
    public async Task Scrapes_are_in_no_trace()
    {
        await using var collector = await OtlpCollector.StartAsync();
        var port = FreePort();
        await using (var controller = await TestController.StartAsync(new(collector.Environment)
        {
            ["OTEL_METRICS_EXPORTER"] = "otlp,prometheus",
            ["OTEL_EXPORTER_PROMETHEUS_HOST"] = "127.0.0.1",
            ["OTEL_EXPORTER_PROMETHEUS_PORT"] = port.ToString(),
        }))
        {
            using var client = new HttpClient();
            (await client.GetAsync($"http://127.0.0.1:{port}/metrics")).EnsureSuccessStatusCode();
            await controller.SendAsync("GET", "/api/v3/status");
        }

        await Assert.That(collector.Spans.Any(s => s.Path == "/api/v3/status")).IsTrue();
        await Assert.That(collector.Spans.Any(s => s.Kind == 2 && s.Path == "/metrics")).IsFalse();
        await Assert.That(collector.Requests.Any(r => !r.IsTraces)).IsTrue();
    }

    [Test]
    public async Task Without_being_named_it_listens_nowhere()
    {
        var port = FreePort();
        await using var controller = await TestController.StartAsync(new() { ["OTEL_EXPORTER_PROMETHEUS_PORT"] = port.ToString() });
        using var client = new HttpClient();
        await Assert.That(async () => { using var none = await client.GetAsync($"http://127.0.0.1:{port}/metrics"); }).Throws<HttpRequestException>();
    }

    [Test]
    public async Task A_port_in_use_an_odd_host_and_bad_headers_stop_the_start_in_an_operators_words()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port.ToString();
        await Assert.That(await FailureAsync(new() { ["OTEL_METRICS_EXPORTER"] = "prometheus", ["OTEL_EXPORTER_PROMETHEUS_HOST"] = "127.0.0.1", ["OTEL_EXPORTER_PROMETHEUS_PORT"] = port }))
            .IsEqualTo($"Port {port} of the metrics (OTEL_EXPORTER_PROMETHEUS_PORT) is already in use");
        await Assert.That(await FailureAsync(new() { ["OTEL_METRICS_EXPORTER"] = "prometheus", ["OTEL_EXPORTER_PROMETHEUS_HOST"] = "my-host" }))
            .IsEqualTo("OTEL_EXPORTER_PROMETHEUS_HOST: \"my-host\" is not allowed; expected localhost or an IP address");
        foreach (var headers in (string[])["s3cret", "a=s3cret,a=s3cret", "content-type=s3cret", "a b=s3cret"])
        {
            await Assert.That(await FailureAsync(new() { ["ENABLE_TELEMETRY"] = "true", ["OTEL_EXPORTER_OTLP_HEADERS"] = headers }))
                .IsEqualTo("OTEL_EXPORTER_OTLP_HEADERS must be headers written as key=value,key=value, each key once (the value is not shown)");
        }
    }

    private static async Task<string> FailureAsync(Dictionary<string, string> environment)
    {
        try
        {
            await using var controller = await TestController.StartAsync(environment, log: new LogLines());
        }
        catch (StartupException e)
        {
            return e.Message;
        }

        return "started";
    }

    private static List<string> Names(string text) =>
        [.. text.Split('\n').Where(l => l.Length > 0 && l[0] != '#').Select(l => l[..l.IndexOfAny(['{', ' '])]).Distinct()];

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
