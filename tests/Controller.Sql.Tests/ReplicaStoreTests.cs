using Controller.Sql.Stores;

namespace Controller.Sql.Tests;

/// <summary>Replicas and the other rows of the start (runtime 2.2), on every engine.</summary>
[Arguments(SqlFlavor.Sqlite)]
[Arguments(SqlFlavor.Postgres)]
[Arguments(SqlFlavor.MySql)]
public sealed class ReplicaStoreTests(SqlFlavor flavor)
{
    private static readonly DateTimeOffset Now = new(2026, 7, 10, 8, 0, 0, 482, TimeSpan.Zero);

    [Test]
    public async Task An_active_row_of_the_host_is_used_again_and_an_inactive_one_is_not()
    {
        await using var db = await MigratedDatabase.OpenAsync(flavor);
        await Assert.That(await Register(db.Database, null, "a", "host-1")).IsEqualTo("a");
        await Assert.That(await Register(db.Database, null, "b", "host-1")).IsEqualTo("a");
        await Assert.That(await Register(db.Database, null, "c", "host-2")).IsEqualTo("c");
        await Assert.That(await Register(db.Database, "fixed", "d", "host-1")).IsEqualTo("fixed");
        await Assert.That(await db.Database.WriteAsync(s => ReplicaStore.SweepAsync(s, Now.AddMinutes(1), Now))).IsEqualTo(3);
        await Assert.That(await db.Database.WriteAsync(s => ReplicaStore.SweepAsync(s, Now.AddMinutes(1), Now))).IsEqualTo(0);
        await Assert.That(await Register(db.Database, null, "e", "host-1")).IsEqualTo("e");
    }

    [Test]
    public async Task A_beat_makes_active_again_and_tells_when_the_row_is_gone()
    {
        await using var db = await MigratedDatabase.OpenAsync(flavor);
        await Register(db.Database, null, "a", "host-1");
        await Register(db.Database, null, "b", "host-2");
        await db.Database.WriteAsync(s => ReplicaStore.SweepAsync(s, Now.AddMinutes(1), Now));
        await Assert.That(await db.Database.WriteAsync(s => ReplicaStore.BeatAsync(s, "a", Now.AddMinutes(5)))).IsTrue();
        await Assert.That(await db.Database.WriteAsync(s => ReplicaStore.BeatAsync(s, "gone", Now))).IsFalse();
        await Assert.That(await db.Database.WriteAsync(s => ReplicaStore.SweepAsync(s, Now.AddMinutes(4), Now))).IsEqualTo(0);
        var active = await db.Database.ReadAsync(s => s.QueryAsync(
            "SELECT \"uuid\", \"last_heartbeat\", \"is_active\" FROM \"ClusterControllers\" ORDER BY \"uuid\"",
            r => (r.Text(), r.TimeOrNull(), r.Bool())));
        await Assert.That(active).IsEquivalentTo([("a", (DateTimeOffset?)Now.AddMinutes(5), true), ("b", Now, false)]);
    }

    [Test]
    public async Task The_cache_version_is_made_once_and_the_database_answers()
    {
        await using var db = await MigratedDatabase.OpenAsync(flavor);
        await db.Database.WriteAsync(s => RbacCacheVersionStore.EnsureAsync(s, Now));
        await db.Database.WriteAsync(s => s.ExecuteAsync("UPDATE \"RbacCacheVersion\" SET \"version\" = 7"));
        await db.Database.WriteAsync(s => RbacCacheVersionStore.EnsureAsync(s, Now));
        var versions = await db.Database.ReadAsync(s => s.QueryAsync("SELECT \"version\" FROM \"RbacCacheVersion\"", r => r.Int()));
        await Assert.That(versions).IsEquivalentTo([7]);
        await db.Database.ReadAsync(async s => { await HealthStore.PingAsync(s); return true; });
    }

    private static Task<string> Register(Database database, string? fixedUuid, string newUuid, string host) =>
        database.WriteAsync(s => ReplicaStore.RegisterAsync(s, fixedUuid, newUuid, host, 42, Now));
}
