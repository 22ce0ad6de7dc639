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
    private const string Select = "SELECT \"uuid\", \"name\", \"config_map_name\", \"secret_name\", \"version\" FROM \"VolumeMounts\"";

    /// <summary>All mounts, by name.</summary>
    public static Task<List<VolumeMountRow>> ListAsync(DbSession session) => session.QueryAsync(Select + " ORDER BY \"name\", \"uuid\"", Map);

    /// <summary>The mounts of these names.</summary>
    public static Task<List<VolumeMountRow>> ListAsync(DbSession session, IEnumerable<string> names)
    {
        var parameters = new SqlParams();
        return session.QueryAsync($"{Select} WHERE \"name\" IN {parameters.In("n", names)}", Map, parameters);
    }

    /// <summary>The mount of a name; null when there is none.</summary>
    public static Task<VolumeMountRow?> FindAsync(DbSession session, string name) =>
        session.QueryOneAsync(Select + " WHERE \"name\" = @name", Map, new() { { "name", name } });

    /// <summary>As <see cref="FindAsync"/>, keeping other writers of the row away until the transaction ends.</summary>
    public static Task<VolumeMountRow?> FindForUpdateAsync(DbSession session, string name) =>
        session.QueryOneAsync(Select + " WHERE \"name\" = @name" + session.Dialect.ForUpdate, Map, new() { { "name", name } });

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
            r => new VolumeMountSource(Map(r), r.TextOrNull(), r.TextOrNull(), r.TextOrNull()),
            new() { { "fog", fogUuid } });

    /// <summary>Adds a mount, linked to no fog.</summary>
    public static Task InsertAsync(DbSession session, VolumeMountRow mount, DateTimeOffset now)
    {
        var values = Values(mount, now);
        values.Add("name", mount.Name);
        return session.ExecuteAsync(
            """
            INSERT INTO "VolumeMounts" ("uuid", "name", "config_map_name", "secret_name", "version", "created_at", "updated_at")
            VALUES (@uuid, @name, @config_map, @secret, @version, @now, @now)
            """,
            values);
    }

    /// <summary>Writes source and version of a mount.</summary>
    public static Task UpdateAsync(DbSession session, VolumeMountRow mount, DateTimeOffset now) =>
        session.ExecuteAsync(
            """
            UPDATE "VolumeMounts" SET "config_map_name" = @config_map, "secret_name" = @secret, "version" = @version, "updated_at" = @now
            WHERE "uuid" = @uuid
            """,
            Values(mount, now));

    /// <summary>Removes a mount and its links.</summary>
    public static Task DeleteAsync(DbSession session, string uuid) =>
        session.ExecuteAsync("DELETE FROM \"VolumeMounts\" WHERE \"uuid\" = @uuid", new() { { "uuid", uuid } });

    /// <summary>Links mounts to fogs, both of which exist; returns the links that were not there already.</summary>
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

    /// <summary>Removes the links between a mount and fogs, as far as there are any.</summary>
    public static Task UnlinkAsync(DbSession session, string mountUuid, IEnumerable<string> fogUuids)
    {
        var parameters = new SqlParams { { "mount", mountUuid } };
        return session.ExecuteAsync(
            $"DELETE FROM \"FogVolumeMounts\" WHERE \"volume_mount_uuid\" = @mount AND \"fog_uuid\" IN {parameters.In("f", fogUuids)}", parameters);
    }

    /// <summary>The fogs that a mount is linked to.</summary>
    public static Task<List<string>> ListFogsAsync(DbSession session, string mountUuid) => ListFogsAsync(session, "uuid", mountUuid);

    /// <summary>The fogs that the mounts of a secret or config map are linked to.</summary>
    public static Task<List<string>> ListFogsAsync(DbSession session, DataKind kind, string name) => ListFogsAsync(session, Column(kind), name);

    /// <summary>A secret or config map changed: gives the mounts of it their next version; returns the fogs that have them.</summary>
    public static async Task<List<string>> RaiseVersionsAsync(DbSession session, DataKind kind, string name, DateTimeOffset now)
    {
        var raised = await session.ExecuteAsync(
            $"UPDATE \"VolumeMounts\" SET \"version\" = COALESCE(\"version\", 0) + 1, \"updated_at\" = @now WHERE \"{Column(kind)}\" = @name",
            new() { { "now", now }, { "name", name } }).ConfigureAwait(false);
        return raised == 0 ? [] : await ListFogsAsync(session, kind, name).ConfigureAwait(false);
    }

    private static Task<List<string>> ListFogsAsync(DbSession session, string column, string value) =>
        session.QueryAsync(
            $"""
            SELECT DISTINCT l."fog_uuid" FROM "FogVolumeMounts" l JOIN "VolumeMounts" v ON v."uuid" = l."volume_mount_uuid"
            WHERE v."{column}" = @value AND l."fog_uuid" IS NOT NULL ORDER BY l."fog_uuid"
            """,
            r => r.Text(),
            new() { { "value", value } });

    private static string Column(DataKind kind) => kind == DataKind.Secret ? "secret_name" : "config_map_name";

    private static SqlParams Values(VolumeMountRow mount, DateTimeOffset now) => new()
    {
        { "uuid", mount.Uuid },
        { "config_map", mount.ConfigMapName },
        { "secret", mount.SecretName },
        { "version", mount.Version },
        { "now", now },
    };

    private static VolumeMountRow Map(SqlRow r) => new(r.Text(), r.Text(), r.TextOrNull(), r.TextOrNull(), r.IntOrNull() ?? 1);
}
