using Controller.Sql.Stores;

namespace Controller.Sql.Tests;

/// <summary>The catalog, registries and architectures on every engine.</summary>
[Arguments(SqlFlavor.Sqlite)]
[Arguments(SqlFlavor.Postgres)]
[Arguments(SqlFlavor.MySql)]
public sealed class CatalogStoreTests(SqlFlavor flavor)
{
    private static readonly DateTimeOffset Now = new(2026, 7, 10, 8, 0, 0, 482, TimeSpan.Zero);

    private static readonly CatalogItemRow Item =
        new(0, "broker", "für alle", "UTILITIES", "{\"port\":1883}", "Example Works", 5_000_000_000, 64, "none.png", true, 2);

    [Test]
    public async Task Seed_reads_back()
    {
        await using var db = await MigratedDatabase.OpenAsync(flavor);
        await db.Database.ReadAsync(async s =>
        {
            var items = await CatalogStore.ListAsync(s);
            await Assert.That(items[0]).IsEqualTo(new CatalogItemRow(
                1, "Router", "The built-in router for Edgelet.", "SYSTEM", null, "Eclipse ioFog", 0, 0, "none.png", false, 1));
            await Assert.That(string.Join(' ', items.Select(i => i.Name))).IsEqualTo("Router RESTBlue HAL Debug NATs");
            await Assert.That(await CatalogStore.ImagesAsync(s, [1, 3])).Count().IsEqualTo(8);
            await Assert.That(await CatalogStore.ImagesAsync(s, [])).IsEmpty();
            await Assert.That(await RegistryStore.ListAsync(s)).IsEquivalentTo(new RegistryRow[]
            {
                new(1, "docker.io", true, "", "", ""), new(2, "from_cache", true, "", "", ""),
            });
            await Assert.That(string.Join(' ', (await ArchitectureStore.ListAsync(s)).Select(a => $"{a.Id}:{a.Name}:{a.Image}"))).IsEqualTo(
                "0:auto:iointegrator0.png 1:amd64:iointegrator1.png 2:arm64:iointegrator2.png 3:riscv64:iointegrator3.png 4:arm:iointegrator4.png");
            return true;
        });
    }

    [Test]
    public async Task Item_is_inserted_updated_and_removed()
    {
        await using var db = await MigratedDatabase.OpenAsync(flavor);
        var id = await db.Database.WriteAsync(s => CatalogStore.InsertAsync(s, Item));
        await Assert.That(id).IsEqualTo(6);
        await Assert.That(await db.Database.ReadAsync(s => CatalogStore.FindAsync(s, id))).IsEqualTo(Item with { Id = id });

        var changed = new CatalogItemRow(id, "other", "", null, null, null, 0, 0, "", false, null);
        await db.Database.WriteAsync(async s =>
        {
            await Assert.That(await CatalogStore.LockAsync(s, id)).IsEqualTo(Item with { Id = id });
            await CatalogStore.UpdateAsync(s, changed);
        });
        await Assert.That(await db.Database.ReadAsync(s => CatalogStore.FindAsync(s, id))).IsEqualTo(changed);

        await db.Database.WriteAsync(async s =>
        {
            await CatalogStore.SetImageAsync(s, new(id, 1, "i"));
            await CatalogStore.SetTypeAsync(s, CatalogDirection.Input, new(id, "a", null));
            await CatalogStore.DeleteAsync(s, id);
        });
        await Assert.That(await db.Database.ReadAsync(s => CatalogStore.FindAsync(s, id))).IsNull();
        await Assert.That(await db.Database.ReadAsync(s => CatalogStore.ImagesAsync(s, [id]))).IsEmpty();
        await Assert.That(await db.Database.ReadAsync(s => CatalogStore.TypesAsync(s, CatalogDirection.Input, [id]))).IsEmpty();
    }

