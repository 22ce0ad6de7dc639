using Controller.Sql.Stores;

namespace Controller.Sql.Tests;

/// <summary>What agents are given, on every engine.</summary>
[Arguments(SqlFlavor.Sqlite)]
[Arguments(SqlFlavor.Postgres)]
[Arguments(SqlFlavor.MySql)]
public sealed class AgentMicroserviceStoreTests(SqlFlavor flavor)
{
    [Test]
    public async Task A_microservice_is_read_with_all_its_children()
    {
        await using var db = await MigratedDatabase.OpenAsync(flavor);
        await AgentWorld.AddFogAsync(db.Database, "fog");
        await AgentWorld.AddFogAsync(db.Database, "hub", host: "10.0.0.2");
        var application = await AgentWorld.AddApplicationAsync(db.Database, "app");
        await AgentWorld.AddMicroserviceAsync(db.Database, "m", "m", "fog", application, rebuild: true);
        await AgentWorld.RunAsync(
            db.Database,
            """
            UPDATE "Microservices" SET "config" = '{"a":1}', "cpu_set_cpus" = '0-1', "memory_limit" = 256, "log_size" = 10, "schedule" = 60,
              "host_network_mode" = TRUE, "run_as_user" = '1000', "runtime" = 'crun', "is_controller" = FALSE WHERE "uuid" = 'm'
            """);
        foreach (var sql in new[]
        {
            "INSERT INTO \"MicroserviceArgs\" (\"cmd\", \"microservice_uuid\") VALUES ('one', 'm')",
            "INSERT INTO \"MicroserviceArgs\" (\"cmd\", \"microservice_uuid\") VALUES ('two', 'm')",
            "INSERT INTO \"MicroserviceCdiDevices\" (\"cdi_devices\", \"microservice_uuid\") VALUES ('gpu', 'm')",
            "INSERT INTO \"MicroserviceCapAdd\" (\"cap_add\", \"microservice_uuid\") VALUES ('ADD', 'm')",
            "INSERT INTO \"MicroserviceCapDrop\" (\"cap_drop\", \"microservice_uuid\") VALUES ('DROP', 'm')",
            "INSERT INTO \"MicroservicePorts\" (\"port_internal\", \"port_external\", \"is_udp\", \"microservice_uuid\") VALUES (1, 2, TRUE, 'm')",
            "INSERT INTO \"MicroservicePorts\" (\"port_internal\", \"port_external\", \"microservice_uuid\") VALUES (3, 4, 'm')",
            "INSERT INTO \"VolumeMappings\" (\"host_destination\", \"container_destination\", \"access_mode\", \"microservice_uuid\") VALUES ('h', 'c', 'rw', 'm')",
            "INSERT INTO \"VolumeMappings\" (\"host_destination\", \"container_destination\", \"access_mode\", \"type\", \"microservice_uuid\") VALUES ('m', 's', 'ro', 'serviceAccount', 'm')",
            "INSERT INTO \"MicroserviceEnvs\" (\"key\", \"value\", \"microservice_uuid\") VALUES ('K', 'v', 'm')",
            "INSERT INTO \"MicroserviceEnvs\" (\"key\", \"value_from_secret\", \"microservice_uuid\") VALUES ('S', 's/k', 'm')",
            "INSERT INTO \"MicroserviceEnvs\" (\"key\", \"value_from_config_map\", \"microservice_uuid\") VALUES ('C', 'c/k', 'm')",
            "INSERT INTO \"MicroserviceExtraHost\" (\"template_type\", \"name\", \"template\", \"value\", \"microservice_uuid\", \"target_fog_uuid\") VALUES ('Agents', 'hub', 't', 'old', 'm', 'hub')",
            "INSERT INTO \"MicroserviceHealthChecks\" (\"test\", \"interval\", \"timeout\", \"retries\", \"microservice_uuid\") VALUES ('[]', 30, 1.5, 3, 'm')",
            "INSERT INTO \"RbacServiceAccounts\" (\"name\", \"role_ref\", \"microservice_uuid\") VALUES ('m', '{}', 'm')",
        })
        {
            await AgentWorld.RunAsync(db.Database, sql);
        }

        var row = (await db.Database.ReadAsync(s => AgentMicroserviceStore.ListAsync(s, "fog"))).Single();

        await Assert.That((row.Uuid, row.Name, row.Application, row.Image)).IsEqualTo(("m", "m", "app", "example/m:1"));
        await Assert.That((row.Config, row.CpuSetCpus, row.MemoryLimit, row.LogSize, row.Schedule)).IsEqualTo(("{\"a\":1}", "0-1", (double?)256, 10L, (int?)60));
        await Assert.That((row.HostNetworkMode, row.IsPrivileged, row.Rebuild, row.IsController)).IsEqualTo((true, false, true, false));
        await Assert.That((row.RunAsUser, row.Runtime, row.Platform, row.RegistryId)).IsEqualTo(("1000", "crun", "", (int?)2));
        await Assert.That(string.Join(',', row.Cmd)).IsEqualTo("one,two");
        await Assert.That((row.CdiDevices.Single(), row.CapAdd.Single(), row.CapDrop.Single())).IsEqualTo(("gpu", "ADD", "DROP"));
        await Assert.That(row.Ports).IsEquivalentTo([new AgentPortRow(1, 2, true), new AgentPortRow(3, 4, null)]);
        await Assert.That(row.Volumes.Single()).IsEqualTo(new AgentVolumeRow("h", "c", "rw", "bind"));
        await Assert.That(row.Env).IsEquivalentTo(
            [new EnvRow("K", "v", null, null), new EnvRow("S", null, "s/k", null), new EnvRow("C", null, null, "c/k")]);
        await Assert.That(row.ExtraHosts.Single()).IsEqualTo(new AgentExtraHostRow("hub", "t", "Agents", "10.0.0.2"));
        await Assert.That(row.HealthCheck).IsEqualTo(new AgentHealthCheckRow("[]", 30, 1.5, null, null, 3));
        await Assert.That(row.ServiceAccount).IsEqualTo(new AgentServiceAccountRow("{}", null));

        var found = await db.Database.ReadAsync(s => AgentMicroserviceStore.FindAsync(s, "fog", "m"));
        await Assert.That(found!.Ports.Count).IsEqualTo(2);
        await Assert.That((found.Detail!.FogUuid, found.Detail.OwnRegistryId, found.Detail.IsActivated)).IsEqualTo(("fog", (int?)2, true));
        await Assert.That(await db.Database.ReadAsync(s => AgentMicroserviceStore.FindAsync(s, "hub", "m"))).IsNull();
        await Assert.That(await db.Database.ReadAsync(s => AgentMicroserviceStore.ListImagesAsync(s, "m", null)))
            .IsEquivalentTo([new AgentImageRow("example/m:1", 1)]);
        await Assert.That((await db.Database.ReadAsync(s => AgentMicroserviceStore.ListImagesAsync(s, "m", 5))).Count).IsEqualTo(4);
    }

