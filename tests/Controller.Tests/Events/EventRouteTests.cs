using System.Net;
using System.Text.Json.Nodes;
using Controller.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using static Controller.Tests.Support.JsonAsserts;

namespace Controller.Tests.Events;

/// <summary>Reading and deleting audit events (api-platform 17.1 and 17.2), and their retention (reconcile 18.4).</summary>
public sealed class EventRouteTests
{
    private const string All = "/api/v3/events";
    private const long T = 1783072800456;

    [Test]
    public async Task Events_read_as_in_the_example()
    {
        await using var controller = await EventSteps.StartAsync();
        var expected = ExampleNode("platform/events.list.response.json");
        foreach (var e in expected["events"]!.AsArray().Reverse())
        {
            await controller.AddEventAsync((long)e!["timestamp"]!, (string)e["method"]!, row => row with
            {
                EventType = (string)e["eventType"]!,
                EndpointType = (string)e["endpointType"]!,
                ActorId = (string?)e["actorId"],
                ResourceType = (string?)e["resourceType"],
                ResourceId = (string?)e["resourceId"],
                EndpointPath = (string)e["endpointPath"]!,
                IpAddress = (string?)e["ipAddress"],
                Status = (string)e["status"]!,
                StatusCode = (int?)e["statusCode"],
                StatusMessage = (string?)e["statusMessage"],
                RequestId = (string?)e["requestId"],
            });
        }

        var (status, body) = await controller.SendAsync("GET", All);
        await Assert.That(status).IsEqualTo(HttpStatusCode.OK);
        foreach (var (actual, e) in body!["events"]!.AsArray().Zip(expected["events"]!.AsArray()))
        {
            foreach (var name in new[] { "id", "createdAt", "updatedAt" })
            {
                e![name] = actual![name]!.DeepClone();
            }
        }

        await IsSameAsync(body, expected);
    }

    [Test]
    public async Task Filters_and_pages()
    {
        await using var controller = await EventSteps.StartAsync();
        for (var i = 0; i < 6; i++)
        {
            var own = i;
            await controller.AddEventAsync(T + (i * 1000), i % 2 == 0 ? "POST" : "PATCH", r => r with
            {
                ActorId = own < 3 ? "alice" : null, EventType = own == 5 ? "WS_CONNECT" : "HTTP", EndpointType = own == 4 ? "agent" : "user",
                ResourceType = own == 1 ? "secret" : null, Status = own == 0 ? "FAILED" : "SUCCESS",
            });
        }

        foreach (var (query, found) in new (string, int[])[]
        {
            ("", [5, 4, 3, 2, 1, 0]), ("limit=2", [5, 4]), ("limit=2&offset=4", [1, 0]), ("limit=0", [5, 4, 3, 2, 1, 0]), ("offset=99", []),
            ("actorId=alice", [2, 1, 0]), ("eventType=WS_CONNECT", [5]), ("endpointType=agent", [4]), ("resourceType=secret", [1]), ("status=FAILED", [0]),
            ("method=POST", [4, 2, 0]), ("method=POST&method=PATCH&limit=3", [5, 4, 3]), ("method=PUT", []),
            ($"startTime={T + 4000}", [5, 4]), ($"endTime={T + 1000}", [1, 0]), ($"startTime={T + 1000}&endTime={T + 1000}", [1]),
            ($"startTime={(T / 1000) + 5}", [5]), ("startTime=2026-07-03T10:00:04.000Z", [5, 4]), ("endTime=2026-07-03T10:00:01.456Z", [1, 0]),
            ("limit=99999999999999999999", [5, 4, 3, 2, 1, 0]),
        })
        {
            var (status, body) = await controller.SendAsync("GET", $"{All}?{query}");
            await Assert.That((query, status)).IsEqualTo((query, HttpStatusCode.OK));
            await Assert.That(EventSteps.Times(body).Select(t => (int)((t - T) / 1000))).IsEquivalentTo(found).Because(query);
            await Assert.That(EventSteps.Times(body)).IsInDescendingOrder();
        }

        var (_, page) = await controller.SendAsync("GET", $"{All}?actorId=alice&limit=1&offset=1");
        await Assert.That(((long)page!["total"]!, (int)page["limit"]!, (long)page["offset"]!)).IsEqualTo((3, 1, 1));
        (_, page) = await controller.SendAsync("GET", $"{All}?limit=5000");
        await Assert.That((int)page!["limit"]!).IsEqualTo(1000);
        (_, page) = await controller.SendAsync("GET", All);
        await Assert.That((int)page!["limit"]!).IsEqualTo(200);
    }

    [Test]
    [Arguments("color=red", "Field 'color' not allowed")]
    [Arguments("limit=x", "Invalid format for field 'limit'")]
    [Arguments("limit=-1", "Invalid format for field 'limit'")]
    [Arguments("offset=1.5", "Invalid format for field 'offset'")]
    [Arguments("status=", "Field status does not meet minimum length of 1")]
    [Arguments("status=A&status=B", "Field 'status' is not of a type(s) string")]
    [Arguments("startTime=2&endTime=1", "startTime must be before or equal to endTime")]
    [Arguments("startTime=soon", "Invalid startTime format. Use Unix timestamp (seconds or milliseconds) or ISO 8601 format (e.g., 2023-10-01T12:00:00Z)")]
    [Arguments("endTime=-5", "Invalid endTime format. Use Unix timestamp (seconds or milliseconds) or ISO 8601 format (e.g., 2023-10-01T12:00:00Z)")]
    public async Task Queries_are_checked(string query, string message)
    {
        await using var controller = await EventSteps.StartAsync();
        await IsErrorAsync(await controller.SendAsync("GET", $"{All}?{query}"), 400, "ValidationError", message);
    }

