using Controller.Sql.Stores;

namespace Controller.Sql.Tests;

/// <summary>Fogs and what hangs on them, on every engine.</summary>
[Arguments(SqlFlavor.Sqlite)]
[Arguments(SqlFlavor.Postgres)]
[Arguments(SqlFlavor.MySql)]
public sealed class FogStoreTests(SqlFlavor flavor)
{
    private static readonly DateTimeOffset Now = new(2026, 7, 10, 8, 0, 0, 482, TimeSpan.Zero);

    [Test]
    public async Task A_fog_comes_back_as_it_was_written()
    {
        await using var db = await MigratedDatabase.OpenAsync(flavor);
        await db.Database.WriteAsync(s => FogStore.InsertAsync(s, "u-1", new Dictionary<string, object?>
        {
            ["name"] = "gate", ["archId"] = 2, ["latitude"] = 41.0082, ["diskLimit"] = 50L, ["logFileCount"] = 9007199254740991L,
            ["watchdogEnabled"] = true, ["timeZone"] = null, ["routerId"] = null, ["statusFrequency"] = 7, ["pendingConfigKeys"] = "[\"logLevel\"]",
        }, Now));
        var fog = await Find(db.Database, "u-1");
        await Assert.That(fog!.Name).IsEqualTo("gate");
        await Assert.That(fog.Latitude).IsEqualTo(41.0082);
        await Assert.That(fog.DiskLimit).IsEqualTo(50);
        await Assert.That(fog.LogFileCount).IsEqualTo(9007199254740991);
        await Assert.That(fog.WatchdogEnabled).IsTrue();
        await Assert.That(fog.TimeZone).IsNull();
        await Assert.That(fog.RouterId).IsNull();
        await Assert.That(fog.StatusFrequency).IsEqualTo(7);
        await Assert.That(fog.PendingConfigKeys).IsEqualTo("[\"logLevel\"]");
        await Assert.That(fog.CreatedAt).IsEqualTo(Now);
        await Assert.That(fog.Status.DaemonStatus).IsEqualTo("NOT_PROVISIONED");

        await db.Database.WriteAsync(s => FogStore.UpdateAsync(
            s, "u-1", new Dictionary<string, object?> { ["name"] = "door", ["latitude"] = null, ["pendingConfigKeys"] = null }, Now.AddHours(1)));
        fog = await Find(db.Database, "u-1");
        await Assert.That((fog!.Name, fog.Latitude, fog.PendingConfigKeys)).IsEqualTo(("door", null, null));
        await Assert.That((fog.CreatedAt, fog.UpdatedAt)).IsEqualTo((Now, Now.AddHours(1)));
        await Assert.That(await Find(db.Database, "u-2")).IsNull();
    }

    [Test]
    public async Task Names_are_unique_and_the_system_fog_is_known()
    {
        await using var db = await MigratedDatabase.OpenAsync(flavor);
        await AddAsync(db.Database, "u-1", "a");
        await Assert.That(await db.Database.ReadAsync(FogStore.HasSystemOrHostAsync)).IsFalse();
        var failure = await Assert.ThrowsAsync<DatabaseException>(() => AddAsync(db.Database, "u-2", "a"));
        await Assert.That(failure!.Fault).IsEqualTo(DatabaseFault.UniqueViolation);
        await Assert.That(await db.Database.ReadAsync(s => FogStore.IsNameTakenAsync(s, "a", "u-2"))).IsTrue();
        await Assert.That(await db.Database.ReadAsync(s => FogStore.IsNameTakenAsync(s, "a", "u-1"))).IsFalse();
        await db.Database.WriteAsync(s => FogStore.UpdateAsync(s, "u-1", new Dictionary<string, object?> { ["host"] = "h" }, Now));
        await Assert.That(await db.Database.ReadAsync(FogStore.HasSystemOrHostAsync)).IsTrue();
        await Assert.That(await db.Database.ReadAsync(s => FogStore.ListAsRoutersAsync(s, ["a", "nobody"]))).IsEquivalentTo([new FogAsRouter("u-1", "a", null, null)]);
        await Assert.That(await db.Database.ReadAsync(s => FogStore.ListAsRoutersAsync(s, []))).IsEmpty();
    }

