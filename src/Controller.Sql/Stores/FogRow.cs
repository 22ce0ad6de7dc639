namespace Controller.Sql.Stores;

/// <summary>A fog as stored: what operators and its agent configured, and the stored status.</summary>
public sealed record FogRow
{
    public required string Uuid { get; init; }
    public required string Name { get; init; }
    public string? Location { get; init; }
    public string? GpsMode { get; init; }
    public string? GpsDevice { get; init; }
    /// <summary>Seconds.</summary>
    public int GpsScanFrequency { get; init; }
    public double? Latitude { get; init; }
    public double? Longitude { get; init; }
    public string? Description { get; init; }
    public string? CatalogItemStatus { get; init; }
    public string? CatalogItemMessageCounts { get; init; }
    /// <summary>The address other nodes use.</summary>
    public string? Host { get; init; }
    public string? NetworkInterface { get; init; }
    public string? ContainerEngineUrl { get; init; }
    public string? ContainerEngine { get; init; }
    public string? DeploymentType { get; init; }
    /// <summary>GiB.</summary>
    public double DiskLimit { get; init; }
    public string? DiskDirectory { get; init; }
    /// <summary>MiB.</summary>
    public double MemoryLimit { get; init; }
    /// <summary>Percent.</summary>
    public double CpuLimit { get; init; }
    /// <summary>GiB.</summary>
    public double LogLimit { get; init; }
    public string? LogDirectory { get; init; }
    public long LogFileCount { get; init; }
    public bool BluetoothEnabled { get; init; }
    public bool AbstractedHardwareEnabled { get; init; }
    /// <summary>Seconds.</summary>
    public int StatusFrequency { get; init; }
    /// <summary>Seconds.</summary>
    public int ChangeFrequency { get; init; }
    /// <summary>Seconds.</summary>
    public int DeviceScanFrequency { get; init; }
    public bool WatchdogEnabled { get; init; }
    /// <summary>Seconds, 0 = off.</summary>
    public int EdgeGuardFrequency { get; init; }
    /// <summary>Hours, 0 = off.</summary>
    public int PruningFrequency { get; init; }
    /// <summary>Percent.</summary>
    public double AvailableDiskThreshold { get; init; }
    public string? LogLevel { get; init; }
    public string? TimeZone { get; init; }
    public bool IsSystem { get; init; }
    /// <summary>0–4.</summary>
    public int ArchId { get; init; }
    /// <summary>The router used when the fog runs none.</summary>
    public int? RouterId { get; init; }
    public string? WarningMessage { get; init; }
    public DateTimeOffset? CreatedAt { get; init; }
    public DateTimeOffset? UpdatedAt { get; init; }
    /// <summary>JSON list of the configuration keys that the agent has yet to fetch; null = none.</summary>
    public string? PendingConfigKeys { get; init; }
    /// <summary>The fog of the router behind <see cref="RouterId"/>.</summary>
    public string? NetworkRouterFog { get; init; }
    /// <summary>Whether the router behind <see cref="RouterId"/> is the default one.</summary>
    public bool NetworkRouterIsDefault { get; init; }
    public required FogStatus Status { get; init; }
}

/// <summary>A volume mount linked to a fog.</summary>
public sealed record FogMountRow(string FogUuid, string Name, int Version, string? ConfigMapName, string? SecretName);

/// <summary>The router that runs on a fog.</summary>
public sealed record FogRouterRow(string FogUuid, bool IsEdge, int? MessagingPort, int? InterRouterPort, int? EdgeRouterPort);

/// <summary>The NATS server that runs on a fog.</summary>
public sealed record FogNatsRow(
    string FogUuid, bool IsLeaf, int? ServerPort, int? LeafPort, int? ClusterPort, int? MqttPort, int? HttpPort,
    string? StorageSize, string? MemoryStoreSize);

/// <summary>A connection from a fog's router or NATS server to another.</summary>
/// <param name="FogUuid">The fog that connects.</param>
/// <param name="TargetFog">The fog it connects to; null for the cluster's own.</param>
/// <param name="TargetIsDefault">The target is the default router or the NATS hub.</param>
public sealed record FogLinkRow(string FogUuid, string? TargetFog, bool TargetIsDefault);

/// <summary>What a node's hardware service reported.</summary>
public sealed record HalRow(long Id, string Info, string FogUuid, DateTimeOffset? CreatedAt, DateTimeOffset? UpdatedAt);

/// <summary>A fog that an offline check looks at.</summary>
public sealed record FogLivenessRow(string Uuid, int StatusFrequency, long LastActive);
