namespace Controller.Sql.Stores;

/// <summary>A secret or a config map as a directory for microservices.</summary>
/// <param name="Uuid">Identity at the agent.</param>
/// <param name="Name">Directory name at the agent.</param>
/// <param name="ConfigMapName">The config map behind it, or null.</param>
/// <param name="SecretName">The secret behind it, or null.</param>
/// <param name="Version">Grows with every change; an agent takes only a greater one.</param>
public sealed record VolumeMountRow(string Uuid, string Name, string? ConfigMapName, string? SecretName, int Version = 1);

/// <summary>A volume mount with what its source holds.</summary>
/// <param name="Mount">The mount.</param>
/// <param name="SecretType"><c>Opaque</c> or <c>tls</c>; null when the mount has no secret.</param>
/// <param name="SecretData">The secret's stored data.</param>
/// <param name="ConfigMapData">The config map's stored data.</param>
public sealed record VolumeMountSource(VolumeMountRow Mount, string? SecretType, string? SecretData, string? ConfigMapData);

/// <summary>Volume mounts and the fogs they are linked to.</summary>
public static class VolumeMountStore
{
    /// <summary>The mounts linked to a fog with their data, by name.</summary>
    public static Task<List<VolumeMountSource>> ListForFogAsync(DbSession session, string fogUuid) =>
        session.QueryAsync(
            """
            SELECT v."uuid", v."name", v."config_map_name", v."secret_name", v."version", s."type", s."data", c."data"
            FROM "VolumeMounts" v
            LEFT JOIN "Secrets" s ON s."name" = v."secret_name"
            LEFT JOIN "ConfigMaps" c ON c."name" = v."config_map_name"
            WHERE v."uuid" IN (SELECT l."volume_mount_uuid" FROM "FogVolumeMounts" l WHERE l."fog_uuid" = @fog)
            ORDER BY v."name", v."uuid"
            """,
            r => new VolumeMountSource(
                new VolumeMountRow(r.Text(), r.Text(), r.TextOrNull(), r.TextOrNull(), r.Int()), r.TextOrNull(), r.TextOrNull(), r.TextOrNull()),
            new() { { "fog", fogUuid } });

    /// <summary>Adds a mount, linked to no fog.</summary>
    public static Task InsertAsync(DbSession session, VolumeMountRow mount, DateTimeOffset now) =>
        session.ExecuteAsync(
            """
            INSERT INTO "VolumeMounts" ("uuid", "name", "config_map_name", "secret_name", "version", "created_at", "updated_at")
            VALUES (@uuid, @name, @config_map, @secret, @version, @now, @now)
            """,
            new()
            {
                { "uuid", mount.Uuid },
                { "name", mount.Name },
                { "config_map", mount.ConfigMapName },
                { "secret", mount.SecretName },
                { "version", mount.Version },
                { "now", now },
            });

    /// <summary>Links a mount to a fog; false when it was linked already or either does not exist.</summary>
    public static async Task<bool> LinkAsync(DbSession session, string mountUuid, string fogUuid) =>
        await session.ExecuteAsync(
            """
            INSERT INTO "FogVolumeMounts" ("fog_uuid", "volume_mount_uuid")
            SELECT f."uuid", v."uuid" FROM "Fogs" f CROSS JOIN "VolumeMounts" v
            WHERE f."uuid" = @fog AND v."uuid" = @mount AND NOT EXISTS (
              SELECT 1 FROM "FogVolumeMounts" l WHERE l."fog_uuid" = f."uuid" AND l."volume_mount_uuid" = v."uuid")
            """,
            new() { { "fog", fogUuid }, { "mount", mountUuid } }).ConfigureAwait(false) > 0;

    /// <summary>Removes the link between a mount and a fog; false when there was none.</summary>
    public static async Task<bool> UnlinkAsync(DbSession session, string mountUuid, string fogUuid) =>
        await session.ExecuteAsync(
            "DELETE FROM \"FogVolumeMounts\" WHERE \"fog_uuid\" = @fog AND \"volume_mount_uuid\" = @mount",
            new() { { "fog", fogUuid }, { "mount", mountUuid } }).ConfigureAwait(false) > 0;

    /// <summary>A mount changed: gives it its next version; returns the fogs that have it.</summary>
    public static Task<List<string>> RaiseVersionAsync(DbSession session, string mountUuid, DateTimeOffset now) =>
        RaiseAsync(session, "uuid", mountUuid, now);

    /// <summary>A secret changed: gives the mounts of it their next version; returns the fogs that have them.</summary>
    public static Task<List<string>> RaiseVersionsOfSecretAsync(DbSession session, string secretName, DateTimeOffset now) =>
        RaiseAsync(session, "secret_name", secretName, now);

    /// <summary>A config map changed: gives the mounts of it their next version; returns the fogs that have them.</summary>
    public static Task<List<string>> RaiseVersionsOfConfigMapAsync(DbSession session, string configMapName, DateTimeOffset now) =>
        RaiseAsync(session, "config_map_name", configMapName, now);

    /// <summary>The fogs that a mount is linked to.</summary>
    public static Task<List<string>> FogsOfAsync(DbSession session, string mountUuid) => FogsAsync(session, "uuid", mountUuid);

    private static async Task<List<string>> RaiseAsync(DbSession session, string column, string value, DateTimeOffset now)
    {
        var raised = await session.ExecuteAsync(
            $"UPDATE \"VolumeMounts\" SET \"version\" = COALESCE(\"version\", 0) + 1, \"updated_at\" = @now WHERE \"{column}\" = @value",
            new() { { "now", now }, { "value", value } }).ConfigureAwait(false);
        return raised == 0 ? [] : await FogsAsync(session, column, value).ConfigureAwait(false);
    }

    private static Task<List<string>> FogsAsync(DbSession session, string column, string value) =>
        session.QueryAsync(
            $"""
            SELECT DISTINCT l."fog_uuid" FROM "FogVolumeMounts" l JOIN "VolumeMounts" v ON v."uuid" = l."volume_mount_uuid"
            WHERE v."{column}" = @value AND l."fog_uuid" IS NOT NULL ORDER BY l."fog_uuid"
            """,
            r => r.Text(),
            new() { { "value", value } });
}
