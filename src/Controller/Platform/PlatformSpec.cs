using System.Text.Json;
using System.Text.Json.Serialization;
using Controller.Hosting;

namespace Controller.Platform;

/// <summary>A tag in a stored specification.</summary>
internal sealed record SpecTag(string Value);

/// <summary>
/// What the platform of a fog should be (reconcile 8.1), as stored. A null member was never given.
/// </summary>
internal sealed record PlatformSpec
{
    public const string DefaultRouter = "default-router";
    public const string DefaultNatsHub = "default-nats-hub";

    private const int MostBytes = 16384;

    /// <summary>none, edge or interior.</summary>
    public string? RouterMode { get; init; }

    /// <summary>none, leaf or server.</summary>
    public string? NatsMode { get; init; }

    public string? Host { get; init; }
    public int? MessagingPort { get; init; }
    public int? InterRouterPort { get; init; }
    public int? EdgeRouterPort { get; init; }
    public int? NatsServerPort { get; init; }
    public int? NatsLeafPort { get; init; }
    public int? NatsClusterPort { get; init; }
    public int? NatsMqttPort { get; init; }
    public int? NatsHttpPort { get; init; }

    /// <summary>Fog uuids or <see cref="DefaultRouter"/>; empty means none.</summary>
    public IReadOnlyList<string>? UpstreamRouters { get; init; }

    /// <summary>Fog uuids or <see cref="DefaultNatsHub"/>; empty means none.</summary>
    public IReadOnlyList<string>? UpstreamNatsServers { get; init; }

    public string? JsStorageSize { get; init; }
    public string? JsMemoryStoreSize { get; init; }

    /// <summary>The router that a fog without one uses: a fog uuid or <see cref="DefaultRouter"/>.</summary>
    public string? NetworkRouter { get; init; }

    public string? ContainerEngine { get; init; }
    public bool? BluetoothEnabled { get; init; }
    public bool? AbstractedHardwareEnabled { get; init; }
    public IReadOnlyList<SpecTag>? Tags { get; init; }

    public static PlatformSpec Parse(string json) => JsonSerializer.Deserialize(json, PlatformJson.Default.PlatformSpec) ?? new();

    /// <exception cref="ApiException">400 when it is too long to be stored.</exception>
    public string ToText()
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(this, PlatformJson.Default.PlatformSpec);
        return json.Length > MostBytes
            ? throw ApiException.Validation($"Fog platform spec exceeds maximum size of {MostBytes} bytes")
            : System.Text.Encoding.UTF8.GetString(json);
    }

    /// <summary>This specification with the fields that a request names laid over it.</summary>
    /// <param name="body">A validated body of a fog's create or update.</param>
    /// <param name="upstreamRouters">The body's upstream routers, as uuids; null when it names none.</param>
    /// <param name="networkRouter">The body's network router, as uuid; null when it names none.</param>
    public PlatformSpec With(JsonFields body, IReadOnlyList<string>? upstreamRouters, string? networkRouter) => new()
    {
        RouterMode = body.Text("routerMode") ?? RouterMode,
        NatsMode = body.Text("natsMode") ?? NatsMode,
        Host = body.Text("host") ?? Host,
        MessagingPort = body.Int("messagingPort") ?? MessagingPort,
        InterRouterPort = body.Int("interRouterPort") ?? InterRouterPort,
        EdgeRouterPort = body.Int("edgeRouterPort") ?? EdgeRouterPort,
        NatsServerPort = body.Int("natsServerPort") ?? NatsServerPort,
        NatsLeafPort = body.Int("natsLeafPort") ?? NatsLeafPort,
        NatsClusterPort = body.Int("natsClusterPort") ?? NatsClusterPort,
        NatsMqttPort = body.Int("natsMqttPort") ?? NatsMqttPort,
        NatsHttpPort = body.Int("natsHttpPort") ?? NatsHttpPort,
        UpstreamRouters = upstreamRouters ?? UpstreamRouters,
        UpstreamNatsServers = body.Texts("upstreamNatsServers") ?? UpstreamNatsServers,
        JsStorageSize = body.Text("jsStorageSize") ?? JsStorageSize,
        JsMemoryStoreSize = body.Text("jsMemoryStoreSize") ?? JsMemoryStoreSize,
        NetworkRouter = networkRouter ?? NetworkRouter,
        ContainerEngine = body.Text("containerEngine") ?? ContainerEngine,
        BluetoothEnabled = body.Flag("bluetoothEnabled") ?? BluetoothEnabled,
        AbstractedHardwareEnabled = body.Flag("abstractedHardwareEnabled") ?? AbstractedHardwareEnabled,
        Tags = body.Texts("tags")?.Select(t => new SpecTag(t)).ToList() ?? Tags,
    };
}

/// <summary>Payload of an outbox row of kind <c>fog_platform</c>.</summary>
internal sealed record FogTaskPayload(string FogUuid, string Reason, int? SpecGeneration);

/// <summary>One condition of a fog's platform (reconcile 8.2).</summary>
internal sealed record PlatformCondition(string Type, string Status, string Reason);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    NumberHandling = JsonNumberHandling.AllowReadingFromString)]
[JsonSerializable(typeof(PlatformSpec))]
[JsonSerializable(typeof(FogTaskPayload))]
[JsonSerializable(typeof(IReadOnlyList<PlatformCondition>))]
internal sealed partial class PlatformJson : JsonSerializerContext;
