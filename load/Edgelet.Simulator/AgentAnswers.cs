using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Edgelet.Simulator;

/// <summary>Answer of <c>POST /agent/provision</c>.</summary>
public sealed record ProvisionAnswer(string Uuid, string PrivateKey, string Namespace)
{
    /// <summary>Decodes strictly.</summary>
    public static ProvisionAnswer Read(StrictObject json) =>
        new(json.NonEmpty("uuid"), json.NonEmpty("privateKey"), json.NonEmpty("namespace"));
}

/// <summary>Answer of <c>GET /agent/config/changes</c>: what is new for the node.</summary>
public sealed record AgentChanges
{
    /// <summary>The only form of <c>lastUpdated</c>, which the server compares as text.</summary>
    public const string StampFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";

    public bool Config { get; init; }
    public bool Version { get; init; }
    public bool Reboot { get; init; }
    public bool DeleteNode { get; init; }
    public bool MicroserviceList { get; init; }
    public bool MicroserviceConfig { get; init; }
    public bool Registries { get; init; }
    public bool Tunnel { get; init; }
    public bool Prune { get; init; }
    public bool RouterChanged { get; init; }
    public bool VolumeMounts { get; init; }
    public bool ExecSessions { get; init; }
    public bool MicroserviceLogs { get; init; }
    public bool FogLogs { get; init; }

    /// <summary>The stamp to send back once everything has been processed.</summary>
    public required string LastUpdated { get; init; }

    /// <summary>Whether any flag is set.</summary>
    public bool Any =>
        Config | Version | Reboot | DeleteNode | MicroserviceList | MicroserviceConfig | Registries | Tunnel | Prune |
        RouterChanged | VolumeMounts | ExecSessions | MicroserviceLogs | FogLogs;

    /// <summary>Decodes strictly: all fourteen flags must be booleans.</summary>
    public static AgentChanges Read(StrictObject json)
    {
        json.Forbid("diagnostics", "isImageSnapshot", "linkedEdgeResources", "routing");
        var stamp = json.String("lastUpdated");
        if (!DateTime.TryParseExact(stamp, StampFormat, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeUniversal, out _))
        {
            throw new AgentDecodeException("lastUpdated", $"is \"{stamp}\", not ISO 8601 UTC with milliseconds");
        }

        return new AgentChanges
        {
            Config = json.Bool("config"),
            Version = json.Bool("version"),
            Reboot = json.Bool("reboot"),
            DeleteNode = json.Bool("deleteNode"),
            MicroserviceList = json.Bool("microserviceList"),
            MicroserviceConfig = json.Bool("microserviceConfig"),
            Registries = json.Bool("registries"),
            Tunnel = json.Bool("tunnel"),
            Prune = json.Bool("prune"),
            RouterChanged = json.Bool("routerChanged"),
            VolumeMounts = json.Bool("volumeMounts"),
            ExecSessions = json.Bool("execSessions"),
            MicroserviceLogs = json.Bool("microserviceLogs"),
            FogLogs = json.Bool("fogLogs"),
            LastUpdated = stamp,
        };
    }
}

/// <summary>
/// Answer of <c>GET /agent/config</c>. The values that may be unset are null here when their key was absent;
/// a key sent as null is listed in <see cref="NullKeys"/>, since the agent chokes on it.
/// </summary>
public sealed record AgentConfig
{
    public required string NetworkInterface { get; init; }
    public required string ContainerEngineUrl { get; init; }
    public required double DiskLimit { get; init; }
    public required string DiskDirectory { get; init; }
    public required double MemoryLimit { get; init; }
    public required double CpuLimit { get; init; }
    public required double LogLimit { get; init; }
    public required string LogDirectory { get; init; }
    public required double LogFileCount { get; init; }
    public string? GpsMode { get; init; }
    public string? GpsDevice { get; init; }
    public required double GpsScanFrequency { get; init; }
    public required double EdgeGuardFrequency { get; init; }
    public required double StatusFrequency { get; init; }
    public required double ChangeFrequency { get; init; }
    public required double DeviceScanFrequency { get; init; }
    public required bool WatchdogEnabled { get; init; }
    public double? Latitude { get; init; }
    public double? Longitude { get; init; }
    public required string LogLevel { get; init; }
    public required double AvailableDiskThreshold { get; init; }
    public required double PruningFrequency { get; init; }
    public string? TimeZone { get; init; }

