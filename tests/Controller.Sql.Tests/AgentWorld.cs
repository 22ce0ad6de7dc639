namespace Controller.Sql.Tests;

/// <summary>Fogs, applications and microservices put in directly.</summary>
internal static class AgentWorld
{
    public static Task RunAsync(Database database, string sql, SqlParams? parameters = null) =>
        database.WriteAsync(s => s.ExecuteAsync(sql, parameters));

    public static Task<string?> TextAsync(Database database, string sql) => database.ReadAsync(s => s.QueryOneAsync(sql, r => r.TextOrNull()));

    public static Task AddFogAsync(Database database, string uuid, int arch = 1, string? host = null) => RunAsync(
        database,
        "INSERT INTO \"Fogs\" (\"uuid\", \"name\", \"arch_id\", \"host\") VALUES (@u, @u, @a, @h)",
        new() { { "u", uuid }, { "a", arch }, { "h", host } });

    public static Task<long> AddApplicationAsync(Database database, string name, bool isActivated = true, bool isSystem = false) =>
        database.WriteAsync(s => s.InsertAsync(
            "INSERT INTO \"Applications\" (\"name\", \"is_activated\", \"is_system\") VALUES (@n, @a, @s)",
            new() { { "n", name }, { "a", isActivated }, { "s", isSystem } }));

    /// <summary>With an image for architecture 1, unless it comes from the catalog.</summary>
    public static Task AddMicroserviceAsync(
        Database database, string uuid, string name, string fog, long? application, int? catalogItem = null, bool isActivated = true,
        bool rebuild = false) => database.WriteAsync(async s =>
    {
        await s.ExecuteAsync(
            """
            INSERT INTO "Microservices" ("uuid", "name", "iofog_uuid", "application_id", "catalog_item_id", "is_activated", "rebuild", "registry_id")
            VALUES (@u, @n, @f, @a, @c, @on, @r, 2)
            """,
            new() { { "u", uuid }, { "n", name }, { "f", fog }, { "a", application }, { "c", catalogItem }, { "on", isActivated }, { "r", rebuild } });
        if (catalogItem is null)
        {
            await s.ExecuteAsync(
                "INSERT INTO \"CatalogItemImages\" (\"container_image\", \"microservice_uuid\", \"arch_id\") VALUES (@i, @u, 1)",
                new() { { "i", $"example/{name}:1" }, { "u", uuid } });
        }
    });
}
