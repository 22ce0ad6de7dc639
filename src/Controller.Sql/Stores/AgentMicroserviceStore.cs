namespace Controller.Sql.Stores;

/// <summary>
/// What a node shall run, in a fixed number of queries however many microservices it has (agent-wire 9 and 10).
/// </summary>
public static class AgentMicroserviceStore
{
    // Not the bare architecture: SQLite would take its index and walk through thousands of images for each microservice.
    private const string Columns =
        """
        m."uuid", m."name", m."config", m."annotations", m."rebuild", m."host_network_mode", m."is_privileged", m."cpu_set_cpus",
        m."memory_limit", m."pid_mode", m."ipc_mode", m."run_as_user", m."platform", m."runtime", m."log_size", m."delete",
        m."delete_with_cleanup", m."is_controller", m."schedule", a."name", a."is_system", COALESCE(c."registry_id", m."registry_id"),
        CASE WHEN m."catalog_item_id" IS NULL
          THEN (SELECT i."container_image" FROM "CatalogItemImages" i
                WHERE i."microservice_uuid" = m."uuid" AND i."arch_id" + 0 = f."arch_id" ORDER BY i."id" LIMIT 1)
          ELSE (SELECT i."container_image" FROM "CatalogItemImages" i
                WHERE i."catalog_item_id" = m."catalog_item_id" AND i."arch_id" + 0 = f."arch_id" ORDER BY i."id" LIMIT 1) END,
        s."id", s."role_ref", r."name"
        """;

    private const string DetailColumns =
        """
        m."config_last_updated", m."is_activated", m."nats_access", m."nats_account_id", m."nats_user_id", m."nats_creds_secret_name",
        m."nats_rule_id", m."created_at", m."updated_at", m."registry_id", m."iofog_uuid", m."application_id", f."daemon_status",
        m."catalog_item_id", c."name", c."category"
        """;

    private const string Tables =
        """
        FROM "Microservices" m JOIN "Fogs" f ON f."uuid" = m."iofog_uuid"
        LEFT JOIN "Applications" a ON a."id" = m."application_id"
        LEFT JOIN "CatalogItems" c ON c."id" = m."catalog_item_id"
        LEFT JOIN "RbacServiceAccounts" s ON s."microservice_uuid" = m."uuid"
        LEFT JOIN "RbacRoles" r ON r."id" = s."role_id"
        """;

    // The router (catalog item 1) is the one system microservice that stops with its application.
    private const string ListSql =
        $"""
        SELECT {Columns} {Tables}
        WHERE m."iofog_uuid" = @fog AND a."id" IS NOT NULL
          AND ((a."is_activated" = TRUE AND m."is_activated" = TRUE) OR (c."category" = 'SYSTEM' AND c."id" <> 1))
        ORDER BY m."schedule", m."name", m."uuid"
        """;

    private const string FindSql =
        $"""
        SELECT {Columns}, {DetailColumns} {Tables}
        WHERE m."iofog_uuid" = @fog AND m."uuid" = @uuid
        """;

    private static readonly Children OfFog = new("m.\"iofog_uuid\" = @fog");

    private static readonly Children OfOne = new("m.\"iofog_uuid\" = @fog AND m.\"uuid\" = @uuid");

    /// <summary>
    /// The microservices that shall run on a fog, in start order: those active in an active application, and system
    /// ones. One without an image for the fog's architecture is left out.
    /// </summary>
    public static async Task<List<AgentMicroserviceRow>> ListAsync(DbSession session, string fogUuid)
    {
        var parameters = new SqlParams { { "fog", fogUuid } };
        var rows = await session.QueryAsync(ListSql, r => Map(r, false), parameters).ConfigureAwait(false);
        rows.RemoveAll(r => string.IsNullOrEmpty(r.Image));
        if (rows.Count > 0)
        {
            await OfFog.LoadAsync(session, rows, parameters).ConfigureAwait(false);
        }

        return rows;
    }

    /// <summary>One microservice of a fog, whatever its state; null when it is not on this fog.</summary>
    public static async Task<AgentMicroserviceRow?> FindAsync(DbSession session, string fogUuid, string uuid)
    {
        var parameters = new SqlParams { { "fog", fogUuid }, { "uuid", uuid } };
        if (await session.QueryOneAsync(FindSql, r => Map(r, true), parameters).ConfigureAwait(false) is not { } row)
        {
            return null;
        }

        await OfOne.LoadAsync(session, [row], parameters).ConfigureAwait(false);
        return row;
    }

