using System.Text.Json;
using Controller.Tests.Support;

namespace Controller.Tests.Clients;

/// <summary>An agent as the Go SDK decodes it (clients 2.1).</summary>
internal sealed record GoAgent(
    string Uuid, string Name, string Host, string IpAddressExternal, string DaemonStatus, bool IsSystem, string RouterMode,
    IReadOnlyList<string> UpstreamRouters, IReadOnlyList<string> Tags, IReadOnlyList<string> VolumeMounts, long ArchId, GoPlatformStatus? Platform)
{
    public static GoAgent Decode(GoObject o)
    {
        o.AreTexts(
            "uuid", "name", "host", "location", "description", "containerEngineUrl", "containerEngine", "deploymentType", "diskDirectory",
            "logDirectory", "gpsMode", "gpsDevice", "createdAt", "updatedAt", "daemonStatus", "memoryViolation", "diskViolation", "cpuViolation",
            "microserviceStatus", "repositoryStatus", "ipAddress", "ipAddressExternal", "networkInterface", "version", "tunnel",
            "runtimeAgentPhase", "routerMode", "timeZone", "securityStatus", "securityViolationInfo", "warningMessage", "gpsStatus",
            "networkRouter", "logLevel", "natsMode", "jsStorageSize", "jsMemoryStoreSize");
        o.AreInts(
            "diskLimit", "memoryLimit", "cpuLimit", "logLimit", "logFileCount", "lastActive", "daemonOperatingDuration", "repositoryCount",
            "lastStatusTime", "lastCommandTime", "archId", "messagingPort", "edgeRouterPort", "interRouterPort", "natsServerPort", "natsLeafPort",
            "natsClusterPort", "natsMqttPort", "natsHttpPort");
        o.AreFloats(
            "latitude", "longitude", "statusFrequency", "changeFrequency", "deviceScanFrequency", "gpsScanFrequency", "edgeGuardFrequency",
            "memoryUsage", "diskUsage", "cpuUsage", "systemAvailableMemory", "systemAvailableDisk", "systemTotalCPU", "pruningFrequency",
            "availableDiskThreshold");
        o.AreFlags(
            "bluetoothEnabled", "watchdogEnabled", "abstractedHardwareEnabled", "isReadyToUpgrade", "isReadyToRollback", "controlPlaneQuiesced",
            "isSystem");
        o.AreTextLists("upstreamRouters", "upstreamNatsServers", "tags", "availableRuntimes");
        if (o.Object("arch") is { } arch)
        {
            arch.Int("id");
            arch.AreTexts("name", "image", "description");
        }

        foreach (var mount in o.Objects("volumeMounts"))
        {
            mount.AreTexts("name", "uuid", "configMapName", "secretName", "createdAt", "updatedAt");
            mount.Int("version");
        }

        return new GoAgent(
            o.Needed("uuid"), o.Needed("name"), o.Text("host"), o.Text("ipAddressExternal"), o.Text("daemonStatus"), o.Flag("isSystem"),
            o.Text("routerMode"), o.Texts("upstreamRouters"), o.Texts("tags"),
            [.. o.Objects("volumeMounts").Select(m => m.Needed("name"))], o.Int("archId"),
            o.Object("platformStatus") is { } platform ? GoPlatformStatus.Decode(platform) : null);
    }
}

/// <summary>How far an agent's platform has come.</summary>
internal sealed record GoPlatformStatus(string Phase, long Generation, long ObservedGeneration, DateTimeOffset? LastTransitionAt)
{
    public static GoPlatformStatus Decode(GoObject o)
    {
        o.AreTexts("lastError");
        foreach (var condition in o.Objects("conditions"))
        {
            condition.AreTexts("type", "status", "reason", "message");
        }

        return new GoPlatformStatus(o.Needed("phase"), o.Int("generation"), o.Int("observedGeneration"), o.Time("lastTransitionAt"));
    }
}

/// <summary>A microservice as the Go SDK decodes it (clients 2.2).</summary>
internal sealed record GoMicroservice(
    string Uuid, string Name, string Application, string AgentUuid, long CatalogItemId, long RegistryId, string Status, GoObject Wire)
{
    /// <summary>The CLI counts these as the system's and hides their microservices.</summary>
    public bool IsHidden => CatalogItemId is >= 1 and <= 3;

    public JsonElement Config => Wire.JsonText("config");

    public static GoMicroservice Decode(GoObject o)
    {
        o.AreTexts(
            "uuid", "config", "name", "pidMode", "ipcMode", "runtime", "platform", "runAsUser", "application", "iofogUuid", "annotations",
            "cpuSetCpus");
        o.JsonText("config");
        o.JsonText("annotations");
        o.AreInts("schedule", "logSize", "catalogItemId", "registryId", "memoryLimit");
        o.AreFlags("hostNetworkMode", "isPrivileged", "delete", "deleteWithCleanup");
        o.AreTextLists("cdiDevices", "capAdd", "capDrop", "cmd", "pubTags", "subTags");
        foreach (var port in o.Objects("ports"))
        {
            port.AreInts("internal", "external");
            port.Text("protocol");
        }

        foreach (var mapping in o.Objects("volumeMappings"))
        {
            mapping.AreTexts("hostDestination", "containerDestination", "accessMode", "type");
        }

        foreach (var variable in o.Objects("env"))
        {
            variable.AreTexts("key", "value", "valueFromSecret", "valueFromConfigMap");
        }

        foreach (var host in o.Objects("extraHosts"))
        {
            host.AreTexts("name", "address", "value");
        }

        foreach (var image in o.Objects("images"))
        {
            GoImage.Decode(image);
        }

        if (o.Object("execStatus") is { } exec)
        {
            exec.AreTexts("status", "execSessionId");
        }

        if (o.Object("healthCheck") is { } check)
        {
            check.Texts("test");
            check.AreInts("interval", "timeout", "startPeriod", "startInterval", "retries");
        }

        if (o.Object("natsConfig") is { } nats)
        {
            nats.Flag("natsAccess");
            nats.Text("natsRule");
        }

        o.Object("serviceAccount")?.Object("roleRef")?.AreTexts("kind", "name", "apiGroup");
        return new GoMicroservice(
            o.Needed("uuid"), o.Needed("name"), o.Text("application"), o.Text("iofogUuid"), o.Int("catalogItemId"), o.Int("registryId"),
            DecodeStatus(o), o);
    }

    private static string DecodeStatus(GoObject o)
    {
        var status = o.Object("status") ?? throw new GoDecodeException("status", "is missing");
        status.AreTexts("status", "containerId", "ipAddress", "errorMessage", "healthStatus");
        status.AreInts("startTime", "operatingDuration");
        status.AreFloats("memoryUsage", "cpuUsage", "percentage");
        status.Texts("execSessionIds");
        return status.Text("status");
    }
}

