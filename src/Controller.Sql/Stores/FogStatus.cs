namespace Controller.Sql.Stores;

/// <summary>
/// What an agent reports about its node (agent-wire 21.1). A null member was not reported; writing it leaves the
/// column unchanged.
/// </summary>
public sealed record FogStatus
{
    public string? DaemonStatus { get; set; }
    /// <summary>Milliseconds.</summary>
    public long? DaemonOperatingDuration { get; set; }
    /// <summary>Epoch milliseconds, agent clock.</summary>
    public long? DaemonLastStart { get; set; }
    public double? MemoryUsage { get; set; }
    public double? DiskUsage { get; set; }
    public double? CpuUsage { get; set; }
    public string? MemoryViolation { get; set; }
    public string? DiskViolation { get; set; }
    public string? CpuViolation { get; set; }
    public long? SystemAvailableDisk { get; set; }
    public long? SystemAvailableMemory { get; set; }
    public double? SystemTotalCpu { get; set; }
    public string? SecurityStatus { get; set; }
    public string? SecurityViolationInfo { get; set; }
    public long? RepositoryCount { get; set; }
    public string? RepositoryStatus { get; set; }
    /// <summary>Epoch milliseconds, agent clock.</summary>
    public long? SystemTime { get; set; }
    /// <summary>Epoch milliseconds, agent clock.</summary>
    public long? LastStatusTime { get; set; }
    public string? IpAddress { get; set; }
    public string? IpAddressExternal { get; set; }
    /// <summary>Epoch milliseconds, agent clock.</summary>
    public long? LastCommandTime { get; set; }
    /// <summary>JSON text.</summary>
    public string? TunnelStatus { get; set; }
    public string? Version { get; set; }
    public bool? IsReadyToUpgrade { get; set; }
    public bool? IsReadyToRollback { get; set; }
    public long? ActiveVolumeMounts { get; set; }
    public long? VolumeMountLastUpdate { get; set; }
    public string? GpsStatus { get; set; }
    /// <summary>JSON array text.</summary>
    public string? AvailableRuntimes { get; set; }
    /// <summary>Epoch milliseconds, server clock: the last authenticated call of the agent.</summary>
    public long? LastActive { get; set; }

    /// <summary>This status with the reported members of a later one laid over it.</summary>
    public FogStatus Merge(FogStatus later)
    {
        var merged = this with { };
        merged.Take(later);
        return merged;
    }

    /// <summary>Lays the reported members of a later status over this one.</summary>
    public void Take(FogStatus later)
    {
        DaemonStatus = Reported.Over(later.DaemonStatus, DaemonStatus);
        DaemonOperatingDuration = later.DaemonOperatingDuration ?? DaemonOperatingDuration;
        DaemonLastStart = later.DaemonLastStart ?? DaemonLastStart;
        MemoryUsage = later.MemoryUsage ?? MemoryUsage;
        DiskUsage = later.DiskUsage ?? DiskUsage;
        CpuUsage = later.CpuUsage ?? CpuUsage;
        MemoryViolation = Reported.Over(later.MemoryViolation, MemoryViolation);
        DiskViolation = Reported.Over(later.DiskViolation, DiskViolation);
        CpuViolation = Reported.Over(later.CpuViolation, CpuViolation);
        SystemAvailableDisk = later.SystemAvailableDisk ?? SystemAvailableDisk;
        SystemAvailableMemory = later.SystemAvailableMemory ?? SystemAvailableMemory;
        SystemTotalCpu = later.SystemTotalCpu ?? SystemTotalCpu;
        SecurityStatus = Reported.Over(later.SecurityStatus, SecurityStatus);
        SecurityViolationInfo = Reported.Over(later.SecurityViolationInfo, SecurityViolationInfo);
        RepositoryCount = later.RepositoryCount ?? RepositoryCount;
        RepositoryStatus = Reported.Over(later.RepositoryStatus, RepositoryStatus);
        SystemTime = later.SystemTime ?? SystemTime;
        LastStatusTime = later.LastStatusTime ?? LastStatusTime;
        IpAddress = Reported.Over(later.IpAddress, IpAddress);
        IpAddressExternal = Reported.Over(later.IpAddressExternal, IpAddressExternal);
        LastCommandTime = later.LastCommandTime ?? LastCommandTime;
        TunnelStatus = Reported.Over(later.TunnelStatus, TunnelStatus);
        Version = Reported.Over(later.Version, Version);
        IsReadyToUpgrade = later.IsReadyToUpgrade ?? IsReadyToUpgrade;
        IsReadyToRollback = later.IsReadyToRollback ?? IsReadyToRollback;
        ActiveVolumeMounts = later.ActiveVolumeMounts ?? ActiveVolumeMounts;
        VolumeMountLastUpdate = later.VolumeMountLastUpdate ?? VolumeMountLastUpdate;
        GpsStatus = Reported.Over(later.GpsStatus, GpsStatus);
        AvailableRuntimes = Reported.Over(later.AvailableRuntimes, AvailableRuntimes);
        LastActive = later.LastActive ?? LastActive;
    }
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
        Status = Reported.Over(later.Status, Status),
        OperatingDuration = later.OperatingDuration ?? OperatingDuration,
        StartTime = later.StartTime ?? StartTime,
        CpuUsage = later.CpuUsage ?? CpuUsage,
        MemoryUsage = later.MemoryUsage ?? MemoryUsage,
        ContainerId = Reported.Over(later.ContainerId, ContainerId),
        Percentage = later.Percentage ?? Percentage,
        ErrorMessage = Reported.Over(later.ErrorMessage, ErrorMessage),
        IpAddress = Reported.Over(later.IpAddress, IpAddress),
        HealthStatus = Reported.Over(later.HealthStatus, HealthStatus),
        ExecSessionIds = Reported.Over(later.ExecSessionIds, ExecSessionIds),
        CreatedAt = CreatedAt ?? later.CreatedAt,
        UpdatedAt = later.UpdatedAt ?? UpdatedAt,
    };
}

file static class Reported
{
    /// <summary>
    /// The known text where the reported one is the same: what is kept for long then stays what it was, and the report,
    /// one of thousands a second, dies young.
    /// </summary>
    public static string? Over(string? reported, string? known) => reported is null || reported == known ? known : reported;
}
