namespace Controller.Sql.Stores;

/// <summary>What the Controller must know about a fog to serve its agent.</summary>
/// <param name="Uuid">Fog uuid.</param>
/// <param name="Name">Fog name.</param>
/// <param name="ArchId">Architecture 0–4.</param>
/// <param name="IsSystem">May register the controller microservice.</param>
/// <param name="ContainerEngine">edgelet, docker or podman.</param>
/// <param name="WarningMessage">Text of the last platform reconcile.</param>
/// <param name="StatusFrequency">Seconds between status reports.</param>
/// <param name="PublicKey">Encrypted public key; null when not provisioned.</param>
/// <param name="TokenIatMark">Highest token <c>iat</c> written so far, seconds.</param>
/// <param name="IsDeleted">A tombstone: the fog was deleted and its agent has not heard of it.</param>
/// <param name="ConfigPending">An operator changed configuration that the agent has not fetched.</param>
/// <param name="Status">Stored status.</param>
public sealed record FogAgentRow(
    string Uuid, string Name, int ArchId, bool IsSystem, string? ContainerEngine, string? WarningMessage, int StatusFrequency,
    string? PublicKey, long? TokenIatMark, bool IsDeleted, bool ConfigPending, FogStatus Status);

/// <summary>Reads and writes what agents report; SQL for the hottest path.</summary>
public static class TelemetryStore
{
    /// <summary>The status columns in the order of <see cref="MapStatus"/>, for SELECTs over <c>Fogs f</c>.</summary>
    public const string StatusColumns =
        """
        f."daemon_status", f."daemon_operating_duration", f."daemon_last_start", f."memory_usage", f."disk_usage", f."cpu_usage",
        f."memory_violation", f."disk_violation", f."cpu_violation", f."system_available_disk", f."system_available_memory",
        f."system_total_cpu", f."security_status", f."security_violation_info", f."repository_count", f."repository_status",
        f."system_time", f."last_status_time", f."ip_address", f."ip_address_external", f."last_command_time", f."tunnel",
        f."version", f."is_ready_to_upgrade", f."is_ready_to_rollback", f."active_volume_mounts", f."volume_mount_last_update",
        f."gps_status", f."available_runtimes", f."last_active"
        """;

    /// <summary>The columns of <c>MicroserviceStatuses s</c> in the order of <see cref="MapMicroservice"/>.</summary>
    public const string MicroserviceColumns =
        """
        s."microservice_uuid", s."status", s."operating_duration", s."start_time", s."cpu_usage", s."memory_usage",
        s."container_id", s."percentage", s."error_message", s."ip_address", s."health_status", s."exec_session_ids",
        s."created_at", s."updated_at"
        """;

    private const string FindSql =
        $"""
        SELECT f."uuid", f."name", f."arch_id", f."is_system", f."container_engine", f."warning_message", f."status_frequency",
               k."public_key", f."token_iat_mark", f."pending_config_keys", {StatusColumns}
        FROM "Fogs" f LEFT JOIN "FogPublicKeys" k ON k."iofog_uuid" = f."uuid"
        WHERE f."uuid" = @uuid
        """;

