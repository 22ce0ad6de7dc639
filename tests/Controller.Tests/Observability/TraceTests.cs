using System.Net;
using Controller.Tests.Sessions;
using Controller.Tests.Support;

namespace Controller.Tests.Observability;

/// <summary>Spans of requests at a collector (runtime 3.3).</summary>
[NotInParallel("telemetry")]
public sealed class TraceTests
{
    private const string Parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    [Test]
    public async Task A_request_is_a_span_with_its_route_and_status_and_never_its_query()
    {
        await using var collector = await OtlpCollector.StartAsync();
        await using (var controller = await TestController.StartAsync(new(collector.Environment)
        {
            ["OTEL_SERVICE_NAME"] = "edge-control",
            ["OTEL_RESOURCE_ATTRIBUTES"] = "deployment.environment=lab,host.name=my-host",
            ["OTEL_EXPORTER_OTLP_HEADERS"] = "x-tenant=seven,x-other=a b",
        }))
        {
            var path = $"/api/v3/iofog/{Guid.NewGuid():N}";
            var (status, _) = await controller.SendAsync("GET", $"{path}?token=very-secret&code=also-secret");
            await Assert.That(status).IsEqualTo(HttpStatusCode.NotFound);
            var span = await collector.SpanAsync(s => s.Path == path);
            await Assert.That(span.Name).IsEqualTo("GET /api/v3/iofog/{uuid}");
            await Assert.That(span.Kind).IsEqualTo(2);
            await Assert.That(span.Status).IsEqualTo(0);
            await Assert.That(span.Attributes["http.request.method"]).IsEqualTo("GET");
            await Assert.That(span.Attributes["http.route"]).IsEqualTo("/api/v3/iofog/{uuid}");
            await Assert.That(span.Attributes["http.response.status_code"]).IsEqualTo("404");
            await Assert.That(span.Attributes["url.scheme"]).IsEqualTo("http");
            await Assert.That(span.Attributes.Keys).DoesNotContain("url.query");
        }

        var export = collector.Requests.First(r => r.IsTraces);
        await Assert.That(export.Path).IsEqualTo("/v1/traces");
        await Assert.That(export.Headers["x-tenant"]).IsEqualTo("seven");
        await Assert.That(export.Headers["x-other"]).IsEqualTo("a b");
        await Assert.That(export.Headers["content-type"]).IsEqualTo("application/x-protobuf");
        await Assert.That(export.Resource["service.name"]).IsEqualTo("edge-control");
        await Assert.That(export.Resource["deployment.environment"]).IsEqualTo("lab");
        await Assert.That(export.Resource["host.name"]).IsEqualTo("my-host");
        await Assert.That(export.Resource["process.pid"]).IsEqualTo(Environment.ProcessId.ToString());
        await Assert.That(collector.Requests.Any(r => r.Raw.Contains("-secret", StringComparison.Ordinal))).IsFalse();
    }

    [Test]
    public async Task A_socket_is_a_span_without_the_token_of_its_query()
    {
        await using var collector = await OtlpCollector.StartAsync();
        await using (var world = await SessionWorld.StartAsync(collector.Environment))
        {
            var path = $"/microservices/exec/{Guid.NewGuid()}";
            await world.RefusalAsync($"{path}?token=very-secret", bearer: null);
            var span = await collector.SpanAsync(s => s.Path == "/api/v3" + path);
            await Assert.That(span.Attributes["http.response.status_code"]).IsEqualTo("101");
        }

        await Assert.That(collector.Requests.Any(r => r.Raw.Contains("very-secret", StringComparison.Ordinal))).IsFalse();
    }

    [Test]
    public async Task What_is_unknown_has_a_name_without_its_path_and_a_failure_is_marked()
    {
        await using var collector = await OtlpCollector.StartAsync();
        await using var controller = await TestController.StartAsync(collector.Environment);
        await controller.SendAsync("GET", "/api/v3/no-such-thing");
        await Assert.That((await collector.SpanAsync(s => s.Path == "/api/v3/no-such-thing")).Name).IsEqualTo("GET");
        controller.Service<Microsoft.Extensions.Hosting.IHostApplicationLifetime>().StopApplication();
        await controller.SendAsync("GET", "/api/v3/status");
        var failed = await collector.SpanAsync(s => s.Path == "/api/v3/status" && s.Attributes["http.response.status_code"] == "503");
        await Assert.That(failed.Attributes["error.type"]).IsEqualTo("503");
        await Assert.That(failed.Status).IsEqualTo(2);
    }

