namespace Controller.Sql.Stores;

/// <summary>Writes what belongs to a microservice. A list is replaced as a whole.</summary>
public static class MicroserviceChildStore
{
    private const string Owner = "microservice_uuid";
    private const string Images = "CatalogItemImages", Ports = "MicroservicePorts", Env = "MicroserviceEnvs", Cmd = "MicroserviceArgs";
    private const string CdiDevices = "MicroserviceCdiDevices", CapAdd = "MicroserviceCapAdd", CapDrop = "MicroserviceCapDrop";
    private const string ExtraHosts = "MicroserviceExtraHost", HealthChecks = "MicroserviceHealthChecks", Volumes = "VolumeMappings";

    private static readonly string[] ImageColumns = ["container_image", "arch_id"];
    private static readonly string[] PortColumns = ["port_internal", "port_external", "is_udp", "created_at", "updated_at"];
    private static readonly string[] EnvColumns = ["key", "value", "value_from_secret", "value_from_config_map"];
    private static readonly string[] HostColumns = ["template_type", "name", "template", "value", "target_microservice_uuid", "target_fog_uuid"];
    private static readonly string[] VolumeColumns = ["host_destination", "container_destination", "access_mode", "type"];
    private static readonly string[] HealthColumns =
        ["test", "interval", "timeout", "start_period", "start_interval", "retries", "created_at", "updated_at"];

    /// <summary>Adds everything that belongs to new microservices, their status included: one statement per kind, however many there are.</summary>
    internal static async Task AddAsync(DbSession session, IReadOnlyList<MicroserviceRow> owners, DateTimeOffset now)
    {
        await InsertAllAsync(session, Images, ImageColumns, owners, o => o.Images, Cells).ConfigureAwait(false);
        await InsertAllAsync(session, Ports, PortColumns, owners, o => o.Ports, p => Cells(p, now)).ConfigureAwait(false);
        await InsertAllAsync(session, Env, EnvColumns, owners, o => o.Env, Cells).ConfigureAwait(false);
        await InsertAllAsync(session, Cmd, ["cmd"], owners, o => o.Cmd, t => [t]).ConfigureAwait(false);
        await InsertAllAsync(session, CdiDevices, ["cdi_devices"], owners, o => o.CdiDevices, t => [t]).ConfigureAwait(false);
        await InsertAllAsync(session, CapAdd, ["cap_add"], owners, o => o.CapAdd, t => [t]).ConfigureAwait(false);
        await InsertAllAsync(session, CapDrop, ["cap_drop"], owners, o => o.CapDrop, t => [t]).ConfigureAwait(false);
        await InsertAllAsync(session, ExtraHosts, HostColumns, owners, o => o.ExtraHosts, Cells).ConfigureAwait(false);
        await InsertAllAsync<HealthCheckRow>(
            session, HealthChecks, HealthColumns, owners, o => o.HealthCheck is { } check ? [check] : [], c => Cells(c, now)).ConfigureAwait(false);
        await InsertAllAsync(session, Volumes, VolumeColumns, owners, o => o.VolumeMappings, Cells).ConfigureAwait(false);
        await AddStatusAsync(session, owners.Select(o => o.Uuid), now).ConfigureAwait(false);
    }

    private static object?[] Cells(ImageRow i) => [i.ContainerImage, i.ArchId];

    private static object?[] Cells(PortRow p, DateTimeOffset now) => [p.Internal, p.External, p.IsUdp, now, now];

    private static object?[] Cells(EnvRow e) => [e.Key, e.Value, e.ValueFromSecret, e.ValueFromConfigMap];

    private static object?[] Cells(ExtraHostRow h) => [h.TemplateType, h.Name, h.Template, h.Value, h.TargetMicroserviceUuid, h.TargetFogUuid];

    private static object?[] Cells(HealthCheckRow c, DateTimeOffset now) =>
        [c.Test, c.Interval, c.Timeout, c.StartPeriod, c.StartInterval, c.Retries, now, now];

    private static object?[] Cells(VolumeMappingRow m) => [m.HostDestination, m.ContainerDestination, m.AccessMode, m.Type];

    /// <summary>Replaces the microservice's own images.</summary>
    public static Task ReplaceImagesAsync(DbSession session, string uuid, IReadOnlyList<ImageRow> images) => ReplaceAsync(
        session, Images, uuid, ImageColumns, images, Cells);

