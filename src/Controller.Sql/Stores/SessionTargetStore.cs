namespace Controller.Sql.Stores;

/// <summary>What decides whether a user may open a session on a microservice (websocket 7.1).</summary>
/// <param name="HasApplication">Its application exists.</param>
/// <param name="IsSystem">The application is the Controller's own.</param>
/// <param name="HasStatus">A status was recorded.</param>
/// <param name="Status">The stored status; a newer one may be in memory.</param>
/// <param name="FogUuid">Its fog; null when it is on none.</param>
public sealed record SessionTarget(bool HasApplication, bool IsSystem, bool HasStatus, string? Status, string? FogUuid);

/// <summary>Finds what sessions are opened on.</summary>
public static class SessionTargetStore
{
    /// <summary>A microservice; null when there is none.</summary>
    public static Task<SessionTarget?> FindMicroserviceAsync(DbSession session, string uuid) =>
        session.QueryOneAsync(
            """
            SELECT a."id", a."is_system", st."id", st."status", m."iofog_uuid"
            FROM "Microservices" m
            LEFT JOIN "Applications" a ON a."id" = m."application_id"
            LEFT JOIN "MicroserviceStatuses" st ON st."microservice_uuid" = m."uuid"
            WHERE m."uuid" = @uuid
            """,
            r => new SessionTarget(r.LongOrNull() is not null, r.Bool(), r.LongOrNull() is not null, r.TextOrNull(), r.TextOrNull()),
            new() { { "uuid", uuid } });

    /// <summary>The stored daemon status of a fog, empty when it has none; null when there is no such fog.</summary>
    public static Task<string?> FindFogStatusAsync(DbSession session, string uuid) =>
        session.QueryOneAsync("SELECT \"daemon_status\" FROM \"Fogs\" WHERE \"uuid\" = @uuid", r => (string?)r.Text(), new() { { "uuid", uuid } });

    /// <summary>Whether a microservice is on a fog.</summary>
    public static async Task<bool> IsOnFogAsync(DbSession session, string uuid, string fogUuid) =>
        await session.QueryOneAsync(
            "SELECT \"uuid\" FROM \"Microservices\" WHERE \"uuid\" = @uuid AND \"iofog_uuid\" = @fog",
            r => r.Text(),
            new() { { "uuid", uuid }, { "fog", fogUuid } }).ConfigureAwait(false) is not null;
}
