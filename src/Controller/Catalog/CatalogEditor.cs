using Controller.Agents;
using Controller.Hosting;
using Controller.Sql;
using Controller.Sql.Stores;

namespace Controller.Catalog;

/// <summary>The rules for changing the catalog (api-workloads 7).</summary>
internal sealed class CatalogEditor(Database database, ChangeNotifier changes, TimeProvider time)
{
    private static readonly string[] Scalars =
    [
        "name", "description", "category", "publisher", "diskRequired", "ramRequired", "picture", "isPublic", "registryId", "configExample",
    ];

    /// <param name="body">A body of <see cref="CatalogSchemas.Create"/>.</param>
    /// <returns>The new item's id.</returns>
    /// <exception cref="ApiException">400, 404 (registry) or 409 (name).</exception>
    public async Task<long> CreateAsync(JsonFields body, CancellationToken cancel)
    {
        if (body.Text("publisher") == SystemCatalog.Publisher)
        {
            throw ApiException.Validation($"You are not allowed to add catalog item as '{SystemCatalog.Publisher}' publisher");
        }

        var images = Images(body)!;
        var item = new CatalogItemRow(
            0, body.Text("name")!, body.Text("description") ?? "", body.Text("category"), body.Text("configExample") ?? "{}",
            body.Text("publisher"), body.Long("diskRequired") ?? 0, body.Long("ramRequired") ?? 0,
            body.Text("picture") ?? "images/shared/default.png", body.Flag("isPublic") ?? false, body.Int("registryId"));
        return await WriteAsync(item.Name, cancel, async s =>
        {
            await CheckNameAsync(s, item.Name, 0);
            await CheckRegistryAsync(s, item.RegistryId!.Value);
            var id = await CatalogStore.InsertAsync(s, item);
            await SetImagesAsync(s, id, images);
            await SetTypeAsync(s, CatalogDirection.Input, id, body.Object("inputType"));
            await SetTypeAsync(s, CatalogDirection.Output, id, body.Object("outputType"));
            return id;
        });
    }

    /// <param name="pathId">The id in the path.</param>
    /// <param name="body">A body of <see cref="CatalogSchemas.Update"/>; only what it names changes.</param>
    /// <exception cref="ApiException">400, 404 (item, registry) or 409 (name).</exception>
    public async Task UpdateAsync(string pathId, JsonFields body, CancellationToken cancel)
    {
        var id = CatalogReader.ParseId(pathId);
        var images = Images(body) ?? [];
        await WriteAsync(body.Text("name"), cancel, async s =>
        {
            var item = await CatalogStore.LockAsync(s, id) ?? throw CatalogReader.NoSuchItem(pathId);
            var isMoved = Array.Exists(Scalars, body.Has) && await UpdateScalarsAsync(s, item, body);
            await SetImagesAsync(s, id, images);
            if (body.Object("inputType") is { } input)
            {
                await SetTypeAsync(s, CatalogDirection.Input, id, input);
            }

            if (body.Object("outputType") is { } output)
            {
                await SetTypeAsync(s, CatalogDirection.Output, id, output);
            }

            if (isMoved || images.Count > 0)
            {
                var fogs = await CatalogStore.RebuildMicroservicesAsync(s, id, time.GetUtcNow());
                await changes.RaiseAsync(s, fogs, ChangeFlags.Microservices);
            }

            return id;
        });
    }

    /// <exception cref="ApiException">404, or 400 for a system item and for one in use.</exception>
    public Task DeleteAsync(string pathId, CancellationToken cancel)
    {
        var id = CatalogReader.ParseId(pathId);
        return database.WriteAsync(
            async s =>
            {
                var item = await CatalogStore.LockAsync(s, id) ?? throw CatalogReader.NoSuchItem(pathId);
                if (item.Category == SystemCatalog.Category)
                {
                    throw ApiException.Validation($"Catalog item id {id} is system and can't be deleted");
                }

                // The database would remove its microservices along with it.
                if (await CatalogStore.IsUsedAsync(s, id))
                {
                    throw ApiException.Validation("Can't update catalog item images for item used for running microservices");
                }

                await CatalogStore.DeleteAsync(s, id);
            },
            Durability.Durable,
            cancel);
    }

