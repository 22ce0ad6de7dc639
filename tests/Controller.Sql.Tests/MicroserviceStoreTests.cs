using Controller.Sql.Stores;

namespace Controller.Sql.Tests;

/// <summary>The stores of microservices on every engine.</summary>
[Arguments(SqlFlavor.Sqlite)]
[Arguments(SqlFlavor.Postgres)]
[Arguments(SqlFlavor.MySql)]
public sealed class MicroserviceStoreTests(SqlFlavor flavor)
{
    private static readonly DateTimeOffset Now = new(2026, 7, 10, 8, 30, 0, 482, TimeSpan.Zero);

    [Test]
    public async Task A_microservice_comes_back_as_it_was_written()
    {
        await using var db = await OpenAsync();
        var row = Full("a", 1);
        await WriteAsync(db, row);
        var read = await db.Database.ReadAsync(s => MicroserviceStore.FindAsync(s, row.Uuid));
        await Assert.That(Flat(read!)).IsEqualTo(Flat(row with
        {
            ApplicationName = "shop", ApplicationIsActivated = true, CatalogCategory = null, NatsRuleName = "rule",
        }));
        await Assert.That(read!.Images).IsEquivalentTo(row.Images);
        await Assert.That(read.Ports).IsEquivalentTo(row.Ports);
        await Assert.That(read.Env).IsEquivalentTo(row.Env);
        await Assert.That(read.Cmd).IsEquivalentTo(row.Cmd, TUnit.Assertions.Enums.CollectionOrdering.Matching);
        await Assert.That(read.CdiDevices).IsEquivalentTo(row.CdiDevices);
        await Assert.That(read.CapAdd).IsEquivalentTo(row.CapAdd);
        await Assert.That(read.CapDrop).IsEquivalentTo(row.CapDrop);
        await Assert.That(read.ExtraHosts).IsEquivalentTo(row.ExtraHosts);
        await Assert.That(read.HealthCheck).IsEqualTo(row.HealthCheck);
        await Assert.That(read.VolumeMappings.Select(m => m with { Id = 0 })).IsEquivalentTo(row.VolumeMappings);
        await Assert.That(read.Status!.Status).IsEqualTo("QUEUED");
        await Assert.That(read.Status.CreatedAt).IsEqualTo(Now);
        await Assert.That(read.ExecStatus).IsEqualTo(new ExecStatusRow("INACTIVE", null, Now, Now));
        await Assert.That(read.ServiceAccount! with { Id = 0 }).IsEqualTo(
            new ServiceAccountRow(0, "a", row.Uuid, 1, """{"kind":"Role","name":"microservice"}""", null, Now, Now));
        await Assert.That(await db.Database.WriteAsync(s => MicroserviceStore.FindForUpdateAsync(s, "none"))).IsNull();
    }

    [Test]
    public async Task A_written_row_and_replaced_lists_are_read_back()
    {
        await using var db = await OpenAsync();
        var row = Full("a", 1);
        await WriteAsync(db, row);
        var changed = row with
        {
            Name = "b", MemoryLimit = 268435457, LogSize = 9, Rebuild = false, NatsRuleId = null, CatalogItemId = 1, UpdatedAt = Now.AddHours(1),
            IsActivated = false, PidMode = "", ConfigLastUpdated = null,
        };
        await db.Database.WriteAsync(async s =>
        {
            await MicroserviceStore.UpdateAsync(s, changed);
            await MicroserviceChildStore.ReplaceImagesAsync(s, row.Uuid, []);
            await MicroserviceChildStore.ReplaceEnvAsync(s, row.Uuid, [new EnvRow("N", null, null, "map/key")]);
            await MicroserviceChildStore.ReplaceCmdAsync(s, row.Uuid, [.. Enumerable.Range(0, 250).Select(i => $"{i}")]);
            await MicroserviceChildStore.ReplaceHealthCheckAsync(s, row.Uuid, null, Now);
            await MicroserviceChildStore.RenameServiceAccountVolumeAsync(s, row.Uuid, "b");
            await ServiceAccountStore.RenameAsync(s, row.Uuid, "b", Now);
            await MicroserviceChildStore.ResetStatusAsync(s, row.Uuid, Now);
        });
        var read = (await db.Database.ReadAsync(s => MicroserviceStore.FindByNameAsync(s, 1, "b")))!;
        await Assert.That(Flat(read)).IsEqualTo(Flat(changed with
        {
            ApplicationName = "shop", ApplicationIsActivated = true, CatalogCategory = "SYSTEM", CatalogRegistryId = 1,
        }));
        await Assert.That(read.Images.Count).IsEqualTo(0);
        await Assert.That(read.Env).IsEquivalentTo([new EnvRow("N", null, null, "map/key")]);
        await Assert.That(read.Cmd).IsEquivalentTo(Enumerable.Range(0, 250).Select(i => $"{i}"), TUnit.Assertions.Enums.CollectionOrdering.Matching);
        await Assert.That(read.HealthCheck).IsNull();
        await Assert.That(read.VolumeMappings.Single(m => m.Type == "serviceAccount").HostDestination).IsEqualTo("b");
        await Assert.That(read.ServiceAccount!.Name).IsEqualTo("b");
    }

