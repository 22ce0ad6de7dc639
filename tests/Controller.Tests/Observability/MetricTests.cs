using Controller.Tests.Sessions;
using Controller.Tests.Support;

namespace Controller.Tests.Observability;

/// <summary>Metrics at a collector (runtime 3.3, websocket 20). Alone: instruments of one name are one metric in a process, and it ends with the first Controller that does.</summary>
[NotInParallel]
public sealed class MetricTests
{
    [Test]
    public async Task Sessions_database_requests_and_runtime_are_measured()
    {
        await using var collector = await OtlpCollector.StartAsync();
        await using var world = await SessionWorld.StartAsync(collector.Environment);
        var user = await world.ExecAsync();
        await collector.MetricAsync("ws_pending_pairings", m => m.Points[0].Value >= 1);
        await world.AnswerAsync(user);
        await user.WaitForAgentAsync(world.Patience);
        await world.Controller.SendAsync("POST", "/api/v3/registries", """{"url":"registry.example","isPublic":true,"userName":"","password":"","email":"a@b.c"}""");

        var active = await collector.MetricAsync("ws_exec_sessions_active", m => m.Points[0].Value >= 1);
        await Assert.That(active.Meter).IsEqualTo("iofog-controller-ws");
        var pairing = await collector.MetricAsync("ws_pairing_duration_ms", m => m.Points[0] is { Count: >= 1, Value: > 0 });
        await Assert.That(pairing.Unit).IsEqualTo("ms");

        var transactions = await collector.MetricAsync("db.transaction.duration");
        await Assert.That(transactions.Meter).IsEqualTo("iofog-controller-db");
        await Assert.That(transactions.Unit).IsEqualTo("ms");
        await Assert.That(transactions.Points[0].Count).IsGreaterThanOrEqualTo(1);
        await collector.MetricAsync("http.server.request.duration", m => m.Points.Any(p => p.Attributes.GetValueOrDefault("http.route") == "/api/v3/registries"));
        await collector.MetricAsync("kestrel.active_connections");
        await collector.MetricAsync("dotnet.process.memory.working_set", m => m.Points[0].Value > 0);
        await Assert.That(collector.Requests.First(r => !r.IsTraces).Path).IsEqualTo("/v1/metrics");
    }

    [Test]
    public async Task What_waits_for_the_next_period_is_sent_at_the_stop()
    {
        await using var collector = await OtlpCollector.StartAsync();
        await using (await TestController.StartAsync(new(collector.Environment) { ["OTEL_METRICS_INTERVAL"] = "3600000" }))
        {
            await Assert.That(collector.Requests.Where(r => !r.IsTraces)).IsEmpty();
        }

        await Assert.That(collector.Requests.SelectMany(r => r.Metrics).Select(m => m.Name)).Contains("db.transaction.duration");
    }

    [Test]
    public async Task An_endpoint_without_the_path_of_traces_takes_metrics_as_it_is()
    {
        await using var collector = await OtlpCollector.StartAsync();
        await using (await TestController.StartAsync(new(collector.Environment) { ["OTEL_EXPORTER_OTLP_ENDPOINT"] = $"{collector.Url}/ingest" }))
        {
        }

        await Assert.That(collector.Requests.Select(r => r.Path).Distinct()).IsEquivalentTo(["/ingest"]);
    }

    [Test]
    public async Task None_sends_traces_alone()
    {
        await using var collector = await OtlpCollector.StartAsync();
        await using (var controller = await TestController.StartAsync(new(collector.Environment) { ["OTEL_METRICS_EXPORTER"] = "none" }))
        {
            await controller.SendAsync("GET", "/api/v3/status");
        }

        await Assert.That(collector.Spans.Any(s => s.Path == "/api/v3/status")).IsTrue();
        await Assert.That(collector.Requests.All(r => r.IsTraces)).IsTrue();
    }
}
