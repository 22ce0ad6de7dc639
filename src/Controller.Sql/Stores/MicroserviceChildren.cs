namespace Controller.Sql.Stores;

/// <summary>Loads what belongs to microservices: one query per kind of child, however many microservices there are.</summary>
internal static class MicroserviceChildren
{
    /// <summary>Engines bound the parameters of a statement.</summary>
    private const int UuidsPerQuery = 2000;

    /// <summary>The rows with their children.</summary>
    public static async Task<List<MicroserviceRow>> LoadAsync(DbSession session, List<MicroserviceRow> rows)
    {
        var complete = new List<MicroserviceRow>(rows.Count);
        foreach (var some in rows.Chunk(UuidsPerQuery))
        {
            complete.AddRange(await LoadChunkAsync(session, some).ConfigureAwait(false));
        }

        return complete;
    }

    private static async Task<IEnumerable<MicroserviceRow>> LoadChunkAsync(DbSession session, MicroserviceRow[] rows)
    {
        var uuids = rows.Select(r => r.Uuid).ToList();

        var images = await ReadAsync(
            session, "CatalogItemImages", "c.\"container_image\", c.\"arch_id\"", r => new ImageRow(r.Text(), r.Int()), uuids).ConfigureAwait(false);
        var ports = await ReadAsync(
            session,
            "MicroservicePorts",
            "c.\"port_internal\", c.\"port_external\", c.\"is_udp\"",
            r => new PortRow(r.Int(), r.Int(), r.Bool()),
            uuids).ConfigureAwait(false);
        var env = await ReadAsync(
            session,
            "MicroserviceEnvs",
            "c.\"key\", c.\"value\", c.\"value_from_secret\", c.\"value_from_config_map\"",
            r => new EnvRow(r.Text(), r.TextOrNull(), NullIfEmpty(r), NullIfEmpty(r)),
            uuids).ConfigureAwait(false);
        var cmd = await TextsAsync(session, "MicroserviceArgs", "cmd", uuids).ConfigureAwait(false);
        var cdi = await TextsAsync(session, "MicroserviceCdiDevices", "cdi_devices", uuids).ConfigureAwait(false);
        var capAdd = await TextsAsync(session, "MicroserviceCapAdd", "cap_add", uuids).ConfigureAwait(false);
        var capDrop = await TextsAsync(session, "MicroserviceCapDrop", "cap_drop", uuids).ConfigureAwait(false);
        var hosts = await ReadAsync(session, "MicroserviceExtraHost", HostColumns, MapHost, uuids, HostJoin).ConfigureAwait(false);
        var health = await ReadAsync(
            session,
            "MicroserviceHealthChecks",
            "c.\"test\", c.\"interval\", c.\"timeout\", c.\"start_period\", c.\"start_interval\", c.\"retries\"",
            r => new HealthCheckRow(
                r.TextOrNull(), r.DoubleOrNull(), r.DoubleOrNull(), r.DoubleOrNull(), r.DoubleOrNull(), r.IntOrNull()),
            uuids).ConfigureAwait(false);
        var volumes = await ReadAsync(
            session,
            "VolumeMappings",
            "c.\"uuid\", c.\"host_destination\", c.\"container_destination\", c.\"access_mode\", c.\"type\"",
            r => new VolumeMappingRow(r.Long(), r.Text(), r.Text(), r.Text(), r.TextOrNull() ?? "bind"),
            uuids,
            key: "uuid").ConfigureAwait(false);
        var statuses = await StatusesAsync(session, uuids).ConfigureAwait(false);
        var execs = await ReadAsync(
            session,
            "MicroserviceExecStatuses",
            "c.\"status\", c.\"exec_session_id\", c.\"created_at\", c.\"updated_at\"",
            r => new ExecStatusRow(r.TextOrNull(), r.TextOrNull(), r.TimeOrNull(), r.TimeOrNull()),
            uuids).ConfigureAwait(false);
        var accounts = await ReadAsync(
            session,
            "RbacServiceAccounts",
            """
            c."id", c."name", c."microservice_uuid", c."application_id", c."role_ref", c."role_id", c."created_at", c."updated_at"
            """,
            r => new ServiceAccountRow(
                r.Long(), r.Text(), r.TextOrNull(), r.LongOrNull(), r.TextOrNull(), r.LongOrNull(), r.TimeOrNull(), r.TimeOrNull()),
            uuids).ConfigureAwait(false);

        return rows.Select(row => row with
        {
            Images = [.. images[row.Uuid]],
            Ports = [.. ports[row.Uuid]],
            Env = [.. env[row.Uuid]],
            Cmd = [.. cmd[row.Uuid]],
            CdiDevices = [.. cdi[row.Uuid]],
            CapAdd = [.. capAdd[row.Uuid]],
            CapDrop = [.. capDrop[row.Uuid]],
            ExtraHosts = [.. hosts[row.Uuid]],
            HealthCheck = health[row.Uuid].FirstOrDefault(),
            VolumeMappings = [.. volumes[row.Uuid]],
            Status = statuses.GetValueOrDefault(row.Uuid),
            ExecStatus = execs[row.Uuid].FirstOrDefault(),
            ServiceAccount = accounts[row.Uuid].FirstOrDefault(),
        });
    }

    /// <summary>An agent's address may have changed since the row was written: what counts is its present host.</summary>
    private const string HostColumns =
        """
        c."template_type", c."name", c."template",
        CASE WHEN c."template_type" = 'Agents' AND f."host" IS NOT NULL THEN f."host" ELSE c."value" END,
        c."target_microservice_uuid", c."target_fog_uuid"
        """;

    private const string HostJoin = "LEFT JOIN \"Fogs\" f ON f.\"uuid\" = c.\"target_fog_uuid\"";

    private static ExtraHostRow MapHost(SqlRow r) =>
        new(r.Text(), r.Text(), r.Text(), r.Text(), r.TextOrNull(), r.TextOrNull());

    private static Task<ILookup<string, string>> TextsAsync(DbSession session, string table, string column, List<string> uuids) =>
        ReadAsync(session, table, $"c.\"{column}\"", r => r.Text(), uuids);

    /// <summary>The children of one kind by microservice, in the order they were written.</summary>
    private static async Task<ILookup<string, T>> ReadAsync<T>(
        DbSession session, string table, string columns, Func<SqlRow, T> map, List<string> uuids, string join = "", string key = "id")
    {
        var parameters = new SqlParams();
        var rows = await session.QueryAsync(
            $"""
            SELECT c."microservice_uuid", {columns} FROM "{table}" c {join}
            WHERE c."microservice_uuid" IN {parameters.In("m", uuids)} ORDER BY c."{key}"
            """,
            r => (Uuid: r.Text(), Child: map(r)),
            parameters).ConfigureAwait(false);
        return rows.ToLookup(r => r.Uuid, r => r.Child, StringComparer.Ordinal);
    }

    private static async Task<Dictionary<string, MicroserviceStatus>> StatusesAsync(DbSession session, List<string> uuids)
    {
        var parameters = new SqlParams();
        var rows = await session.QueryAsync(
            $"""
            SELECT {TelemetryStore.MicroserviceColumns} FROM "MicroserviceStatuses" s
            WHERE s."microservice_uuid" IN {parameters.In("m", uuids)}
            """,
            TelemetryStore.MapMicroservice,
            parameters).ConfigureAwait(false);
        return rows.ToDictionary(r => r.MicroserviceUuid, StringComparer.Ordinal);
    }

    private static string? NullIfEmpty(SqlRow r) => r.TextOrNull() is { Length: > 0 } text ? text : null;
}