    [Test]
    public async Task Lists_are_by_kind_application_and_fog_and_leave_out_the_dying()
    {
        await using var db = await OpenAsync();
        await WriteAsync(db, Full("b", 1));
        await WriteAsync(db, Full("a", 1));
        await WriteAsync(db, Full("dying", 1) with { Delete = true });
        await WriteAsync(db, Full("router", 2) with { FogUuid = "fog-2" });
        await Assert.That(await Names(s => MicroserviceStore.ListAsync(s, false))).IsEqualTo("a b");
        await Assert.That(await Names(s => MicroserviceStore.ListAsync(s, true))).IsEqualTo("router");
        await Assert.That(await Names(s => MicroserviceStore.ListByApplicationAsync(s, 1))).IsEqualTo("a b");
        await Assert.That(await Names(s => MicroserviceStore.ListByApplicationAsync(s, 2))).IsEqualTo("router");
        await Assert.That(await Names(s => MicroserviceStore.ListByApplicationAsync(s, 3))).IsEqualTo("");
        await Assert.That(await Names(s => MicroserviceStore.ListByFogAsync(s, "fog-1"))).IsEqualTo("a b dying");

        async Task<string> Names(Func<DbSession, Task<List<MicroserviceRow>>> list) =>
            string.Join(' ', (await db.Database.ReadAsync(list)).Select(r => r.Name));
    }

    [Test]
    public async Task Deleting_takes_every_child_along()
    {
        await using var db = await OpenAsync();
        var row = Full("a", 1);
        await WriteAsync(db, row);
        await db.Database.WriteAsync(s => MicroserviceStore.DeleteAsync(s, row.Uuid));
        foreach (var table in new[]
        {
            "Microservices", "MicroservicePorts", "MicroserviceEnvs", "MicroserviceArgs", "MicroserviceCdiDevices", "MicroserviceCapAdd",
            "MicroserviceCapDrop", "MicroserviceExtraHost", "MicroserviceHealthChecks", "VolumeMappings", "MicroserviceStatuses",
            "MicroserviceExecStatuses", "RbacServiceAccounts",
        })
        {
            var count = await db.Database.ReadAsync(s => s.QueryOneAsync($"SELECT COUNT(*) FROM \"{table}\"", r => r.Long()));
            await Assert.That(count).IsEqualTo(0).Because(table);
        }
    }

    [Test]
    public async Task A_name_is_taken_once_per_application()
    {
        await using var db = await OpenAsync();
        var row = Full("a", 1);
        await WriteAsync(db, row);
        await Assert.That(await Taken(1, "a", null)).IsTrue();
        await Assert.That(await Taken(1, "a", row.Uuid)).IsFalse();
        await Assert.That(await Taken(2, "a", null)).IsFalse();
        await Assert.That(await Taken(1, "A", null)).IsFalse();
        var e = await Assert.ThrowsAsync<DatabaseException>(() => db.Database.WriteAsync(s => MicroserviceStore.InsertAsync(s, Full("a", 1))));
        await Assert.That(e!.Fault).IsEqualTo(DatabaseFault.UniqueViolation);

        Task<bool> Taken(long application, string name, string? except) =>
            db.Database.ReadAsync(s => MicroserviceStore.IsNameTakenAsync(s, application, name, except));
    }