    [Test]
    public async Task Tags_keep_their_order_and_are_replaced()
    {
        await using var db = await MigratedDatabase.OpenAsync(flavor);
        await AddAsync(db.Database, "u-1", "a");
        await AddAsync(db.Database, "u-2", "b");
        await db.Database.WriteAsync(async s =>
        {
            await FogRelationStore.SetTagsAsync(s, "u-2", ["x"]);
            await FogRelationStore.SetTagsAsync(s, "u-1", ["z", "x", "z", "y"]);
        });
        await Assert.That(await Tags("u-1")).IsEqualTo("z x y");
        await db.Database.WriteAsync(s => FogRelationStore.SetTagsAsync(s, "u-1", ["y"]));
        await Assert.That(await Tags("u-1")).IsEqualTo("y");
        await Assert.That((await db.Database.ReadAsync(s => FogRelationStore.ListTagsAsync(s, null))).Count).IsEqualTo(2);

        async Task<string> Tags(string fog) =>
            string.Join(' ', (await db.Database.ReadAsync(s => FogRelationStore.ListTagsAsync(s, fog))).Select(t => t.Tag));
    }

    [Test]
    public async Task Routers_nats_servers_and_mounts_are_found_for_one_fog_and_for_all()
    {
        await using var db = await MigratedDatabase.OpenAsync(flavor);
        await AddAsync(db.Database, "u-1", "a");
        await AddAsync(db.Database, "u-2", "b");
        await db.Database.WriteAsync(async s =>
        {
            var hub = await s.InsertAsync("INSERT INTO \"Routers\" (\"is_edge\", \"is_default\", \"messaging_port\") VALUES (FALSE, TRUE, 5671)");
            var one = await s.InsertAsync("INSERT INTO \"Routers\" (\"is_edge\", \"is_default\", \"messaging_port\", \"iofog_uuid\") VALUES (FALSE, FALSE, 5672, 'u-1')");
            var two = await s.InsertAsync("INSERT INTO \"Routers\" (\"is_edge\", \"is_default\", \"iofog_uuid\") VALUES (TRUE, FALSE, 'u-2')");
            foreach (var (from, to) in new[] { (one, hub), (two, one) })
            {
                await s.ExecuteAsync(
                    "INSERT INTO \"RouterConnections\" (\"source_router\", \"dest_router\", \"created_at\", \"updated_at\") VALUES (@f, @t, @n, @n)",
                    new() { { "f", from }, { "t", to }, { "n", Now } });
            }

            var nats = await s.InsertAsync("INSERT INTO \"NatsInstances\" (\"is_leaf\", \"is_hub\", \"server_port\", \"js_storage_size\", \"iofog_uuid\") VALUES (FALSE, TRUE, 4222, '10g', 'u-1')");
            var leaf = await s.InsertAsync("INSERT INTO \"NatsInstances\" (\"is_leaf\", \"is_hub\", \"iofog_uuid\") VALUES (TRUE, FALSE, 'u-2')");
            await s.ExecuteAsync("INSERT INTO \"NatsConnections\" (\"source_nats\", \"dest_nats\") VALUES (@f, @t)", new() { { "f", leaf }, { "t", nats } });
            await s.ExecuteAsync("INSERT INTO \"VolumeMounts\" (\"uuid\", \"name\", \"version\") VALUES ('v-1', 'settings', 3)");
            await s.ExecuteAsync("INSERT INTO \"FogVolumeMounts\" (\"fog_uuid\", \"volume_mount_uuid\") VALUES ('u-1', 'v-1')");
            await FogStore.UpdateAsync(s, "u-2", new Dictionary<string, object?> { ["routerId"] = hub }, Now);
        });
        await Assert.That(await db.Database.ReadAsync(s => FogRelationStore.ListRoutersAsync(s, null)))
            .IsEquivalentTo([new FogRouterRow("u-1", false, 5672, null, null), new FogRouterRow("u-2", true, 5671, null, null)]);
        await Assert.That(await db.Database.ReadAsync(s => FogRelationStore.ListRouterLinksAsync(s, "u-1"))).IsEquivalentTo([new FogLinkRow("u-1", null, true)]);
        await Assert.That(await db.Database.ReadAsync(s => FogRelationStore.ListRouterLinksAsync(s, "u-2"))).IsEquivalentTo([new FogLinkRow("u-2", "u-1", false)]);
        await Assert.That(await db.Database.ReadAsync(s => FogRelationStore.ListNatsAsync(s, "u-1")))
            .IsEquivalentTo([new FogNatsRow("u-1", false, 4222, null, null, null, null, "10g", null)]);
        await Assert.That(await db.Database.ReadAsync(s => FogRelationStore.ListNatsLinksAsync(s, null))).IsEquivalentTo([new FogLinkRow("u-2", "u-1", true)]);
        await Assert.That(await db.Database.ReadAsync(s => FogRelationStore.ListMountsAsync(s, null))).IsEquivalentTo([new FogMountRow("u-1", "settings", 3, null, null)]);
        await Assert.That((await Find(db.Database, "u-2"))!.NetworkRouterIsDefault).IsTrue();
        await Assert.That((await db.Database.ReadAsync(FogStore.ListAsync)).Select(f => f.Name)).IsEquivalentTo(["a", "b"]);
    }

