namespace Controller.Sql.Tests;

/// <summary>Fogs and microservices as far as the rows of other stores refer to them.</summary>
internal static class FleetRows
{
    public static Task AddFogAsync(DbSession session, string uuid) =>
        session.ExecuteAsync("INSERT INTO \"Fogs\" (\"uuid\", \"name\", \"arch_id\") VALUES (@uuid, @uuid, 1)", new() { { "uuid", uuid } });

    public static Task AddMicroserviceAsync(DbSession session, string uuid, string? fogUuid, long? catalogItemId = null, int registryId = 1) =>
        session.ExecuteAsync(
            """
            INSERT INTO "Microservices" ("uuid", "name", "catalog_item_id", "registry_id", "iofog_uuid")
            VALUES (@uuid, @uuid, @item, @registry, @fog)
            """,
            new() { { "uuid", uuid }, { "item", catalogItemId }, { "registry", registryId }, { "fog", fogUuid } });

    /// <summary>Uuid, registry and rebuild mark of every microservice.</summary>
    public static async Task<string> MicroservicesAsync(DbSession session) =>
        string.Join(' ', await session.QueryAsync(
            "SELECT \"uuid\", \"registry_id\", \"rebuild\" FROM \"Microservices\" ORDER BY \"uuid\"",
            r => $"{r.Text()}:{r.Int()}:{r.Bool()}"));
}