    [Test]
    public async Task Ports_are_taken_per_fog_and_removed_one_by_one()
    {
        await using var db = await OpenAsync();
        var row = Full("a", 1);
        await WriteAsync(db, row);
        await Assert.That(await Taken("fog-1", "fog-2")).IsEquivalentTo([("fog-1", 8080, row.Uuid), ("fog-1", 8081, row.Uuid)]);
        await Assert.That(await Taken("fog-2")).IsEmpty();
        await Assert.That(await Remove(80)).IsTrue();
        await Assert.That(await Taken("fog-1")).IsEquivalentTo([("fog-1", 8081, row.Uuid)]);
        await Assert.That(await Remove(80)).IsTrue();
        await Assert.That(await Remove(80)).IsFalse();

        Task<List<(string Fog, int Port, string Microservice)>> Taken(params string[] fogs) => db.Database.WriteAsync(async s =>
        {
            await FogTargetStore.LockAsync(s, fogs);
            return await PortStore.ListAsync(s, fogs);
        });
        Task<bool> Remove(int port) => db.Database.WriteAsync(s => MicroserviceChildStore.RemovePortAsync(s, row.Uuid, port));
    }

    [Test]
    public async Task An_extra_host_shows_the_agents_present_address_and_follows_its_target()
    {
        await using var db = await OpenAsync();
        var target = Full("target", 1);
        var owner = Full("owner", 1);
        await WriteAsync(db, target);
        await WriteAsync(db, owner);
        await db.Database.WriteAsync(s => MicroserviceChildStore.ReplaceExtraHostsAsync(
            s,
            owner.Uuid,
            [
                new ExtraHostRow("Agents", "x", "${Agents.edge-1}", "old", null, "fog-1"),
                new ExtraHostRow("Apps", "y", "${Apps.shop.target.local}", "iofog", target.Uuid, "fog-1"),
            ]));
        var found = await db.Database.ReadAsync(s => ExtraHostStore.FindMicroserviceAsync(s, "shop", "target"));
        await Assert.That(found).IsEqualTo((target.Uuid, "fog-1"));
        await Assert.That(await db.Database.ReadAsync(s => ExtraHostStore.FindMicroserviceAsync(s, "shop", "none"))).IsNull();
        var owners = await db.Database.WriteAsync(s => ExtraHostStore.RetargetAsync(s, target.Uuid, "fog-2"));
        await Assert.That(owners).IsEquivalentTo([(owner.Uuid, (string?)"fog-1")]);
        await db.Database.WriteAsync(s => MicroserviceStore.MarkForRebuildAsync(s, owners.ConvertAll(o => o.Uuid)));
        var hosts = (await db.Database.ReadAsync(s => MicroserviceStore.FindAsync(s, owner.Uuid)))!.ExtraHosts;
        await Assert.That(hosts.Select(h => (h.Value, h.TargetFogUuid))).IsEquivalentTo([("host-1", (string?)"fog-1"), ("iofog", (string?)"fog-2")]);
        await Assert.That(await db.Database.WriteAsync(s => ExtraHostStore.ReaddressAsync(s, "fog-1", "new"))).IsEquivalentTo(["fog-1"]);
        await Assert.That(await db.Database.WriteAsync(s => ExtraHostStore.ReaddressAsync(s, "fog-2", "new"))).IsEmpty();
        var values = await db.Database.ReadAsync(s => s.QueryAsync("SELECT \"value\" FROM \"MicroserviceExtraHost\" ORDER BY \"id\"", r => r.Text()));
        await Assert.That(string.Join(' ', values.TakeLast(2))).IsEqualTo("new iofog");
    }