    /// <summary>Replaces the port mappings.</summary>
    public static async Task ReplacePortsAsync(DbSession session, string uuid, IReadOnlyList<PortRow> ports, DateTimeOffset now)
    {
        await ClearAsync(session, Ports, uuid).ConfigureAwait(false);
        await AddPortsAsync(session, uuid, ports, now).ConfigureAwait(false);
    }

    /// <summary>Adds port mappings.</summary>
    public static Task AddPortsAsync(DbSession session, string uuid, IReadOnlyList<PortRow> ports, DateTimeOffset now) => InsertAsync(
        session, Ports, uuid, PortColumns, ports, p => Cells(p, now));

    /// <summary>Removes the first mapping of an internal port; false when there is none.</summary>
    public static async Task<bool> RemovePortAsync(DbSession session, string uuid, int internalPort)
    {
        var id = await session.QueryOneAsync(
            """
            SELECT MIN("id") FROM "MicroservicePorts" WHERE "microservice_uuid" = @uuid AND "port_internal" = @port
            """,
            r => r.LongOrNull(),
            new() { { "uuid", uuid }, { "port", internalPort } }).ConfigureAwait(false);
        session.Changes(uuid);
        return id is not null
            && await session.ExecuteAsync("DELETE FROM \"MicroservicePorts\" WHERE \"id\" = @id", new() { { "id", id } }).ConfigureAwait(false) > 0;
    }

    /// <summary>Replaces the environment.</summary>
    public static Task ReplaceEnvAsync(DbSession session, string uuid, IReadOnlyList<EnvRow> env) => ReplaceAsync(
        session, Env, uuid, EnvColumns, env, Cells);

    /// <summary>Replaces the arguments of the process.</summary>
    public static Task ReplaceCmdAsync(DbSession session, string uuid, IReadOnlyList<string> cmd) =>
        ReplaceTextsAsync(session, Cmd, "cmd", uuid, cmd);

    /// <summary>Replaces the CDI devices.</summary>
    public static Task ReplaceCdiDevicesAsync(DbSession session, string uuid, IReadOnlyList<string> devices) =>
        ReplaceTextsAsync(session, CdiDevices, "cdi_devices", uuid, devices);

    /// <summary>Replaces the added capabilities.</summary>
    public static Task ReplaceCapAddAsync(DbSession session, string uuid, IReadOnlyList<string> capabilities) =>
        ReplaceTextsAsync(session, CapAdd, "cap_add", uuid, capabilities);

    /// <summary>Replaces the dropped capabilities.</summary>
    public static Task ReplaceCapDropAsync(DbSession session, string uuid, IReadOnlyList<string> capabilities) =>
        ReplaceTextsAsync(session, CapDrop, "cap_drop", uuid, capabilities);

    /// <summary>Replaces the extra hosts.</summary>
    public static Task ReplaceExtraHostsAsync(DbSession session, string uuid, IReadOnlyList<ExtraHostRow> hosts) => ReplaceAsync(
        session, ExtraHosts, uuid, HostColumns, hosts, Cells);

    /// <summary>Sets or, with null, removes the health check.</summary>
    public static Task ReplaceHealthCheckAsync(DbSession session, string uuid, HealthCheckRow? check, DateTimeOffset now) => ReplaceAsync<HealthCheckRow>(
        session, HealthChecks, uuid, HealthColumns, check is null ? [] : [check], c => Cells(c, now));

