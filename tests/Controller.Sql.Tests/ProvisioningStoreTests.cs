using Controller.Sql.Stores;

namespace Controller.Sql.Tests;

/// <summary>Keys, version commands and tombstones, on every engine.</summary>
[Arguments(SqlFlavor.Sqlite)]
[Arguments(SqlFlavor.Postgres)]
[Arguments(SqlFlavor.MySql)]
public sealed class ProvisioningStoreTests(SqlFlavor flavor)
{
    private static readonly DateTimeOffset Now = new(2026, 7, 10, 8, 0, 0, 482, TimeSpan.Zero);

    [Test]
    public async Task A_fog_has_one_provisioning_key()
    {
        await using var db = await MigratedDatabase.OpenAsync(flavor);
        await FogStoreTests.AddAsync(db.Database, "u-1", "a");
        await db.Database.WriteAsync(async s =>
        {
            await ProvisioningStore.SetKeyAsync(s, "u-1", "old", 5);
            await ProvisioningStore.SetKeyAsync(s, "u-1", "new", 6);
        });
        await Assert.That(await db.Database.WriteAsync(s => ProvisioningStore.TakeKeyAsync(s, "old"))).IsNull();
        await Assert.That(await db.Database.WriteAsync(s => ProvisioningStore.TakeKeyAsync(s, "new"))).IsEqualTo(new ProvisioningKeyRow("u-1", 6));
    }

    [Test]
    public async Task One_of_many_at_the_same_moment_uses_a_key_up()
    {
        await using var db = await MigratedDatabase.OpenAsync(flavor);
        await FogStoreTests.AddAsync(db.Database, "u-1", "a");
        await db.Database.WriteAsync(s => ProvisioningStore.SetKeyAsync(s, "u-1", "key", 5));
        var used = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => db.Database.WriteAsync(async s =>
        {
            if (await ProvisioningStore.TakeKeyAsync(s, "key") is null)
            {
                return false;
            }

            await ProvisioningStore.SetPublicKeyAsync(s, "u-1", $"public-{i}", Now);
            await ProvisioningStore.SetProvisionedAsync(s, "u-1", 2, null, Now);
            await ProvisioningStore.DeleteKeyAsync(s, "key");
            return true;
        })));
        await Assert.That(used.Count(u => u)).IsEqualTo(1);
        await Assert.That(await db.Database.ReadAsync(s => ProvisioningStore.FindPublicKeyAsync(s, "u-1"))).IsEqualTo($"public-{Array.IndexOf(used, true)}");
        await db.Database.WriteAsync(s => ProvisioningStore.DeletePublicKeyAsync(s, "u-1"));
        await Assert.That(await db.Database.ReadAsync(s => ProvisioningStore.FindPublicKeyAsync(s, "u-1"))).IsNull();
    }

    [Test]
    public async Task Images_are_a_microservices_own_or_else_its_catalog_items()
    {
        await using var db = await MigratedDatabase.OpenAsync(flavor);
        await FogStoreTests.AddAsync(db.Database, "u-1", "a");
        await db.Database.WriteAsync(async s =>
        {
            var item = await s.InsertAsync("INSERT INTO \"CatalogItems\" (\"name\") VALUES ('item')");
            await s.ExecuteAsync(
                "INSERT INTO \"Microservices\" (\"uuid\", \"name\", \"iofog_uuid\", \"catalog_item_id\") VALUES ('own', 'own', 'u-1', @i), ('item', 'item', 'u-1', @i)",
                new() { { "i", item } });
            await s.ExecuteAsync("INSERT INTO \"CatalogItemImages\" (\"container_image\", \"catalog_item_id\", \"arch_id\") VALUES ('x', @i, 1), ('x', @i, 2)", new() { { "i", item } });
            await s.ExecuteAsync("INSERT INTO \"CatalogItemImages\" (\"container_image\", \"microservice_uuid\", \"arch_id\") VALUES ('x', 'own', 3)");
        });
        async Task<string> Without(int arch) => string.Join(' ', await db.Database.ReadAsync(s => ProvisioningStore.ListWithoutImageAsync(s, "u-1", arch)));
        await Assert.That(await Without(1)).IsEqualTo("own");
        await Assert.That(await Without(3)).IsEqualTo("item");
        await Assert.That(await Without(4)).IsEqualTo("item own");
    }

    [Test]
    public async Task A_version_command_replaces_the_former_one()
    {
        await using var db = await MigratedDatabase.OpenAsync(flavor);
        await FogStoreTests.AddAsync(db.Database, "u-1", "a");
        await db.Database.WriteAsync(async s =>
        {
            await ProvisioningStore.SetVersionCommandAsync(s, "u-1", new("upgrade", "1.2.3"));
            await ProvisioningStore.SetVersionCommandAsync(s, "u-1", new("rollback", null));
        });
        await Assert.That(await db.Database.ReadAsync(s => ProvisioningStore.FindVersionCommandAsync(s, "u-1"))).IsEqualTo(new VersionCommandRow("rollback", null));
    }

    [Test]
    public async Task A_tombstone_stands_in_for_its_fog_until_it_is_removed()
    {
        await using var db = await MigratedDatabase.OpenAsync(flavor);
        await db.Database.WriteAsync(s => TombstoneStore.InsertAsync(s, "u-1", "a", "public", Now));
        var row = await db.Database.ReadAsync(s => TelemetryStore.FindAsync(s, "u-1"));
        await Assert.That((row!.IsDeleted, row.PublicKey, row.Name)).IsEqualTo((true, "public", "a"));
        await Assert.That(await db.Database.ReadAsync(s => TombstoneStore.ListBeforeAsync(s, Now))).IsEmpty();
        await Assert.That(await db.Database.ReadAsync(s => TombstoneStore.ListBeforeAsync(s, Now.AddSeconds(1)))).IsEquivalentTo(["u-1"]);
        await db.Database.WriteAsync(s => TombstoneStore.DeleteAsync(s, "u-1"));
        await Assert.That(await db.Database.ReadAsync(s => TelemetryStore.FindAsync(s, "u-1"))).IsNull();
    }
}
