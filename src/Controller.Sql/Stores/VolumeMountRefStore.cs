namespace Controller.Sql.Stores;

/// <summary>A volume mount as volume mappings refer to it.</summary>
/// <param name="Uuid">Its uuid.</param>
/// <param name="Name">Its name.</param>
/// <param name="SecretName">The secret it holds, or null.</param>
/// <param name="ConfigMapName">The config map it holds, or null.</param>
public sealed record VolumeMountRef(string Uuid, string Name, string? SecretName, string? ConfigMapName);

/// <summary>Finds volume mounts for volume mappings and links them to fogs.</summary>
public static class VolumeMountRefStore
{
    /// <summary>The volume mounts of these names.</summary>
    public static Task<List<VolumeMountRef>> ListAsync(DbSession session, IEnumerable<string> names)
    {
        var parameters = new SqlParams();
        return session.QueryAsync(
            $"""
            SELECT "uuid", "name", "secret_name", "config_map_name" FROM "VolumeMounts" WHERE "name" IN {parameters.In("n", names)}
            """,
            r => new VolumeMountRef(r.Text(), r.Text(), r.TextOrNull(), r.TextOrNull()),
            parameters);
    }

    /// <summary>Links volume mounts to fogs; returns the links that were not there already.</summary>
    public static async Task<List<(string Mount, string Fog)>> LinkAsync(DbSession session, IReadOnlyCollection<(string Mount, string Fog)> links)
    {
        var parameters = new SqlParams();
        var existing = await session.QueryAsync(
            $"""
            SELECT "volume_mount_uuid", "fog_uuid" FROM "FogVolumeMounts"
            WHERE "fog_uuid" IN {parameters.In("f", links.Select(l => l.Fog).Distinct())}
              AND "volume_mount_uuid" IN {parameters.In("m", links.Select(l => l.Mount).Distinct())}
            """,
            r => (Mount: r.Text(), Fog: r.Text()),
            parameters).ConfigureAwait(false);
        var added = links.Distinct().Except(existing).ToList();
        await BulkInsert.RunAsync(session, "FogVolumeMounts", ["volume_mount_uuid", "fog_uuid"], added, l => [l.Mount, l.Fog]).ConfigureAwait(false);
        return added;
    }
}
