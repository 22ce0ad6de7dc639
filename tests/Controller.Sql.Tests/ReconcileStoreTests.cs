using Controller.Sql.Stores;

namespace Controller.Sql.Tests;

/// <summary>Outbox, fog tasks and platform status, on every engine.</summary>
[Arguments(SqlFlavor.Sqlite)]
[Arguments(SqlFlavor.Postgres)]
[Arguments(SqlFlavor.MySql)]
public sealed class ReconcileStoreTests(SqlFlavor flavor)
{
    private static readonly DateTimeOffset Now = new(2026, 7, 10, 8, 0, 0, 482, TimeSpan.Zero);
    private static readonly TimeSpan Stale = TimeSpan.FromSeconds(300);
    private static readonly TimeSpan DeleteStale = TimeSpan.FromSeconds(60);
    private static readonly string[] Kinds = ["fog_platform"];

    [Test]
    public async Task An_outbox_row_is_one_per_key_and_opens_again()
    {
        await using var db = await MigratedDatabase.OpenAsync(flavor);
        await db.Database.WriteAsync(async s =>
        {
            await ReconcileStore.PutOutboxAsync(s, "fog_platform", "1", "a", Now);
            await ReconcileStore.PutOutboxAsync(s, "fog_platform", "2", "a", Now);
            await ReconcileStore.PutOutboxAsync(s, "other", "x", "b", Now);
        });
        var row = (await Open()).Single();
        await Assert.That(row.Payload).IsEqualTo("2");
        await db.Database.WriteAsync(s => ReconcileStore.FailOutboxAsync(s, row.Id, "why"));
        await Assert.That((await Open()).Count).IsEqualTo(1);
        await db.Database.WriteAsync(s => ReconcileStore.CloseOutboxAsync(s, [row.Id], Now));
        await Assert.That(await Open()).IsEmpty();
        await Assert.That(await db.Database.ReadAsync(s => ReconcileStore.HasOutboxAsync(s, Kinds))).IsFalse();
        await db.Database.WriteAsync(s => ReconcileStore.PutOutboxAsync(s, "fog_platform", "3", "a", Now));
        await Assert.That((await Open()).Single()).IsEqualTo(new OutboxRow(row.Id, "fog_platform", "3"));
        await Assert.That(await db.Database.ReadAsync(s => ReconcileStore.HasOutboxAsync(s, Kinds))).IsTrue();
        await db.Database.WriteAsync(s => ReconcileStore.CloseOutboxAsync(s, [row.Id], Now));
        await Assert.That(await db.Database.WriteAsync(s => ReconcileStore.PurgeOutboxAsync(s, Now))).IsEqualTo(0);
        await Assert.That(await db.Database.WriteAsync(s => ReconcileStore.PurgeOutboxAsync(s, Now.AddSeconds(1)))).IsEqualTo(1);

        Task<List<OutboxRow>> Open() => db.Database.WriteAsync(s => ReconcileStore.TakeOutboxAsync(s, Kinds, 10));
    }

    [Test]
    public async Task A_row_that_another_replica_works_on_is_passed_over()
    {
        await using var db = await MigratedDatabase.OpenAsync(flavor);
        if (db.Database.IsSoleOwner)
        {
            return;
        }

        await FogStoreTests.AddAsync(db.Database, "u-1", "a");
        await db.Database.WriteAsync(async s =>
        {
            await ReconcileStore.PutOutboxAsync(s, "fog_platform", "1", "a", Now);
            await ReconcileStore.EnqueueFogAsync(s, "u-1", "delete", null, Now);
        });
        await db.Database.WriteAsync(async s =>
        {
            await Assert.That((await ReconcileStore.TakeOutboxAsync(s, Kinds, 10)).Count).IsEqualTo(1);
            await Assert.That(await Claim(s, "me", Now)).IsNotNull();
            await db.Database.WriteAsync(async other =>
            {
                await Assert.That(await ReconcileStore.TakeOutboxAsync(other, Kinds, 10)).IsEmpty();
                await Assert.That(await Claim(other, "you", Now)).IsNull();
            });
        });
    }

    [Test]
    public async Task A_fog_has_one_active_task_and_a_deletion_stays_one()
    {
        await using var db = await MigratedDatabase.OpenAsync(flavor);
        await FogStoreTests.AddAsync(db.Database, "u-1", "a");
        await Assert.That(await Enqueue(db, "nobody", "delete", null)).IsFalse();
        await Enqueue(db, "u-1", "spec-changed", 1);
        await Enqueue(db, "u-1", "nonsense", 2);
        await Assert.That(await Tasks(db)).IsEqualTo("spec-changed 2 pending");
        await Enqueue(db, "u-1", "delete", null);
        await Enqueue(db, "u-1", "spec-changed", 3);
        await Assert.That(await Tasks(db)).IsEqualTo("delete 3 pending");
    }

