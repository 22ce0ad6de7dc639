using System.Globalization;
using System.Text.Json.Nodes;
using Controller.Events;
using Controller.Sql.Stores;
using Controller.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Controller.Tests.Events;

/// <summary>Reads the audit trail.</summary>
internal static class EventSteps
{
    /// <summary>A Controller whose clock stands at the time of the examples, so that their events are not past their retention.</summary>
    public static Task<TestController> StartAsync() => TestController.StartAsync(customize: s => s.AddSingleton<TimeProvider>(
        new FakeTimeProvider(DateTimeOffset.Parse("2026-07-03T10:00:00.000Z", CultureInfo.InvariantCulture))));

    /// <summary>The recorded events, oldest first, as soon as there are <paramref name="count"/>: they are recorded after the answer.</summary>
    public static async Task<List<EventRow>> RecordedAsync(this TestController controller, int count)
    {
        for (var i = 0; ; i++)
        {
            await controller.Service<AuditQueue>().FlushAsync(default);
            var (rows, total) = await controller.Database.ReadAsync(s => EventStore.ListAsync(s, new EventFilter(), 1000, 0));
            if (total >= count)
            {
                await Assert.That(total).IsEqualTo(count);
                return [.. rows.OrderBy(r => r.Id)];
            }

            await Assert.That(i).IsLessThan(400).Because(string.Join('\n', rows));
            await Task.Delay(10);
        }
    }

    public static Task AddEventAsync(this TestController controller, long timestamp, string method = "POST", Func<EventRow, EventRow>? more = null)
    {
        var row = new EventRow
        {
            Timestamp = timestamp, EventType = "HTTP", EndpointType = "user", Method = method, EndpointPath = "/api/v3/x", Status = "SUCCESS", StatusCode = 200,
            StatusMessage = "Success",
        };
        return controller.Database.WriteAsync(s => EventStore.InsertAsync(s, [more is null ? row : more(row)], DateTimeOffset.UtcNow));
    }

    public static IEnumerable<long> Times(JsonNode? answer) => answer!["events"]!.AsArray().Select(e => (long)e!["timestamp"]!);
}