    // A failed platform reconcile shows as WARNING whatever a living daemon says (agent-wire 21.3).
    private const string WriteSql =
        """
        UPDATE "Fogs" SET
          "daemon_status" = CASE WHEN COALESCE(@daemon_status, '') NOT IN ('', 'UNKNOWN', 'DEPROVISIONED') AND ("warning_message" LIKE '%Background orchestration%' OR "warning_message" LIKE 'Platform reconcile:%')
            THEN 'WARNING' ELSE COALESCE(@daemon_status, "daemon_status") END,
          "daemon_operating_duration" = COALESCE(@daemon_operating_duration, "daemon_operating_duration"),
          "daemon_last_start" = COALESCE(@daemon_last_start, "daemon_last_start"),
          "memory_usage" = COALESCE(@memory_usage, "memory_usage"),
          "disk_usage" = COALESCE(@disk_usage, "disk_usage"),
          "cpu_usage" = COALESCE(@cpu_usage, "cpu_usage"),
          "memory_violation" = COALESCE(@memory_violation, "memory_violation"),
          "disk_violation" = COALESCE(@disk_violation, "disk_violation"),
          "cpu_violation" = COALESCE(@cpu_violation, "cpu_violation"),
          "system_available_disk" = COALESCE(@system_available_disk, "system_available_disk"),
          "system_available_memory" = COALESCE(@system_available_memory, "system_available_memory"),
          "system_total_cpu" = COALESCE(@system_total_cpu, "system_total_cpu"),
          "security_status" = COALESCE(@security_status, "security_status"),
          "security_violation_info" = COALESCE(@security_violation_info, "security_violation_info"),
          "repository_count" = COALESCE(@repository_count, "repository_count"),
          "repository_status" = COALESCE(@repository_status, "repository_status"),
          "system_time" = COALESCE(@system_time, "system_time"),
          "last_status_time" = COALESCE(@last_status_time, "last_status_time"),
          "ip_address" = COALESCE(@ip_address, "ip_address"),
          "ip_address_external" = COALESCE(@ip_address_external, "ip_address_external"),
          "last_command_time" = COALESCE(@last_command_time, "last_command_time"),
          "tunnel" = COALESCE(@tunnel, "tunnel"),
          "version" = COALESCE(@version, "version"),
          "is_ready_to_upgrade" = COALESCE(@is_ready_to_upgrade, "is_ready_to_upgrade"),
          "is_ready_to_rollback" = COALESCE(@is_ready_to_rollback, "is_ready_to_rollback"),
          "active_volume_mounts" = COALESCE(@active_volume_mounts, "active_volume_mounts"),
          "volume_mount_last_update" = COALESCE(@volume_mount_last_update, "volume_mount_last_update"),
          "gps_status" = COALESCE(@gps_status, "gps_status"),
          "available_runtimes" = COALESCE(@available_runtimes, "available_runtimes"),
          "last_active" = COALESCE(@last_active, "last_active"),
          "token_iat_mark" = COALESCE(@token_iat_mark, "token_iat_mark")
        WHERE "uuid" = @uuid
        """;

    private const string WriteMicroserviceSql =
        """
        UPDATE "MicroserviceStatuses" SET
          "status" = COALESCE(@status, "status"),
          "operating_duration" = COALESCE(@operating_duration, "operating_duration"),
          "start_time" = COALESCE(@start_time, "start_time"),
          "cpu_usage" = COALESCE(@cpu_usage, "cpu_usage"),
          "memory_usage" = COALESCE(@memory_usage, "memory_usage"),
          "container_id" = COALESCE(@container_id, "container_id"),
          "percentage" = COALESCE(@percentage, "percentage"),
          "error_message" = COALESCE(@error_message, "error_message"),
          "ip_address" = COALESCE(@ip_address, "ip_address"),
          "health_status" = COALESCE(@health_status, "health_status"),
          "exec_session_ids" = COALESCE(@exec_session_ids, "exec_session_ids"),
          "updated_at" = @updated_at
        WHERE "microservice_uuid" = @uuid
          AND EXISTS (SELECT 1 FROM "Microservices" m WHERE m."uuid" = @uuid AND m."iofog_uuid" = @fog)
        """;

    /// <summary>The fog behind an agent, or its tombstone; null when there is neither.</summary>
    public static async Task<FogAgentRow?> FindAsync(DbSession session, string uuid)
    {
        var parameters = new SqlParams { { "uuid", uuid } };
        return await session.QueryOneAsync(
                FindSql,
                r => new FogAgentRow(
                    r.Text(), r.Text(), r.Int(), r.Bool(), r.TextOrNull(), r.TextOrNull(), r.Int(), r.TextOrNull(), r.LongOrNull(), false,
                    r.TextOrNull() is not null, MapStatus(r)),
                parameters).ConfigureAwait(false)
            ?? await session.QueryOneAsync(
                "SELECT \"uuid\", \"name\", \"public_key\" FROM \"FogTombstones\" WHERE \"uuid\" = @uuid",
                r => new FogAgentRow(r.Text(), r.Text(), 0, false, null, null, 10, r.TextOrNull(), null, true, false, new FogStatus()),
                parameters).ConfigureAwait(false);
    }