    [Test]
    public async Task A_deletion_takes_over_a_running_reconcile()
    {
        await using var db = await MigratedDatabase.OpenAsync(flavor);
        await FogStoreTests.AddAsync(db.Database, "u-1", "a");
        await Enqueue(db, "u-1", "spec-changed", 1);
        var running = await db.Database.WriteAsync(s => Claim(s, "me", Now));
        await Enqueue(db, "u-1", "delete", null);
        await Assert.That(await Tasks(db)).IsEqualTo("delete  pending");
        await db.Database.WriteAsync(s => ReconcileStore.CompleteFogTaskAsync(s, running!, "me", Now));
        await Assert.That(await Tasks(db)).IsEqualTo("delete  pending");
        await Assert.That((await db.Database.WriteAsync(s => Claim(s, "you", Now)))!.Reason).IsEqualTo("delete");
    }

    [Test]
    public async Task A_task_that_changed_while_it_ran_runs_again()
    {
        await using var db = await MigratedDatabase.OpenAsync(flavor);
        await FogStoreTests.AddAsync(db.Database, "u-1", "a");
        await Enqueue(db, "u-1", "spec-changed", 1);
        var first = await db.Database.WriteAsync(s => Claim(s, "me", Now));
        await Enqueue(db, "u-1", "spec-changed", 2);
        await db.Database.WriteAsync(s => ReconcileStore.CompleteFogTaskAsync(s, first!, "me", Now));
        await Assert.That(await Tasks(db)).IsEqualTo("spec-changed 2 pending");
        var second = await db.Database.WriteAsync(s => Claim(s, "me", Now));
        await db.Database.WriteAsync(s => ReconcileStore.CompleteFogTaskAsync(s, second!, "me", Now));
        await Assert.That(await Tasks(db)).IsEqualTo("");
    }

    [Test]
    public async Task A_task_is_held_by_one_until_it_is_stale()
    {
        await using var db = await MigratedDatabase.OpenAsync(flavor);
        await FogStoreTests.AddAsync(db.Database, "u-1", "a");
        await FogStoreTests.AddAsync(db.Database, "u-2", "b");
        await Enqueue(db, "u-1", "spec-changed", 1);
        await Enqueue(db, "u-2", "delete", null);
        await Assert.That((await db.Database.WriteAsync(s => Claim(s, "me", Now)))!.FogUuid).IsEqualTo("u-1");
        await Assert.That((await db.Database.WriteAsync(s => Claim(s, "me", Now)))!.FogUuid).IsEqualTo("u-2");
        await Assert.That(await db.Database.WriteAsync(s => Claim(s, "you", Now.AddSeconds(59)))).IsNull();
        await Assert.That(await Has(Now.AddSeconds(59))).IsFalse();
        await Assert.That(await Has(Now.AddSeconds(61))).IsTrue();
        await Assert.That((await db.Database.WriteAsync(s => Claim(s, "you", Now.AddSeconds(61))))!.FogUuid).IsEqualTo("u-2");
        await Assert.That((await db.Database.WriteAsync(s => Claim(s, "you", Now.AddSeconds(301))))!.FogUuid).IsEqualTo("u-1");
        await Assert.That(await db.Database.WriteAsync(s => ReconcileStore.ReleaseFogTasksAsync(s, "you"))).IsEqualTo(0);
        await Assert.That(await db.Database.WriteAsync(s => ReconcileStore.ReleaseFogTasksAsync(s, "another"))).IsEqualTo(2);
        await Assert.That(await Has(Now)).IsTrue();

        Task<bool> Has(DateTimeOffset now) => db.Database.ReadAsync(s => ReconcileStore.HasFogTaskAsync(s, now, now - Stale, now - DeleteStale));
    }

    [Test]
    public async Task A_failed_task_waits_and_in_the_end_stays_aside()
    {
        await using var db = await MigratedDatabase.OpenAsync(flavor);
        await FogStoreTests.AddAsync(db.Database, "u-1", "a");
        await Enqueue(db, "u-1", "spec-changed", 1);
        var task = await db.Database.WriteAsync(s => Claim(s, "me", Now));
        await db.Database.WriteAsync(s => ReconcileStore.FailFogTaskAsync(s, task!, "me", "why", Now.AddSeconds(5), Now));
        await Assert.That(await db.Database.WriteAsync(s => Claim(s, "me", Now.AddSeconds(4)))).IsNull();
        task = await db.Database.WriteAsync(s => Claim(s, "me", Now.AddSeconds(5)));
        await Assert.That(task!.Attempts).IsEqualTo(1);
        await db.Database.WriteAsync(s => ReconcileStore.FailFogTaskAsync(s, task, "me", "why", Now.AddSeconds(500), Now));
        await Enqueue(db, "u-1", "manual-retry", 1);
        task = await db.Database.WriteAsync(s => Claim(s, "me", Now.AddSeconds(6)));
        await Assert.That((task!.Reason, task.Attempts)).IsEqualTo(("manual-retry", 0));
        await db.Database.WriteAsync(s => ReconcileStore.FailFogTaskAsync(s, task, "me", "why", null, Now));
        await Assert.That(await db.Database.WriteAsync(s => Claim(s, "me", Now.AddDays(1)))).IsNull();
        await Enqueue(db, "u-1", "periodic-sweep", 1);
        await Assert.That(await db.Database.WriteAsync(s => Claim(s, "me", Now))).IsNotNull();
    }

