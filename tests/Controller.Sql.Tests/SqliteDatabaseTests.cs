using Controller.Sql.Stores;
using Controller.Testing;
using Microsoft.Data.Sqlite;

namespace Controller.Sql.Tests;

/// <summary>What only the SQLite back end does.</summary>
public sealed class SqliteDatabaseTests
{
    [Test]
    public async Task A_second_opener_of_the_file_is_refused_with_a_clear_message()
    {
        using var directory = new TempDirectory();
        var options = new DatabaseOptions { SqlitePath = directory.File("c.sqlite") };
        await using (await Database.OpenAsync(options))
        {
            var e = await Assert.ThrowsAsync<DatabaseInUseException>(async () => await Database.OpenAsync(options));
            await Assert.That(e!.Message).Contains("Another Controller");
        }

        await using var again = await Database.OpenAsync(options);
    }

    [Test]
    public async Task The_revision_grows_with_each_commit_that_changed_something()
    {
        await using var db = await MigratedDatabase.OpenAsync(SqlFlavor.Sqlite);
        var before = db.Database.Revision!.Value;
        await db.Database.WriteAsync(s => s.ExecuteAsync("UPDATE \"ControllerState\" SET \"value\" = '' WHERE \"name\" = 'none'"));
        await Assert.ThrowsAsync<InvalidOperationException>(() => db.Database.WriteAsync(async s =>
        {
            await StateStore.SetAsync(s, "x", "1", DateTimeOffset.UnixEpoch);
            throw new InvalidOperationException();
        }));
        await db.Database.WriteAsync(s =>
        {
            s.NothingElseChanges();
            return StateStore.SetAsync(s, "x", "2", DateTimeOffset.UnixEpoch);
        });
        await Assert.That(db.Database.Revision!.Value).IsEqualTo(before);
        await db.Database.WriteAsync(s => StateStore.SetAsync(s, "x", "3", DateTimeOffset.UnixEpoch));
        await Assert.That(db.Database.Revision!.Value).IsGreaterThan(before);
    }

    [Test]
    public async Task What_a_commit_names_is_told_to_those_who_ask_since_when()
    {
        await using var db = await MigratedDatabase.OpenAsync(SqlFlavor.Sqlite);
        var first = db.Database.Revision!.Value;
        await Assert.That(db.Database.ChangedSince(first)!).IsEmpty();
        await ChangeAsync("a", "b");
        var second = db.Database.Revision!.Value;
        await ChangeAsync("b", "c");
        await Assert.That(db.Database.ChangedSince(first)!).IsEquivalentTo(["a", "b", "c"]);
        await Assert.That(db.Database.ChangedSince(second)!).IsEquivalentTo(["b", "c"]);

        // Named, but not said that this is all.
        await db.Database.WriteAsync(s =>
        {
            s.Changes("d");
            return SetAsync(s);
        });
        var third = db.Database.Revision!.Value;
        await Assert.That(db.Database.ChangedSince(second)).IsNull();
        await Assert.ThrowsAsync<InvalidOperationException>(() => db.Database.WriteAsync(async s =>
        {
            s.NothingElseChanges();
            s.Changes("rolled back");
            await SetAsync(s);
            throw new InvalidOperationException();
        }));
        await ChangeAsync("e");
        await Assert.That(db.Database.ChangedSince(third)!).IsEquivalentTo(["e"]);
        for (var i = 0; i < 1024; i++)
        {
            await ChangeAsync("f");
        }

        await Assert.That(db.Database.ChangedSince(third)).IsNull();

        Task ChangeAsync(params string[] names) => db.Database.WriteAsync(
            s =>
            {
                s.NothingElseChanges();
                s.Changes(names);
                return SetAsync(s);
            },
            Durability.Relaxed);

        static Task SetAsync(DbSession s) => StateStore.SetAsync(s, "x", Guid.NewGuid().ToString(), DateTimeOffset.UnixEpoch);
    }

