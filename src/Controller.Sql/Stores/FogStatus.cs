namespace Controller.Sql.Stores;

/// <summary>
/// What an agent reports about its node (agent-wire 21.1). A null member was not reported; writing it leaves the
/// column unchanged.
/// </summary>
public sealed record FogStatus
{
    public string? DaemonStatus { get; init; }
    /// <summary>Milliseconds.</summary>
    public long? DaemonOperatingDuration { get; init; }
    /// <summary>Epoch milliseconds, agent clock.</summary>
    public long? DaemonLastStart { get; init; }
    public double? MemoryUsage { get; init; }
    public double? DiskUsage { get; init; }
    public double? CpuUsage { get; init; }
    public string? MemoryViolation { get; init; }
    public string? DiskViolation { get; init; }
    public string? CpuViolation { get; init; }
    public long? SystemAvailableDisk { get; init; }
    public long? SystemAvailableMemory { get; init; }
    public double? SystemTotalCpu { get; init; }
    public string? SecurityStatus { get; init; }
    public string? SecurityViolationInfo { get; init; }
    public long? RepositoryCount { get; init; }
    public string? RepositoryStatus { get; init; }
    /// <summary>Epoch milliseconds, agent clock.</summary>
    public long? SystemTime { get; init; }
    /// <summary>Epoch milliseconds, agent clock.</summary>
    public long? LastStatusTime { get; init; }
    public string? IpAddress { get; init; }
    public string? IpAddressExternal { get; init; }
    /// <summary>Epoch milliseconds, agent clock.</summary>
    public long? LastCommandTime { get; init; }
    /// <summary>JSON text.</summary>
    public string? TunnelStatus { get; init; }
    public string? Version { get; init; }
    public bool? IsReadyToUpgrade { get; init; }
    public bool? IsReadyToRollback { get; init; }
    public long? ActiveVolumeMounts { get; init; }
    public long? VolumeMountLastUpdate { get; init; }
    public string? GpsStatus { get; init; }
    /// <summary>JSON array text.</summary>
    public string? AvailableRuntimes { get; init; }
    /// <summary>Epoch milliseconds, server clock: the last authenticated call of the agent.</summary>
    public long? LastActive { get; init; }

    /// <summary>This status with the reported members of a later one laid over it.</summary>
    public FogStatus Merge(FogStatus later) => new()
    {
        DaemonStatus = later.DaemonStatus ?? DaemonStatus,
        DaemonOperatingDuration = later.DaemonOperatingDuration ?? DaemonOperatingDuration,
        DaemonLastStart = later.DaemonLastStart ?? DaemonLastStart,
        MemoryUsage = later.MemoryUsage ?? MemoryUsage,
        DiskUsage = later.DiskUsage ?? DiskUsage,
        CpuUsage = later.CpuUsage ?? CpuUsage,
        MemoryViolation = later.MemoryViolation ?? MemoryViolation,
        DiskViolation = later.DiskViolation ?? DiskViolation,
        CpuViolation = later.CpuViolation ?? CpuViolation,
        SystemAvailableDisk = later.SystemAvailableDisk ?? SystemAvailableDisk,
        SystemAvailableMemory = later.SystemAvailableMemory ?? SystemAvailableMemory,
        SystemTotalCpu = later.SystemTotalCpu ?? SystemTotalCpu,
        SecurityStatus = later.SecurityStatus ?? SecurityStatus,
        SecurityViolationInfo = later.SecurityViolationInfo ?? SecurityViolationInfo,
        RepositoryCount = later.RepositoryCount ?? RepositoryCount,
        RepositoryStatus = later.RepositoryStatus ?? RepositoryStatus,
        SystemTime = later.SystemTime ?? SystemTime,
        LastStatusTime = later.LastStatusTime ?? LastStatusTime,
        IpAddress = later.IpAddress ?? IpAddress,
        IpAddressExternal = later.IpAddressExternal ?? IpAddressExternal,
        LastCommandTime = later.LastCommandTime ?? LastCommandTime,
        TunnelStatus = later.TunnelStatus ?? TunnelStatus,
        Version = later.Version ?? Version,
        IsReadyToUpgrade = later.IsReadyToUpgrade ?? IsReadyToUpgrade,
        IsReadyToRollback = later.IsReadyToRollback ?? IsReadyToRollback,
        ActiveVolumeMounts = later.ActiveVolumeMounts ?? ActiveVolumeMounts,
        VolumeMountLastUpdate = later.VolumeMountLastUpdate ?? VolumeMountLastUpdate,
        GpsStatus = later.GpsStatus ?? GpsStatus,
        AvailableRuntimes = later.AvailableRuntimes ?? AvailableRuntimes,
        LastActive = later.LastActive ?? LastActive,
    };
}

/// <summary>What an agent reports about one microservice (agent-wire 21.2); null = not reported.</summary>
public sealed record MicroserviceStatus
{
    public required string MicroserviceUuid { get; init; }
    public string? Status { get; init; }
    /// <summary>Milliseconds.</summary>
    public long? OperatingDuration { get; init; }
    /// <summary>Epoch milliseconds.</summary>
    public long? StartTime { get; init; }
    public double? CpuUsage { get; init; }
    /// <summary>Bytes.</summary>
    public long? MemoryUsage { get; init; }
    public string? ContainerId { get; init; }
    public double? Percentage { get; init; }
    public string? ErrorMessage { get; init; }
    public string? IpAddress { get; init; }
    public string? HealthStatus { get; init; }
    /// <summary>JSON array text.</summary>
    public string? ExecSessionIds { get; init; }
    public DateTimeOffset? CreatedAt { get; init; }
    public DateTimeOffset? UpdatedAt { get; init; }

    /// <summary>This status with the reported members of a later one laid over it.</summary>
    public MicroserviceStatus Merge(MicroserviceStatus later) => new()
    {
        MicroserviceUuid = MicroserviceUuid,
        Status = later.Status ?? Status,
        OperatingDuration = later.OperatingDuration ?? OperatingDuration,
        StartTime = later.StartTime ?? StartTime,
        CpuUsage = later.CpuUsage ?? CpuUsage,
        MemoryUsage = later.MemoryUsage ?? MemoryUsage,
        ContainerId = later.ContainerId ?? ContainerId,
        Percentage = later.Percentage ?? Percentage,
        ErrorMessage = later.ErrorMessage ?? ErrorMessage,
        IpAddress = later.IpAddress ?? IpAddress,
        HealthStatus = later.HealthStatus ?? HealthStatus,
        ExecSessionIds = later.ExecSessionIds ?? ExecSessionIds,
        CreatedAt = CreatedAt ?? later.CreatedAt,
        UpdatedAt = later.UpdatedAt ?? UpdatedAt,
    };
}