    /// <summary>Writes the reported members; the others keep their columns.</summary>
    /// <param name="session">Session.</param>
    /// <param name="uuid">Fog uuid.</param>
    /// <param name="status">What was reported.</param>
    /// <param name="tokenIatMark">Highest token <c>iat</c>, seconds; null keeps the stored mark.</param>
    public static Task WriteAsync(DbSession session, string uuid, FogStatus status, long? tokenIatMark) =>
        session.ExecuteAsync(WriteSql, new()
        {
            { "uuid", uuid },
            { "daemon_status", status.DaemonStatus },
            { "daemon_operating_duration", status.DaemonOperatingDuration },
            { "daemon_last_start", status.DaemonLastStart },
            { "memory_usage", status.MemoryUsage },
            { "disk_usage", status.DiskUsage },
            { "cpu_usage", status.CpuUsage },
            { "memory_violation", status.MemoryViolation },
            { "disk_violation", status.DiskViolation },
            { "cpu_violation", status.CpuViolation },
            { "system_available_disk", status.SystemAvailableDisk },
            { "system_available_memory", status.SystemAvailableMemory },
            { "system_total_cpu", status.SystemTotalCpu },
            { "security_status", status.SecurityStatus },
            { "security_violation_info", status.SecurityViolationInfo },
            { "repository_count", status.RepositoryCount },
            { "repository_status", status.RepositoryStatus },
            { "system_time", status.SystemTime },
            { "last_status_time", status.LastStatusTime },
            { "ip_address", status.IpAddress },
            { "ip_address_external", status.IpAddressExternal },
            { "last_command_time", status.LastCommandTime },
            { "tunnel", status.TunnelStatus },
            { "version", status.Version },
            { "is_ready_to_upgrade", status.IsReadyToUpgrade },
            { "is_ready_to_rollback", status.IsReadyToRollback },
            { "active_volume_mounts", status.ActiveVolumeMounts },
            { "volume_mount_last_update", status.VolumeMountLastUpdate },
            { "gps_status", status.GpsStatus },
            { "available_runtimes", status.AvailableRuntimes },
            { "last_active", status.LastActive },
            { "token_iat_mark", tokenIatMark },
        });

    /// <summary>Writes the reported members of a microservice of this fog; one of another fog is left alone.</summary>
    public static Task WriteMicroserviceAsync(DbSession session, string fogUuid, MicroserviceStatus status, DateTimeOffset now) =>
        session.ExecuteAsync(WriteMicroserviceSql, new()
        {
            { "uuid", status.MicroserviceUuid },
            { "fog", fogUuid },
            { "status", status.Status },
            { "operating_duration", status.OperatingDuration },
            { "start_time", status.StartTime },
            { "cpu_usage", status.CpuUsage },
            { "memory_usage", status.MemoryUsage },
            { "container_id", status.ContainerId },
            { "percentage", status.Percentage },
            { "error_message", status.ErrorMessage },
            { "ip_address", status.IpAddress },
            { "health_status", status.HealthStatus },
            { "exec_session_ids", status.ExecSessionIds },
            { "updated_at", now },
        });

    /// <summary>The stored status of every microservice of a fog.</summary>
    public static Task<List<MicroserviceStatus>> ListMicroservicesAsync(DbSession session, string fogUuid) =>
        session.QueryAsync(
            $"""
            SELECT {MicroserviceColumns} FROM "MicroserviceStatuses" s JOIN "Microservices" m ON m."uuid" = s."microservice_uuid"
            WHERE m."iofog_uuid" = @fog
            """,
            MapMicroservice,
            new() { { "fog", fogUuid } });