    [Test]
    public async Task A_deleted_fog_takes_everything_with_it()
    {
        await using var db = await MigratedDatabase.OpenAsync(flavor);
        await AddAsync(db.Database, "u-1", "a");
        await db.Database.WriteAsync(async s =>
        {
            await s.ExecuteAsync("INSERT INTO \"Applications\" (\"name\", \"is_system\") VALUES ('system-a', TRUE), ('system-u-1', TRUE), ('app', FALSE)");
            await s.ExecuteAsync("INSERT INTO \"Microservices\" (\"uuid\", \"name\", \"iofog_uuid\") VALUES ('m-1', 'm', 'u-1')");
            await s.ExecuteAsync("INSERT INTO \"MicroserviceStatuses\" (\"microservice_uuid\") VALUES ('m-1')");
            await s.ExecuteAsync("INSERT INTO \"Secrets\" (\"name\", \"type\", \"data\") VALUES ('router-site-server-a', 'tls', '{}'), ('mine', 'Opaque', '{}')");
            await ProvisioningStore.SetKeyAsync(s, "u-1", "key", 5);
            await ProvisioningStore.SetPublicKeyAsync(s, "u-1", "public", Now);
            await FogPlatformStore.SetSpecAsync(s, new("u-1", "{}", 1), Now);
            await FogPlatformStore.SetPendingAsync(s, "u-1", Now);
            await ReconcileStore.EnqueueFogAsync(s, "u-1", "delete", null, Now);
            await ChangeStore.InsertAsync(s, ["u-1"], ChangeFlags.Config, "2026-07-10T08:00:00.000Z");
            await FogRelationStore.SetTagsAsync(s, "u-1", ["x"]);
            await NodeStore.SetHalAsync(s, "u-1", false, "[]", Now);
        });
        await db.Database.WriteAsync(s => FogStore.DeleteAsync(s, "u-1", "a"));
        string[] empty =
        [
            "Fogs", "Microservices", "MicroserviceStatuses", "FogProvisionKeys", "FogPublicKeys", "FogPlatformSpecs", "FogPlatformStatuses",
            "FogPlatformReconcileTasks", "ChangeTrackings", "IofogTags", "HWInfos",
        ];
        foreach (var table in empty)
        {
            var count = await db.Database.ReadAsync(s => s.QueryOneAsync($"SELECT COUNT(*) FROM \"{table}\"", r => r.Long()));
            await Assert.That((table, count)).IsEqualTo((table, 0L));
        }

        await Assert.That(await db.Database.ReadAsync(s => s.QueryAsync("SELECT \"name\" FROM \"Applications\"", r => r.Text()))).IsEquivalentTo(["app"]);
        await Assert.That(await db.Database.ReadAsync(s => s.QueryAsync("SELECT \"name\" FROM \"Secrets\"", r => r.Text()))).IsEquivalentTo(["mine"]);
    }

    [Test]
    public async Task A_system_application_is_renamed_unless_the_name_is_taken()
    {
        await using var db = await MigratedDatabase.OpenAsync(flavor);
        await db.Database.WriteAsync(s => s.ExecuteAsync("INSERT INTO \"Applications\" (\"name\", \"is_system\") VALUES ('system-a', TRUE), ('system-c', FALSE)"));
        await Assert.That(await db.Database.WriteAsync(s => FogStore.RenameSystemApplicationAsync(s, "a", "c", Now))).IsFalse();
        await Assert.That(await db.Database.WriteAsync(s => FogStore.RenameSystemApplicationAsync(s, "a", "b", Now))).IsTrue();
        await Assert.That(await db.Database.ReadAsync(s => s.QueryAsync("SELECT \"name\" FROM \"Applications\" ORDER BY \"name\"", r => r.Text())))
            .IsEquivalentTo(["system-b", "system-c"]);
    }