    [Test]
    public async Task A_service_account_without_a_microservice_is_taken_over_one_with_is_not()
    {
        await using var db = await OpenAsync();
        await db.Database.WriteAsync(s => s.ExecuteAsync("INSERT INTO \"RbacServiceAccounts\" (\"name\", \"application_id\") VALUES ('a', 1)"));
        var row = Full("a", 1);
        await WriteAsync(db, row);
        await Assert.That((await db.Database.ReadAsync(s => MicroserviceStore.FindAsync(s, row.Uuid)))!.ServiceAccount!.Name).IsEqualTo("a");
        var other = Full("b", 1);
        await WriteAsync(db, other);
        var e = await Assert.ThrowsAsync<DatabaseException>(
            () => db.Database.WriteAsync(s => ServiceAccountStore.SetAsync(s, Guid.NewGuid().ToString(), 1, "a", "{}", null, Now)));
        await Assert.That(e!.Fault).IsEqualTo(DatabaseFault.UniqueViolation);
        await db.Database.WriteAsync(s => ServiceAccountStore.SetAsync(s, row.Uuid, 1, "a", "{}", 7, Now));
        var account = (await db.Database.ReadAsync(s => MicroserviceStore.FindAsync(s, row.Uuid)))!.ServiceAccount!;
        await Assert.That((account.RoleRef, account.RoleId)).IsEqualTo(("{}", 7L));
    }

    [Test]
    public async Task What_microservices_refer_to_is_found()
    {
        await using var db = await OpenAsync();
        await db.Database.WriteAsync(async s =>
        {
            await s.ExecuteAsync("INSERT INTO \"Secrets\" (\"name\", \"type\", \"data\") VALUES ('s', 'tls', 'x')");
            await s.ExecuteAsync("INSERT INTO \"ConfigMaps\" (\"name\", \"data\") VALUES ('c', 'y')");
            await s.ExecuteAsync("INSERT INTO \"VolumeMounts\" (\"uuid\", \"name\", \"secret_name\") VALUES ('v', 'mount', 's')");
            await ApplicationRefStore.EnsureSystemAsync(s, "system-x", Now);
            await ApplicationRefStore.EnsureSystemAsync(s, "system-x", Now);
            await ApplicationRefStore.EnsureSystemAsync(s, "shop", Now);
        });
        await db.Database.WriteAsync(async s =>
        {
            await Assert.That((await SecretDataStore.ListSecretsAsync(s, ["s", "t"])).Single()).IsEqualTo(new StoredData("s", true, "x"));
            await Assert.That((await SecretDataStore.ListConfigMapsAsync(s, ["c"])).Single()).IsEqualTo(new StoredData("c", false, "y"));
            await Assert.That((await VolumeMountStore.ListAsync(s, ["mount"])).Single()).IsEqualTo(new VolumeMountRow("v", "mount", null, "s"));
            await Assert.That(await VolumeMountStore.LinkAsync(s, [("v", "fog-1"), ("v", "fog-1")])).IsEquivalentTo([("v", "fog-1")]);
            await Assert.That(await VolumeMountStore.LinkAsync(s, [("v", "fog-1"), ("v", "fog-2")])).IsEquivalentTo([("v", "fog-2")]);
            await Assert.That((await FogTargetStore.ListAsync(s, ["fog-2", "none"], ["edge-1"])).Select(f => f.Uuid)).IsEquivalentTo(["fog-1", "fog-2"]);
            await Assert.That(await FogTargetStore.FindByNameAsync(s, "edge-1"))
                .IsEqualTo(new FogTarget("fog-1", "edge-1", 1, "host-1", """["crun"]""", "edgelet"));
            await Assert.That(await FogTargetStore.FindAsync(s, "none")).IsNull();
            var item = await CatalogChoiceStore.FindSystemAsync(s, "Debug");
            await Assert.That((item!.Id, item.Category, item.RegistryId, item.Images.Count)).IsEqualTo((4L, "SYSTEM", 1L, 4));
            await Assert.That(await CatalogChoiceStore.FindAsync(s, 99)).IsNull();
            await Assert.That(await CatalogChoiceStore.RegistryExistsAsync(s, 2)).IsTrue();
            await Assert.That(await CatalogChoiceStore.RegistryExistsAsync(s, 99)).IsFalse();
            var rule = await NatsUserRuleRefStore.EnsureAsync(s, "default-user", false, "[]", null, Now);
            await Assert.That(await NatsUserRuleRefStore.EnsureAsync(s, "default-user", true, "[]", null, Now)).IsEqualTo(rule);
            await Assert.That(await RoleStore.FindIdAsync(s, "none")).IsNull();
            await Assert.That((await ApplicationRefStore.FindByNameOrIdAsync(s, "shop", false))!.Id).IsEqualTo(1);
            await Assert.That((await ApplicationRefStore.FindByNameOrIdAsync(s, "1", false))!.Name).IsEqualTo("shop");
            await Assert.That(await ApplicationRefStore.FindByNameOrIdAsync(s, "shop", true)).IsNull();
            await Assert.That((await ApplicationRefStore.FindByNameAsync(s, "system-x"))!.IsActivated).IsTrue();
        });
    }

