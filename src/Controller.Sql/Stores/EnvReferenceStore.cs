using System.Text;

namespace Controller.Sql.Stores;

/// <summary>Finds environment variables that take their value from a secret or config map.</summary>
public static class EnvReferenceStore
{
    /// <summary>The fogs of the microservices with such variables.</summary>
    public static Task<List<string>> ListFogsAsync(DbSession session, DataKind kind, string name)
    {
        var column = kind == DataKind.Secret ? "value_from_secret" : "value_from_config_map";
        var prefix = name + "/";
        return session.QueryAsync(
            $"""
            SELECT DISTINCT m."iofog_uuid" FROM "MicroserviceEnvs" e JOIN "Microservices" m ON m."uuid" = e."microservice_uuid"
            WHERE SUBSTR(e."{column}", 1, @length) = @prefix AND m."iofog_uuid" IS NOT NULL ORDER BY m."iofog_uuid"
            """,
            r => r.Text(),
            // The engines count characters, not UTF-16 units.
            new() { { "length", prefix.EnumerateRunes().Count() }, { "prefix", prefix } });
    }
}
