namespace Controller.Sql.Stores;

/// <summary>What a microservice takes from a catalog item.</summary>
/// <param name="Id">Item id.</param>
/// <param name="Category"><c>SYSTEM</c> for the Controller's own.</param>
/// <param name="RegistryId">Registry of its images.</param>
/// <param name="Images">Its images.</param>
public sealed record CatalogChoice(long Id, string? Category, long? RegistryId, IReadOnlyList<ImageRow> Images);

/// <summary>Finds what microservices refer to.</summary>
public static class CatalogChoiceStore
{
    /// <summary>The catalog item of an id.</summary>
    public static Task<CatalogChoice?> FindAsync(DbSession session, long id) =>
        FindAsync(session, "\"id\" = @id", new() { { "id", id } });

    /// <summary>The Controller's own catalog item of a name.</summary>
    public static Task<CatalogChoice?> FindSystemAsync(DbSession session, string name) =>
        FindAsync(session, "\"name\" = @name AND \"category\" = 'SYSTEM'", new() { { "name", name } });

    /// <summary>Whether a registry exists.</summary>
    public static async Task<bool> RegistryExistsAsync(DbSession session, long id) =>
        await session.QueryOneAsync(
            "SELECT \"id\" FROM \"Registries\" WHERE \"id\" = @id", r => r.LongOrNull(), new() { { "id", id } }).ConfigureAwait(false) is not null;

    private static async Task<CatalogChoice?> FindAsync(DbSession session, string where, SqlParams parameters)
    {
        var item = await session.QueryOneAsync(
            $"SELECT \"id\", \"category\", \"registry_id\" FROM \"CatalogItems\" WHERE {where}",
            r => new CatalogChoice(r.Long(), r.TextOrNull(), r.LongOrNull(), []),
            parameters).ConfigureAwait(false);
        return item is null ? null : item with
        {
            Images = await session.QueryAsync(
                "SELECT \"container_image\", \"arch_id\" FROM \"CatalogItemImages\" WHERE \"catalog_item_id\" = @id ORDER BY \"arch_id\"",
                r => new ImageRow(r.Text(), r.Int()),
                new() { { "id", item.Id } }).ConfigureAwait(false),
        };
    }
}
