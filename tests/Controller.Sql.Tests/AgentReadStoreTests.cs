using Controller.Sql.Stores;

namespace Controller.Sql.Tests;

/// <summary>Volume mounts and sessions on every engine.</summary>
[Arguments(SqlFlavor.Sqlite)]
[Arguments(SqlFlavor.Postgres)]
[Arguments(SqlFlavor.MySql)]
public sealed class AgentReadStoreTests(SqlFlavor flavor)
{
    private static readonly DateTimeOffset Now = new(2026, 7, 10, 8, 0, 0, 482, TimeSpan.Zero);

    [Test]
    public async Task Mounts_of_a_fog_come_with_their_sources()
    {
        await using var db = await OpenAsync();
        var mounts = await db.Database.ReadAsync(s => VolumeMountStore.ListForFogAsync(s, "f1"));
        await Assert.That(mounts).IsEquivalentTo(new VolumeMountSource[]
        {
            new(new("v1", "a", "cm", null, 1), null, null, "cm-data"),
            new(new("v2", "b", null, "sec", 7), "tls", "sec-data", null),
            new(new("v3", "c", null, null, 1), null, null, null),
        });
        await Assert.That(mounts.Select(m => m.Mount.Uuid).SequenceEqual(["v1", "v2", "v3"])).IsTrue();
        await Assert.That(await db.Database.ReadAsync(s => VolumeMountStore.ListForFogAsync(s, "f3"))).IsEmpty();
    }

    [Test]
    public async Task Link_is_made_once_and_removed_once()
    {
        await using var db = await OpenAsync();
        await db.Database.WriteAsync(async s =>
        {
            await Assert.That(await VolumeMountStore.LinkAsync(s, [("v1", "f1"), ("v1", "f3"), ("v1", "f3")])).IsEquivalentTo([("v1", "f3")]);
        });
        await Assert.That(await db.Database.ReadAsync(s => VolumeMountStore.ListFogsAsync(s, "v1"))).IsEquivalentTo(["f1", "f2", "f3"]);
        await db.Database.WriteAsync(async s =>
        {
            await VolumeMountStore.UnlinkAsync(s, "v1", ["f1", "nobody"]);
            await VolumeMountStore.UnlinkAsync(s, "v1", ["f1"]);
        });
        await Assert.That(await db.Database.ReadAsync(s => VolumeMountStore.ListFogsAsync(s, "v1"))).IsEquivalentTo(["f2", "f3"]);
    }

    [Test]
    public async Task Versions_grow_with_their_source()
    {
        await using var db = await OpenAsync();
        await db.Database.WriteAsync(async s =>
        {
            await Assert.That(await VolumeMountStore.RaiseVersionsAsync(s, DataKind.ConfigMap, "cm", Now)).IsEquivalentTo(["f1", "f2"]);
            await Assert.That(await VolumeMountStore.RaiseVersionsAsync(s, DataKind.Secret, "sec", Now)).IsEquivalentTo(["f1"]);
            await Assert.That(await VolumeMountStore.RaiseVersionsAsync(s, DataKind.Secret, "cm", Now)).IsEmpty();
        });
        var mounts = await db.Database.ReadAsync(s => VolumeMountStore.ListForFogAsync(s, "f1"));
        await Assert.That(string.Join(' ', mounts.Select(m => m.Mount.Version))).IsEqualTo("2 8 1");
    }

