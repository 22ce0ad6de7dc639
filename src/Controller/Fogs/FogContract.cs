using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;
using Controller.Architectures;
using Controller.Hosting;

namespace Controller.Fogs;

/// <summary>An agent as operators see it in lists (api-workloads 3.5). Members without a value are null unless marked.</summary>
internal record FogBody
{
    public required string Uuid { get; init; }
    public required string Name { get; init; }
    public required string Location { get; init; }
    public string? GpsMode { get; init; }
    public string? GpsDevice { get; init; }
    public int GpsScanFrequency { get; init; }
    public double? Latitude { get; init; }
    public double? Longitude { get; init; }
    public required string Description { get; init; }
    public long LastActive { get; init; }
    public required string DaemonStatus { get; init; }
    public long DaemonOperatingDuration { get; init; }
    public long DaemonLastStart { get; init; }
    public double MemoryUsage { get; init; }
    public double DiskUsage { get; init; }
    public double CpuUsage { get; init; }
    public string? MemoryViolation { get; init; }
    public string? DiskViolation { get; init; }
    public string? CpuViolation { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? SystemAvailableDisk { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? SystemAvailableMemory { get; init; }

    public double? SystemTotalCpu { get; init; }
    public required string SecurityStatus { get; init; }
    public required string SecurityViolationInfo { get; init; }
    public string? CatalogItemStatus { get; init; }
    public long RepositoryCount { get; init; }
    public string? RepositoryStatus { get; init; }
    public long SystemTime { get; init; }
    public long LastStatusTime { get; init; }
    public required string IpAddress { get; init; }
    public required string IpAddressExternal { get; init; }
    public string? Host { get; init; }
    public string? CatalogItemMessageCounts { get; init; }
    public string[]? AvailableRuntimes { get; init; }
    public long LastCommandTime { get; init; }
    public required string NetworkInterface { get; init; }
    public required string ContainerEngineUrl { get; init; }
    public required string ContainerEngine { get; init; }
    public required string DeploymentType { get; init; }
    public long DiskLimit { get; init; }
    public required string DiskDirectory { get; init; }
    public long MemoryLimit { get; init; }
    public long CpuLimit { get; init; }
    public long LogLimit { get; init; }
    public required string LogDirectory { get; init; }
    public bool BluetoothEnabled { get; init; }
    public bool AbstractedHardwareEnabled { get; init; }
    public long LogFileCount { get; init; }
    public string? Version { get; init; }
    public bool IsReadyToUpgrade { get; init; }
    public bool IsReadyToRollback { get; init; }
    public int StatusFrequency { get; init; }
    public int ChangeFrequency { get; init; }
    public int DeviceScanFrequency { get; init; }
    public required string Tunnel { get; init; }
    public bool WatchdogEnabled { get; init; }
    public int EdgeGuardFrequency { get; init; }
    public int PruningFrequency { get; init; }
    public double AvailableDiskThreshold { get; init; }
    public required string LogLevel { get; init; }
    public bool IsSystem { get; init; }
    public int? RouterId { get; init; }
    public string? TimeZone { get; init; }
    public long ActiveVolumeMounts { get; init; }
    public long VolumeMountLastUpdate { get; init; }
    public required string WarningMessage { get; init; }
    public string? GpsStatus { get; init; }
    public DateTimeOffset? CreatedAt { get; init; }
    public DateTimeOffset? UpdatedAt { get; init; }
    public int ArchId { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ArchitectureBody? Arch { get; init; }

    public required IReadOnlyList<string> Tags { get; init; }
    public required string RouterMode { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? MessagingPort { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? InterRouterPort { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? EdgeRouterPort { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? UpstreamRouters { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? NetworkRouter { get; init; }

    public required string NatsMode { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? NatsServerPort { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? NatsLeafPort { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? NatsClusterPort { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? NatsMqttPort { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? NatsHttpPort { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? JsStorageSize { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? JsMemoryStoreSize { get; init; }

    public required IReadOnlyList<string> UpstreamNatsServers { get; init; }
    public required IReadOnlyList<FogMountBody> VolumeMounts { get; init; }
}

/// <summary>An agent as operators see it alone: with how far its platform has come.</summary>
internal sealed record FogDetailBody : FogBody
{
    [SetsRequiredMembers]
    public FogDetailBody(FogBody fog)
        : base(fog)
    {
    }

    public PlatformStatusBody? PlatformStatus { get; init; }
}

/// <summary>A volume mount on an agent.</summary>
internal sealed record FogMountBody(string Name, int Version, string? ConfigMapName, string? SecretName);

/// <summary>How far the platform of an agent has come.</summary>
internal sealed record PlatformStatusBody(
    int ObservedGeneration,
    string Phase,
    string? LastError,
    DateTimeOffset? LastTransitionAt,
    JsonElement Conditions,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? Generation);

internal sealed record FogListBody(IReadOnlyList<FogBody> Fogs);

internal sealed record FogUuidBody(string Uuid);

/// <summary>A provisioning key (api-workloads 3.7). <paramref name="ExpirationTime"/>: milliseconds since 1970.</summary>
internal sealed record ProvisioningKeyBody(string Key, long ExpirationTime, string CaCert);

/// <summary>What a node's hardware service reported.</summary>
internal sealed record HalBody(long Id, string Info, string IofogUuid, DateTimeOffset? CreatedAt, DateTimeOffset? UpdatedAt);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, Converters = [typeof(IsoTimeConverter)])]
[JsonSerializable(typeof(FogListBody))]
[JsonSerializable(typeof(FogBody[]))]
[JsonSerializable(typeof(FogDetailBody))]
[JsonSerializable(typeof(FogUuidBody))]
[JsonSerializable(typeof(ProvisioningKeyBody))]
[JsonSerializable(typeof(HalBody))]
[JsonSerializable(typeof(string[]))]
internal sealed partial class FogJson : JsonSerializerContext;
