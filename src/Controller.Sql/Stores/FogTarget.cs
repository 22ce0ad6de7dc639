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

    /// <summary>The fogs that have one of these uuids or names.</summary>
    public static Task<List<FogTarget>> ListAsync(DbSession session, IReadOnlyCollection<string> uuids, IReadOnlyCollection<string> names)
    {
        var parameters = new SqlParams();
        return session.QueryAsync(
            $"{Select} WHERE \"uuid\" IN {parameters.In("u", uuids)} OR \"name\" IN {parameters.In("n", names)}", Map, parameters);
    }

    /// <summary>
    /// Keeps others from putting microservices on these fogs until the transaction ends, so that what was checked
    /// (free ports) still holds when it is written.
    /// </summary>
    public static async Task LockAsync(DbSession session, params IReadOnlyCollection<string> uuids)
    {
        if (session.Dialect.ForUpdate.Length > 0)
        {
            var parameters = new SqlParams();

            // In order, so that two who lock several do not wait for each other.
            await session.QueryAsync(
                $"SELECT \"uuid\" FROM \"Fogs\" WHERE \"uuid\" IN {parameters.In("u", uuids)} ORDER BY \"uuid\"{session.Dialect.ForUpdate}",
                r => r.Text(),
                parameters).ConfigureAwait(false);
        }
    }

    private static FogTarget Map(SqlRow r) =>
        new(r.Text(), r.Text(), r.Int(), r.TextOrNull(), r.TextOrNull(), r.TextOrNull());
}