    [Test]
    public async Task A_node_reports_hardware_and_falls_silent()
    {
        await using var db = await MigratedDatabase.OpenAsync(flavor);
        await AddAsync(db.Database, "u-1", "a");
        await AddAsync(db.Database, "u-2", "b");
        await db.Database.WriteAsync(async s =>
        {
            await Assert.That(await NodeStore.SetHalAsync(s, "nobody", true, "x", Now)).IsFalse();
            await NodeStore.SetHalAsync(s, "u-1", true, "x", Now);
            await NodeStore.SetHalAsync(s, "u-1", true, "y", Now.AddHours(1));
            await s.ExecuteAsync("UPDATE \"Fogs\" SET \"daemon_status\" = 'RUNNING', \"last_active\" = 1000 WHERE \"uuid\" = 'u-1'");
            await s.ExecuteAsync("UPDATE \"Fogs\" SET \"daemon_status\" = 'RUNNING', \"last_active\" = 3000 WHERE \"uuid\" = 'u-2'");
            await s.ExecuteAsync("INSERT INTO \"Microservices\" (\"uuid\", \"name\", \"iofog_uuid\", \"is_activated\", \"delete\") VALUES ('on', 'on', 'u-1', TRUE, FALSE), ('off', 'off', 'u-1', FALSE, FALSE), ('dying', 'dying', 'u-1', TRUE, TRUE), ('far', 'far', 'u-2', TRUE, TRUE)");
            await s.ExecuteAsync("INSERT INTO \"MicroserviceStatuses\" (\"microservice_uuid\", \"status\") VALUES ('on', 'RUNNING'), ('off', 'STOPPED'), ('far', 'RUNNING')");
            await s.ExecuteAsync("INSERT INTO \"MicroserviceExecStatuses\" (\"microservice_uuid\", \"status\", \"exec_session_id\") VALUES ('on', 'ACTIVE', 'x')");
        });
        var hal = await db.Database.ReadAsync(s => NodeStore.FindHalAsync(s, "u-1", true));
        await Assert.That((hal!.Info, hal.CreatedAt, hal.UpdatedAt)).IsEqualTo(("y", Now, Now.AddHours(1)));
        await Assert.That(await db.Database.ReadAsync(s => NodeStore.FindHalAsync(s, "u-1", false))).IsNull();
        await Assert.That((await db.Database.ReadAsync(s => NodeStore.ListSilentAsync(s, 2000))).Select(f => f.Uuid)).IsEquivalentTo(["u-1"]);
        await Assert.That(await db.Database.ReadAsync(s => NodeStore.ListStoppedAsync(s, "u-1"))).IsEquivalentTo(["off"]);
        await db.Database.WriteAsync(async s =>
        {
            await Assert.That(await NodeStore.SetSilentAsync(s, "u-2", 2000)).IsFalse();
            await Assert.That(await NodeStore.SetSilentAsync(s, "u-1", 2000)).IsTrue();
            await NodeStore.SetMicroservicesAsync(s, "u-1", "UNKNOWN", null, Now);
            await NodeStore.SetMicroservicesAsync(s, "u-1", "DELETING", ["far"], Now);
            await NodeStore.EndExecAsync(s, "u-1", Now);
            await NodeStore.DeleteMarkedAsync(s, "u-1");
        });
        await Assert.That(await db.Database.ReadAsync(s => s.QueryAsync(
            "SELECT \"microservice_uuid\", \"status\" FROM \"MicroserviceStatuses\" ORDER BY \"microservice_uuid\"", r => $"{r.Text()} {r.Text()}")))
            .IsEquivalentTo(["far RUNNING", "off STOPPED", "on UNKNOWN"]);
        await Assert.That(await db.Database.ReadAsync(s => s.QueryOneAsync("SELECT \"status\" FROM \"MicroserviceExecStatuses\"", r => r.Text()))).IsEqualTo("INACTIVE");
        await Assert.That(await db.Database.ReadAsync(s => s.QueryAsync("SELECT \"uuid\" FROM \"Microservices\" ORDER BY \"uuid\"", r => r.Text())))
            .IsEquivalentTo(["far", "off", "on"]);
        await db.Database.WriteAsync(s => NodeStore.SetDeprovisionedAsync(s, "u-1"));
        await Assert.That((await Find(db.Database, "u-1"))!.Status.DaemonStatus).IsEqualTo("DEPROVISIONED");
    }

    internal static Task AddAsync(Database database, string uuid, string name) => database.WriteAsync(s =>
        FogStore.InsertAsync(s, uuid, new Dictionary<string, object?> { ["name"] = name, ["archId"] = 1, ["routerId"] = null }, Now));

    private static Task<FogRow?> Find(Database database, string uuid) => database.ReadAsync(s => FogStore.FindAsync(s, uuid));
}
