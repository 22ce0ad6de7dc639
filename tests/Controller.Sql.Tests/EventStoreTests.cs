using Controller.Sql.Stores;

namespace Controller.Sql.Tests;

/// <summary>Audit events, on every engine.</summary>
[Arguments(SqlFlavor.Sqlite)]
[Arguments(SqlFlavor.Postgres)]
[Arguments(SqlFlavor.MySql)]
public sealed class EventStoreTests(SqlFlavor flavor)
{
    private static readonly DateTimeOffset Now = new(2026, 7, 10, 8, 0, 0, 482, TimeSpan.Zero);

    [Test]
    public async Task What_is_written_is_read_newest_first()
    {
        await using var db = await MigratedDatabase.OpenAsync(flavor);
        var full = Row(5) with
        {
            ActorId = "alice", Method = "POST", ResourceType = "secret", ResourceId = "s", IpAddress = "10.0.0.1", StatusCode = 201, StatusMessage = "Success",
            RequestId = "r",
        };
        await WriteAsync(db, [full, Row(7), Row(5), Row(6)]);
        var (rows, total) = await ListAsync(db, new());
        await Assert.That(total).IsEqualTo(4);
        await Assert.That(rows.Select(r => r.Timestamp)).IsEquivalentTo([7L, 6, 5, 5]);
        await Assert.That(rows[3]).IsEqualTo(full with { Id = rows[3].Id, CreatedAt = Now, UpdatedAt = Now });
        await Assert.That(rows[0]).IsEqualTo(Row(7) with { Id = rows[0].Id, CreatedAt = Now, UpdatedAt = Now });
        await Assert.That(rows[2].Id).IsGreaterThan(rows[3].Id);
        await Assert.That((await db.Database.ReadAsync(s => EventStore.ListAsync(s, new(), 1, 1))).Rows.Single().Timestamp).IsEqualTo(6);
        await Assert.That((await db.Database.ReadAsync(s => EventStore.ListAsync(s, new(), 1, long.MaxValue))).Rows).IsEmpty();
    }

    [Test]
    public async Task Filters_add_up()
    {
        await using var db = await MigratedDatabase.OpenAsync(flavor);
        await WriteAsync(db,
        [
            Row(1) with { Method = "POST", ActorId = "a", Status = "FAILED" },
            Row(2) with { Method = "PUT", ActorId = "a", EndpointType = "agent", ResourceType = "agent" },
            Row(3) with { Method = "WS", EventType = "WS_CONNECT" },
        ]);
        foreach (var (filter, times) in new (EventFilter, long[])[]
        {
            (new() { From = 2 }, [2, 3]), (new() { To = 2 }, [1, 2]), (new() { From = 2, To = 2 }, [2]), (new() { ActorId = "a", Status = "FAILED" }, [1]),
            (new() { EndpointType = "agent" }, [2]), (new() { ResourceType = "agent" }, [2]), (new() { EventType = "WS_CONNECT" }, [3]),
            (new() { Methods = ["POST", "WS"] }, [1, 3]), (new() { Methods = ["POST"], ActorId = "A" }, []),
        })
        {
            var (rows, total) = await ListAsync(db, filter);
            await Assert.That(rows.Select(r => r.Timestamp)).IsEquivalentTo(times).Because(filter.ToString());
            await Assert.That(total).IsEqualTo(times.Length);
        }
    }

    [Test]
    [Arguments(1)]
    [Arguments(9)]
    [Arguments(73)]
    [Arguments(200)]
    public async Task Any_number_is_written_in_order(int count)
    {
        await using var db = await MigratedDatabase.OpenAsync(flavor);
        await WriteAsync(db, [.. Enumerable.Range(0, count).Select(i => Row(i))]);
        var times = await db.Database.ReadAsync(s => s.QueryAsync("SELECT \"timestamp\" FROM \"Events\" ORDER BY \"id\"", r => r.Long()));
        await Assert.That(times.SequenceEqual(Enumerable.Range(0, count).Select(i => (long)i))).IsTrue();
    }

    [Test]
    public async Task Deleting_is_bounded_by_age_id_and_number()
    {
        await using var db = await MigratedDatabase.OpenAsync(flavor);
        await Assert.That(await db.Database.ReadAsync(EventStore.LastIdAsync)).IsEqualTo(0);
        await WriteAsync(db, [.. Enumerable.Range(1, 10).Select(i => Row(i))]);
        var last = await db.Database.ReadAsync(EventStore.LastIdAsync);
        await WriteAsync(db, [Row(2)]);
        await Assert.That(await DeleteAsync(5, last, 3)).IsEqualTo(3);
        await Assert.That(await DeleteAsync(5, last, 3)).IsEqualTo(1);
        await Assert.That(await DeleteAsync(5, last, 3)).IsEqualTo(0);
        await Assert.That(await DeleteAsync(null, last, 100)).IsEqualTo(6);
        await Assert.That((await ListAsync(db, new())).Rows.Single().Timestamp).IsEqualTo(2);

        Task<int> DeleteAsync(long? before, long lastId, int most) => db.Database.WriteAsync(s => EventStore.DeleteAsync(s, before, lastId, most));
    }

    private static EventRow Row(long time) => new()
    {
        Timestamp = time, EventType = "HTTP", EndpointType = "user", EndpointPath = "/api/v3/x", Status = "SUCCESS",
    };

    private static Task WriteAsync(MigratedDatabase db, IReadOnlyList<EventRow> rows) => db.Database.WriteAsync(s => EventStore.InsertAsync(s, rows, Now));

    private static Task<(List<EventRow> Rows, long Total)> ListAsync(MigratedDatabase db, EventFilter filter) =>
        db.Database.ReadAsync(s => EventStore.ListAsync(s, filter, 1000, 0));
}
