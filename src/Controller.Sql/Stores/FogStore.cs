namespace Controller.Sql.Stores;

/// <summary>A fog that another one names as its router.</summary>
/// <param name="Uuid">Fog uuid.</param>
/// <param name="Name">Fog name.</param>
/// <param name="IsEdge">Whether its running router is an edge one; null when none runs.</param>
/// <param name="SpecJson">Its wanted platform; null when it has none.</param>
public sealed record FogAsRouter(string Uuid, string Name, bool? IsEdge, string? SpecJson);

/// <summary>Fogs: what operators and agents configure. Fields are named as in the contract (api-workloads 3.2).</summary>
public static class FogStore
{
    /// <summary>Fields that can be written, with their columns.</summary>
    private static readonly Dictionary<string, string> Columns = new(StringComparer.Ordinal)
    {
        ["name"] = "name",
        ["location"] = "location",
        ["gpsMode"] = "gps_mode",
        ["gpsDevice"] = "gps_device",
        ["gpsScanFrequency"] = "gps_scan_frequency",
        ["latitude"] = "latitude",
        ["longitude"] = "longitude",
        ["description"] = "description",
        ["host"] = "host",
        ["networkInterface"] = "network_interface",
        ["containerEngineUrl"] = "docker_url",
        ["containerEngine"] = "container_engine",
        ["deploymentType"] = "deployment_type",
        ["diskLimit"] = "disk_limit",
        ["diskDirectory"] = "disk_directory",
        ["memoryLimit"] = "memory_limit",
        ["cpuLimit"] = "cpu_limit",
        ["logLimit"] = "log_limit",
        ["logDirectory"] = "log_directory",
        ["logFileCount"] = "log_file_count",
        ["bluetoothEnabled"] = "bluetooth",
        ["abstractedHardwareEnabled"] = "hal",
        ["statusFrequency"] = "status_frequency",
        ["changeFrequency"] = "change_frequency",
        ["deviceScanFrequency"] = "device_scan_frequency",
        ["watchdogEnabled"] = "isolated_docker_container",
        ["edgeGuardFrequency"] = "edge_guard_frequency",
        ["pruningFrequency"] = "docker_pruning_freq",
        ["availableDiskThreshold"] = "available_disk_threshold",
        ["logLevel"] = "log_level",
        ["timeZone"] = "time_zone",
        ["isSystem"] = "is_system",
        ["archId"] = "arch_id",
        ["routerId"] = "router_id",
        ["warningMessage"] = "warning_message",
        ["pendingConfigKeys"] = "pending_config_keys",
    };

    private const string SelectSql =
        $"""
        SELECT f."uuid", f."name", f."location", f."gps_mode", f."gps_device", f."gps_scan_frequency", f."latitude", f."longitude",
               f."description", f."catalog_item_status", f."catalog_item_message_counts", f."host", f."network_interface",
               f."docker_url", f."container_engine", f."deployment_type", f."disk_limit", f."disk_directory", f."memory_limit",
               f."cpu_limit", f."log_limit", f."log_directory", f."log_file_count", f."bluetooth", f."hal", f."status_frequency",
               f."change_frequency", f."device_scan_frequency", f."isolated_docker_container", f."edge_guard_frequency",
               f."docker_pruning_freq", f."available_disk_threshold", f."log_level", f."time_zone", f."is_system", f."arch_id",
               f."router_id", f."warning_message", f."created_at", f."updated_at", f."pending_config_keys",
               r."iofog_uuid", r."is_default", {TelemetryStore.StatusColumns}
        FROM "Fogs" f LEFT JOIN "Routers" r ON r."id" = f."router_id"
        """;

    /// <summary>All fogs, by name.</summary>
    public static Task<List<FogRow>> ListAsync(DbSession session) =>
        session.QueryAsync($"{SelectSql} ORDER BY f.\"name\"", Map);

    /// <summary>A fog; null when there is none.</summary>
    public static Task<FogRow?> FindAsync(DbSession session, string uuid) =>
        session.QueryOneAsync($"{SelectSql} WHERE f.\"uuid\" = @uuid", Map, new() { { "uuid", uuid } });

    /// <summary>The fog of a name; null when there is none.</summary>
    public static Task<FogRow?> FindByNameAsync(DbSession session, string name) =>
        session.QueryOneAsync($"{SelectSql} WHERE f.\"name\" = @name", Map, new() { { "name", name } });