    /// <summary>The images of a microservice, or of its catalog item if it has one.</summary>
    public static Task<List<AgentImageRow>> ListImagesAsync(DbSession session, string uuid, int? catalogItemId) =>
        session.QueryAsync(
            catalogItemId is null
                ? "SELECT \"container_image\", \"arch_id\" FROM \"CatalogItemImages\" WHERE \"microservice_uuid\" = @key ORDER BY \"id\""
                : "SELECT \"container_image\", \"arch_id\" FROM \"CatalogItemImages\" WHERE \"catalog_item_id\" = @key ORDER BY \"id\"",
            r => new AgentImageRow(r.Text(), r.Int()),
            new() { { "key", catalogItemId is { } id ? id : uuid } });

    /// <summary>Locks the rows whose rebuild order waits to be handed to the agent, so that it is handed out once.</summary>
    public static Task LockRebuildsAsync(DbSession session, string fogUuid) =>
        session.QueryAsync(
            "SELECT \"uuid\" FROM \"Microservices\" WHERE \"iofog_uuid\" = @fog AND \"rebuild\" = TRUE ORDER BY \"uuid\"" + session.Dialect.ForUpdate,
            r => r.Text(),
            new() { { "fog", fogUuid } });

    /// <summary>The agent was handed these rebuild orders.</summary>
    public static Task ClearRebuildsAsync(DbSession session, IReadOnlyCollection<string> uuids)
    {
        session.Changes(uuids);
        var parameters = new SqlParams();
        return session.ExecuteAsync(
            $"UPDATE \"Microservices\" SET \"rebuild\" = FALSE WHERE \"uuid\" IN {parameters.In("uuid", uuids)}", parameters);
    }

    private static AgentMicroserviceRow Map(SqlRow r, bool detailed) => new()
    {
        Uuid = r.Text(),
        Name = r.Text(),
        Config = r.TextOrNull(),
        Annotations = r.TextOrNull(),
        Rebuild = r.Bool(),
        HostNetworkMode = r.Bool(),
        IsPrivileged = r.Bool(),
        CpuSetCpus = r.Text(),
        MemoryLimit = r.DoubleOrNull(),
        PidMode = r.Text(),
        IpcMode = r.Text(),
        RunAsUser = r.Text(),
        Platform = r.Text(),
        Runtime = r.Text(),
        LogSize = r.Long(),
        Delete = r.Bool(),
        DeleteWithCleanup = r.Bool(),
        IsController = r.Bool(),
        Schedule = r.IntOrNull(),
        Application = r.TextOrNull(),
        ApplicationIsSystem = r.Bool(),
        RegistryId = r.IntOrNull(),
        Image = r.TextOrNull(),
        ServiceAccount = MapServiceAccount(r),
        Detail = detailed ? MapDetail(r) : null,
    };

    private static AgentServiceAccountRow? MapServiceAccount(SqlRow r)
    {
        var id = r.LongOrNull();
        var account = new AgentServiceAccountRow(r.TextOrNull(), r.TextOrNull());
        return id is null ? null : account;
    }

    private static AgentMicroserviceDetail MapDetail(SqlRow r) => new()
    {
        ConfigLastUpdated = r.LongOrNull(),
        IsActivated = r.Bool(),
        NatsAccess = r.Bool(),
        NatsAccountId = r.IntOrNull(),
        NatsUserId = r.IntOrNull(),
        NatsCredsSecretName = r.TextOrNull(),
        NatsRuleId = r.IntOrNull(),
        CreatedAt = r.TimeOrNull(),
        UpdatedAt = r.TimeOrNull(),
        OwnRegistryId = r.IntOrNull(),
        FogUuid = r.TextOrNull(),
        ApplicationId = r.IntOrNull(),
        DaemonStatus = r.TextOrNull(),
        CatalogItemId = r.IntOrNull(),
        CatalogItemName = r.TextOrNull(),
        CatalogItemCategory = r.TextOrNull(),
    };

