using Controller.Events;
using Controller.Sql.Stores;
using Controller.Testing;
using Controller.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Controller.Tests.Events;

/// <summary>The way of audit events to the database: beside the requests, bounded, losing nothing but what has no room.</summary>
public sealed class AuditQueueTests
{
    [Test]
    public async Task It_writes_by_itself_after_a_second()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var controller = await EventSteps.StartAsync();
        using var queue = new AuditQueue(controller.Database, time, NullLogger<AuditQueue>.Instance);
        await queue.StartAsync(default);
        queue.Add(Row(1));
        for (var i = 0; await CountAsync(controller) == 0; i++)
        {
            await Assert.That(i).IsLessThan(400);
            time.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Delay(10);
        }

        await queue.StopAsync(default);
    }

    [Test]
    public async Task What_has_no_room_is_dropped_and_counted()
    {
        await using var controller = await EventSteps.StartAsync();
        using var queue = new AuditQueue(controller.Database, TimeProvider.System, NullLogger<AuditQueue>.Instance, capacity: 100);
        for (var i = 0; i < 130; i++)
        {
            queue.Add(Row(i));
        }

        await Assert.That(queue.Dropped).IsEqualTo(30);
        await queue.FlushAsync(default);
        await Assert.That(await CountAsync(controller)).IsEqualTo(100);
        queue.Add(Row(1));
        await queue.FlushAsync(default);
        await Assert.That(await CountAsync(controller)).IsEqualTo(101);
        await Assert.That(queue.Dropped).IsEqualTo(30);
    }

    [Test]
    public async Task Many_are_written_in_order_and_once()
    {
        await using var controller = await EventSteps.StartAsync();
        using var queue = new AuditQueue(controller.Database, TimeProvider.System, NullLogger<AuditQueue>.Instance);
        for (var i = 0; i < 1337; i++)
        {
            queue.Add(Row(i));
        }

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => queue.FlushAsync(default)));
        var times = await controller.Database.ReadAsync(s => s.QueryAsync("SELECT \"timestamp\" FROM \"Events\" ORDER BY \"id\"", r => r.Long()));
        await Assert.That(times.SequenceEqual(Enumerable.Range(0, 1337).Select(i => (long)i))).IsTrue();
    }

    [Test]
    public async Task A_database_that_is_away_delays_and_a_row_that_it_refuses_is_dropped()
    {
        var server = await PostgresServer.SharedAsync();
        await using var database = await Sql.Database.OpenAsync(new()
        {
            Flavor = Sql.SqlFlavor.Postgres, Host = "127.0.0.1", Port = server.Port, Username = PostgresServer.User, Name = await server.CreateDatabaseAsync(),
        });
        using var queue = new AuditQueue(database, TimeProvider.System, NullLogger<AuditQueue>.Instance);
        await database.MigrateAsync();
        queue.Add(Row(1) with { Method = new string('x', 50) });
        await queue.FlushAsync(default);
        await Assert.That(queue.Dropped).IsEqualTo(1);
        queue.Add(Row(2));
        await queue.FlushAsync(default);
        await Assert.That(await database.ReadAsync(EventStore.LastIdAsync)).IsGreaterThan(0);
        await Assert.That(queue.Dropped).IsEqualTo(1);
    }

    private static EventRow Row(long timestamp) => new()
    {
        Timestamp = timestamp, EventType = "HTTP", EndpointType = "user", Method = "POST", EndpointPath = "/x", Status = "SUCCESS", StatusCode = 200,
    };

    private static Task<long> CountAsync(TestController controller) =>
        controller.Database.ReadAsync(s => s.QueryOneAsync("SELECT COUNT(*) FROM \"Events\"", r => r.Long()));
}