    [Test]
    public async Task Name_is_unique()
    {
        await using var db = await MigratedDatabase.OpenAsync(flavor);
        var id = await db.Database.WriteAsync(s => CatalogStore.InsertAsync(s, Item));
        await Assert.That(await db.Database.ReadAsync(s => CatalogStore.IsNameTakenAsync(s, "broker"))).IsTrue();
        await Assert.That(await db.Database.ReadAsync(s => CatalogStore.IsNameTakenAsync(s, "broker", id))).IsFalse();
        await Assert.That(await db.Database.ReadAsync(s => CatalogStore.IsNameTakenAsync(s, "Broker"))).IsFalse();

        var insert = await Assert.ThrowsAsync<DatabaseException>(() => db.Database.WriteAsync(s => CatalogStore.InsertAsync(s, Item)));
        await Assert.That(insert!.Fault).IsEqualTo(DatabaseFault.UniqueViolation);
        var update = await Assert.ThrowsAsync<DatabaseException>(() =>
            db.Database.WriteAsync(s => CatalogStore.UpdateAsync(s, Item with { Id = id, Name = "HAL" })));
        await Assert.That(update!.Fault).IsEqualTo(DatabaseFault.UniqueViolation);
    }

    [Test]
    public async Task Of_concurrent_inserts_of_one_name_one_succeeds()
    {
        await using var db = await MigratedDatabase.OpenAsync(flavor);
        var faults = await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            try
            {
                await db.Database.WriteAsync(s => CatalogStore.InsertAsync(s, Item));
                return (DatabaseFault?)null;
            }
            catch (DatabaseException e)
            {
                return e.Fault;
            }
        }));
        await Assert.That(faults.Count(f => f is null)).IsEqualTo(1);
        await Assert.That(faults.Count(f => f == DatabaseFault.UniqueViolation)).IsEqualTo(7);
    }

    [Test]
    public async Task Setting_images_at_once_under_the_lock_keeps_one_row_per_architecture()
    {
        await using var db = await MigratedDatabase.OpenAsync(flavor);
        var id = await db.Database.WriteAsync(s => CatalogStore.InsertAsync(s, Item));
        await Task.WhenAll(Enumerable.Range(0, 8).Select(i => db.Database.WriteAsync(async s =>
        {
            await CatalogStore.LockAsync(s, id);
            await CatalogStore.SetImageAsync(s, new(id, 3, $"image{i}"));
            await CatalogStore.SetTypeAsync(s, CatalogDirection.Output, new(id, $"type{i}", null));
        })));
        // The same value again: the row is found although nothing changes.
        var image = (await db.Database.ReadAsync(s => CatalogStore.ImagesAsync(s, [id]))).Single();
        await db.Database.WriteAsync(s => CatalogStore.SetImageAsync(s, image));

        await Assert.That(await db.Database.ReadAsync(s => CatalogStore.ImagesAsync(s, [id]))).IsEquivalentTo([image]);
        await Assert.That(await db.Database.ReadAsync(s => CatalogStore.TypesAsync(s, CatalogDirection.Output, [id]))).Count().IsEqualTo(1);
        await Assert.That(await db.Database.ReadAsync(s => CatalogStore.TypesAsync(s, CatalogDirection.Input, [id]))).IsEmpty();
    }

    [Test]
    public async Task Microservices_follow_their_item()
    {
        await using var db = await MigratedDatabase.OpenAsync(flavor);
        var id = await db.Database.WriteAsync(s => CatalogStore.InsertAsync(s, Item));
        await Assert.That(await db.Database.ReadAsync(s => CatalogStore.IsUsedAsync(s, id))).IsFalse();
        await db.Database.WriteAsync(async s =>
        {
            await FleetRows.AddFogAsync(s, "f1");
            await FleetRows.AddFogAsync(s, "f2");
            await FleetRows.AddMicroserviceAsync(s, "m1", "f1", id, 1);
            await FleetRows.AddMicroserviceAsync(s, "m2", "f1", id, 1);
            await FleetRows.AddMicroserviceAsync(s, "m3", "f2", null, 1);
            await FleetRows.AddMicroserviceAsync(s, "m4", null, id, 1);
        });

        await db.Database.WriteAsync(async s =>
        {
            await CatalogStore.SetRegistryOfMicroservicesAsync(s, id, 2);
            await Assert.That(await CatalogStore.RebuildMicroservicesAsync(s, id, Now)).IsEquivalentTo(["f1"]);
            await Assert.That(await CatalogStore.RebuildMicroservicesAsync(s, 5, Now)).IsEmpty();
        });

        await Assert.That(await db.Database.ReadAsync(s => CatalogStore.IsUsedAsync(s, id))).IsTrue();
        await Assert.That(await db.Database.ReadAsync(FleetRows.MicroservicesAsync)).IsEqualTo("m1:2:True m2:2:True m3:1:False m4:2:True");
    }

    [Test]
    public async Task Registry_is_inserted_updated_used_and_removed()
    {
        await using var db = await MigratedDatabase.OpenAsync(flavor);
        var row = new RegistryRow(0, "r.example.com", false, "u", "v1:" + new string('x', 4000), "a@b.c");
        var id = await db.Database.WriteAsync(s => RegistryStore.InsertAsync(s, row));
        await Assert.That(id).IsEqualTo(3);
        await Assert.That(await db.Database.ReadAsync(s => RegistryStore.FindAsync(s, id))).IsEqualTo(row with { Id = id });

        var changed = new RegistryRow(id, "s", true, null, "", null);
        await db.Database.WriteAsync(async s =>
        {
            await Assert.That(await RegistryStore.LockAsync(s, id)).IsEqualTo(row with { Id = id });
            await RegistryStore.UpdateAsync(s, changed);
            await FleetRows.AddFogAsync(s, "f1");
            await FleetRows.AddMicroserviceAsync(s, "m1", "f1", null, 3);
            await FleetRows.AddMicroserviceAsync(s, "m2", "f1", null, 1);
        });
        await Assert.That(await db.Database.ReadAsync(s => RegistryStore.FindAsync(s, id))).IsEqualTo(changed);
        await Assert.That(await db.Database.ReadAsync(s => RegistryStore.IsUsedAsync(s, id))).IsTrue();
        await Assert.That(await db.Database.ReadAsync(s => RegistryStore.IsUsedAsync(s, 2))).IsFalse();
        await Assert.That(await db.Database.WriteAsync(s => RegistryStore.RebuildMicroservicesAsync(s, id, Now))).IsEquivalentTo(["f1"]);
        await Assert.That(await db.Database.ReadAsync(FleetRows.MicroservicesAsync)).IsEqualTo("m1:3:True m2:1:False");

        await db.Database.WriteAsync(async s =>
        {
            await CatalogStore.InsertAsync(s, Item with { RegistryId = 3 });
            await RegistryStore.DeleteAsync(s, id);
        });
        await Assert.That(await db.Database.ReadAsync(s => RegistryStore.FindAsync(s, id))).IsNull();
        await Assert.That((await db.Database.ReadAsync(s => CatalogStore.FindAsync(s, 6)))!.RegistryId).IsNull();
    }

    [Test]
    public async Task Nothing_begins_to_use_an_item_that_is_being_removed()
    {
        await using var db = await MigratedDatabase.OpenAsync(flavor);
        for (var round = 0; round < 5; round++)
        {
            var id = await db.Database.WriteAsync(s => CatalogStore.InsertAsync(s, Item with { Name = $"i{round}" }));
            var uuid = $"m{round}";
            var remove = db.Database.WriteAsync(async s =>
            {
                await CatalogStore.LockAsync(s, id);
                if (!await CatalogStore.IsUsedAsync(s, id))
                {
                    await CatalogStore.DeleteAsync(s, id);
                }
            });
            var use = db.Database.WriteAsync(s => FleetRows.AddMicroserviceAsync(s, uuid, null, id, 1));
            await remove;
            var used = true;
            try
            {
                await use;
            }
            catch (DatabaseException e) when (e.Fault == DatabaseFault.ForeignKeyViolation)
            {
                used = false;
            }

            // Whoever was first: never a microservice that vanished with its item.
            await Assert.That(await db.Database.ReadAsync(s => CatalogStore.IsUsedAsync(s, id))).IsEqualTo(used);
            await Assert.That(await db.Database.ReadAsync(s => CatalogStore.FindAsync(s, id)) is not null).IsEqualTo(used);
        }
    }
}