    /// <summary>Keys that were on the wire with the value null.</summary>
    public required IReadOnlyList<string> NullKeys { get; init; }

    /// <summary>Decodes strictly. Whole-number rules are the business of <see cref="EdgeletConfig.Apply"/>.</summary>
    public static AgentConfig Read(StrictObject json)
    {
        json.Forbid("dockerUrl", "dockerPruningFrequency", "fogType", "routerHost", "routerPort");
        List<string>? nulls = null;
        foreach (var name in (ReadOnlySpan<string>)["gpsMode", "gpsDevice", "latitude", "longitude", "timeZone"])
        {
            if (json.IsNull(name))
            {
                (nulls ??= []).Add(name);
            }
        }

        return new AgentConfig
        {
            NetworkInterface = json.String("networkInterface"),
            ContainerEngineUrl = json.String("containerEngineUrl"),
            DiskLimit = json.Number("diskLimit"),
            DiskDirectory = json.String("diskDirectory"),
            MemoryLimit = json.Number("memoryLimit"),
            CpuLimit = json.Number("cpuLimit"),
            LogLimit = json.Number("logLimit"),
            LogDirectory = json.String("logDirectory"),
            LogFileCount = json.Number("logFileCount"),
            GpsMode = json.Optional("gpsMode"),
            GpsDevice = json.Optional("gpsDevice"),
            GpsScanFrequency = json.Number("gpsScanFrequency"),
            EdgeGuardFrequency = json.Number("edgeGuardFrequency"),
            StatusFrequency = json.Number("statusFrequency"),
            ChangeFrequency = json.Number("changeFrequency"),
            DeviceScanFrequency = json.Number("deviceScanFrequency"),
            WatchdogEnabled = json.Bool("watchdogEnabled"),
            Latitude = json.OptionalNumber("latitude"),
            Longitude = json.OptionalNumber("longitude"),
            LogLevel = json.String("logLevel"),
            AvailableDiskThreshold = json.Number("availableDiskThreshold"),
            PruningFrequency = json.Number("pruningFrequency"),
            TimeZone = json.Optional("timeZone"),
            NullKeys = nulls ?? (IReadOnlyList<string>)[],
        };
    }
}

/// <summary>A port mapping of a microservice.</summary>
public sealed record AgentPortMapping(long PortInternal, long PortExternal, bool? IsUdp);

/// <summary>A volume mapping of a microservice.</summary>
public sealed record AgentVolumeMapping(string HostDestination, string ContainerDestination, string AccessMode, string Type);

/// <summary>An environment variable of a microservice.</summary>
public sealed record AgentEnv(string Key, string Value);

/// <summary>The health check of a microservice.</summary>
public sealed record AgentHealthCheck(IReadOnlyList<string>? Test, double? Interval, double? Timeout, double? StartPeriod, double? StartInterval, long? Retries);

/// <summary>One rule of a service account's role.</summary>
public sealed record AgentRule(IReadOnlyList<string> ApiGroups, IReadOnlyList<string> Resources, IReadOnlyList<string> Verbs, IReadOnlyList<string>? ResourceNames);

/// <summary>The service account that the agent projects into a container.</summary>
public sealed record AgentServiceAccount(string Name, string RoleName, IReadOnlyList<AgentRule> Rules);

/// <summary>One entry of <c>GET /agent/microservices</c>.</summary>
public sealed record AgentMicroservice
{
    public required string Uuid { get; init; }
    public required string Name { get; init; }
    public required string Application { get; init; }
    public required string ImageId { get; init; }
    public required string Config { get; init; }
    public required string Annotations { get; init; }
    public required bool Rebuild { get; init; }
    public required bool HostNetworkMode { get; init; }
    public required bool IsPrivileged { get; init; }
    public required string CpuSetCpus { get; init; }