    [Test]
    public async Task Phases_follow_their_rules_and_drift_is_found()
    {
        await using var db = await MigratedDatabase.OpenAsync(flavor);
        await FogStoreTests.AddAsync(db.Database, "u-1", "a");
        await FogStoreTests.AddAsync(db.Database, "u-2", "b");
        await db.Database.WriteAsync(s => FogPlatformStore.SetSpecAsync(s, new("u-1", "{\"a\":1}", 1), Now));
        await Assert.That(await Drifted()).IsEqualTo("u-1 False 1");
        await db.Database.WriteAsync(s => FogPlatformStore.SetPendingAsync(s, "u-1", Now));
        await db.Database.WriteAsync(s => FogPlatformStore.SetProgressingAsync(s, "u-1", Now));
        await db.Database.WriteAsync(s => FogPlatformStore.SetReadyAsync(s, "u-1", 1, true, "[]", Now));
        await Assert.That(await Status("u-1")).IsEqualTo(new FogPlatformStatusRow(1, "Ready", null, Now, "[]"));
        await Assert.That(await Drifted()).IsEqualTo("");

        await db.Database.WriteAsync(s => FogPlatformStore.SetSpecAsync(s, new("u-1", "{}", 2), Now));
        await Assert.That(await Drifted()).IsEqualTo("u-1 False 2");
        await db.Database.WriteAsync(s => FogPlatformStore.SetPendingAsync(s, "u-1", Now));
        await db.Database.WriteAsync(s => FogPlatformStore.SetReadyAsync(s, "u-1", 1, false, "[]", Now));
        await Assert.That((await Status("u-1"))!.Phase).IsEqualTo("Pending");
        await db.Database.WriteAsync(s => FogPlatformStore.SetFailedAsync(s, "u-1", "why", Now));
        await Assert.That(await Status("u-1")).IsEqualTo(new FogPlatformStatusRow(1, "Failed", "why", Now, "[]"));
        await db.Database.WriteAsync(s => FogPlatformStore.RetryAsync(s, "u-1", Now));
        await Assert.That(await Status("u-1")).IsEqualTo(new FogPlatformStatusRow(1, "Pending", null, Now, "[]"));
        await Enqueue(db, "u-1", "spec-changed", 2);
        await Assert.That(await Drifted()).IsEqualTo("");

        await db.Database.WriteAsync(s => FogPlatformStore.SetDeletingAsync(s, "u-2", Now));
        await db.Database.WriteAsync(s => FogPlatformStore.SetPendingAsync(s, "u-2", Now));
        await db.Database.WriteAsync(s => FogPlatformStore.SetProgressingAsync(s, "u-2", Now));
        await db.Database.WriteAsync(s => FogPlatformStore.SetReadyAsync(s, "u-2", 1, true, "[]", Now));
        await db.Database.WriteAsync(s => FogPlatformStore.SetFailedAsync(s, "u-2", "why", Now));
        await Assert.That(await Status("u-2")).IsEqualTo(new FogPlatformStatusRow(0, "Deleting", "why", Now, null));
        await Assert.That(await Drifted()).IsEqualTo("u-2 True ");
        await Assert.That(await db.Database.ReadAsync(FogPlatformStore.ListSpecsAsync)).IsEquivalentTo([new FogSpecRow("u-1", "{}", 2)]);

        Task<FogPlatformStatusRow?> Status(string fog) => db.Database.ReadAsync(s => FogPlatformStore.FindStatusAsync(s, fog));
        async Task<string> Drifted() => string.Join(
            ';', (await db.Database.ReadAsync(ReconcileStore.ListDriftedAsync)).Select(d => $"{d.FogUuid} {d.IsDeleting} {d.Generation}"));
    }

    private static Task<FogTaskRow?> Claim(DbSession session, string leader, DateTimeOffset now) =>
        ReconcileStore.ClaimFogTaskAsync(session, leader, now, now - Stale, now - DeleteStale);

    private static Task<bool> Enqueue(MigratedDatabase db, string fog, string reason, int? generation) =>
        db.Database.WriteAsync(s => ReconcileStore.EnqueueFogAsync(s, fog, reason, generation, Now));

    private static async Task<string> Tasks(MigratedDatabase db) => string.Join(';', await db.Database.ReadAsync(s => s.QueryAsync(
        "SELECT \"reason\", \"spec_generation\", \"status\" FROM \"FogPlatformReconcileTasks\" ORDER BY \"id\"", r => $"{r.Text()} {r.IntOrNull()} {r.Text()}")));
}