    [Test]
    [Arguments("tracecontext,baggage", true)]
    [Arguments("none", false)]
    public async Task A_callers_trace_goes_on_where_its_context_is_read(string propagators, bool goesOn)
    {
        await using var collector = await OtlpCollector.StartAsync();
        await using var controller = await TestController.StartAsync(new(collector.Environment) { ["OTEL_PROPAGATORS"] = propagators });
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v3/architectures");
        request.Headers.Add("traceparent", Parent);
        using var client = new HttpClient(new SocketsHttpHandler { ActivityHeadersPropagator = null }) { BaseAddress = controller.App.Address };
        using var response = await client.SendAsync(request);
        var span = await collector.SpanAsync(s => s.Path == "/api/v3/architectures");
        await Assert.That(span.TraceId == Parent[3..35]).IsEqualTo(goesOn);
        await Assert.That(span.ParentId == Parent[36..52]).IsEqualTo(goesOn);
    }

    [Test]
    public async Task The_sampler_decides_what_is_kept()
    {
        await using var collector = await OtlpCollector.StartAsync();
        await using (var controller = await TestController.StartAsync(new(collector.Environment)
        {
            ["OTEL_TRACES_SAMPLER"] = "parentbased_traceidratio",
            ["OTEL_TRACES_SAMPLER_ARG"] = "0",
        }))
        {
            using var client = new HttpClient(new SocketsHttpHandler { ActivityHeadersPropagator = null }) { BaseAddress = controller.App.Address };
            using var dropped = await client.GetAsync("/api/v3/status");
            using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v3/architectures");
            request.Headers.Add("traceparent", Parent);
            using var kept = await client.SendAsync(request);
        }

        // The stop has sent all that there was.
        await Assert.That(collector.Spans.Count(s => s.Path == "/api/v3/status")).IsEqualTo(0);
        await Assert.That(collector.Spans.Count(s => s.Path == "/api/v3/architectures")).IsEqualTo(1);
    }

    [Test]
    public async Task A_collector_that_fails_disturbs_nobody_and_is_told_once()
    {
        await using var collector = await OtlpCollector.StartAsync();
        collector.Answer = 500;
        using var log = new LogLines();
        await using (var controller = await TestController.StartAsync(new(collector.Environment) { ["LOG_LEVEL"] = "info" }, log: log))
        {
            for (var i = 0; i < 3; i++)
            {
                var seen = collector.Requests.Count(r => r.IsTraces);
                await Assert.That((await controller.SendAsync("GET", "/api/v3/status")).Status).IsEqualTo(HttpStatusCode.OK);
                while (collector.Requests.Count(r => r.IsTraces) == seen)
                {
                    await Task.Delay(10);
                }
            }

            await log.WaitAsync(e => ((string)e["msg"]!).StartsWith("The collector does not take traces", StringComparison.Ordinal));
            collector.Answer = 200;
            await controller.SendAsync("GET", "/api/v3/status");
            await log.WaitAsync(e => (string)e["msg"]! == "The collector takes traces again");
        }

        await Assert.That(log.Events.Count(e => ((string)e["msg"]!).StartsWith("The collector does not take traces", StringComparison.Ordinal))).IsEqualTo(1);
    }

    [Test]
    public async Task Without_a_collector_the_controller_serves_and_stops()
    {
        using var log = new LogLines();
        await using (var controller = await TestController.StartAsync(
            new() { ["ENABLE_TELEMETRY"] = "true", ["OTEL_EXPORTER_OTLP_ENDPOINT"] = "http://127.0.0.1:1/v1/traces", ["OTEL_BATCH_DELAY"] = "10", ["LOG_LEVEL"] = "info" },
            log: log))
        {
            await Assert.That((await controller.SendAsync("GET", "/api/v3/status")).Status).IsEqualTo(HttpStatusCode.OK);
            await log.WaitAsync(e => ((string)e["msg"]!).StartsWith("The collector does not take traces", StringComparison.Ordinal));
        }

        await Assert.That(log.Events.Any(e => (string)e["msg"]! == "API Server closed.")).IsTrue();
    }

    [Test]
    public async Task Off_means_that_nothing_is_sent()
    {
        await using var collector = await OtlpCollector.StartAsync();
        using var log = new LogLines();
        await using (var controller = await TestController.StartAsync(
            new(collector.Environment) { ["ENABLE_TELEMETRY"] = "false", ["LOG_LEVEL"] = "info" }, log: log))
        {
            await controller.SendAsync("GET", "/api/v3/status");
        }

        await Assert.That(collector.Requests).IsEmpty();
        await Assert.That(log.Events.Any(e => (string)e["msg"]! == "Telemetry is disabled via ENABLE_TELEMETRY environment variable")).IsTrue();
    }
}
