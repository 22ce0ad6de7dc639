namespace Controller.Sql.Stores;

/// <summary>One item of the catalog, without its images and types.</summary>
/// <param name="Id">Row id; 0 for one that is yet to be inserted.</param>
/// <param name="Name">Unique.</param>
/// <param name="Description">For people.</param>
/// <param name="Category"><c>SYSTEM</c> for what the Controller deploys itself.</param>
/// <param name="ConfigExample">A configuration as text.</param>
/// <param name="Publisher">For people.</param>
/// <param name="DiskRequired">For people.</param>
/// <param name="RamRequired">For people.</param>
/// <param name="Picture">File name or address.</param>
/// <param name="IsPublic">For people.</param>
/// <param name="RegistryId">Where the images come from; null when that registry was removed.</param>
public sealed record CatalogItemRow(
    long Id, string Name, string Description, string? Category, string? ConfigExample, string? Publisher, long DiskRequired,
    long RamRequired, string Picture, bool IsPublic, int? RegistryId);

/// <summary>The image of a catalog item for one architecture.</summary>
public sealed record CatalogImageRow(long ItemId, int ArchId, string ContainerImage);

/// <summary>What a catalog item takes in or gives out.</summary>
public sealed record CatalogTypeRow(long ItemId, string? InfoType, string? InfoFormat);

/// <summary>Which of the two type tables.</summary>
public enum CatalogDirection
{
    /// <summary>What the item takes in.</summary>
    Input,

    /// <summary>What the item gives out.</summary>
    Output,
}

/// <summary>The catalog: items, their images per architecture, their input and output types.</summary>
public static class CatalogStore
{
    private const string Columns =
        """
        "id", "name", "description", "category", "config_example", "publisher", "disk_required", "ram_required", "picture",
        "is_public", "registry_id"
        """;

    /// <summary>All items, oldest first.</summary>
    public static Task<List<CatalogItemRow>> ListAsync(DbSession session) =>
        session.QueryAsync($"SELECT {Columns} FROM \"CatalogItems\" ORDER BY \"id\"", Map);

    /// <summary>One item; null when there is none.</summary>
    public static Task<CatalogItemRow?> FindAsync(DbSession session, long id) =>
        session.QueryOneAsync($"SELECT {Columns} FROM \"CatalogItems\" WHERE \"id\" = @id", Map, new() { { "id", id } });

    /// <summary>As <see cref="FindAsync"/>; until commit nobody else changes the item or begins to use it.</summary>
    public static Task<CatalogItemRow?> LockAsync(DbSession session, long id) =>
        session.QueryOneAsync(
            $"SELECT {Columns} FROM \"CatalogItems\" WHERE \"id\" = @id{session.Dialect.ForUpdate}", Map, new() { { "id", id } });

    /// <summary>Whether an item other than <paramref name="exceptId"/> has this name.</summary>
    public static async Task<bool> IsNameTakenAsync(DbSession session, string name, long exceptId = 0) =>
        await session.QueryOneAsync(
            "SELECT \"id\" FROM \"CatalogItems\" WHERE \"name\" = @name AND \"id\" <> @except",
            r => r.Long(),
            new() { { "name", name }, { "except", exceptId } }).ConfigureAwait(false) != 0;

    /// <summary>Whether a microservice is made from the item.</summary>
    public static async Task<bool> IsUsedAsync(DbSession session, long id) =>
        await session.QueryOneAsync(
            "SELECT COUNT(*) FROM \"Microservices\" WHERE \"catalog_item_id\" = @id", r => r.Long(), new() { { "id", id } })
            .ConfigureAwait(false) > 0;

    /// <summary>Adds an item and returns its id.</summary>
    /// <exception cref="DatabaseException">Unique violation: the name is taken.</exception>
    public static Task<long> InsertAsync(DbSession session, CatalogItemRow item) =>
        session.InsertAsync(
            """
            INSERT INTO "CatalogItems" ("name", "description", "category", "config_example", "publisher", "disk_required",
              "ram_required", "picture", "is_public", "registry_id")
            VALUES (@name, @description, @category, @config_example, @publisher, @disk_required, @ram_required, @picture,
              @is_public, @registry_id)
            """,
            Values(item));

    /// <summary>Writes every column of an item.</summary>
    /// <exception cref="DatabaseException">Unique violation: the name is taken.</exception>
    public static Task UpdateAsync(DbSession session, CatalogItemRow item)
    {
        var values = Values(item);
        values.Add("id", item.Id);
        return session.ExecuteAsync(
            """
            UPDATE "CatalogItems" SET "name" = @name, "description" = @description, "category" = @category,
              "config_example" = @config_example, "publisher" = @publisher, "disk_required" = @disk_required,
              "ram_required" = @ram_required, "picture" = @picture, "is_public" = @is_public, "registry_id" = @registry_id
            WHERE "id" = @id
            """,
            values);
    }