    /// <summary>Removes microservices of a fog that were marked for deletion and are reported as going or gone (agent-wire 9.1).</summary>
    public static Task<int> RemoveDyingAsync(DbSession session, string fogUuid) =>
        session.ExecuteAsync(
            """
            DELETE FROM "Microservices" WHERE "iofog_uuid" = @fog AND "delete" = TRUE AND "uuid" IN (
              SELECT "microservice_uuid" FROM "MicroserviceStatuses"
              WHERE "status" IN ('UNKNOWN', 'STOPPING', 'DELETING', 'MARKED_FOR_DELETION'))
            """,
            new() { { "fog", fogUuid } });

    /// <summary>Records a token id; false when it was there already.</summary>
    public static async Task<bool> UseTokenAsync(DbSession session, string fogUuid, string jti, long expiryTime, DateTimeOffset now) =>
        await session.ExecuteAsync(
            session.Dialect.InsertIfAbsent("FogUsedTokens", "jti", "iofog_uuid", "expiry_time", "created_at", "updated_at"),
            new() { { "jti", jti }, { "iofog_uuid", fogUuid }, { "expiry_time", expiryTime }, { "created_at", now }, { "updated_at", now } })
            .ConfigureAwait(false) > 0;

    /// <summary>Deletes token ids whose token expired before the given second.</summary>
    public static Task<int> ForgetTokensAsync(DbSession session, long expiredBefore) =>
        session.ExecuteAsync(
            "DELETE FROM \"FogUsedTokens\" WHERE \"expiry_time\" < @before", new() { { "before", expiredBefore } });

    /// <summary>Maps <see cref="StatusColumns"/>.</summary>
    public static FogStatus MapStatus(SqlRow r) => new()
    {
        DaemonStatus = r.TextOrNull(),
        DaemonOperatingDuration = r.LongOrNull(),
        DaemonLastStart = r.LongOrNull(),
        MemoryUsage = r.DoubleOrNull(),
        DiskUsage = r.DoubleOrNull(),
        CpuUsage = r.DoubleOrNull(),
        MemoryViolation = r.TextOrNull(),
        DiskViolation = r.TextOrNull(),
        CpuViolation = r.TextOrNull(),
        SystemAvailableDisk = r.LongOrNull(),
        SystemAvailableMemory = r.LongOrNull(),
        SystemTotalCpu = r.DoubleOrNull(),
        SecurityStatus = r.TextOrNull(),
        SecurityViolationInfo = r.TextOrNull(),
        RepositoryCount = r.LongOrNull(),
        RepositoryStatus = r.TextOrNull(),
        SystemTime = r.LongOrNull(),
        LastStatusTime = r.LongOrNull(),
        IpAddress = r.TextOrNull(),
        IpAddressExternal = r.TextOrNull(),
        LastCommandTime = r.LongOrNull(),
        TunnelStatus = r.TextOrNull(),
        Version = r.TextOrNull(),
        IsReadyToUpgrade = r.BoolOrNull(),
        IsReadyToRollback = r.BoolOrNull(),
        ActiveVolumeMounts = r.LongOrNull(),
        VolumeMountLastUpdate = r.LongOrNull(),
        GpsStatus = r.TextOrNull(),
        AvailableRuntimes = r.TextOrNull(),
        LastActive = r.LongOrNull(),
    };

    /// <summary>Maps <see cref="MicroserviceColumns"/>.</summary>
    public static MicroserviceStatus MapMicroservice(SqlRow r) => new()
    {
        MicroserviceUuid = r.Text(),
        Status = r.TextOrNull(),
        OperatingDuration = r.LongOrNull(),
        StartTime = r.LongOrNull(),
        CpuUsage = r.DoubleOrNull(),
        MemoryUsage = r.LongOrNull(),
        ContainerId = r.TextOrNull(),
        Percentage = r.DoubleOrNull(),
        ErrorMessage = r.TextOrNull(),
        IpAddress = r.TextOrNull(),
        HealthStatus = r.TextOrNull(),
        ExecSessionIds = r.TextOrNull(),
        CreatedAt = r.TimeOrNull(),
        UpdatedAt = r.TimeOrNull(),
    };
}