    private async Task<MigratedDatabase> OpenAsync()
    {
        var db = await MigratedDatabase.OpenAsync(flavor);
        await db.Database.WriteAsync(async s =>
        {
            foreach (var i in new[] { 1, 2 })
            {
                await s.ExecuteAsync(
                    """
                    INSERT INTO "Fogs" ("uuid", "name", "arch_id", "host", "available_runtimes", "container_engine")
                    VALUES (@uuid, @name, 1, @host, '["crun"]', 'edgelet')
                    """,
                    new() { { "uuid", $"fog-{i}" }, { "name", $"edge-{i}" }, { "host", $"host-{i}" } });
                await s.InsertAsync(
                    "INSERT INTO \"Applications\" (\"name\", \"is_system\", \"is_activated\") VALUES (@name, @system, TRUE)",
                    new() { { "name", i == 1 ? "shop" : "system-edge-1" }, { "system", i == 2 } });
            }

            await s.InsertAsync("INSERT INTO \"NatsUserRules\" (\"name\") VALUES ('rule')");
        });
        return db;
    }

    private static MicroserviceRow Full(string name, long application) => new()
    {
        Uuid = Guid.NewGuid().ToString(), Name = name, Config = """{"a":"ü"}""", Annotations = "{}", ConfigLastUpdated = 1783668600000,
        Rebuild = true, LogSize = 5, CreatedAt = Now, UpdatedAt = Now, RegistryId = 2, FogUuid = "fog-1", ApplicationId = application,
        RunAsUser = "u", Platform = "p", Runtime = "crun", PidMode = "host", IpcMode = "host", Schedule = 7, CpuSetCpus = "0-1", MemoryLimit = 64,
        IsActivated = true, HostNetworkMode = true, IsPrivileged = true, NatsRuleId = 1, NatsAccess = true, NatsAccountId = 3, NatsUserId = 4,
        NatsCredsSecretName = "creds", IsController = true,
        Images = [new ImageRow("one", 1), new ImageRow("two", 2)],
        Ports = [new PortRow(80, 8080, false), new PortRow(80, 8081, true)],
        Env = [new EnvRow("A", "1", null, null), new EnvRow("B", null, "s/k", null)],
        Cmd = ["x", "", "z"],
        CdiDevices = ["d"],
        CapAdd = ["A"],
        CapDrop = ["D", "E"],
        ExtraHosts = [new ExtraHostRow("Litteral", "h", "1.1.1.1", "1.1.1.1", null, null)],
        HealthCheck = new HealthCheckRow("""["CMD"]""", 1.5, 2, null, null, 3),
        VolumeMappings = [new VolumeMappingRow(0, "/h", "/c", "rw", "bind"), new VolumeMappingRow(0, name, "/s", "ro", "serviceAccount")],
    };