    [Test]
    public async Task Deleting_tells_what_went_and_leaves_one_event()
    {
        await using var controller = await EventSteps.StartAsync();
        var now = controller.Service<TimeProvider>().GetUtcNow();
        await controller.AddEventAsync(now.AddDays(-31).ToUnixTimeMilliseconds());
        await controller.AddEventAsync(now.AddDays(-30).ToUnixTimeMilliseconds());
        await controller.AddEventAsync(now.ToUnixTimeMilliseconds());

        var expected = ExampleNode("platform/events.delete.response.json");
        expected["deletedCount"] = 1;
        var (status, body) = await controller.SendAsync("DELETE", All, ExampleNode("platform/events.delete.request.json").ToJsonString());
        await Assert.That(status).IsEqualTo(HttpStatusCode.OK);
        await IsSameAsync(body, expected);
        var rows = await controller.RecordedAsync(3);
        var own = rows[2];
        await Assert.That((own.Method, own.ResourceType, own.EndpointPath, own.StatusCode, own.Status, own.StatusMessage, own.ActorId))
            .IsEqualTo(("DELETE", "event", "/api/v3/events", 200, "SUCCESS", "Deleted 1 events older than 30 days", "tester"));

        expected = ExampleNode("platform/events.delete-all.response.json");
        expected["deletedCount"] = 3;
        (status, body) = await controller.SendAsync("DELETE", All, """{"days":0}""");
        await Assert.That(status).IsEqualTo(HttpStatusCode.OK);
        await IsSameAsync(body, expected);
        await Assert.That((await controller.RecordedAsync(1))[0].StatusMessage).IsEqualTo("Deleted all 3 events");
    }

    [Test]
    [Arguments("{}", "Required field 'days' is missing")]
    [Arguments("""{"days":-1}""", "days must be greater than or equal to 0")]
    [Arguments("""{"days":"7"}""", "Field 'days' is not of a type(s) integer")]
    [Arguments("""{"days":7,"x":1}""", "Field 'x' not allowed")]
    public async Task A_deletion_without_a_sensible_age_deletes_nothing(string json, string message)
    {
        await using var controller = await EventSteps.StartAsync();
        await controller.AddEventAsync(1);
        await IsErrorAsync(await controller.SendAsync("DELETE", All, json), 400, "ValidationError", message);
        await Assert.That((int)(await controller.SendAsync("DELETE", All, """{"days":366}""")).Status).IsEqualTo(400);
        await controller.RecordedAsync(3);
    }

    [Test]
    public async Task A_large_deletion_goes_in_batches()
    {
        await using var controller = await EventSteps.StartAsync();
        await controller.Database.WriteAsync(s => s.ExecuteAsync(
            """
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2500)
            INSERT INTO "Events" ("timestamp", "event_type", "endpoint_type", "endpoint_path", "status") SELECT i, 'HTTP', 'user', '/', 'SUCCESS' FROM n
            """));
        var (_, body) = await controller.SendAsync("DELETE", All, """{"days":1}""");
        await Assert.That((long)body!["deletedCount"]!).IsEqualTo(2500);
    }

    [Test]
    public async Task Old_events_are_removed_at_the_start_and_then_daily()
    {
        var directory = Directory.CreateTempSubdirectory("controller-test-");
        try
        {
            var now = DateTimeOffset.UtcNow;
            await using (var before = await TestController.StartAsync(dataDirectory: directory.FullName))
            {
                await before.AddEventAsync(now.AddDays(-8).ToUnixTimeMilliseconds());
                await before.AddEventAsync(now.AddDays(-6.5).ToUnixTimeMilliseconds());
            }

            var time = new FakeTimeProvider(now);
            await using var controller = await TestController.StartAsync(
                dataDirectory: directory.FullName, customize: s => s.AddSingleton<TimeProvider>(time));
            await WaitAsync("Automated cleanup: Deleted 1 events older than 7 days", 1);
            for (var i = 0; i < 200 && await CountAsync("Automated cleanup: Deleted 1 events older than 7 days") < 2; i++)
            {
                time.Advance(TimeSpan.FromHours(1));
                await Task.Delay(10);
            }

            await WaitAsync("Automated cleanup: Deleted 1 events older than 7 days", 2);
            var row = (await RowsAsync())[0];
            await Assert.That((row!["actorId"]!.GetValue<string>(), row["method"]!.GetValue<string>(), row["resourceType"]!.GetValue<string>(), (int)row["statusCode"]!))
                .IsEqualTo(("SYSTEM_CLEANUP", "DELETE", "event", 200));

            async Task<JsonArray> RowsAsync() => (await controller.SendAsync("GET", All)).Body!["events"]!.AsArray();

            async Task<int> CountAsync(string message) => (await RowsAsync()).Count(e => (string?)e!["statusMessage"] == message);

            async Task WaitAsync(string message, int count)
            {
                for (var i = 0; await CountAsync(message) < count; i++)
                {
                    await Assert.That(i).IsLessThan(400);
                    time.Advance(TimeSpan.FromMilliseconds(20));
                    await Task.Delay(10);
                }
            }
        }
        finally
        {
            directory.Delete(true);
        }
    }
}
