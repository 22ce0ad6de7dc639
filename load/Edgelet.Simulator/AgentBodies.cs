using System.Text.Json;
using System.Text.Json.Serialization;

namespace Edgelet.Simulator;

/// <summary>Body of <c>POST /agent/provision</c>; <paramref name="Type"/> is the architecture id.</summary>
public sealed record ProvisionBody(string Key, int Type, string Engine);

/// <summary>Body of <c>POST /agent/deprovision</c>.</summary>
public sealed record DeprovisionBody(IReadOnlyList<string> MicroserviceUuids);

/// <summary>Body of <c>PATCH /agent/config/changes</c>.</summary>
public sealed record AcknowledgeBody(string LastUpdated);

/// <summary>Body of <c>PATCH /agent/config/gps</c>.</summary>
public sealed record GpsBody(double Latitude, double Longitude);

/// <summary>Body of <c>PUT /agent/hal/hw</c> and <c>/usb</c>: JSON as text.</summary>
public sealed record HalBody(string Info);

/// <summary>An image of a controller registration.</summary>
public sealed record RegisterImage(string ContainerImage, int ArchId);

/// <summary>A port of a controller registration.</summary>
public sealed record RegisterPort(int Internal, int External, string Protocol = "tcp");

/// <summary>A volume of a controller registration.</summary>
public sealed record RegisterVolume(string HostDestination, string ContainerDestination, string AccessMode, string Type);

/// <summary>Body of <c>POST /agent/controller/register</c>, with the keys an Edgelet sends.</summary>
public sealed record RegisterBody
{
    public required string Uuid { get; init; }
    public string Name { get; init; } = "controller";
    public int Schedule { get; init; }
    public required IReadOnlyList<RegisterImage> Images { get; init; }
    public int RegistryId { get; init; } = 1;
    public IReadOnlyList<RegisterPort>? Ports { get; init; }
    public IReadOnlyList<RegisterVolume>? VolumeMappings { get; init; }
    public IReadOnlyList<AgentEnv> Env { get; init; } = [];
    public string? Runtime { get; init; }
    public bool? HostNetworkMode { get; init; }
    public string? Config { get; init; }
}

/// <summary>One item of the <c>microserviceStatus</c> text in a status.</summary>
public sealed record MicroserviceStatusItem
{
    public required string Id { get; init; }
    public required string Status { get; init; }
    public double Percentage { get; init; }
    public string? ContainerId { get; init; }
    public long? StartTime { get; init; }
    public long? OperatingDuration { get; init; }

    /// <summary>A decimal with two digits, as text.</summary>
    public string? CpuUsage { get; init; }

    /// <summary>Whole bytes, as text.</summary>
    public string? MemoryUsage { get; init; }
    public string? IpAddress { get; init; }
    public string? HealthStatus { get; init; }
    public IReadOnlyList<string>? ExecSessionIds { get; init; }
    public string? ErrorMessage { get; init; }

    /// <summary>Edgelet 1.1 only.</summary>
    public string? PodId { get; init; }

    /// <summary>Edgelet 1.1 only.</summary>
    public int? RestartCount { get; init; }
}

/// <summary>One item of the <c>repositoryStatus</c> text in a status.</summary>
public sealed record RepositoryStatusItem(long Id, string LinkStatus);

/// <summary>The <c>tunnelStatus</c> text in a status when there is a tunnel.</summary>
public sealed record TunnelStatusItem(string Username, string Host, long RemotePort, long LocalPort, string Status);

/// <summary>Optional keys of an error body; see <see cref="AgentCallException"/>.</summary>
internal sealed record ErrorBody(string? Name, string? Message, string? Error, string? Code, bool? Retryable);

/// <summary>JSON of everything the agent sends.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ProvisionBody))]
[JsonSerializable(typeof(DeprovisionBody))]
[JsonSerializable(typeof(AcknowledgeBody))]
[JsonSerializable(typeof(GpsBody))]
[JsonSerializable(typeof(HalBody))]
[JsonSerializable(typeof(RegisterBody))]
[JsonSerializable(typeof(EdgeletConfig))]
[JsonSerializable(typeof(StatusReport))]
[JsonSerializable(typeof(IReadOnlyList<MicroserviceStatusItem>))]
[JsonSerializable(typeof(IReadOnlyList<RepositoryStatusItem>))]
[JsonSerializable(typeof(TunnelStatusItem))]
[JsonSerializable(typeof(ErrorBody))]
internal sealed partial class AgentJson : JsonSerializerContext
{
    /// <summary>The context with Go's habit of leaving most characters unescaped.</summary>
    public static AgentJson Wire { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
