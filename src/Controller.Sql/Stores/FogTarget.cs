namespace Controller.Sql.Stores;

/// <summary>What matters of a fog when a microservice is put on it.</summary>
/// <param name="Uuid">Fog uuid.</param>
/// <param name="Name">Fog name.</param>
/// <param name="ArchId">Architecture 0–4; 0 until provisioning tells.</param>
/// <param name="Host">Address under which others reach it.</param>
/// <param name="AvailableRuntimes">JSON array text as last written; newer values may be in memory.</param>
/// <param name="ContainerEngine">edgelet, docker or podman.</param>
public sealed record FogTarget(
    string Uuid, string Name, int ArchId, string? Host, string? AvailableRuntimes, string? ContainerEngine);

/// <summary>Finds the fogs that microservices are put on.</summary>
public static class FogTargetStore
{
    private const string Select =
        """
        SELECT "uuid", "name", "arch_id", "host", "available_runtimes", "container_engine" FROM "Fogs"
        """;

    /// <summary>The fog of a uuid.</summary>
    public static Task<FogTarget?> FindAsync(DbSession session, string uuid) =>
        session.QueryOneAsync($"{Select} WHERE \"uuid\" = @uuid", Map, new() { { "uuid", uuid } });

    /// <summary>The fog of a name.</summary>
    public static Task<FogTarget?> FindByNameAsync(DbSession session, string name) =>
        session.QueryOneAsync($"{Select} WHERE \"name\" = @name", Map, new() { { "name", name } });

    /// <summary>
    /// Keeps others from putting microservices on this fog until the transaction ends, so that what was checked
    /// (free ports) still holds when it is written.
    /// </summary>
    public static async Task LockAsync(DbSession session, string uuid)
    {
        if (session.Dialect.ForUpdate.Length > 0)
        {
            await session.QueryOneAsync(
                $"SELECT \"uuid\" FROM \"Fogs\" WHERE \"uuid\" = @uuid{session.Dialect.ForUpdate}",
                r => r.TextOrNull(),
                new() { { "uuid", uuid } }).ConfigureAwait(false);
        }
    }

    private static FogTarget Map(SqlRow r) =>
        new(r.Text(), r.Text(), r.Int(), r.TextOrNull(), r.TextOrNull(), r.TextOrNull());
}
