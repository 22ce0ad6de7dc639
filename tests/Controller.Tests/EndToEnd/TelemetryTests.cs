using System.Net;
using System.Net.Sockets;
using Controller.Testing;
using Controller.Tests.Support;

namespace Controller.Tests.EndToEnd;

/// <summary>The binary that ships exports what the tests of this process see: nothing of it is trimmed away.</summary>
[NotInParallel("native")]
public sealed class TelemetryTests
{
    [Test]
    public async Task The_native_binary_sends_traces_and_metrics_and_serves_prometheus()
    {
        await using var collector = await OtlpCollector.StartAsync();
        using var directory = new TempDirectory();
        using var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        var port = ((IPEndPoint)free.LocalEndpoint).Port;
        free.Stop();
        await using var controller = await NativeController.StartAsync(directory.Path, new(collector.Environment)
        {
            ["OTEL_METRICS_EXPORTER"] = "otlp,prometheus",
            ["OTEL_EXPORTER_PROMETHEUS_PORT"] = port.ToString(),
        });
        await controller.SendAsync("GET", "/api/v3/iofog/abc?token=very-secret");
        var span = await collector.SpanAsync(s => s.Path == "/api/v3/iofog/abc");
        await Assert.That(span.Name).IsEqualTo("GET /api/v3/iofog/{uuid}");
        await Assert.That(span.Attributes["http.response.status_code"]).IsEqualTo("401");
        await collector.MetricAsync("db.transaction.duration", m => m.Points[0].Attributes["provider"] == "sqlite");
        await collector.MetricAsync("http.server.request.duration", m => m.Points.Any(p => p.Attributes.GetValueOrDefault("http.route") == "/api/v3/iofog/{uuid}"));
        await collector.MetricAsync("dotnet.process.memory.working_set", m => m.Points[0].Value > 0);
        using var client = new HttpClient();
        var text = await client.GetStringAsync($"http://localhost:{port}/metrics");
        await Assert.That(text).Contains("db_transaction_duration_bucket{");
        await controller.StopAsync();
        await Assert.That(controller.ExitCode).IsEqualTo(0);
        await Assert.That(collector.Requests.Any(r => r.Raw.Contains("very-secret", StringComparison.Ordinal))).IsFalse();
        var export = collector.Requests[0];
        await Assert.That(export.Resource["service.name"]).IsEqualTo("iofog-controller");
        await Assert.That(export.Resource["telemetry.sdk.name"]).IsEqualTo("opentelemetry");
    }
}