    [Test]
    public async Task The_selection_is_that_of_the_contract()
    {
        await using var db = await MigratedDatabase.OpenAsync(flavor);
        await AgentWorld.AddFogAsync(db.Database, "fog");
        await AgentWorld.AddFogAsync(db.Database, "riscv", arch: 3);
        await AgentWorld.AddFogAsync(db.Database, "auto", arch: 0);
        var on = await AgentWorld.AddApplicationAsync(db.Database, "on");
        var off = await AgentWorld.AddApplicationAsync(db.Database, "off", isActivated: false);
        await AgentWorld.AddMicroserviceAsync(db.Database, "runs", "a", "fog", on);
        await AgentWorld.AddMicroserviceAsync(db.Database, "stopped", "b", "fog", on, isActivated: false);
        await AgentWorld.AddMicroserviceAsync(db.Database, "off", "c", "fog", off);
        await AgentWorld.AddMicroserviceAsync(db.Database, "loose", "d", "fog", null);
        await AgentWorld.AddMicroserviceAsync(db.Database, "nats", "nats", "fog", off, catalogItem: 5, isActivated: false);
        await AgentWorld.AddMicroserviceAsync(db.Database, "router", "router", "fog", off, catalogItem: 1);
        await AgentWorld.AddMicroserviceAsync(db.Database, "no-image", "e", "riscv", on);
        await AgentWorld.AddMicroserviceAsync(db.Database, "catalog", "f", "riscv", on, catalogItem: 5);
        await AgentWorld.AddMicroserviceAsync(db.Database, "too-early", "g", "auto", on, catalogItem: 5);

        await Assert.That(await ListAsync("fog")).IsEquivalentTo(["runs", "nats"]);
        await Assert.That(await ListAsync("riscv")).IsEquivalentTo(["catalog"]);
        await Assert.That(await ListAsync("auto")).IsEmpty();

        async Task<IEnumerable<string>> ListAsync(string fog) =>
            (await db.Database.ReadAsync(s => AgentMicroserviceStore.ListAsync(s, fog))).Select(r => r.Uuid);
    }

    [Test]
    public async Task Concurrent_takers_of_rebuild_orders_get_each_once()
    {
        await using var db = await MigratedDatabase.OpenAsync(flavor);
        await AgentWorld.AddFogAsync(db.Database, "fog");
        var application = await AgentWorld.AddApplicationAsync(db.Database, "app");
        for (var i = 0; i < 4; i++)
        {
            await AgentWorld.AddMicroserviceAsync(db.Database, $"m{i}", $"m{i}", "fog", application, rebuild: true);
        }

        var taken = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => db.Database.WriteAsync(async s =>
        {
            await AgentMicroserviceStore.LockRebuildsAsync(s, "fog");
            var due = (await AgentMicroserviceStore.ListAsync(s, "fog")).Where(r => r.Rebuild).Select(r => r.Uuid).ToList();
            await AgentMicroserviceStore.ClearRebuildsAsync(s, due);
            return due;
        })));

        await Assert.That(taken.SelectMany(t => t)).IsEquivalentTo(["m0", "m1", "m2", "m3"]);
    }
}