    /// <summary>The child rows of the microservices that a condition on <c>Microservices m</c> selects.</summary>
    private sealed class Children(string condition)
    {
        private readonly string _texts = string.Join(
            " UNION ALL ",
            new[] { ("0", "cmd", "MicroserviceArgs"), ("1", "cdi_devices", "MicroserviceCdiDevices"), ("2", "cap_add", "MicroserviceCapAdd"), ("3", "cap_drop", "MicroserviceCapDrop") }
                .Select(t => $"SELECT m.\"uuid\", {t.Item1} AS \"kind\", x.\"id\" AS \"place\", x.\"{t.Item2}\" AS \"text\" "
                    + $"FROM \"{t.Item3}\" x JOIN \"Microservices\" m ON m.\"uuid\" = x.\"microservice_uuid\" WHERE {condition}"))
            + " ORDER BY 2, 3";

        private readonly string _ports = Select("x.\"port_internal\", x.\"port_external\", x.\"is_udp\"", "MicroservicePorts", condition);

        private readonly string _volumes = Select(
            "x.\"host_destination\", x.\"container_destination\", x.\"access_mode\", COALESCE(x.\"type\", 'bind')",
            "VolumeMappings",
            condition + " AND (x.\"type\" IS NULL OR x.\"type\" <> 'serviceAccount')",
            order: "uuid");

        private readonly string _env = Select(
            "x.\"key\", x.\"value\", x.\"value_from_secret\", x.\"value_from_config_map\"", "MicroserviceEnvs", condition);

        // The node that an address points to may have moved since it was stored.
        private readonly string _extraHosts =
            $"""
            SELECT m."uuid", x."name", x."template", x."template_type",
                   CASE WHEN x."template_type" = 'Agents' THEN COALESCE(NULLIF(t."host", ''), x."value") ELSE x."value" END
            FROM "MicroserviceExtraHost" x JOIN "Microservices" m ON m."uuid" = x."microservice_uuid"
            LEFT JOIN "Fogs" t ON t."uuid" = x."target_fog_uuid"
            WHERE {condition} ORDER BY x."id"
            """;

        private readonly string _healthChecks = Select(
            "x.\"test\", x.\"interval\", x.\"timeout\", x.\"start_period\", x.\"start_interval\", x.\"retries\"", "MicroserviceHealthChecks", condition);

        public async Task LoadAsync(DbSession session, IReadOnlyList<AgentMicroserviceRow> rows, SqlParams parameters)
        {
            var byUuid = rows.ToDictionary(r => r.Uuid, StringComparer.Ordinal);

            async Task Each<T>(string sql, Func<SqlRow, T> map, Action<AgentMicroserviceRow, T> add)
            {
                foreach (var (uuid, child) in await session.QueryAsync(sql, r => (r.Text(), map(r)), parameters).ConfigureAwait(false))
                {
                    if (byUuid.TryGetValue(uuid, out var row))
                    {
                        add(row, child);
                    }
                }
            }

            await Each(
                _texts,
                r => (Kind: r.Int(), Place: r.Long(), Text: r.Text()),
                (row, text) => (text.Kind switch { 0 => row.Cmd, 1 => row.CdiDevices, 2 => row.CapAdd, _ => row.CapDrop }).Add(text.Text))
                .ConfigureAwait(false);
            await Each(_ports, r => new AgentPortRow(r.Int(), r.Int(), r.BoolOrNull()), (row, port) => row.Ports.Add(port)).ConfigureAwait(false);
            await Each(_volumes, r => new AgentVolumeRow(r.Text(), r.Text(), r.Text(), r.Text()), (row, volume) => row.Volumes.Add(volume))
                .ConfigureAwait(false);
            await Each(_env, r => EnvRow.Map(r), (row, env) => row.Env.Add(env))
                .ConfigureAwait(false);
            await Each(
                _extraHosts,
                r => new AgentExtraHostRow(r.Text(), r.TextOrNull(), r.TextOrNull(), r.TextOrNull()),
                (row, host) => row.ExtraHosts.Add(host)).ConfigureAwait(false);
            await Each(
                _healthChecks,
                r => new AgentHealthCheckRow(r.TextOrNull(), r.DoubleOrNull(), r.DoubleOrNull(), r.DoubleOrNull(), r.DoubleOrNull(), r.IntOrNull()),
                (row, check) => row.HealthCheck = check).ConfigureAwait(false);
        }

        private static string Select(string columns, string table, string condition, string order = "id") =>
            $"SELECT m.\"uuid\", {columns} FROM \"{table}\" x JOIN \"Microservices\" m ON m.\"uuid\" = x.\"microservice_uuid\" "
            + $"WHERE {condition} ORDER BY x.\"{order}\"";
    }
}
