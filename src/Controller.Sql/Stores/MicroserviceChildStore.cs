using System.Text;

namespace Controller.Sql.Stores;

/// <summary>Writes what belongs to a microservice. A list is replaced as a whole.</summary>
public static class MicroserviceChildStore
{
    /// <summary>Replaces the microservice's own images.</summary>
    public static Task ReplaceImagesAsync(DbSession session, string uuid, IReadOnlyList<ImageRow> images) => ReplaceAsync(
        session, "CatalogItemImages", uuid, ["container_image", "arch_id"], images, i => [i.ContainerImage, i.ArchId]);

    /// <summary>Replaces the port mappings.</summary>
    public static async Task ReplacePortsAsync(DbSession session, string uuid, IReadOnlyList<PortRow> ports, DateTimeOffset now)
    {
        await ClearAsync(session, "MicroservicePorts", uuid).ConfigureAwait(false);
        await AddPortsAsync(session, uuid, ports, now).ConfigureAwait(false);
    }

    /// <summary>Adds port mappings.</summary>
    public static Task AddPortsAsync(DbSession session, string uuid, IReadOnlyList<PortRow> ports, DateTimeOffset now) => InsertAsync(
        session,
        "MicroservicePorts",
        uuid,
        ["port_internal", "port_external", "is_udp", "created_at", "updated_at"],
        ports,
        p => [p.Internal, p.External, p.IsUdp, now, now]);

    /// <summary>Removes the first mapping of an internal port; false when there is none.</summary>
    public static async Task<bool> RemovePortAsync(DbSession session, string uuid, int internalPort)
    {
        var id = await session.QueryOneAsync(
            """
            SELECT MIN("id") FROM "MicroservicePorts" WHERE "microservice_uuid" = @uuid AND "port_internal" = @port
            """,
            r => r.LongOrNull(),
            new() { { "uuid", uuid }, { "port", internalPort } }).ConfigureAwait(false);
        return id is not null
            && await session.ExecuteAsync("DELETE FROM \"MicroservicePorts\" WHERE \"id\" = @id", new() { { "id", id } }).ConfigureAwait(false) > 0;
    }

    /// <summary>Replaces the environment.</summary>
    public static Task ReplaceEnvAsync(DbSession session, string uuid, IReadOnlyList<EnvRow> env) => ReplaceAsync(
        session,
        "MicroserviceEnvs",
        uuid,
        ["key", "value", "value_from_secret", "value_from_config_map"],
        env,
        e => [e.Key, e.Value, e.ValueFromSecret, e.ValueFromConfigMap]);

    /// <summary>Replaces the arguments of the process.</summary>
    public static Task ReplaceCmdAsync(DbSession session, string uuid, IReadOnlyList<string> cmd) =>
        ReplaceTextsAsync(session, "MicroserviceArgs", "cmd", uuid, cmd);

    /// <summary>Replaces the CDI devices.</summary>
    public static Task ReplaceCdiDevicesAsync(DbSession session, string uuid, IReadOnlyList<string> devices) =>
        ReplaceTextsAsync(session, "MicroserviceCdiDevices", "cdi_devices", uuid, devices);

    /// <summary>Replaces the added capabilities.</summary>
    public static Task ReplaceCapAddAsync(DbSession session, string uuid, IReadOnlyList<string> capabilities) =>
        ReplaceTextsAsync(session, "MicroserviceCapAdd", "cap_add", uuid, capabilities);

    /// <summary>Replaces the dropped capabilities.</summary>
    public static Task ReplaceCapDropAsync(DbSession session, string uuid, IReadOnlyList<string> capabilities) =>
        ReplaceTextsAsync(session, "MicroserviceCapDrop", "cap_drop", uuid, capabilities);

    /// <summary>Replaces the extra hosts.</summary>
    public static Task ReplaceExtraHostsAsync(DbSession session, string uuid, IReadOnlyList<ExtraHostRow> hosts) => ReplaceAsync(
        session,
        "MicroserviceExtraHost",
        uuid,
        ["template_type", "name", "template", "value", "target_microservice_uuid", "target_fog_uuid"],
        hosts,
        h => [h.TemplateType, h.Name, h.Template, h.Value, h.TargetMicroserviceUuid, h.TargetFogUuid]);

    /// <summary>Sets or, with null, removes the health check.</summary>
    public static Task ReplaceHealthCheckAsync(DbSession session, string uuid, HealthCheckRow? check, DateTimeOffset now) => ReplaceAsync<HealthCheckRow>(
        session,
        "MicroserviceHealthChecks",
        uuid,
        ["test", "interval", "timeout", "start_period", "start_interval", "retries", "created_at", "updated_at"],
        check is null ? [] : [check],
        c => [c.Test, c.Interval, c.Timeout, c.StartPeriod, c.StartInterval, c.Retries, now, now]);

    /// <summary>Adds a volume mapping and returns its id.</summary>
    public static Task<long> AddVolumeMappingAsync(DbSession session, string uuid, VolumeMappingRow mapping) => session.InsertAsync(
        """
        INSERT INTO "VolumeMappings" ("host_destination", "container_destination", "access_mode", "type", "microservice_uuid")
        VALUES (@host, @container, @mode, @type, @uuid)
        """,
        new()
        {
            { "host", mapping.HostDestination },
            { "container", mapping.ContainerDestination },
            { "mode", mapping.AccessMode },
            { "type", mapping.Type },
            { "uuid", uuid },
        },
        "uuid");

