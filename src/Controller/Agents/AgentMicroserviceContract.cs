using System.Text.Json.Serialization;
using Controller.Hosting;

namespace Controller.Agents;

/// <summary>Answer of <c>GET /agent/microservices</c> (agent-wire 9).</summary>
internal sealed record AgentMicroservicesBody(IReadOnlyList<AgentMicroserviceBody> Microservices);

/// <summary>One entry of the list. The names and null rules are those the Edgelet decodes.</summary>
internal sealed record AgentMicroserviceBody
{
    public required string Uuid { get; init; }
    public required string Name { get; init; }
    public required string Application { get; init; }
    public required string ImageId { get; init; }

    /// <summary>JSON text.</summary>
    public required string Config { get; init; }

    /// <summary>JSON text.</summary>
    public required string Annotations { get; init; }
    public required bool Rebuild { get; init; }
    public required bool HostNetworkMode { get; init; }
    public required bool IsPrivileged { get; init; }
    public required string CpuSetCpus { get; init; }
    public required long? MemoryLimit { get; init; }
    public required AgentHealthCheckBody HealthCheck { get; init; }
    public required string PidMode { get; init; }
    public required string IpcMode { get; init; }
    public required string RunAsUser { get; init; }
    public required string Platform { get; init; }
    public required string Runtime { get; init; }
    public required long LogSize { get; init; }
    public required int RegistryId { get; init; }
    public required IReadOnlyList<AgentPortBody> PortMappings { get; init; }
    public required IReadOnlyList<AgentVolumeBody> VolumeMappings { get; init; }
    public required bool Delete { get; init; }
    public required bool DeleteWithCleanup { get; init; }
    public required IReadOnlyList<AgentEnvBody> Env { get; init; }

    /// <summary>Each <c>name:address</c>.</summary>
    public required IReadOnlyList<string> ExtraHosts { get; init; }
    public required IReadOnlyList<string> Cmd { get; init; }
    public required IReadOnlyList<string> CdiDevices { get; init; }
    public required IReadOnlyList<string> CapAdd { get; init; }
    public required IReadOnlyList<string> CapDrop { get; init; }
    public required bool IsRouter { get; init; }
    public required bool IsNats { get; init; }
    public required bool IsController { get; init; }
    public required int Schedule { get; init; }
    public required AgentServiceAccountBody? ServiceAccount { get; init; }
}

internal sealed record AgentPortBody(int PortInternal, int PortExternal, bool? IsUdp);

internal sealed record AgentVolumeBody(string HostDestination, string ContainerDestination, string AccessMode, string Type);

internal sealed record AgentEnvBody(string Key, string Value);

/// <summary>
/// A health check with all its members, or <c>{}</c> for none: the one object of the wire whose members depend on
/// each other, hence its own converter.
/// </summary>
[JsonConverter(typeof(AgentHealthCheckConverter))]
internal sealed record AgentHealthCheckBody(
    IReadOnlyList<string>? Test, double? Interval, double? Timeout, double? StartPeriod, double? StartInterval, int? Retries)
{
    public static AgentHealthCheckBody None { get; } = new(null, null, null, null, null, null);
}

internal sealed record AgentServiceAccountBody(string Name, AgentRoleRefBody RoleRef, IReadOnlyList<AgentRuleBody> Rules);

internal sealed record AgentRoleRefBody(string Kind, string Name, string ApiGroup);

internal sealed record AgentRuleBody(
    IReadOnlyList<string> ApiGroups,
    IReadOnlyList<string> Resources,
    IReadOnlyList<string> Verbs,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<string>? ResourceNames = null);

/// <summary>Answer of <c>GET /agent/microservices/{uuid}</c> (agent-wire 10).</summary>
internal sealed record AgentMicroserviceDetailAnswer(AgentMicroserviceDetailBody Microservice);

/// <summary>A microservice as it is stored, with its children.</summary>
internal sealed record AgentMicroserviceDetailBody
{
    public required string Uuid { get; init; }
    public required string Config { get; init; }
    public required string Annotations { get; init; }
    public required string Name { get; init; }
    public required long ConfigLastUpdated { get; init; }
    public required bool Rebuild { get; init; }
    public required bool HostNetworkMode { get; init; }
    public required bool IsPrivileged { get; init; }
    public required string RunAsUser { get; init; }
    public required string Platform { get; init; }
    public required string Runtime { get; init; }
    public required long LogSize { get; init; }
    public required string PidMode { get; init; }
    public required string IpcMode { get; init; }
    public required int Schedule { get; init; }
    public required string CpuSetCpus { get; init; }
    public required long? MemoryLimit { get; init; }
    public required bool IsController { get; init; }
    public required bool Delete { get; init; }
    public required bool DeleteWithCleanup { get; init; }
    public required bool IsActivated { get; init; }
    public required bool NatsAccess { get; init; }
    public required int? NatsAccountId { get; init; }
    public required int? NatsUserId { get; init; }
    public required string? NatsCredsSecretName { get; init; }
    public required int? NatsRuleId { get; init; }
    public required DateTimeOffset? CreatedAt { get; init; }
    public required DateTimeOffset? UpdatedAt { get; init; }
    public required int? CatalogItemId { get; init; }
    public required int? RegistryId { get; init; }
    public required string? IofogUuid { get; init; }
    public required int? ApplicationId { get; init; }
    public required IReadOnlyList<AgentEnvBody> Env { get; init; }
    public required IReadOnlyList<string> ExtraHosts { get; init; }
    public required IReadOnlyList<string> Cmd { get; init; }
    public required IReadOnlyList<string> CdiDevices { get; init; }
    public required IReadOnlyList<string> CapAdd { get; init; }
    public required IReadOnlyList<string> CapDrop { get; init; }
    public required IReadOnlyList<AgentPortBody> Ports { get; init; }
    public required IReadOnlyList<AgentVolumeBody> VolumeMappings { get; init; }
    public required IReadOnlyList<AgentImageBody> Images { get; init; }
    public required AgentIdBody Registry { get; init; }
    public required AgentCatalogItemBody? CatalogItem { get; init; }
    public required AgentNodeBody Iofog { get; init; }
    public required AgentHealthCheckBody? HealthCheck { get; init; }
    public required AgentServiceAccountBody? ServiceAccount { get; init; }
}

internal sealed record AgentImageBody(string ContainerImage, int ArchId);

internal sealed record AgentIdBody(int Id);

internal sealed record AgentCatalogItemBody(int Id, string Name, string Category, IReadOnlyList<AgentImageBody> Images);

internal sealed record AgentNodeBody(string? DaemonStatus);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, Converters = [typeof(IsoTimeConverter)])]
[JsonSerializable(typeof(AgentMicroservicesBody))]
[JsonSerializable(typeof(AgentMicroserviceDetailAnswer))]
internal sealed partial class AgentMicroserviceJson : JsonSerializerContext;