    /// <summary>Removes an item with its images and types.</summary>
    public static Task DeleteAsync(DbSession session, long id) =>
        session.ExecuteAsync("DELETE FROM \"CatalogItems\" WHERE \"id\" = @id", new() { { "id", id } });

    /// <summary>The images of these items, each item's by architecture.</summary>
    public static Task<List<CatalogImageRow>> ImagesAsync(DbSession session, IEnumerable<long> itemIds)
    {
        var parameters = new SqlParams();
        return session.QueryAsync(
            $"""
            SELECT "catalog_item_id", "arch_id", "container_image" FROM "CatalogItemImages"
            WHERE "catalog_item_id" IN {parameters.In("id", itemIds)} ORDER BY "catalog_item_id", "arch_id", "id"
            """,
            r => new CatalogImageRow(r.Long(), r.Int(), r.Text()),
            parameters);
    }

    /// <summary>Sets an item's image for one architecture. Lock the item first.</summary>
    public static async Task SetImageAsync(DbSession session, CatalogImageRow image)
    {
        SqlParams Parameters() => new() { { "item", image.ItemId }, { "arch", image.ArchId }, { "image", image.ContainerImage } };
        var found = await session.ExecuteAsync(
            "UPDATE \"CatalogItemImages\" SET \"container_image\" = @image WHERE \"catalog_item_id\" = @item AND \"arch_id\" = @arch",
            Parameters()).ConfigureAwait(false);
        if (found == 0)
        {
            await session.ExecuteAsync(
                "INSERT INTO \"CatalogItemImages\" (\"catalog_item_id\", \"arch_id\", \"container_image\") VALUES (@item, @arch, @image)",
                Parameters()).ConfigureAwait(false);
        }
    }

    /// <summary>The input or output types of these items.</summary>
    public static Task<List<CatalogTypeRow>> TypesAsync(DbSession session, CatalogDirection direction, IEnumerable<long> itemIds)
    {
        var parameters = new SqlParams();
        return session.QueryAsync(
            $"""
            SELECT "catalog_item_id", "info_type", "info_format" FROM "{Table(direction)}"
            WHERE "catalog_item_id" IN {parameters.In("id", itemIds)} ORDER BY "id"
            """,
            r => new CatalogTypeRow(r.Long(), r.TextOrNull(), r.TextOrNull()),
            parameters);
    }

    /// <summary>Sets an item's input or output type. Lock the item first.</summary>
    public static async Task SetTypeAsync(DbSession session, CatalogDirection direction, CatalogTypeRow type)
    {
        SqlParams Parameters() => new() { { "item", type.ItemId }, { "type", type.InfoType }, { "format", type.InfoFormat } };
        var found = await session.ExecuteAsync(
            $"UPDATE \"{Table(direction)}\" SET \"info_type\" = @type, \"info_format\" = @format WHERE \"catalog_item_id\" = @item",
            Parameters()).ConfigureAwait(false);
        if (found == 0)
        {
            await session.ExecuteAsync(
                $"INSERT INTO \"{Table(direction)}\" (\"catalog_item_id\", \"info_type\", \"info_format\") VALUES (@item, @type, @format)",
                Parameters()).ConfigureAwait(false);
        }
    }

    /// <summary>Gives the microservices of an item the item's registry.</summary>
    public static Task SetRegistryOfMicroservicesAsync(DbSession session, long itemId, int registryId) =>
        session.ExecuteAsync(
            "UPDATE \"Microservices\" SET \"registry_id\" = @registry WHERE \"catalog_item_id\" = @item",
            new() { { "registry", registryId }, { "item", itemId } });

    /// <summary>Has the containers of the item's microservices made again; returns the fogs that run them.</summary>
    public static Task<List<string>> RebuildMicroservicesAsync(DbSession session, long itemId, DateTimeOffset now) =>
        MicroserviceRebuild.MarkAsync(session, "catalog_item_id", itemId, now);

    private static string Table(CatalogDirection direction) =>
        direction == CatalogDirection.Input ? "CatalogItemInputTypes" : "CatalogItemOutputTypes";

    private static SqlParams Values(CatalogItemRow item) => new()
    {
        { "name", item.Name },
        { "description", item.Description },
        { "category", item.Category },
        { "config_example", item.ConfigExample },
        { "publisher", item.Publisher },
        { "disk_required", item.DiskRequired },
        { "ram_required", item.RamRequired },
        { "picture", item.Picture },
        { "is_public", item.IsPublic },
        { "registry_id", item.RegistryId },
    };

    private static CatalogItemRow Map(SqlRow r) => new(
        r.Long(), r.Text(), r.Text(), r.TextOrNull(), r.TextOrNull(), r.TextOrNull(), r.Long(), r.Long(), r.Text(), r.Bool(), r.IntOrNull());
}