    /// <summary>MiB.</summary>
    public long? MemoryLimit { get; init; }
    public AgentHealthCheck? HealthCheck { get; init; }
    public required string PidMode { get; init; }
    public required string IpcMode { get; init; }
    public required string RunAsUser { get; init; }
    public required string Platform { get; init; }
    public required string Runtime { get; init; }
    public required long LogSize { get; init; }
    public required long RegistryId { get; init; }
    public required IReadOnlyList<AgentPortMapping> PortMappings { get; init; }
    public required IReadOnlyList<AgentVolumeMapping> VolumeMappings { get; init; }
    public required bool Delete { get; init; }
    public required bool DeleteWithCleanup { get; init; }
    public required IReadOnlyList<AgentEnv> Env { get; init; }

    /// <summary>Each is <c>name:value</c>.</summary>
    public required IReadOnlyList<string> ExtraHosts { get; init; }
    public required IReadOnlyList<string> Cmd { get; init; }
    public required IReadOnlyList<string> CdiDevices { get; init; }
    public required IReadOnlyList<string> CapAdd { get; init; }
    public required IReadOnlyList<string> CapDrop { get; init; }
    public required bool IsRouter { get; init; }
    public required bool IsNats { get; init; }
    public required bool IsController { get; init; }
    public required long Schedule { get; init; }
    public AgentServiceAccount? ServiceAccount { get; init; }

    /// <summary>Changes when the container would have to be made anew. Comparable within one process only.</summary>
    public required int SpecFingerprint { get; init; }

    /// <summary>Decodes the body of the list strictly.</summary>
    public static IReadOnlyList<AgentMicroservice> ReadList(StrictObject json) => json.Objects("microservices", Read);

    /// <summary>Decodes one entry strictly.</summary>
    public static AgentMicroservice Read(StrictObject json)
    {
        json.Forbid("images", "execEnabled", "imageSnapshot");
        return new AgentMicroservice
        {
            Uuid = json.NonEmpty("uuid"),
            Name = json.NonEmpty("name"),
            Application = json.NonEmpty("application"),
            ImageId = json.NonEmpty("imageId"),
            Config = json.JsonObjectText("config"),
            Annotations = json.JsonObjectText("annotations"),
            Rebuild = json.Bool("rebuild"),
            HostNetworkMode = json.Bool("hostNetworkMode"),
            IsPrivileged = json.Bool("isPrivileged"),
            CpuSetCpus = json.String("cpuSetCpus"),
            MemoryLimit = json.IntOrNull("memoryLimit"),
            HealthCheck = ReadHealthCheck(json.Object("healthCheck")),
            PidMode = json.String("pidMode"),
            IpcMode = json.String("ipcMode"),
            RunAsUser = json.String("runAsUser"),
            Platform = json.String("platform"),
            Runtime = json.String("runtime"),
            LogSize = json.Int("logSize"),
            RegistryId = json.Int("registryId"),
            PortMappings = json.Objects("portMappings", static port => new AgentPortMapping(port.Int("portInternal"), port.Int("portExternal"), port.BoolOrNull("isUdp"))),
            VolumeMappings = json.Objects("volumeMappings", ReadVolumeMapping),
            Delete = json.Bool("delete"),
            DeleteWithCleanup = json.Bool("deleteWithCleanup"),
            Env = json.Objects("env", static env => new AgentEnv(env.String("key"), env.String("value"))),
            ExtraHosts = ReadExtraHosts(json),
            Cmd = json.Strings("cmd"),
            CdiDevices = json.Strings("cdiDevices"),
            CapAdd = json.Strings("capAdd"),
            CapDrop = json.Strings("capDrop"),
            IsRouter = json.Bool("isRouter"),
            IsNats = json.Bool("isNats"),
            IsController = json.Bool("isController"),
            Schedule = json.Int("schedule"),
            ServiceAccount = json.ObjectOrNull("serviceAccount") is { } account ? ReadServiceAccount(account) : null,
            SpecFingerprint = Fingerprint(json.Element),
        };
    }

    private static AgentVolumeMapping ReadVolumeMapping(StrictObject json)
    {
        var type = json.String("type");
        return type is "bind" or "volume" or "volumeMount"
            ? new AgentVolumeMapping(json.String("hostDestination"), json.String("containerDestination"), json.String("accessMode"), type)
            : throw new AgentDecodeException(json.At("type"), $"is \"{type}\", which the agent would take for a bind mount");
    }

