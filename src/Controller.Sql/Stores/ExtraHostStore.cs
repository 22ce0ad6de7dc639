namespace Controller.Sql.Stores;

/// <summary>What the templates of extra hosts point to.</summary>
public static class ExtraHostStore
{
    /// <summary>The microservice of an application by both names, and the fog it is on.</summary>
    public static Task<(string Uuid, string? FogUuid)?> FindMicroserviceAsync(DbSession session, string application, string name) =>
        session.QueryOneAsync(
            """
            SELECT m."uuid", m."iofog_uuid" FROM "Microservices" m JOIN "Applications" a ON a."id" = m."application_id"
            WHERE a."name" = @application AND m."name" = @name
            """,
            r => ((string, string?)?)(r.Text(), r.TextOrNull()),
            new() { { "application", application }, { "name", name } });

    /// <summary>
    /// The microservice moved: extra hosts that point to it follow. Returns the microservices that have them, with
    /// their fogs.
    /// </summary>
    public static async Task<List<(string Uuid, string? FogUuid)>> RetargetAsync(DbSession session, string targetUuid, string fogUuid)
    {
        var parameters = new SqlParams { { "target", targetUuid }, { "fog", fogUuid } };
        await session.ExecuteAsync(
            "UPDATE \"MicroserviceExtraHost\" SET \"target_fog_uuid\" = @fog WHERE \"target_microservice_uuid\" = @target",
            parameters).ConfigureAwait(false);
        return await session.QueryAsync(
            """
            SELECT DISTINCT m."uuid", m."iofog_uuid" FROM "Microservices" m
            JOIN "MicroserviceExtraHost" h ON h."microservice_uuid" = m."uuid"
            WHERE h."target_microservice_uuid" = @target
            """,
            r => (r.Text(), r.TextOrNull()),
            new() { { "target", targetUuid } }).ConfigureAwait(false);
    }
}
