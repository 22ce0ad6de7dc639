using Controller.Sql.Stores;

namespace Controller.Sql.Tests;

/// <summary>What every engine promises: all or nothing, answers after the commit, failures with a class.</summary>
[Arguments(SqlFlavor.Sqlite)]
[Arguments(SqlFlavor.Postgres)]
[Arguments(SqlFlavor.MySql)]
public sealed class DatabaseTests(SqlFlavor flavor)
{
    private static readonly DateTimeOffset Now = new(2026, 7, 10, 8, 0, 0, 482, TimeSpan.Zero);

    [Test]
    public async Task A_failed_write_leaves_nothing_and_does_not_touch_its_neighbours()
    {
        await using var db = await MigratedDatabase.OpenAsync(flavor);
        var writes = Enumerable.Range(0, 60).Select(i => db.Database.WriteAsync(async s =>
        {
            await StateStore.SetAsync(s, $"k{i}", "a", Now);
            if (i % 3 == 0)
            {
                throw new InvalidOperationException("refused");
            }
        })).ToList();
        foreach (var (write, i) in writes.Select((w, i) => (w, i)))
        {
            if (i % 3 == 0)
            {
                await Assert.ThrowsAsync<InvalidOperationException>(() => write);
            }
            else
            {
                await write;
            }
        }

        for (var i = 0; i < 60; i++)
        {
            await Assert.That(await Get(db.Database, $"k{i}")).IsEqualTo(i % 3 == 0 ? null : "a");
        }
    }

    [Test]
    public async Task Committed_actions_run_after_the_commit_and_before_the_answer()
    {
        await using var db = await MigratedDatabase.OpenAsync(flavor);
        string? seen = null;
        var rolledBack = false;
        await db.Database.WriteAsync(async s =>
        {
            await StateStore.SetAsync(s, "x", "1", Now);
            s.OnCommitted(() => seen = "committed");
        });
        await Assert.That(seen).IsEqualTo("committed");
        await Assert.ThrowsAsync<InvalidOperationException>(() => db.Database.WriteAsync(s =>
        {
            s.OnCommitted(() => rolledBack = true);
            throw new InvalidOperationException();
        }));
        await Assert.That(rolledBack).IsFalse();
    }

    [Test]
    public async Task A_transaction_sees_what_others_have_committed_since_it_began()
    {
        if (flavor == SqlFlavor.Sqlite)
        {
            // One writer: nobody commits while a transaction runs.
            return;
        }

        await using var db = await MigratedDatabase.OpenAsync(flavor);
        var seen = await db.Database.WriteAsync(async s =>
        {
            await StateStore.GetAsync(s, "x");
            await db.Database.WriteAsync(other => StateStore.SetAsync(other, "x", "theirs", Now));
            return await StateStore.GetAsync(s, "x");
        });
        await Assert.That(seen).IsEqualTo("theirs");
    }

    [Test]
    public async Task A_unique_violation_is_told_apart()
    {
        await using var db = await MigratedDatabase.OpenAsync(flavor);
        async Task Insert() => await db.Database.WriteAsync(s => s.ExecuteAsync(
            "INSERT INTO \"ControllerState\" (\"name\", \"value\", \"updated_at\") VALUES (@n, @v, 1)", new() { { "n", "same" }, { "v", "1" } }));
        await Insert();
        var e = await Assert.ThrowsAsync<DatabaseException>(Insert);
        await Assert.That(e!.Fault).IsEqualTo(DatabaseFault.UniqueViolation);
    }

    [Test]
    public async Task A_foreign_key_violation_is_told_apart()
    {
        await using var db = await MigratedDatabase.OpenAsync(flavor);
        var e = await Assert.ThrowsAsync<DatabaseException>(
            () => db.Database.WriteAsync(s => s.ExecuteAsync("INSERT INTO \"ChangeTrackings\" (\"iofog_uuid\") VALUES ('no such fog')")));
        await Assert.That(e!.Fault).IsEqualTo(DatabaseFault.ForeignKeyViolation);
    }

