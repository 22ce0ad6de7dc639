namespace Controller.Sql.Stores;

/// <summary>Loads what belongs to microservices: one query per kind of child, however many microservices there are.</summary>
internal static class MicroserviceChildren
{
    /// <summary>The rows with their children.</summary>
    /// <param name="session">Session.</param>
    /// <param name="rows">Microservices.</param>
    /// <param name="uuids">
    /// The query that finds their uuids: a list of thousands of values would cost the engine more than finding them again.
    /// Null when they are most of all there are: then the tables are read as they lie.
    /// </param>
    /// <param name="parameters">Of that query.</param>
    public static async Task<List<MicroserviceRow>> LoadAsync(
        DbSession session, List<MicroserviceRow> rows, string? uuids, SqlParams parameters)
    {
        var images = await ReadAsync(
            session, "CatalogItemImages", "c.\"container_image\", c.\"arch_id\"", r => new ImageRow(r.Text(), r.Int()), uuids, parameters).ConfigureAwait(false);
        var ports = await ReadAsync(
            session,
            "MicroservicePorts",
            "c.\"port_internal\", c.\"port_external\", c.\"is_udp\"",
            r => new PortRow(r.Int(), r.Int(), r.Bool()),
            uuids, parameters).ConfigureAwait(false);
        var env = await ReadAsync(
            session,
            "MicroserviceEnvs",
            "c.\"key\", c.\"value\", c.\"value_from_secret\", c.\"value_from_config_map\"",
            EnvRow.Map,
            uuids, parameters).ConfigureAwait(false);
        var cmd = await TextsAsync(session, "MicroserviceArgs", "cmd", uuids, parameters).ConfigureAwait(false);
        var cdi = await TextsAsync(session, "MicroserviceCdiDevices", "cdi_devices", uuids, parameters).ConfigureAwait(false);
        var capAdd = await TextsAsync(session, "MicroserviceCapAdd", "cap_add", uuids, parameters).ConfigureAwait(false);
        var capDrop = await TextsAsync(session, "MicroserviceCapDrop", "cap_drop", uuids, parameters).ConfigureAwait(false);
        var hosts = await ReadAsync(session, "MicroserviceExtraHost", HostColumns, MapHost, uuids, parameters, HostJoin).ConfigureAwait(false);
        var health = await ReadAsync(
            session,
            "MicroserviceHealthChecks",
            "c.\"test\", c.\"interval\", c.\"timeout\", c.\"start_period\", c.\"start_interval\", c.\"retries\"",
            r => new HealthCheckRow(
                r.TextOrNull(), r.DoubleOrNull(), r.DoubleOrNull(), r.DoubleOrNull(), r.DoubleOrNull(), r.IntOrNull()),
            uuids, parameters).ConfigureAwait(false);
        var volumes = await ReadAsync(
            session,
            "VolumeMappings",
            "c.\"uuid\", c.\"host_destination\", c.\"container_destination\", c.\"access_mode\", c.\"type\"",
            r => new VolumeMappingRow(r.Long(), r.Text(), r.Text(), r.Text(), r.TextOrNull() ?? "bind"),
            uuids,
            parameters,
            key: "uuid").ConfigureAwait(false);
        var statuses = await StatusesAsync(session, uuids, parameters).ConfigureAwait(false);
        var execs = await ReadAsync(
            session,
            "MicroserviceExecStatuses",
            "c.\"status\", c.\"exec_session_id\", c.\"created_at\", c.\"updated_at\"",
            r => new ExecStatusRow(r.TextOrNull(), r.TextOrNull(), r.TimeOrNull(), r.TimeOrNull()),
            uuids, parameters).ConfigureAwait(false);
        var accounts = await ReadAsync(
            session,
            "RbacServiceAccounts",
            """
            c."id", c."name", c."microservice_uuid", c."application_id", c."role_ref", c."role_id", c."created_at", c."updated_at"
            """,
            r => new ServiceAccountRow(
                r.Long(), r.Text(), r.TextOrNull(), r.LongOrNull(), r.TextOrNull(), r.LongOrNull(), r.TimeOrNull(), r.TimeOrNull()),
            uuids, parameters).ConfigureAwait(false);

        return rows.ConvertAll(row => row with
        {
            Images = Of(images, row),
            Ports = Of(ports, row),
            Env = Of(env, row),
            Cmd = Of(cmd, row),
            CdiDevices = Of(cdi, row),
            CapAdd = Of(capAdd, row),
            CapDrop = Of(capDrop, row),
            ExtraHosts = Of(hosts, row),
            HealthCheck = Of(health, row).FirstOrDefault(),
            VolumeMappings = Of(volumes, row),
            Status = statuses.GetValueOrDefault(row.Uuid),
            ExecStatus = Of(execs, row).FirstOrDefault(),
            ServiceAccount = Of(accounts, row).FirstOrDefault(),
        });
    }

    private static string Of(string? uuids, string table = "c") => uuids is null ? "" : $"WHERE {table}.\"microservice_uuid\" IN ({uuids})";

    private static IReadOnlyList<T> Of<T>(Dictionary<string, List<T>> children, MicroserviceRow row) =>
        children.TryGetValue(row.Uuid, out var own) ? own : [];

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

    private static Task<Dictionary<string, List<string>>> TextsAsync(
        DbSession session, string table, string column, string? uuids, SqlParams parameters) =>
        ReadAsync(session, table, $"c.\"{column}\"", r => r.Text(), uuids, parameters);

    /// <summary>The children of one kind by microservice, in the order they were written.</summary>
    private static async Task<Dictionary<string, List<T>>> ReadAsync<T>(
        DbSession session, string table, string columns, Func<SqlRow, T> map, string? uuids, SqlParams parameters, string join = "",
        string key = "id")
    {
        var rows = await session.QueryAsync(
            $"""
            SELECT c."microservice_uuid", {columns} FROM "{table}" c {join} {Of(uuids)} ORDER BY c."{key}"
            """,
            r => (Uuid: r.Text(), Child: map(r)),
            parameters).ConfigureAwait(false);
        var children = new Dictionary<string, List<T>>(StringComparer.Ordinal);
        foreach (var (uuid, child) in rows)
        {
            if (!children.TryGetValue(uuid, out var own))
            {
                children[uuid] = own = new List<T>(1);
            }

            own.Add(child);
        }

        return children;
    }

    private static async Task<Dictionary<string, MicroserviceStatus>> StatusesAsync(DbSession session, string? uuids, SqlParams parameters)
    {
        var rows = await session.QueryAsync(
            $"""
            SELECT {TelemetryStore.MicroserviceColumns} FROM "MicroserviceStatuses" s {Of(uuids, "s")}
            """,
            TelemetryStore.MapMicroservice,
            parameters).ConfigureAwait(false);
        return rows.ToDictionary(r => r.MicroserviceUuid, StringComparer.Ordinal);
    }
}