    [Test]
    public async Task Many_are_added_at_once_as_one_by_one()
    {
        await using var db = await OpenAsync();
        await db.Database.WriteAsync(s => s.ExecuteAsync("INSERT INTO \"RbacServiceAccounts\" (\"name\", \"application_id\") VALUES ('one', 1)"));
        var rows = new[] { "one", "two", "three" }.Select(n => Full(n, 1)).ToList();
        await db.Database.WriteAsync(async s =>
        {
            await MicroserviceStore.AddAsync(s, rows, Now);
            await ServiceAccountStore.AddAsync(s, 1, rows.ConvertAll(r => new ServiceAccountRow(0, r.Name, r.Uuid, 1, """{"kind":"Role","name":"microservice"}""", null, null, null)), Now);
        });
        var alone = Full("alone", 2);
        await WriteAsync(db, alone);
        var expected = (await db.Database.ReadAsync(s => MicroserviceStore.FindAsync(s, alone.Uuid)))!;
        await Assert.That(await db.Database.ReadAsync(s => MicroserviceStore.ListNamesAsync(s, 1, ["one", "three", "four"]))).IsEquivalentTo(["one", "three"]);
        foreach (var row in rows)
        {
            var read = (await db.Database.ReadAsync(s => MicroserviceStore.FindAsync(s, row.Uuid)))!;
            await Assert.That(Flat(read) with { Uuid = "", Name = "", ApplicationId = 0, ApplicationName = "", ApplicationIsSystem = false, ApplicationIsActivated = false })
                .IsEqualTo(Flat(expected) with { Uuid = "", Name = "", ApplicationId = 0, ApplicationName = "", ApplicationIsSystem = false, ApplicationIsActivated = false });
            await Assert.That(read.Images).IsEquivalentTo(expected.Images);
            await Assert.That(read.Ports).IsEquivalentTo(expected.Ports);
            await Assert.That(read.Env).IsEquivalentTo(expected.Env);
            await Assert.That(read.Cmd).IsEquivalentTo(expected.Cmd);
            await Assert.That(read.CdiDevices).IsEquivalentTo(expected.CdiDevices);
            await Assert.That(read.CapAdd).IsEquivalentTo(expected.CapAdd);
            await Assert.That(read.CapDrop).IsEquivalentTo(expected.CapDrop);
            await Assert.That(read.ExtraHosts).IsEquivalentTo(expected.ExtraHosts);
            await Assert.That(read.HealthCheck).IsEqualTo(expected.HealthCheck);
            await Assert.That(read.VolumeMappings.Count).IsEqualTo(expected.VolumeMappings.Count);
            await Assert.That(read.Status! with { MicroserviceUuid = "" }).IsEqualTo(expected.Status! with { MicroserviceUuid = "" });
            await Assert.That(read.ExecStatus).IsEqualTo(expected.ExecStatus);
            await Assert.That(read.ServiceAccount!.RoleRef).IsEqualTo(expected.ServiceAccount!.RoleRef);
        }
    }

    private static Task WriteAsync(MigratedDatabase db, MicroserviceRow row) => db.Database.WriteAsync(async s =>
    {
        await MicroserviceStore.InsertAsync(s, row);
        await MicroserviceChildStore.ReplaceImagesAsync(s, row.Uuid, row.Images);
        await MicroserviceChildStore.ReplacePortsAsync(s, row.Uuid, row.Ports, Now);
        await MicroserviceChildStore.ReplaceEnvAsync(s, row.Uuid, row.Env);
        await MicroserviceChildStore.ReplaceCmdAsync(s, row.Uuid, row.Cmd);
        await MicroserviceChildStore.ReplaceCdiDevicesAsync(s, row.Uuid, row.CdiDevices);
        await MicroserviceChildStore.ReplaceCapAddAsync(s, row.Uuid, row.CapAdd);
        await MicroserviceChildStore.ReplaceCapDropAsync(s, row.Uuid, row.CapDrop);
        await MicroserviceChildStore.ReplaceExtraHostsAsync(s, row.Uuid, row.ExtraHosts);
        await MicroserviceChildStore.ReplaceHealthCheckAsync(s, row.Uuid, row.HealthCheck, Now);
        await MicroserviceChildStore.AddVolumeMappingAsync(s, row.Uuid, row.VolumeMappings[0]);
        await MicroserviceChildStore.AddVolumeMappingsAsync(s, row.Uuid, [.. row.VolumeMappings.Skip(1)]);
        await MicroserviceChildStore.AddStatusAsync(s, [row.Uuid], Now);
        await ServiceAccountStore.SetAsync(s, row.Uuid, row.ApplicationId, row.Name, """{"kind":"Role","name":"microservice"}""", null, Now);
    });

    /// <summary>The row itself, its children aside, for comparison.</summary>
    private static MicroserviceRow Flat(MicroserviceRow row) => row with
    {
        Images = [], Ports = [], Env = [], Cmd = [], ExtraHosts = [], CdiDevices = [], CapAdd = [], CapDrop = [], HealthCheck = null,
        VolumeMappings = [], Status = null, ExecStatus = null, ServiceAccount = null,
    };
}