    [Test]
    public async Task A_full_database_is_unavailable_and_takes_writes_again_when_there_is_room()
    {
        await using var db = await MigratedDatabase.OpenAsync(SqlFlavor.Sqlite);
        // The engine's own limit gives the same SQLITE_FULL as a full disk.
        var pages = await Number(db.Database, "PRAGMA page_count");
        await db.Database.WriteAsync(s => s.QueryOneAsync($"PRAGMA max_page_count = {pages + 2}", r => r.Long()));
        var big = new string('x', 200_000);
        var e = await Assert.ThrowsAsync<DatabaseException>(() => db.Database.WriteAsync(s => StateStore.SetAsync(s, "big", big, DateTimeOffset.UnixEpoch)));
        await Assert.That(e!.Fault).IsEqualTo(DatabaseFault.Unavailable);
        await db.Database.WriteAsync(s => s.QueryOneAsync("PRAGMA max_page_count = 1000000", r => r.Long()));
        await db.Database.WriteAsync(s => StateStore.SetAsync(s, "big", big, DateTimeOffset.UnixEpoch));
        await Assert.That(await db.Database.ReadAsync(s => StateStore.GetAsync(s, "big"))).IsEqualTo(big);
    }

    [Test]
    public async Task Neighbours_of_a_write_that_fills_the_disk_are_told_the_truth()
    {
        await using var db = await MigratedDatabase.OpenAsync(SqlFlavor.Sqlite);
        var pages = await Number(db.Database, "PRAGMA page_count");
        await db.Database.WriteAsync(s => s.QueryOneAsync($"PRAGMA max_page_count = {pages + 2}", r => r.Long()));
        var writes = Enumerable.Range(0, 40).Select(i => (i, Task: db.Database.WriteAsync(
            s => StateStore.SetAsync(s, $"k{i}", i % 8 == 7 ? new string('x', 100_000) : "small", DateTimeOffset.UnixEpoch)))).ToList();
        foreach (var (i, task) in writes)
        {
            var acknowledged = true;
            try
            {
                await task;
            }
            catch (DatabaseException)
            {
                acknowledged = false;
            }

            var stored = await db.Database.ReadAsync(s => StateStore.GetAsync(s, $"k{i}")) is not null;
            await Assert.That(stored).IsEqualTo(acknowledged);
        }
    }

    [Test]
    public async Task A_durable_write_is_committed_with_a_full_sync_and_a_relaxed_one_without()
    {
        await using var db = await MigratedDatabase.OpenAsync(SqlFlavor.Sqlite);
        async Task<long> Level(Durability durability) =>
            await db.Database.WriteAsync(s => s.QueryOneAsync("PRAGMA synchronous", r => r.Long()), durability);
        await Assert.That(await Level(Durability.Durable)).IsEqualTo(2);
        await Assert.That(await Level(Durability.Relaxed)).IsEqualTo(1);
        await Assert.That(await Level(Durability.Durable)).IsEqualTo(2);
    }

    [Test]
    public async Task Readers_cannot_write()
    {
        await using var db = await MigratedDatabase.OpenAsync(SqlFlavor.Sqlite);
        var e = await Assert.ThrowsAsync<DatabaseException>(
            () => db.Database.ReadAsync(s => StateStore.SetAsync(s, "x", "y", DateTimeOffset.UnixEpoch).ContinueWith(t => { t.GetAwaiter().GetResult(); return true; }, TaskScheduler.Default)));
        await Assert.That(e!.Fault).IsEqualTo(DatabaseFault.Unavailable);
    }

    [Test]
    public async Task A_cancelled_caller_writes_nothing()
    {
        await using var db = await MigratedDatabase.OpenAsync(SqlFlavor.Sqlite);
        using var cancel = new CancellationTokenSource();
        await cancel.CancelAsync();
        await Assert.ThrowsAsync<OperationCanceledException>(
            async () => await db.Database.WriteAsync(s => StateStore.SetAsync(s, "x", "y", DateTimeOffset.UnixEpoch), Durability.Durable, cancel.Token));
    }

    [Test]
    public async Task Something_that_is_no_database_is_refused_at_open()
    {
        using var directory = new TempDirectory();
        await File.WriteAllTextAsync(directory.File("c.sqlite"), new string('n', 8192));
        var e = await Assert.ThrowsAsync<DatabaseException>(async () => await Database.OpenAsync(new() { SqlitePath = directory.File("c.sqlite") }));
        await Assert.That(e!.Message).Contains("Cannot open the database");
    }

    private static async Task<long> Number(Database database, string pragma) =>
        await database.WriteAsync(s => s.QueryOneAsync(pragma, r => r.Long()));
}