    /// <summary>Adds a volume mapping and returns its id.</summary>
    public static Task<long> AddVolumeMappingAsync(DbSession session, string uuid, VolumeMappingRow mapping)
    {
        session.Changes(uuid);
        return session.InsertAsync(
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
    }

    /// <summary>Adds several volume mappings.</summary>
    public static Task AddVolumeMappingsAsync(DbSession session, string uuid, IReadOnlyList<VolumeMappingRow> mappings) => InsertAsync(
        session, Volumes, uuid, VolumeColumns, mappings, Cells);

    /// <summary>Removes volume mappings of a microservice by id.</summary>
    public static Task RemoveVolumeMappingsAsync(DbSession session, string uuid, IEnumerable<long> ids)
    {
        session.Changes(uuid);
        var parameters = new SqlParams();
        return session.ExecuteAsync($"DELETE FROM \"VolumeMappings\" WHERE \"uuid\" IN {parameters.In("id", ids)}", parameters);
    }

    /// <summary>The service account's volume bears the microservice's name; it follows a rename.</summary>
    public static Task RenameServiceAccountVolumeAsync(DbSession session, string uuid, string name)
    {
        session.Changes(uuid);
        return session.ExecuteAsync(
            """
            UPDATE "VolumeMappings" SET "host_destination" = @name WHERE "microservice_uuid" = @uuid AND "type" = 'serviceAccount'
            """,
            new() { { "uuid", uuid }, { "name", name } });
    }

    /// <summary>Adds the status rows of new microservices.</summary>
    public static async Task AddStatusAsync(DbSession session, IEnumerable<string> uuids, DateTimeOffset now)
    {
        var parameters = new SqlParams { { "now", now } };
        var owners = $"FROM \"Microservices\" WHERE \"uuid\" IN {parameters.In("m", uuids)}";
        await session.ExecuteAsync(
            $"""
            INSERT INTO "MicroserviceStatuses" ("status", "operating_duration", "start_time", "cpu_usage", "memory_usage", "container_id",
              "percentage", "error_message", "ip_address", "exec_session_ids", "health_status", "microservice_uuid", "created_at", "updated_at")
            SELECT 'QUEUED', 0, 0, 0, 0, '', 0, '', '', '[]', '', "uuid", @now, @now {owners}
            """,
            parameters).ConfigureAwait(false);
        await session.ExecuteAsync(
            $"""
            INSERT INTO "MicroserviceExecStatuses" ("status", "exec_session_id", "microservice_uuid", "created_at", "updated_at")
            SELECT 'INACTIVE', NULL, "uuid", @now, @now {owners}
            """,
            parameters).ConfigureAwait(false);
    }

    /// <summary>The status of a microservice that has yet to start on another fog.</summary>
    public static Task ResetStatusAsync(DbSession session, string uuid, DateTimeOffset now)
    {
        session.Changes(uuid);
        return session.ExecuteAsync(
            """
            UPDATE "MicroserviceStatuses" SET "status" = 'QUEUED', "operating_duration" = 0, "start_time" = 0, "cpu_usage" = 0,
              "memory_usage" = 0, "container_id" = '', "percentage" = 0, "error_message" = '', "updated_at" = @now
            WHERE "microservice_uuid" = @uuid
            """,
            new() { { "uuid", uuid }, { "now", now } });
    }

    private static async Task ReplaceAsync<T>(
        DbSession session, string table, string uuid, string[] columns, IReadOnlyList<T> items, Func<T, object?[]> values)
    {
        await ClearAsync(session, table, uuid).ConfigureAwait(false);
        await InsertAsync(session, table, uuid, columns, items, values).ConfigureAwait(false);
    }

    private static Task ReplaceTextsAsync(DbSession session, string table, string column, string uuid, IReadOnlyList<string> texts) =>
        ReplaceAsync(session, table, uuid, [column], texts, t => [t]);

    private static Task ClearAsync(DbSession session, string table, string uuid)
    {
        session.Changes(uuid);
        return session.ExecuteAsync($"DELETE FROM \"{table}\" WHERE \"microservice_uuid\" = @uuid", new() { { "uuid", uuid } });
    }

    private static Task InsertAsync<T>(
        DbSession session, string table, string uuid, string[] columns, IReadOnlyList<T> items, Func<T, object?[]> values)
    {
        session.Changes(uuid);
        return BulkInsert.RunAsync(session, table, [Owner, .. columns], items, item => [uuid, .. values(item)]);
    }

    /// <summary>The children of one kind of several microservices.</summary>
    private static Task InsertAllAsync<T>(
        DbSession session, string table, string[] columns, IEnumerable<MicroserviceRow> owners, Func<MicroserviceRow, IEnumerable<T>> items,
        Func<T, object?[]> values) =>
        BulkInsert.RunAsync(
            session,
            table,
            [Owner, .. columns],
            owners.SelectMany(o => items(o).Select(item => (o.Uuid, Item: item))).ToList(),
            child => [child.Uuid, .. values(child.Item)]);
}
