using Controller.Sql.Stores;

namespace Controller.Sql.Tests;

/// <summary>Secrets, config maps and what is made from them, on every engine.</summary>
[Arguments(SqlFlavor.Sqlite)]
[Arguments(SqlFlavor.Postgres)]
[Arguments(SqlFlavor.MySql)]
public sealed class DataStoreTests(SqlFlavor flavor)
{
    private static readonly DateTimeOffset Now = new(2026, 7, 10, 8, 0, 0, 482, TimeSpan.Zero), Later = Now.AddHours(1);

    [Test]
    public async Task Secrets_are_written_read_and_listed_without_their_data()
    {
        await using var db = await MigratedDatabase.OpenAsync(flavor);
        var (b, a) = (new SecretRow(0, "b", "tls", "data-b"), new SecretRow(0, "a", "Opaque", "data-a"));
        var id = await db.Database.WriteAsync(s => SecretStore.InsertAsync(s, b, Now));
        await db.Database.WriteAsync(s => SecretStore.InsertAsync(s, a, Now));
        await db.Database.WriteAsync(s => SecretStore.UpdateAsync(s, id, "new", Later));
        var stored = b with { Id = id, Data = "new", CreatedAt = Now, UpdatedAt = Later };
        await Assert.That(await db.Database.ReadAsync(s => SecretStore.FindAsync(s, "b"))).IsEqualTo(stored);
        await Assert.That(await db.Database.WriteAsync(s => SecretStore.FindForUpdateAsync(s, "b"))).IsEqualTo(stored);
        await Assert.That(await db.Database.ReadAsync(s => SecretStore.FindAsync(s, "B"))).IsNull();
        var list = await db.Database.ReadAsync(SecretStore.ListAsync);
        await Assert.That(list.Select(r => (r.Name, r.Data)).SequenceEqual([("a", null), ("b", null)])).IsTrue();
        await Assert.That(list[1]).IsEqualTo(stored with { Data = null });

        var again = await Assert.ThrowsAsync<DatabaseException>(() => db.Database.WriteAsync(s => SecretStore.InsertAsync(s, a, Now)));
        await Assert.That(again!.Fault).IsEqualTo(DatabaseFault.UniqueViolation);
        await db.Database.WriteAsync(s => SecretStore.DeleteAsync(s, id));
        await Assert.That((await db.Database.ReadAsync(SecretStore.ListAsync)).Count).IsEqualTo(1);
    }

    [Test]
    public async Task Config_maps_are_written_read_and_listed_without_their_data()
    {
        await using var db = await MigratedDatabase.OpenAsync(flavor);
        var map = new ConfigMapRow(0, "b", false, true, "data");
        var id = await db.Database.WriteAsync(s => ConfigMapStore.InsertAsync(s, map, Now));
        await db.Database.WriteAsync(s => s.ExecuteAsync("INSERT INTO \"ConfigMaps\" (\"name\", \"data\", \"immutable\", \"use_vault\") VALUES ('a', 'x', NULL, NULL)"));
        var changed = map with { Id = id, Immutable = true, UseVault = false, Data = "new", CreatedAt = Now, UpdatedAt = Later };
        await db.Database.WriteAsync(s => ConfigMapStore.UpdateAsync(s, changed, Later));
        await Assert.That(await db.Database.ReadAsync(s => ConfigMapStore.FindAsync(s, "b"))).IsEqualTo(changed);
        await Assert.That(await db.Database.WriteAsync(s => ConfigMapStore.FindForUpdateAsync(s, "b"))).IsEqualTo(changed);
        var list = await db.Database.ReadAsync(ConfigMapStore.ListAsync);
        await Assert.That(list.Select(r => (r.Name, r.Immutable, r.UseVault, r.Data)).SequenceEqual([("a", false, true, null), ("b", true, false, null)])).IsTrue();
        await db.Database.WriteAsync(s => ConfigMapStore.DeleteAsync(s, id));
        await Assert.That(await db.Database.ReadAsync(s => ConfigMapStore.FindAsync(s, "b"))).IsNull();
    }

    [Test]
    public async Task Volume_mounts_are_found_changed_and_go_with_their_source()
    {
        await using var db = await MigratedDatabase.OpenAsync(flavor);
        await db.Database.WriteAsync(async s =>
        {
            await FleetRows.AddFogAsync(s, "f1");
            var id = await SecretStore.InsertAsync(s, new(0, "sec", "Opaque", "x"), Now);
            await ConfigMapStore.InsertAsync(s, new(0, "cm", false, true, "x"), Now);
            await VolumeMountStore.InsertAsync(s, new("v2", "b", null, "sec"), Now);
            await VolumeMountStore.InsertAsync(s, new("v1", "a", "cm", null, 4), Now);
            await VolumeMountStore.LinkAsync(s, [("v1", "f1"), ("v2", "f1")]);
            await Assert.That((await VolumeMountStore.ListAsync(s)).SequenceEqual([new("v1", "a", "cm", null, 4), new("v2", "b", null, "sec")])).IsTrue();
            await Assert.That(await VolumeMountStore.FindAsync(s, "a")).IsEqualTo(new("v1", "a", "cm", null, 4));
            await Assert.That(await VolumeMountStore.FindForUpdateAsync(s, "c")).IsNull();
            await VolumeMountStore.UpdateAsync(s, new("v1", "ignored", null, "sec", 5), Later);
            await Assert.That(await VolumeMountStore.FindForUpdateAsync(s, "a")).IsEqualTo(new("v1", "a", null, "sec", 5));
            await Assert.That(await VolumeMountStore.ListFogsAsync(s, DataKind.Secret, "sec")).IsEquivalentTo(["f1"]);
            await Assert.That(await VolumeMountStore.ListFogsAsync(s, DataKind.ConfigMap, "cm")).IsEmpty();
            await VolumeMountStore.DeleteAsync(s, "v1");
            await Assert.That((await VolumeMountStore.ListAsync(s)).Select(m => m.Name)).IsEquivalentTo(["b"]);
            await SecretStore.DeleteAsync(s, id);
            await Assert.That(await VolumeMountStore.ListAsync(s)).IsEmpty();
            await Assert.That(await s.QueryOneAsync("SELECT COUNT(*) FROM \"FogVolumeMounts\"", r => r.Long())).IsEqualTo(0);
        });
    }

