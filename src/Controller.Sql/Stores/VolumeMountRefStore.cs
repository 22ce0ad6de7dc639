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

    /// <summary>Links a volume mount to a fog; false when it was linked already.</summary>
    public static async Task<bool> LinkAsync(DbSession session, string volumeMountUuid, string fogUuid)
    {
        var parameters = new SqlParams { { "mount", volumeMountUuid }, { "fog", fogUuid } };
        if (await session.QueryOneAsync(
                "SELECT \"id\" FROM \"FogVolumeMounts\" WHERE \"fog_uuid\" = @fog AND \"volume_mount_uuid\" = @mount",
                r => r.LongOrNull(),
                parameters).ConfigureAwait(false) is not null)
        {
            return false;
        }

        await session.ExecuteAsync(
            "INSERT INTO \"FogVolumeMounts\" (\"fog_uuid\", \"volume_mount_uuid\") VALUES (@fog, @mount)", parameters).ConfigureAwait(false);
        return true;
    }
}
