using Controller.Configuration;
using Controller.Sql;
using Controller.Sql.Stores;

namespace Controller.Catalog;

/// <summary>
/// Sets the images of the router, the node debugger and NATS from the configuration at every start (runtime 2.2,
/// step 5). Writes only what differs, so that a restart costs no flash.
/// </summary>
internal sealed class SystemImages(Database database, ControllerSettings settings)
{
    /// <summary>Architecture 0 is a promise to learn the real one; no image is built for it.</summary>
    private static readonly int[] Architectures = [1, 2, 3, 4];

    /// <returns>How many images were written.</returns>
    public async Task<int> ApplyAsync(CancellationToken cancel)
    {
        var differing = await database.ReadAsync(DifferingAsync, cancel);
        if (differing.Count > 0)
        {
            await database.WriteAsync(
                async s =>
                {
                    foreach (var image in differing)
                    {
                        // Another replica may start at the same moment: without the lock both could add the row.
                        await CatalogStore.LockAsync(s, image.ItemId);
                        await CatalogStore.SetImageAsync(s, image);
                    }
                },
                Durability.Durable,
                cancel);
        }

        return differing.Count;
    }

    private async Task<List<CatalogImageRow>> DifferingAsync(DbSession session)
    {
        var items = (await CatalogStore.ListAsync(session)).Where(i => i.Category == SystemCatalog.Category).ToList();
        var stored = (await CatalogStore.ImagesAsync(session, items.Select(i => i.Id)))
            .ToLookup(i => (i.ItemId, i.ArchId), i => i.ContainerImage);
        var differing =
            from item in items
            let images = Configured(item.Name)
            where images is not null
            from architecture in Architectures
            let image = images.For(architecture)
            let current = stored[(item.Id, architecture)]
            where !current.Any() || current.Any(c => c != image)
            select new CatalogImageRow(item.Id, architecture, image);
        return [.. differing];
    }

    private ArchitectureImages? Configured(string item) => item switch
    {
        SystemCatalog.Router => settings.SystemImages.Router,
        SystemCatalog.Debug => settings.SystemImages.Debug,
        SystemCatalog.Nats => settings.SystemImages.Nats,
        _ => null,
    };
}