    /// <summary>Adds several volume mappings.</summary>
    public static Task AddVolumeMappingsAsync(DbSession session, string uuid, IReadOnlyList<VolumeMappingRow> mappings) => InsertAsync(
        session,
        "VolumeMappings",
        uuid,
        ["host_destination", "container_destination", "access_mode", "type"],
        mappings,
        m => [m.HostDestination, m.ContainerDestination, m.AccessMode, m.Type]);

    /// <summary>Removes volume mappings by id.</summary>
    public static Task RemoveVolumeMappingsAsync(DbSession session, IEnumerable<long> ids)
    {
        var parameters = new SqlParams();
        return session.ExecuteAsync($"DELETE FROM \"VolumeMappings\" WHERE \"uuid\" IN {parameters.In("id", ids)}", parameters);
    }

    /// <summary>The service account's volume bears the microservice's name; it follows a rename.</summary>
    public static Task RenameServiceAccountVolumeAsync(DbSession session, string uuid, string name) => session.ExecuteAsync(
        """
        UPDATE "VolumeMappings" SET "host_destination" = @name WHERE "microservice_uuid" = @uuid AND "type" = 'serviceAccount'
        """,
        new() { { "uuid", uuid }, { "name", name } });

    /// <summary>Adds the status rows of a new microservice.</summary>
    public static async Task AddStatusAsync(DbSession session, string uuid, DateTimeOffset now)
    {
        var parameters = new SqlParams { { "uuid", uuid }, { "now", now } };
        await session.ExecuteAsync(
            """
            INSERT INTO "MicroserviceStatuses" ("status", "operating_duration", "start_time", "cpu_usage", "memory_usage", "container_id",
              "percentage", "error_message", "ip_address", "exec_session_ids", "health_status", "microservice_uuid", "created_at", "updated_at")
            VALUES ('QUEUED', 0, 0, 0, 0, '', 0, '', '', '[]', '', @uuid, @now, @now)
            """,
            parameters).ConfigureAwait(false);
        await session.ExecuteAsync(
            """
            INSERT INTO "MicroserviceExecStatuses" ("status", "exec_session_id", "microservice_uuid", "created_at", "updated_at")
            VALUES ('INACTIVE', NULL, @uuid, @now, @now)
            """,
            parameters).ConfigureAwait(false);
    }

    /// <summary>The status of a microservice that has yet to start on another fog.</summary>
    public static Task ResetStatusAsync(DbSession session, string uuid, DateTimeOffset now) => session.ExecuteAsync(
        """
        UPDATE "MicroserviceStatuses" SET "status" = 'QUEUED', "operating_duration" = 0, "start_time" = 0, "cpu_usage" = 0,
          "memory_usage" = 0, "container_id" = '', "percentage" = 0, "error_message" = '', "updated_at" = @now
        WHERE "microservice_uuid" = @uuid
        """,
        new() { { "uuid", uuid }, { "now", now } });

    private static async Task ReplaceAsync<T>(
        DbSession session, string table, string uuid, string[] columns, IReadOnlyList<T> items, Func<T, object?[]> values)
    {
        await ClearAsync(session, table, uuid).ConfigureAwait(false);
        await InsertAsync(session, table, uuid, columns, items, values).ConfigureAwait(false);
    }

    private static Task ReplaceTextsAsync(DbSession session, string table, string column, string uuid, IReadOnlyList<string> texts) =>
        ReplaceAsync(session, table, uuid, [column], texts, t => [t]);

    private static Task ClearAsync(DbSession session, string table, string uuid) =>
        session.ExecuteAsync($"DELETE FROM \"{table}\" WHERE \"microservice_uuid\" = @uuid", new() { { "uuid", uuid } });

    /// <summary>One INSERT for up to a hundred rows; ids follow the order of the list.</summary>
    private static async Task InsertAsync<T>(
        DbSession session, string table, string uuid, string[] columns, IReadOnlyList<T> items, Func<T, object?[]> values)
    {
        const int rowsPerStatement = 100;
        foreach (var some in items.Chunk(rowsPerStatement))
        {
            var sql = new StringBuilder("INSERT INTO \"").Append(table).Append("\" (\"microservice_uuid\"");
            foreach (var column in columns)
            {
                sql.Append(", \"").Append(column).Append('"');
            }

            sql.Append(") VALUES ");
            var parameters = new SqlParams { { "uuid", uuid } };
            for (var row = 0; row < some.Length; row++)
            {
                sql.Append(row == 0 ? "(@uuid" : ", (@uuid");
                var cells = values(some[row]);
                for (var column = 0; column < cells.Length; column++)
                {
                    var name = $"v{row}_{column}";
                    sql.Append(", @").Append(name);
                    parameters.Add(name, cells[column]);
                }

                sql.Append(')');
            }

            await session.ExecuteAsync(sql.ToString(), parameters).ConfigureAwait(false);
        }
    }
}