    /// <returns>Whether the images come from another registry now.</returns>
    private static async Task<bool> UpdateScalarsAsync(DbSession session, CatalogItemRow item, JsonFields body)
    {
        if (item.Category == SystemCatalog.Category)
        {
            throw ApiException.Validation($"Catalog item id {item.Id} is system and can't be updated");
        }

        if (body.Text("name") is { } name)
        {
            await CheckNameAsync(session, name, item.Id);
        }

        if (body.Int("registryId") is { } given)
        {
            await CheckRegistryAsync(session, given);
        }

        var changed = item with
        {
            Name = body.Text("name") ?? item.Name,
            Description = body.Text("description") ?? item.Description,
            Category = body.Text("category") ?? item.Category,
            ConfigExample = body.Text("configExample") ?? item.ConfigExample,
            Publisher = body.Text("publisher") ?? item.Publisher,
            DiskRequired = body.Long("diskRequired") ?? item.DiskRequired,
            RamRequired = body.Long("ramRequired") ?? item.RamRequired,
            Picture = body.Text("picture") ?? item.Picture,
            IsPublic = body.Flag("isPublic") ?? item.IsPublic,
            RegistryId = body.Int("registryId") ?? item.RegistryId,
        };
        await CatalogStore.UpdateAsync(session, changed);
        if (changed.RegistryId is not { } registry || registry == item.RegistryId)
        {
            return false;
        }

        await CatalogStore.SetRegistryOfMicroservicesAsync(session, item.Id, registry);
        return true;
    }

    private static async Task CheckNameAsync(DbSession session, string name, long exceptId)
    {
        if (await CatalogStore.IsNameTakenAsync(session, name, exceptId))
        {
            throw Duplicate(name);
        }
    }

    private static async Task CheckRegistryAsync(DbSession session, int id)
    {
        if (await RegistryStore.FindAsync(session, id) is null)
        {
            throw ApiException.NotFound($"Invalid registry id '{id}'");
        }
    }

    private static async Task SetImagesAsync(DbSession session, long itemId, List<CatalogImageBody> images)
    {
        foreach (var image in images)
        {
            await CatalogStore.SetImageAsync(session, new CatalogImageRow(itemId, image.ArchId, image.ContainerImage));
        }
    }

    /// <summary>Members that are not named keep their value; a row exists afterwards in any case.</summary>
    private static async Task SetTypeAsync(DbSession session, CatalogDirection direction, long itemId, JsonFields? given)
    {
        var current = (await CatalogStore.TypesAsync(session, direction, [itemId])).FirstOrDefault();
        await CatalogStore.SetTypeAsync(session, direction, new CatalogTypeRow(
            itemId, given?.Text("infoType") ?? current?.InfoType, given?.Text("infoFormat") ?? current?.InfoFormat));
    }

    /// <summary>The images in a body; null when it has none.</summary>
    /// <exception cref="ApiException">400 when two are for the same architecture.</exception>
    private static List<CatalogImageBody>? Images(JsonFields body)
    {
        var images = body.Array("images")?.Select(i => new JsonFields(i))
            .Select(i => new CatalogImageBody(i.Text("containerImage")!, i.Int("archId")!.Value)).ToList();
        return images?.GroupBy(i => i.ArchId).FirstOrDefault(g => g.Count() > 1) is { } twice
            ? throw ApiException.Validation($"Duplicate archId '{twice.Key}' in images")
            : images;
    }

    private async Task<T> WriteAsync<T>(string? name, CancellationToken cancel, Func<DbSession, Task<T>> work)
    {
        try
        {
            return await database.WriteAsync(work, Durability.Durable, cancel);
        }
        catch (DatabaseException e) when (e.Fault == DatabaseFault.UniqueViolation && name is not null)
        {
            // Another request took the name after the check.
            throw Duplicate(name);
        }
    }

    private static ApiException Duplicate(string name) => ApiException.Duplicate($"Duplicate name '{name}'");
}
