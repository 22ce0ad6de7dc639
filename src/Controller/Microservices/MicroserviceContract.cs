using System.Text.Json;
using System.Text.Json.Serialization;
using Controller.AccessControl;
using Controller.Hosting;

namespace Controller.Microservices;

/// <summary>A microservice as operators see it (api-workloads 6.3).</summary>
internal sealed record MicroserviceBody
{
    public required string Uuid { get; init; }
    public required string Config { get; init; }
    public required string Annotations { get; init; }
    public required string Name { get; init; }

    public bool HostNetworkMode { get; init; }
    public bool IsPrivileged { get; init; }
    public required string RunAsUser { get; init; }
    public required string Platform { get; init; }
    public required string Runtime { get; init; }
    public long LogSize { get; init; }
    public required string PidMode { get; init; }
    public required string IpcMode { get; init; }
    public int Schedule { get; init; }
    public required string CpuSetCpus { get; init; }
    public long? MemoryLimit { get; init; }
    public bool Delete { get; init; }
    public bool DeleteWithCleanup { get; init; }
    public bool IsActivated { get; init; }
    public bool IsController { get; init; }
    public bool NatsAccess { get; init; }
    public long? NatsAccountId { get; init; }
    public long? NatsUserId { get; init; }
    public string? NatsCredsSecretName { get; init; }
    public DateTimeOffset? CreatedAt { get; init; }
    public DateTimeOffset? UpdatedAt { get; init; }
    public long? CatalogItemId { get; init; }
    public long? RegistryId { get; init; }
    public string? IofogUuid { get; init; }
    public long? ApplicationId { get; init; }

    public required IReadOnlyList<PortBody> Ports { get; init; }
    public required IReadOnlyList<VolumeMappingBody> VolumeMappings { get; init; }
    public required IReadOnlyList<VariableBody> Env { get; init; }
    public required IReadOnlyList<string> Cmd { get; init; }
    public required IReadOnlyList<string> CdiDevices { get; init; }
    public required IReadOnlyList<string> CapAdd { get; init; }
    public required IReadOnlyList<string> CapDrop { get; init; }
    public required IReadOnlyList<ExtraHostBody> ExtraHosts { get; init; }
    public required IReadOnlyList<ImageBody> Images { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ExecStatusBody? ExecStatus { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public HealthCheckBody? HealthCheck { get; init; }

    public required string Application { get; init; }

    /// <summary>The same as <see cref="ApplicationId"/>, for old clients.</summary>
    public long? FlowId { get; init; }

    public required NatsConfigBody NatsConfig { get; init; }

    // What differs between the lists, and then what differs from one moment to the next, come last: RenderedMicroservice
    // keeps what is before them once for both.
    /// <summary>Only inside applications (api-workloads 4.3).</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? ConfigLastUpdated { get; init; }

    /// <summary>Only inside applications (api-workloads 4.3).</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? Rebuild { get; init; }

    /// <summary>Not inside applications: null leaves it out.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ServiceAccountMember? ServiceAccount { get; init; }

    /// <summary>The last member.</summary>
    public required StatusBody Status { get; init; }
}

/// <summary>The members that only single microservices and their list have.</summary>
internal sealed record ListedMembers(ServiceAccountMember ServiceAccount);

/// <summary>The members that microservices have only inside applications.</summary>
internal sealed record MembersInApplication(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? ConfigLastUpdated, bool Rebuild);

internal sealed record PortBody(int Internal, int External, string Protocol);

internal sealed record VolumeMappingBody(string HostDestination, string ContainerDestination, string AccessMode, long Id, string Type);

/// <param name="Key">Name.</param>
/// <param name="Value">Value; empty for one that comes from a secret (decision 21).</param>
/// <param name="ValueFromSecret"><c>secret/key</c>.</param>
/// <param name="ValueFromConfigMap"><c>map/key</c>.</param>
internal sealed record VariableBody(string Key, string Value, string? ValueFromSecret, string? ValueFromConfigMap);

internal sealed record ExtraHostBody(string Name, string Address, string Value);

internal sealed record ImageBody(string ContainerImage, int ArchId);

internal sealed record StatusBody(
    string Status, long OperatingDuration, long StartTime, double CpuUsage, long MemoryUsage, string ContainerId, double Percentage,
    string ErrorMessage, string IpAddress, string HealthStatus, IReadOnlyList<string> ExecSessionIds, DateTimeOffset? CreatedAt,
    DateTimeOffset? UpdatedAt);

internal sealed record ExecStatusBody(string? Status, string? ExecSessionId, DateTimeOffset? CreatedAt, DateTimeOffset? UpdatedAt);

/// <summary>Whole numbers, since Go clients read integers and drop a whole list over one fraction.</summary>
internal sealed record HealthCheckBody(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<string>? Test,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? Interval,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? Timeout,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? StartPeriod,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? StartInterval,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? Retries);

internal sealed record NatsConfigBody(bool NatsAccess, string? NatsRule);

internal sealed record ServiceAccountBody(
    long Id, string Name, string? MicroserviceUuid, long? ApplicationId, RoleRef? RoleRef, long? RoleId, DateTimeOffset? CreatedAt,
    DateTimeOffset? UpdatedAt);

/// <summary>The member <c>serviceAccount</c> where it is part of the answer: an object or null.</summary>
[JsonConverter(typeof(ServiceAccountMemberConverter))]
internal sealed record ServiceAccountMember(ServiceAccountBody? Account);

internal sealed class ServiceAccountMemberConverter : JsonConverter<ServiceAccountMember>
{
    public override ServiceAccountMember Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        new(JsonSerializer.Deserialize(ref reader, MicroserviceJsonContext.Default.ServiceAccountBody));

    public override void Write(Utf8JsonWriter writer, ServiceAccountMember value, JsonSerializerOptions options)
    {
        if (value.Account is null)
        {
            writer.WriteNullValue();
        }
        else
        {
            JsonSerializer.Serialize(writer, value.Account, MicroserviceJsonContext.Default.ServiceAccountBody);
        }
    }
}

internal sealed record MicroserviceList(IReadOnlyList<MicroserviceBody> Microservices);

internal sealed record MicroserviceCreated(string Uuid, string Name);

internal sealed record PortList(IReadOnlyList<PortBody> Ports);

internal sealed record VolumeMappingList(IReadOnlyList<VolumeMappingBody> VolumeMappings);

internal sealed record VolumeMappingCreated(long Id);

internal sealed record ConfigBody(JsonElement Config);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, Converters = [typeof(IsoTimeConverter)])]
[JsonSerializable(typeof(MicroserviceBody))]
[JsonSerializable(typeof(MicroserviceList))]
[JsonSerializable(typeof(ListedMembers))]
[JsonSerializable(typeof(MembersInApplication))]
[JsonSerializable(typeof(MicroserviceCreated))]
[JsonSerializable(typeof(PortList))]
[JsonSerializable(typeof(VolumeMappingList))]
[JsonSerializable(typeof(VolumeMappingCreated))]
[JsonSerializable(typeof(ConfigBody))]
[JsonSerializable(typeof(ServiceAccountBody))]
[JsonSerializable(typeof(IReadOnlyList<string>))]
internal sealed partial class MicroserviceJsonContext : JsonSerializerContext;