    [Test]
    public async Task Concurrent_changes_of_a_source_all_count()
    {
        await using var db = await OpenAsync();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ =>
            db.Database.WriteAsync(s => VolumeMountStore.RaiseVersionsAsync(s, DataKind.Secret, "sec", Now))));
        var mounts = await db.Database.ReadAsync(s => VolumeMountStore.ListForFogAsync(s, "f1"));
        await Assert.That(mounts[1].Mount.Version).IsEqualTo(15);
    }

    [Test]
    public async Task Sessions_are_listed_for_their_fog_while_the_user_is_there()
    {
        await using var db = await OpenAsync();
        await db.Database.WriteAsync(async s =>
        {
            await FleetRows.AddMicroserviceAsync(s, "m1", "f1");
            await FleetRows.AddMicroserviceAsync(s, "m2", "f2");
            await SessionStore.InsertExecAsync(s, new("e1", "m1", "PENDING", true, false), Now);
            await SessionStore.InsertExecAsync(s, new("e2", "m1", "ACTIVE", true, true), Now);
            await SessionStore.InsertExecAsync(s, new("e3", "m1", "ACTIVE", false, true), Now);
            await SessionStore.InsertExecAsync(s, new("e4", "m1", "CLOSED", true, true), Now);
            await SessionStore.InsertExecAsync(s, new("e5", "m2", "PENDING", true, false), Now);
            await SessionStore.InsertLogAsync(s, new("n1", "f1", true, "ACTIVE", null, true, true), Now);
            await SessionStore.InsertLogAsync(s, new("l1", "m1", false, "PENDING", "{\"lines\":1}", true, false), Now);
            await SessionStore.InsertLogAsync(s, new("l2", "m1", false, "PENDING", "{}", true, false), Now);
            await SessionStore.InsertLogAsync(s, new("l3", "m1", false, "PENDING", "{}", false, false), Now);
            await SessionStore.InsertLogAsync(s, new("l4", "m2", false, "PENDING", "{}", true, false), Now);
            await SessionStore.InsertLogAsync(s, new("n2", "f2", true, "PENDING", "{}", true, false), Now);
            await SessionStore.InsertLogAsync(s, new("n3", "f1", true, "CLOSED", "{}", true, false), Now);
        });

        var exec = await db.Database.ReadAsync(s => SessionStore.ListExecForAgentAsync(s, "f1"));
        await Assert.That(exec.SequenceEqual(
            [new ExecSessionRow("e1", "m1", "PENDING", true, false), new ExecSessionRow("e2", "m1", "ACTIVE", true, true)])).IsTrue();
        var logs = await db.Database.ReadAsync(s => SessionStore.ListLogsForAgentAsync(s, "f1"));
        await Assert.That(logs.SequenceEqual(
        [
            new LogSessionRow("l1", "m1", false, "PENDING", "{\"lines\":1}", true, false),
            new LogSessionRow("l2", "m1", false, "PENDING", "{}", true, false),
            new LogSessionRow("n1", "f1", true, "ACTIVE", null, true, true),
        ])).IsTrue();
        await Assert.That(await db.Database.ReadAsync(s => SessionStore.ListLogsForAgentAsync(s, "f3"))).IsEmpty();
    }

    [Test]
    public async Task Session_ids_are_unique()
    {
        await using var db = await OpenAsync();
        await db.Database.WriteAsync(async s =>
        {
            await FleetRows.AddMicroserviceAsync(s, "m1", "f1");
            await SessionStore.InsertExecAsync(s, new("s", "m1", "PENDING", true, false), Now);
            await SessionStore.InsertLogAsync(s, new("s", "m1", false, "PENDING", null, true, false), Now);
            await SessionStore.InsertLogAsync(s, new("s", "f1", true, "PENDING", null, true, false), Now);
        });
        foreach (var again in new Func<DbSession, Task>[]
        {
            s => SessionStore.InsertExecAsync(s, new("s", "m1", "PENDING", true, false), Now),
            s => SessionStore.InsertLogAsync(s, new("s", "m1", false, "PENDING", null, true, false), Now),
            s => SessionStore.InsertLogAsync(s, new("s", "f1", true, "PENDING", null, true, false), Now),
        })
        {
            var thrown = await Assert.ThrowsAsync<DatabaseException>(() => db.Database.WriteAsync(again));
            await Assert.That(thrown!.Fault).IsEqualTo(DatabaseFault.UniqueViolation);
        }
    }

    /// <summary>Three fogs; f1 has the mounts v1, v2 and v3, f2 has v1.</summary>
    private async Task<MigratedDatabase> OpenAsync()
    {
        var db = await MigratedDatabase.OpenAsync(flavor);
        await db.Database.WriteAsync(async s =>
        {
            foreach (var fog in new[] { "f1", "f2", "f3" })
            {
                await FleetRows.AddFogAsync(s, fog);
            }

            await s.ExecuteAsync("INSERT INTO \"ConfigMaps\" (\"name\", \"data\") VALUES ('cm', 'cm-data')");
            await s.ExecuteAsync("INSERT INTO \"Secrets\" (\"name\", \"type\", \"data\") VALUES ('sec', 'tls', 'sec-data')");
            await VolumeMountStore.InsertAsync(s, new("v3", "c", null, null), Now);
            await VolumeMountStore.InsertAsync(s, new("v2", "b", null, "sec", 7), Now);
            await VolumeMountStore.InsertAsync(s, new("v1", "a", "cm", null), Now);
            foreach (var (mount, fog) in new[] { ("v1", "f1"), ("v2", "f1"), ("v3", "f1"), ("v1", "f2") })
            {
                await VolumeMountStore.LinkAsync(s, [(mount, fog)]);
            }
        });
        return db;
    }
}