    /// <summary>Keeps others from changing or deleting a fog until the transaction ends; false when there is none.</summary>
    public static async Task<bool> LockAsync(DbSession session, string uuid) =>
        await session.QueryOneAsync(
            $"SELECT \"uuid\" FROM \"Fogs\" WHERE \"uuid\" = @uuid{session.Dialect.ForUpdate}", r => r.Text(), new() { { "uuid", uuid } })
            .ConfigureAwait(false) is not null;

    /// <summary>The fogs that have one of these names or uuids, as routers.</summary>
    public static Task<List<FogAsRouter>> ListAsRoutersAsync(DbSession session, IReadOnlyCollection<string> namesOrUuids)
    {
        var parameters = new SqlParams();
        return session.QueryAsync(
            $"""
            SELECT f."uuid", f."name", r."is_edge", s."spec_json" FROM "Fogs" f
            LEFT JOIN "Routers" r ON r."iofog_uuid" = f."uuid" LEFT JOIN "FogPlatformSpecs" s ON s."fog_uuid" = f."uuid"
            WHERE f."uuid" IN {parameters.In("u", namesOrUuids)} OR f."name" IN {parameters.In("n", namesOrUuids)} ORDER BY r."id"
            """,
            r => new FogAsRouter(r.Text(), r.Text(), r.BoolOrNull(), r.TextOrNull()),
            parameters);
    }

    /// <summary>Whether a fog other than <paramref name="exceptUuid"/> has the name.</summary>
    public static async Task<bool> IsNameTakenAsync(DbSession session, string name, string exceptUuid) =>
        await session.QueryOneAsync(
            "SELECT \"uuid\" FROM \"Fogs\" WHERE \"name\" = @name AND \"uuid\" <> @uuid",
            r => r.Text(),
            new() { { "name", name }, { "uuid", exceptUuid } }).ConfigureAwait(false) is not null;

    /// <summary>How many fogs there are.</summary>
    public static Task<long> CountAsync(DbSession session) =>
        session.QueryOneAsync("SELECT COUNT(*) FROM \"Fogs\"", r => r.Long());

    /// <summary>Whether there is a system fog, or an ordinary one with a host.</summary>
    public static async Task<bool> HasSystemOrHostAsync(DbSession session) =>
        await session.QueryOneAsync(
            "SELECT \"uuid\" FROM \"Fogs\" WHERE \"is_system\" = TRUE OR (\"host\" IS NOT NULL AND \"host\" <> '') LIMIT 1", r => r.Text())
            .ConfigureAwait(false) is not null;

