namespace Controller.Sql.Stores;

/// <summary>A microservice with its children, as its agent needs it (agent-wire 9).</summary>
public sealed class AgentMicroserviceRow
{
    public required string Uuid { get; init; }
    public required string Name { get; init; }
    public string? Config { get; init; }
    public string? Annotations { get; init; }
    public bool Rebuild { get; init; }
    public bool HostNetworkMode { get; init; }
    public bool IsPrivileged { get; init; }
    public string CpuSetCpus { get; init; } = "";
    public double? MemoryLimit { get; init; }
    public string PidMode { get; init; } = "";
    public string IpcMode { get; init; } = "";
    public string RunAsUser { get; init; } = "";
    public string Platform { get; init; } = "";
    public string Runtime { get; init; } = "";
    public long LogSize { get; init; }
    public bool Delete { get; init; }
    public bool DeleteWithCleanup { get; init; }
    public bool IsController { get; init; }
    public int? Schedule { get; init; }

    /// <summary>Null when the microservice belongs to no application.</summary>
    public string? Application { get; init; }
    public bool ApplicationIsSystem { get; init; }

    /// <summary>Registry of the catalog item, else of the microservice.</summary>
    public int? RegistryId { get; init; }

    /// <summary>Image for the fog's architecture, the catalog item's if there is one; null or empty when there is none.</summary>
    public string? Image { get; init; }

    /// <summary>Null when the microservice has no service account.</summary>
    public AgentServiceAccountRow? ServiceAccount { get; init; }

    /// <summary>What only the detailed read has (agent-wire 10); null in lists.</summary>
    public AgentMicroserviceDetail? Detail { get; init; }

    public List<AgentPortRow> Ports { get; } = [];
    public List<AgentVolumeRow> Volumes { get; } = [];
    public List<EnvRow> Env { get; } = [];
    public List<AgentExtraHostRow> ExtraHosts { get; } = [];
    public List<string> Cmd { get; } = [];
    public List<string> CdiDevices { get; } = [];
    public List<string> CapAdd { get; } = [];
    public List<string> CapDrop { get; } = [];
    public AgentHealthCheckRow? HealthCheck { get; set; }
}

/// <summary>The service account of a microservice.</summary>
/// <param name="RoleRef">Stored JSON of the reference; may be null in old rows.</param>
/// <param name="RoleName">Name of the stored role it points to by id, if any.</param>
public sealed record AgentServiceAccountRow(string? RoleRef, string? RoleName);

/// <summary>A port mapping.</summary>
public sealed record AgentPortRow(int Internal, int External, bool? IsUdp);

/// <summary>A volume mapping.</summary>
public sealed record AgentVolumeRow(string HostDestination, string ContainerDestination, string AccessMode, string Type);

/// <param name="Name">Host name inside the container.</param>
/// <param name="Template">Address as the operator gave it.</param>
/// <param name="TemplateType"><c>Litteral</c>, <c>Agents</c> or <c>Apps</c>.</param>
/// <param name="Value">Address: the target node's present one where it points to a node.</param>
public sealed record AgentExtraHostRow(string Name, string? Template, string? TemplateType, string? Value);

/// <summary>A health check as stored; <c>Test</c> is the JSON text of the command, times are in seconds.</summary>
public sealed record AgentHealthCheckRow(
    string? Test, double? Interval, double? Timeout, double? StartPeriod, double? StartInterval, int? Retries);

/// <summary>Columns that only the detailed read shows.</summary>
public sealed record AgentMicroserviceDetail
{
    public long? ConfigLastUpdated { get; init; }
    public bool IsActivated { get; init; }
    public bool NatsAccess { get; init; }
    public int? NatsAccountId { get; init; }
    public int? NatsUserId { get; init; }
    public string? NatsCredsSecretName { get; init; }
    public int? NatsRuleId { get; init; }
    public DateTimeOffset? CreatedAt { get; init; }
    public DateTimeOffset? UpdatedAt { get; init; }
    public int? OwnRegistryId { get; init; }
    public string? FogUuid { get; init; }
    public int? ApplicationId { get; init; }
    public string? DaemonStatus { get; init; }
    public int? CatalogItemId { get; init; }
    public string? CatalogItemName { get; init; }
    public string? CatalogItemCategory { get; init; }
}

public sealed record AgentImageRow(string ContainerImage, int ArchId);
