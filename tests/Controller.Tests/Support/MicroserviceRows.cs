using Controller.Sql;
using Controller.Sql.Stores;

namespace Controller.Tests.Support;

/// <summary>Microservices put straight into the database, and what became of them and of their fogs' flags.</summary>
internal static class MicroserviceRows
{
    /// <summary>Puts a microservice on a fog.</summary>
    public static async Task<string> AddMicroserviceAsync(
        this Database database, TestAgent agent, long? catalogItemId = null, int registryId = 1, string? uuid = null)
    {
        uuid ??= Guid.NewGuid().ToString();
        await database.WriteAsync(s => s.ExecuteAsync(
            """
            INSERT INTO "Microservices" ("uuid", "name", "catalog_item_id", "registry_id", "iofog_uuid")
            VALUES (@uuid, @uuid, @item, @registry, @fog)
            """,
            new() { { "uuid", uuid }, { "item", catalogItemId }, { "registry", registryId }, { "fog", agent.Uuid } }));
        return uuid;
    }

    public static async Task<bool> IsRebuildAsync(this Database database, string uuid) =>
        await database.ReadAsync(s => s.QueryOneAsync(
            "SELECT \"rebuild\" FROM \"Microservices\" WHERE \"uuid\" = @uuid", r => r.Bool(), new() { { "uuid", uuid } }));

    public static async Task<int?> RegistryAsync(this Database database, string uuid) =>
        await database.ReadAsync(s => s.QueryOneAsync(
            "SELECT \"registry_id\" FROM \"Microservices\" WHERE \"uuid\" = @uuid", r => r.IntOrNull(), new() { { "uuid", uuid } }));

    /// <summary>The union of the flags raised for a fog that has not polled yet; the rows are gone afterwards.</summary>
    public static async Task<ChangeFlags> TakeFlagsAsync(this Database database, TestAgent agent)
    {
        var rows = await database.ReadAsync(s => ChangeStore.ListAsync(s, agent.Uuid));
        if (rows.Count > 0)
        {
            await database.WriteAsync(s => ChangeStore.DeleteAsync(s, rows.Select(r => r.Id)));
        }

        return rows.Aggregate(ChangeFlags.None, (all, row) => all | row.Flags);
    }
}