    private static List<string> ReadExtraHosts(StrictObject json)
    {
        var hosts = json.Strings("extraHosts");
        for (var i = 0; i < hosts.Count; i++)
        {
            if (hosts[i].IndexOf(':') < 1)
            {
                throw new AgentDecodeException($"{json.At("extraHosts")}[{i}]", $"is \"{hosts[i]}\", not name:value");
            }
        }

        return hosts;
    }

    private static AgentHealthCheck? ReadHealthCheck(StrictObject json)
    {
        if (!json.Element.EnumerateObject().MoveNext())
        {
            return null;
        }

        if (!json.Has("test"))
        {
            throw new AgentDecodeException(json.At("test"), "is missing");
        }

        return new AgentHealthCheck(
            json.OptionalStrings("test"),
            json.OptionalNumber("interval"),
            json.OptionalNumber("timeout"),
            json.OptionalNumber("startPeriod"),
            json.OptionalNumber("startInterval"),
            json.OptionalInt("retries"));
    }

    private static AgentServiceAccount ReadServiceAccount(StrictObject json)
    {
        var role = json.Object("roleRef");
        if (role.String("kind") != "Role")
        {
            throw new AgentDecodeException(role.At("kind"), "is not \"Role\"");
        }

        if (role.String("apiGroup") != "edgelet.iofog.org/v1")
        {
            throw new AgentDecodeException(role.At("apiGroup"), "is not \"edgelet.iofog.org/v1\"");
        }

        return new AgentServiceAccount(
            json.NonEmpty("name"),
            role.NonEmpty("name"),
            json.Objects("rules", static rule => new AgentRule(rule.Strings("apiGroups"), rule.Strings("resources"), rule.Strings("verbs"), rule.OptionalStrings("resourceNames"))));
    }

    private static int Fingerprint(JsonElement json)
    {
        var sum = 0;
        foreach (var property in json.EnumerateObject())
        {
            // Config is pushed into the running container; rebuild is an order, not a part of the spec.
            if (property.NameEquals("config"u8) || property.NameEquals("rebuild"u8))
            {
                continue;
            }

            var hash = new HashCode();
            hash.Add(property.Name);
            hash.AddBytes(JsonMarshal.GetRawUtf8Value(property.Value));
            sum += hash.ToHashCode();
        }

        return sum;
    }
}

/// <summary>One entry of <c>GET /agent/registries</c>.</summary>
public sealed record AgentRegistry(long Id, string Url, bool IsPublic, string? Username, string? Password, string? UserEmail)
{
    /// <summary>Decodes the body of the list strictly.</summary>
    public static IReadOnlyList<AgentRegistry> ReadList(StrictObject json) => json.Objects("registries", static registry =>
        new AgentRegistry(
            registry.Int("id"),
            registry.NonEmpty("url"),
            registry.Bool("isPublic"),
            registry.StringOrNull("username"),
            registry.StringOrNull("password"),
            registry.StringOrNull("userEmail")));
}

/// <summary>One entry of <c>GET /agent/volumeMounts</c>; the values of <paramref name="Data"/> are base64.</summary>
public sealed record AgentVolumeMount(string Uuid, string Name, long Version, string? Type, IReadOnlyDictionary<string, string> Data)
{
    /// <summary>Decodes the body of the list strictly.</summary>
    public static IReadOnlyList<AgentVolumeMount> ReadList(StrictObject json) => json.Objects("volumeMounts", static mount =>
    {
        var type = mount.StringOrNull("type");
        if (type is not (null or "secret" or "configMap"))
        {
            throw new AgentDecodeException(mount.At("type"), $"is \"{type}\", which the agent would take for a config map");
        }

        var data = mount.StringMap("data");
        foreach (var (key, value) in data)
        {
            if (!System.Buffers.Text.Base64.IsValid(value) || value.AsSpan().ContainsAny(" \t\r\n"))
            {
                throw new AgentDecodeException($"{mount.At("data")}.{key}", "is not padded standard base64");
            }
        }

        return new AgentVolumeMount(mount.NonEmpty("uuid"), mount.NonEmpty("name"), mount.Int("version"), type, data);
    });
}

