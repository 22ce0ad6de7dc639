using Controller.Sql;
using Controller.Tests.Support;

namespace Controller.Tests.Agents;

/// <summary>Rows of microservices put in directly, so that what agents read is tested apart from what operators write.</summary>
internal static class AgentMicroserviceRows
{
    public static Task RunAsync(this TestController controller, string sql, SqlParams? parameters = null) =>
        controller.Database.WriteAsync(s => s.ExecuteAsync(sql, parameters));

    /// <summary>Runs statements without parameters, separated by semicolons at line ends.</summary>
    public static Task RunAllAsync(this TestController controller, string sql) => controller.Database.WriteAsync(async s =>
    {
        foreach (var statement in sql.Split(";\n", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var insert = statement.TrimEnd(';');
            if (TestDatabase.IsPostgres && insert.Contains("(\"id\",", StringComparison.Ordinal))
            {
                insert = insert.Replace(") VALUES (", ") OVERRIDING SYSTEM VALUE VALUES (", StringComparison.Ordinal);
            }

            await s.ExecuteAsync(insert);
        }
    });

    public static Task<long> AddApplicationAsync(this TestController controller, string name, bool isActivated = true, bool isSystem = false) =>
        controller.Database.WriteAsync(s => s.InsertAsync(
            "INSERT INTO \"Applications\" (\"name\", \"is_activated\", \"is_system\") VALUES (@n, @a, @s)",
            new() { { "n", name }, { "a", isActivated }, { "s", isSystem } }));

    /// <summary>A microservice with an image for architecture 1, unless it comes from the catalog.</summary>
    public static Task AddMicroserviceAsync(
        this TestController controller, string uuid, string name, string fog, long? application, int? catalogItem = null, bool isActivated = true,
        bool rebuild = false) =>
        controller.Database.WriteAsync(async s =>
        {
            await s.ExecuteAsync(
                """
                INSERT INTO "Microservices" ("uuid", "name", "config", "annotations", "iofog_uuid", "application_id", "catalog_item_id", "is_activated", "rebuild", "registry_id")
                VALUES (@u, @n, '{}', '{}', @f, @a, @c, @on, @r, 1)
                """,
                new() { { "u", uuid }, { "n", name }, { "f", fog }, { "a", application }, { "c", catalogItem }, { "on", isActivated }, { "r", rebuild } });
            if (catalogItem is null)
            {
                await s.ExecuteAsync(
                    "INSERT INTO \"CatalogItemImages\" (\"container_image\", \"microservice_uuid\", \"arch_id\") VALUES (@i, @u, 1)",
                    new() { { "i", $"example/{name}:1" }, { "u", uuid } });
            }
        });

    public static async Task<bool> IsRebuildSetAsync(this TestController controller, string uuid) =>
        await controller.Database.ReadAsync(s => s.QueryOneAsync(
            "SELECT \"rebuild\" FROM \"Microservices\" WHERE \"uuid\" = @u", r => r.Bool(), new() { { "u", uuid } }));
}