    [Test]
    public async Task Upsert_and_insert_if_absent_do_what_they_say()
    {
        await using var db = await MigratedDatabase.OpenAsync(flavor);
        await db.Database.WriteAsync(s => StateStore.SetAsync(s, "x", "1", Now));
        await db.Database.WriteAsync(s => StateStore.SetAsync(s, "x", "2", Now));
        await Assert.That(await Get(db.Database, "x")).IsEqualTo("2");
        await Fogs.InsertAsync(db.Database, "f1");
        await Assert.That(await db.Database.AutoCommitAsync(s => TelemetryStore.UseTokenAsync(s, "f1", "jti", 100, Now))).IsTrue();
        await Assert.That(await db.Database.AutoCommitAsync(s => TelemetryStore.UseTokenAsync(s, "f1", "jti", 100, Now))).IsFalse();
        await Assert.That(await db.Database.AutoCommitAsync(s => TelemetryStore.ForgetTokensAsync(s, 101))).IsEqualTo(1);
    }

    [Test]
    public async Task Concurrent_increments_lose_nothing()
    {
        await using var db = await MigratedDatabase.OpenAsync(flavor);
        await db.Database.WriteAsync(s => StateStore.SetAsync(s, "n", "0", Now));
        await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => Task.Run(() => db.Database.WriteAsync(async s =>
        {
            var value = await s.QueryOneAsync(
                "SELECT \"value\" FROM \"ControllerState\" WHERE \"name\" = 'n'" + s.Dialect.ForUpdate, r => r.Text());
            await StateStore.SetAsync(s, "n", (int.Parse(value!) + 1).ToString(), Now);
        }))));
        await Assert.That(await Get(db.Database, "n")).IsEqualTo("40");
    }

    [Test]
    public async Task Change_rows_are_added_for_the_fogs_that_exist()
    {
        await using var db = await MigratedDatabase.OpenAsync(flavor);
        await Fogs.InsertAsync(db.Database, "f1");
        await Fogs.InsertAsync(db.Database, "f2");
        var added = await db.Database.WriteAsync(s => ChangeStore.InsertAsync(s, ["f2", "none", "f1"], ChangeFlags.Reboot, "2026-07-10T08:00:00.001Z"));
        await Assert.That(added.Select(a => a.Fog).Order()).IsEquivalentTo(["f1", "f2"]);
        foreach (var (fog, id) in added)
        {
            var row = (await db.Database.ReadAsync(s => ChangeStore.ListAsync(s, fog))).Single();
            await Assert.That(row).IsEqualTo(new ChangeRow(id, ChangeFlags.Reboot, "2026-07-10T08:00:00.001Z", false));
        }
    }

    [Test]
    public async Task What_is_left_for_the_end_of_a_transaction_is_part_of_it()
    {
        await using var db = await MigratedDatabase.OpenAsync(flavor);
        await db.Database.WriteAsync(async s =>
        {
            s.OnCommitting(async () =>
            {
                await StateStore.SetAsync(s, "end", "1", Now);
                s.OnCommitting(() => StateStore.SetAsync(s, "very end", "2", Now));
            });
            await StateStore.SetAsync(s, "end", "0", Now);
        });
        await Assert.That(await Get(db.Database, "end")).IsEqualTo("1");
        await Assert.That(await Get(db.Database, "very end")).IsEqualTo("2");
        await Assert.ThrowsAsync<InvalidOperationException>(() => db.Database.WriteAsync(async s =>
        {
            await StateStore.SetAsync(s, "end", "3", Now);
            s.OnCommitting(() => throw new InvalidOperationException());
        }));
        await Assert.That(await Get(db.Database, "end")).IsEqualTo("1");
    }

    [Test]
    public async Task Change_rows_survive_until_shown_and_acknowledged()
    {
        await using var db = await MigratedDatabase.OpenAsync(flavor);
        await Fogs.InsertAsync(db.Database, "f1");
        var first = await db.Database.WriteAsync(s => ChangeStore.InsertAsync(s, ["f1"], ChangeFlags.Config | ChangeFlags.FogLogs, "2026-07-10T08:00:00.001Z"));
        await db.Database.WriteAsync(s => ChangeStore.InsertAsync(s, ["f1"], ChangeFlags.Reboot, "2026-07-10T08:00:00.000Z"));
        await db.Database.WriteAsync(s => ChangeStore.MarkServedAsync(s, [first.Single().Id]));
        var deleted = await db.Database.WriteAsync(s => ChangeStore.AcknowledgeAsync(s, "f1", "2026-07-10T09:00:00.000Z"));
        await Assert.That(deleted).IsEqualTo(1);
        var left = await db.Database.ReadAsync(s => ChangeStore.ListAsync(s, "f1"));
        await Assert.That(left.Single().Flags).IsEqualTo(ChangeFlags.Reboot);
        await Assert.That((await db.Database.ReadAsync(s => ChangeStore.TailAsync(s, first.Single().Id))).Single().Fog).IsEqualTo("f1");
        await Assert.That(await db.Database.ReadAsync(ChangeStore.LastIdAsync)).IsEqualTo(left[0].Id);
    }

    [Test]
    public async Task Telemetry_keeps_what_is_not_reported_and_reads_back_what_is()
    {
        await using var db = await MigratedDatabase.OpenAsync(flavor);
        await Fogs.InsertAsync(db.Database, "f1");
        var full = new FogStatus
        {
            DaemonStatus = "RUNNING", DaemonOperatingDuration = 86400000, DaemonLastStart = 1783585798123, MemoryUsage = 412.5, DiskUsage = 3.25,
            CpuUsage = 7.75, MemoryViolation = "false", SystemAvailableDisk = 51234567890, SystemTotalCpu = 12.5, SecurityStatus = "WARNING",
            SecurityViolationInfo = "Auto deprovisioned by Agent. HW signature mismatch", RepositoryCount = 2, RepositoryStatus = "[]",
            SystemTime = 1783672197000, LastStatusTime = 1783672197500, IpAddress = "2001:0db8:0000:0000:0000:ff00:0042:8329%interface0",
            TunnelStatus = "{}", Version = "1.0.0", IsReadyToUpgrade = false, ActiveVolumeMounts = 1, GpsStatus = "HEALTHY",
            AvailableRuntimes = "[\"crun\"]", LastActive = 1783672198123,
        };
        await db.Database.WriteAsync(s => TelemetryStore.WriteAsync(s, "f1", full, 1783672198));
        await db.Database.WriteAsync(s => TelemetryStore.WriteAsync(s, "f1", new FogStatus { CpuUsage = 1.5 }, null));
        var row = await db.Database.ReadAsync(s => TelemetryStore.FindAsync(s, "f1"));
        await Assert.That(row!.TokenIatMark).IsEqualTo(1783672198);
        await Assert.That(row.Status.Merge(full)).IsEqualTo(row.Status with { CpuUsage = 7.75 });
        await Assert.That(row.Status.CpuUsage).IsEqualTo(1.5);
        await Assert.That(await db.Database.ReadAsync(s => TelemetryStore.FindAsync(s, "f2"))).IsNull();
    }

    [Test]
    public async Task A_failed_platform_reconcile_forces_warning()
    {
        await using var db = await MigratedDatabase.OpenAsync(flavor);
        await Fogs.InsertAsync(db.Database, "f1");
        await db.Database.WriteAsync(s => s.ExecuteAsync("UPDATE \"Fogs\" SET \"warning_message\" = 'Platform reconcile: no route'"));
        await db.Database.WriteAsync(s => TelemetryStore.WriteAsync(s, "f1", new FogStatus { DaemonStatus = "RUNNING" }, null));
        await Assert.That((await db.Database.ReadAsync(s => TelemetryStore.FindAsync(s, "f1")))!.Status.DaemonStatus).IsEqualTo("WARNING");
    }

    private static Task<string?> Get(Database database, string name) => database.ReadAsync(s => StateStore.GetAsync(s, name));
}

/// <summary>Rows that other rows hang on.</summary>
internal static class Fogs
{
    public static Task InsertAsync(Database database, string uuid) => database.WriteAsync(s => s.ExecuteAsync(
        "INSERT INTO \"Fogs\" (\"uuid\", \"name\", \"status_frequency\") VALUES (@u, @u, 10)", new() { { "u", uuid } }));
}