/// <summary>The image for one architecture.</summary>
internal sealed record GoImage(string ContainerImage, long ArchId)
{
    public static GoImage Decode(GoObject o) => new(o.Text("containerImage"), o.Int("archId"));
}

/// <summary>An application as the Go SDK decodes it (clients 2.3).</summary>
internal sealed record GoApplication(long Id, string Name, bool IsActivated, bool IsSystem)
{
    public static GoApplication Decode(GoObject o)
    {
        o.AreTexts("description");
        if (o.Object("natsConfig") is { } nats)
        {
            nats.Flag("natsAccess");
            nats.Text("natsRule");
        }

        foreach (var microservice in o.Objects("microservices"))
        {
            GoMicroservice.Decode(microservice);
        }

        return new GoApplication(o.Int("id"), o.Needed("name"), o.Flag("isActivated"), o.Flag("isSystem"));
    }
}

/// <summary>A registry as the Go SDK decodes it (clients 2.3).</summary>
internal sealed record GoRegistry(long Id, string Url, bool IsPublic, string Username, string Email)
{
    public static GoRegistry Decode(GoObject o)
    {
        o.AreTexts("certificate", "password");
        o.AreFlags("isSecure", "requiresCert");
        return new GoRegistry(o.Int("id"), o.Text("url"), o.Flag("isPublic"), o.Text("username"), o.Text("userEmail"));
    }
}

/// <summary>A catalog item as the Go SDK decodes it (clients 2.3).</summary>
internal sealed record GoCatalogItem(long Id, string Name, string Description, string Category, long RegistryId, IReadOnlyList<GoImage> Images)
{
    public static GoCatalogItem Decode(GoObject o)
    {
        o.AreTexts("publisher", "picture", "configExample");
        o.AreInts("diskRequired", "ramRequired");
        o.Flag("isPublic");
        o.Object("inputType")?.AreTexts("infoType", "infoFormat");
        o.Object("outputType")?.AreTexts("infoType", "infoFormat");
        return new GoCatalogItem(
            o.Int("id"), o.Needed("name"), o.Text("description"), o.Text("category"), o.Int("registryId"),
            [.. o.Objects("images").Select(GoImage.Decode)]);
    }
}

/// <summary>An application template as the Go SDK decodes it (clients 2.3).</summary>
internal sealed record GoTemplate(string Name, string Description, IReadOnlyList<string> Keys, int Microservices)
{
    public static GoTemplate Decode(GoObject o)
    {
        var variables = o.Objects("variables");
        foreach (var variable in variables)
        {
            variable.Text("description");
        }

        return new GoTemplate(
            o.Needed("name"), o.Text("description"), [.. variables.Select(v => v.Needed("key"))], o.Object("application")?.Objects("microservices").Count ?? 0);
    }
}

/// <summary>A secret or config map as the Go SDK decodes it (clients 2.3); the data as <c>key=value</c> in order.</summary>
internal sealed record GoData(string Name, string Type, bool Immutable, bool UseVault, string Data)
{
    public static GoData Decode(GoObject o)
    {
        o.Int("id");
        o.AreTexts("createdAt", "updatedAt");
        return new GoData(
            o.Needed("name"), o.Text("type"), o.Flag("immutable"), o.Flag("useVault"),
            string.Join(',', o.TextMap("data").OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => $"{p.Key}={p.Value}")));
    }
}

/// <summary>A volume mount as the Go SDK decodes it (clients 2.3).</summary>
internal sealed record GoVolumeMount(string Name, string ConfigMapName, string SecretName, long Version)
{
    public static GoVolumeMount Decode(GoObject o)
    {
        o.Needed("uuid");
        return new GoVolumeMount(o.Needed("name"), o.Text("configMapName"), o.Text("secretName"), o.Int("version"));
    }
}

/// <summary>A certificate as the Go SDK decodes it (clients 2.3).</summary>
internal sealed record GoCertificate(string Name, string Subject, string Hosts, bool IsCa, string CaName, string Chain, bool IsExpired)
{
    public static GoCertificate Decode(GoObject o)
    {
        o.AreTexts("serialNumber");
        o.Int("daysRemaining");
        o.Object("data")?.AreTexts("certificate", "privateKey");
        return o.Time("validFrom") < o.Time("validTo")
            ? new GoCertificate(
                o.Needed("name"), o.Needed("subject"), o.Text("hosts"), o.Flag("isCA"), o.Text("caName"),
                string.Join(',', o.Objects("certificateChain").Select(c => c.Needed("name"))), o.Flag("isExpired"))
            : throw new GoDecodeException("validTo", "is no time after validFrom");
    }
}