/// <summary>Answer of <c>GET /agent/tunnel</c>.</summary>
public sealed record AgentTunnel(long Id, string Username, string Password, string Host, long RemotePort, long LocalPort, string RsaKey, bool Closed, string IofogUuid)
{
    /// <summary>Decodes strictly.</summary>
    public static AgentTunnel Read(StrictObject json)
    {
        var tunnel = json.Object("tunnel");
        return new AgentTunnel(
            tunnel.Int("id"),
            tunnel.String("username"),
            tunnel.String("password"),
            tunnel.String("host"),
            tunnel.Int("rport"),
            tunnel.Int("lport"),
            tunnel.String("rsakey"),
            tunnel.Bool("closed"),
            tunnel.String("iofogUuid"));
    }
}

/// <summary>Answer of <c>GET /agent/version</c>; <paramref name="ExpirationTime"/> in ms since the epoch.</summary>
public sealed record AgentVersionCommand(string VersionCommand, string ProvisionKey, long ExpirationTime, string? Semver)
{
    /// <summary>Decodes strictly.</summary>
    public static AgentVersionCommand Read(StrictObject json)
    {
        var command = json.String("versionCommand");
        if (!command.Equals("upgrade", StringComparison.OrdinalIgnoreCase) && !command.Equals("rollback", StringComparison.OrdinalIgnoreCase))
        {
            throw new AgentDecodeException(json.At("versionCommand"), $"is \"{command}\"");
        }

        return new AgentVersionCommand(command, json.NonEmpty("provisionKey"), json.Int("expirationTime"), json.Has("semver") ? json.NonEmpty("semver") : null);
    }
}

/// <summary>One entry of <c>GET /agent/exec/sessions</c>.</summary>
public sealed record AgentExecSession(string SessionId, string MicroserviceUuid, string Status, bool AgentConnected)
{
    /// <summary>Decodes the body of the list strictly.</summary>
    public static IReadOnlyList<AgentExecSession> ReadList(StrictObject json) => json.Objects("execSessions", static session =>
        new AgentExecSession(session.NonEmpty("sessionId"), session.NonEmpty("microserviceUuid"), SessionStatus(session), session.Bool("agentConnected")));

    internal static string SessionStatus(StrictObject session)
    {
        var status = session.String("status");
        return status is "PENDING" or "ACTIVE" ? status : throw new AgentDecodeException(session.At("status"), $"is \"{status}\"");
    }
}

/// <summary>What part of a log a session wants.</summary>
public sealed record AgentTailConfig(long Lines, bool Follow, string? Since, string? Until);

/// <summary>One entry of <c>GET /agent/logs/sessions</c>: of a microservice, or of the node itself.</summary>
public sealed record AgentLogSession(string SessionId, string? MicroserviceUuid, string? IofogUuid, AgentTailConfig Tail, string Status, bool AgentConnected)
{
    /// <summary>Decodes the body of the list strictly.</summary>
    public static IReadOnlyList<AgentLogSession> ReadList(StrictObject json) => json.Objects("logSessions", static session =>
    {
        var microservice = session.Has("microserviceUuid") ? session.NonEmpty("microserviceUuid") : null;
        var fog = session.Has("iofogUuid") ? session.NonEmpty("iofogUuid") : null;
        if (microservice is null == fog is null)
        {
            throw new AgentDecodeException(session.Path, "must have either microserviceUuid or iofogUuid");
        }

        var tail = session.Object("tailConfig");
        return new AgentLogSession(
            session.NonEmpty("sessionId"),
            microservice,
            fog,
            new AgentTailConfig(tail.Int("lines"), tail.Bool("follow"), tail.StringOrNull("since"), tail.StringOrNull("until")),
            AgentExecSession.SessionStatus(session),
            session.Bool("agentConnected"));
    });
}

/// <summary>Answer of the public <c>GET /api/v3/status</c>.</summary>
public sealed record ControllerStatus(string Status, string? ControllerVersion)
{
    /// <summary>Decodes as the agent does: only the key <c>status</c> matters.</summary>
    public static ControllerStatus Read(StrictObject json)
    {
        if (!json.Has("status"))
        {
            throw new AgentDecodeException("status", "is missing");
        }

        return new ControllerStatus(json.Optional("status") ?? "", json.Has("versions") ? json.Object("versions").Optional("controller") : null);
    }
}
