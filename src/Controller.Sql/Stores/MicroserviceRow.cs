namespace Controller.Sql.Stores;

/// <summary>A microservice with everything that belongs to it (<c>Microservices</c> and its child tables).</summary>
public sealed record MicroserviceRow
{
    public required string Uuid { get; init; }
    public required string Name { get; init; }
    /// <summary>JSON text; null in old rows.</summary>
    public string? Config { get; init; }
    /// <summary>JSON text; null in old rows.</summary>
    public string? Annotations { get; init; }
    /// <summary>Epoch milliseconds.</summary>
    public long? ConfigLastUpdated { get; init; }
    /// <summary>The agent is to recreate the container; its next list takes the mark away.</summary>
    public bool Rebuild { get; init; }
    public long LogSize { get; init; }
    public bool Delete { get; init; }
    public bool DeleteWithCleanup { get; init; }
    public DateTimeOffset? CreatedAt { get; init; }
    public DateTimeOffset? UpdatedAt { get; init; }
    public long? CatalogItemId { get; init; }
    public long? RegistryId { get; init; }
    public string? FogUuid { get; init; }
    public long? ApplicationId { get; init; }
    public string RunAsUser { get; init; } = "";
    public string Platform { get; init; } = "";
    public string Runtime { get; init; } = "";
    public string PidMode { get; init; } = "";
    public string IpcMode { get; init; } = "";
    public int Schedule { get; init; }
    public string CpuSetCpus { get; init; } = "";
    public long? MemoryLimit { get; init; }
    /// <summary>Its own switch; it runs only when its application is active too.</summary>
    public bool IsActivated { get; init; }
    public bool HostNetworkMode { get; init; }
    public bool IsPrivileged { get; init; }
    public long? NatsRuleId { get; init; }
    public bool NatsAccess { get; init; }
    public long? NatsAccountId { get; init; }
    public long? NatsUserId { get; init; }
    public string? NatsCredsSecretName { get; init; }
    /// <summary>The Controller's own workload on this node.</summary>
    public bool IsController { get; init; }

    // Read along from other tables; writing the row ignores them.

    /// <summary>Empty when there is no application.</summary>
    public string ApplicationName { get; init; } = "";
    public bool ApplicationIsSystem { get; init; }
    public bool ApplicationIsActivated { get; init; }
    public bool ApplicationHasNatsAccess { get; init; }
    public string? CatalogCategory { get; init; }
    /// <summary>Registry of the catalog item.</summary>
    public long? CatalogRegistryId { get; init; }
    public string? NatsRuleName { get; init; }

    /// <summary>The microservice's own images; empty for one from the catalog.</summary>
    public IReadOnlyList<ImageRow> Images { get; init; } = [];
    public IReadOnlyList<PortRow> Ports { get; init; } = [];
    public IReadOnlyList<EnvRow> Env { get; init; } = [];
    /// <summary>Arguments of the process, in order.</summary>
    public IReadOnlyList<string> Cmd { get; init; } = [];
    public IReadOnlyList<ExtraHostRow> ExtraHosts { get; init; } = [];
    public IReadOnlyList<string> CdiDevices { get; init; } = [];
    public IReadOnlyList<string> CapAdd { get; init; } = [];
    public IReadOnlyList<string> CapDrop { get; init; } = [];
    public HealthCheckRow? HealthCheck { get; init; }
    public IReadOnlyList<VolumeMappingRow> VolumeMappings { get; init; } = [];
    public MicroserviceStatus? Status { get; init; }
    public ExecStatusRow? ExecStatus { get; init; }
    public ServiceAccountRow? ServiceAccount { get; init; }

    /// <summary>Made from a catalog item that only the Controller itself uses.</summary>
    public bool IsFromSystemCatalog => CatalogCategory == "SYSTEM";
}

/// <summary>A container image for one architecture.</summary>
public sealed record ImageRow(string ContainerImage, int ArchId);

/// <summary>A port of the container and the port of the node that leads to it.</summary>
public sealed record PortRow(int Internal, int External, bool IsUdp);

/// <summary>
/// An environment variable: a value, or a reference <c>name/key</c> to a secret or config map. With a reference
/// <paramref name="Value"/> is null, or in a database of the original a copy that may be stale.
/// </summary>
public sealed record EnvRow(string Key, string? Value, string? ValueFromSecret, string? ValueFromConfigMap)
{
    /// <summary>From these four columns. No reference may also be an empty text.</summary>
    internal static EnvRow Map(SqlRow r)
    {
        return new(r.Text(), r.TextOrNull(), Reference(), Reference());

        string? Reference() => r.TextOrNull() is { Length: > 0 } text ? text : null;
    }
}

/// <summary>A name that the container resolves.</summary>
/// <param name="TemplateType"><c>Agents</c>, <c>Apps</c> or <c>Litteral</c>.</param>
/// <param name="Name">The name.</param>
/// <param name="Template">The address as it was given.</param>
/// <param name="Value">What the address resolves to now.</param>
/// <param name="TargetMicroserviceUuid">The microservice an <c>Apps</c> template points to.</param>
/// <param name="TargetFogUuid">The fog a template points to.</param>
public sealed record ExtraHostRow(
    string TemplateType, string Name, string Template, string Value, string? TargetMicroserviceUuid, string? TargetFogUuid);

/// <summary>How the container's health is checked: <c>Test</c> is a JSON array of texts, times are in the client's unit.</summary>
public sealed record HealthCheckRow(
    string? Test, double? Interval, double? Timeout, double? StartPeriod, double? StartInterval, int? Retries);

/// <summary>Something of the node that the container sees.</summary>
/// <param name="Id">Row id; 0 while new.</param>
/// <param name="HostDestination">Directory, volume name, or <c>mount[/key]</c>.</param>
/// <param name="ContainerDestination">Path in the container.</param>
/// <param name="AccessMode"><c>rw</c>, <c>ro</c>, …</param>
/// <param name="Type"><c>bind</c>, <c>volume</c>, <c>volumeMount</c> or <c>serviceAccount</c>.</param>
public sealed record VolumeMappingRow(
    long Id, string HostDestination, string ContainerDestination, string AccessMode, string Type);

/// <summary>A row of the table that exec sessions used before they had their own.</summary>
public sealed record ExecStatusRow(string? Status, string? ExecSessionId, DateTimeOffset? CreatedAt, DateTimeOffset? UpdatedAt);

/// <summary>
/// The identity of a microservice inside its node (<c>RbacServiceAccounts</c>): <c>RoleRef</c> is JSON text
/// <c>{"kind","name"}</c>, <c>RoleId</c> is null for a system role.
/// </summary>
public sealed record ServiceAccountRow(
    long Id, string Name, string? MicroserviceUuid, long? ApplicationId, string? RoleRef, long? RoleId,
    DateTimeOffset? CreatedAt, DateTimeOffset? UpdatedAt);