    /// <summary>Adds a fog; fields that are not given get the columns' defaults.</summary>
    public static Task InsertAsync(DbSession session, string uuid, IReadOnlyDictionary<string, object?> fields, DateTimeOffset now)
    {
        var parameters = new SqlParams { { "uuid", uuid }, { "now", now } };
        var names = Bind(fields, parameters);
        return session.ExecuteAsync(
            $"INSERT INTO \"Fogs\" (\"uuid\", \"created_at\", \"updated_at\"{Join(names, n => $", \"{n}\"")}) VALUES (@uuid, @now, @now{Join(names, n => $", @{n}")})",
            parameters);
    }

    /// <summary>Writes fields of a fog.</summary>
    public static Task UpdateAsync(DbSession session, string uuid, IReadOnlyDictionary<string, object?> fields, DateTimeOffset now)
    {
        var parameters = new SqlParams { { "uuid", uuid }, { "now", now } };
        var names = Bind(fields, parameters);
        return session.ExecuteAsync(
            $"UPDATE \"Fogs\" SET \"updated_at\" = @now{Join(names, n => $", \"{n}\" = @{n}")} WHERE \"uuid\" = @uuid", parameters);
    }

    /// <summary>
    /// Deletes a fog with everything that belongs to it: microservices, system application, the router's secrets
    /// (their certificates and mounts with them), and by cascade its keys, specification, tasks and changes.
    /// </summary>
    public static async Task DeleteAsync(DbSession session, string uuid, string name)
    {
        await session.ExecuteAsync("DELETE FROM \"Microservices\" WHERE \"iofog_uuid\" = @uuid", new() { { "uuid", uuid } }).ConfigureAwait(false);
        await session.ExecuteAsync(
            "DELETE FROM \"Applications\" WHERE \"is_system\" = TRUE AND \"name\" IN (@byName, @byUuid)",
            new() { { "byName", $"system-{name}" }, { "byUuid", $"system-{uuid}" } }).ConfigureAwait(false);
        await session.ExecuteAsync(
            "DELETE FROM \"Secrets\" WHERE \"name\" IN (@site, @server, @agent)",
            new()
            {
                { "site", $"router-site-server-{name}" }, { "server", $"router-local-server-{name}" }, { "agent", $"router-local-agent-{name}" },
            }).ConfigureAwait(false);
        await session.ExecuteAsync("DELETE FROM \"Fogs\" WHERE \"uuid\" = @uuid", new() { { "uuid", uuid } }).ConfigureAwait(false);
    }

    /// <summary>Gives the system application of a fog the fog's new name.</summary>
    /// <returns>False when another application has that name already; nothing is changed then.</returns>
    public static async Task<bool> RenameSystemApplicationAsync(DbSession session, string oldName, string newName, DateTimeOffset now)
    {
        var parameters = new SqlParams { { "old", $"system-{oldName}" }, { "new", $"system-{newName}" }, { "now", now } };
        var owned = await session.QueryAsync(
            "SELECT \"name\" FROM \"Applications\" WHERE (\"name\" = @old AND \"is_system\" = TRUE) OR \"name\" = @new", r => r.Text(), parameters)
            .ConfigureAwait(false);
        if (owned.Contains($"system-{newName}", StringComparer.Ordinal))
        {
            return false;
        }

        await session.ExecuteAsync(
            "UPDATE \"Applications\" SET \"name\" = @new, \"updated_at\" = @now WHERE \"name\" = @old AND \"is_system\" = TRUE", parameters)
            .ConfigureAwait(false);
        return true;
    }

    private static List<string> Bind(IReadOnlyDictionary<string, object?> fields, SqlParams parameters)
    {
        var names = new List<string>(fields.Count);
        // In a fixed order, so that equal sets of fields give equal statements.
        foreach (var (field, column) in Columns)
        {
            if (fields.TryGetValue(field, out var value))
            {
                names.Add(column);
                parameters.Add(column, value);
            }
        }

        return names;
    }

    private static string Join(List<string> names, Func<string, string> part) => string.Concat(names.Select(part));

    private static FogRow Map(SqlRow r) => new()
    {
        Uuid = r.Text(),
        Name = r.Text(),
        Location = r.TextOrNull(),
        GpsMode = r.TextOrNull(),
        GpsDevice = r.TextOrNull(),
        GpsScanFrequency = r.Int(),
        Latitude = r.DoubleOrNull(),
        Longitude = r.DoubleOrNull(),
        Description = r.TextOrNull(),
        CatalogItemStatus = r.TextOrNull(),
        CatalogItemMessageCounts = r.TextOrNull(),
        Host = r.TextOrNull(),
        NetworkInterface = r.TextOrNull(),
        ContainerEngineUrl = r.TextOrNull(),
        ContainerEngine = r.TextOrNull(),
        DeploymentType = r.TextOrNull(),
        DiskLimit = r.Double(),
        DiskDirectory = r.TextOrNull(),
        MemoryLimit = r.Double(),
        CpuLimit = r.Double(),
        LogLimit = r.Double(),
        LogDirectory = r.TextOrNull(),
        LogFileCount = r.Long(),
        BluetoothEnabled = r.Bool(),
        AbstractedHardwareEnabled = r.Bool(),
        StatusFrequency = r.Int(),
        ChangeFrequency = r.Int(),
        DeviceScanFrequency = r.Int(),
        WatchdogEnabled = r.Bool(),
        EdgeGuardFrequency = r.Int(),
        PruningFrequency = r.Int(),
        AvailableDiskThreshold = r.Double(),
        LogLevel = r.TextOrNull(),
        TimeZone = r.TextOrNull(),
        IsSystem = r.Bool(),
        ArchId = r.Int(),
        RouterId = r.IntOrNull(),
        WarningMessage = r.TextOrNull(),
        CreatedAt = r.TimeOrNull(),
        UpdatedAt = r.TimeOrNull(),
        PendingConfigKeys = r.TextOrNull(),
        NetworkRouterFog = r.TextOrNull(),
        NetworkRouterIsDefault = r.Bool(),
        Status = TelemetryStore.MapStatus(r),
    };
}