    [Test]
    public async Task Variables_are_found_by_the_whole_name_of_what_they_refer_to()
    {
        await using var db = await MigratedDatabase.OpenAsync(flavor);
        await db.Database.WriteAsync(async s =>
        {
            var number = 0;
            foreach (var (secret, map) in new (string?, string?)[] { ("a/k", null), ("ab/k", null), ("A/k", null), ("a%/k", null), ("🔑é/k/l", null), (null, "a/k") })
            {
                number++;
                await FleetRows.AddFogAsync(s, $"f{number}");
                await FleetRows.AddMicroserviceAsync(s, $"m{number}", $"f{number}");
                await s.ExecuteAsync(
                    "INSERT INTO \"MicroserviceEnvs\" (\"key\", \"value_from_secret\", \"value_from_config_map\", \"microservice_uuid\") VALUES ('K', @s, @m, @u)",
                    new() { { "s", secret }, { "m", map }, { "u", $"m{number}" } });
            }

            await Assert.That(await EnvReferenceStore.ListFogsAsync(s, DataKind.Secret, "a")).IsEquivalentTo(["f1"]);
            await Assert.That(await EnvReferenceStore.ListFogsAsync(s, DataKind.Secret, "a%")).IsEquivalentTo(["f4"]);
            await Assert.That(await EnvReferenceStore.ListFogsAsync(s, DataKind.Secret, "🔑é")).IsEquivalentTo(["f5"]);
            await Assert.That(await EnvReferenceStore.ListFogsAsync(s, DataKind.Secret, "b")).IsEmpty();
            await Assert.That(await EnvReferenceStore.ListFogsAsync(s, DataKind.ConfigMap, "a")).IsEquivalentTo(["f6"]);
        });
    }

    [Test]
    public async Task Certificates_are_written_read_and_listed()
    {
        await using var db = await MigratedDatabase.OpenAsync(flavor);
        await db.Database.WriteAsync(async s =>
        {
            var secret = await SecretStore.InsertAsync(s, new(0, "b", "tls", "x"), Now);
            await CertificateStore.InsertAsync(s, new(0, "ca", "CA", true, null, null, Now, Later.AddDays(9), "0a", null), Now);
            var ca = (await CertificateStore.FindAsync(s, "ca"))!;
            await Assert.That(ca).IsEqualTo(new(ca.Id, "ca", "CA", true, null, null, Now, Later.AddDays(9), "0a", null));
            await CertificateStore.InsertAsync(s, new(0, "b", "B", false, ca.Id, "h1,h2", Now, Later, "0b", secret), Now);
            await CertificateStore.InsertAsync(s, new(0, "a", "A", false, ca.Id, null, Now, Later.AddDays(1), "0c", null), Now);
            var b = (await CertificateStore.FindForUpdateAsync(s, "b"))!;
            await Assert.That(b).IsEqualTo(new(b.Id, "b", "B", false, ca.Id, "h1,h2", Now, Later, "0b", secret, "ca"));
            await Assert.That((await CertificateStore.ListAsync(s)).Select(c => c.Name).SequenceEqual(["a", "b", "ca"])).IsTrue();
            await Assert.That((await CertificateStore.ListAuthoritiesAsync(s)).Single()).IsEqualTo(ca);
            await Assert.That((await CertificateStore.ListSignedByAsync(s, ca.Id)).Select(c => c.Name).SequenceEqual(["a", "b"])).IsTrue();
            await Assert.That((await CertificateStore.ListEndingAsync(s, Now, Later.AddDays(2))).Select(c => c.Name).SequenceEqual(["b", "a"])).IsTrue();
            await Assert.That((await CertificateStore.ListEndingAsync(s, Later, Later.AddDays(2))).Select(c => c.Name)).IsEquivalentTo(["a"]);

            await CertificateStore.UpdateAsync(s, b with { Subject = "B2", Hosts = null, ValidFrom = Later, ValidTo = Later.AddDays(5), SerialNumber = "0d", SignedById = null }, Later);
            await Assert.That(await CertificateStore.FindAsync(s, "b")).IsEqualTo(new(b.Id, "b", "B2", false, null, null, Later, Later.AddDays(5), "0d", secret));
            await CertificateStore.DeleteAsync(s, b.Id);
            await Assert.That(await CertificateStore.FindAsync(s, "b")).IsNull();
        });
    }
}
