using Controller.Microservices;
using Controller.Validation;

namespace Controller.Agents;

/// <summary>
/// Bodies an Edgelet sends (<c>/api/v3/agent</c>). Unknown keys are let through, since newer agents send more;
/// registering a controller is the exception.
/// </summary>
internal static class AgentSchemas
{
    public static readonly BodySchema Provision = new(
        "AgentProvision",
        Is.Object(
            [
                ("key", Is.String()),
                ("type", Is.Integer(0, 4)),
                ("engine", Is.OneOfTexts("edgelet", "docker", "podman")),
            ],
            required: ["key", "type"]));

    public static readonly BodySchema Deprovision = new(
        "AgentDeprovision",
        Is.Object([("microserviceUuids", Is.Strings())], required: ["microserviceUuids"]));

    /// <summary>The node's own settings. Limits may be fractions: the agent keeps them as floating point.</summary>
    public static readonly BodySchema Config = new(
        "AgentConfig",
        Is.Object(
        [
            ("networkInterface", Is.String()),
            ("containerEngineUrl", Is.String()),
            ("diskLimit", Is.Number(0)),
            ("diskDirectory", Is.String()),
            ("memoryLimit", Is.Number(0)),
            ("cpuLimit", Is.Number(0)),
            ("logLimit", Is.Number(0)),
            ("logDirectory", Is.String()),
            ("logFileCount", Is.Integer(0)),
            ("statusFrequency", Is.Int32(0)),
            ("changeFrequency", Is.Int32(0)),
            ("deviceScanFrequency", Is.Int32(0)),
            ("watchdogEnabled", Is.Boolean()),
            ("edgeGuardFrequency", Is.Int32(0)),
            ("gpsScanFrequency", Is.Int32(0)),
            ("pruningFrequency", Is.Int32(0)),
            ("availableDiskThreshold", Is.Integer(0)),
            ("gpsMode", Is.String()),
            ("gpsDevice", Is.String()),
            .. Coordinates,
            ("logLevel", Is.String()),
            ("timeZone", Is.String()),
        ]));

    public static readonly BodySchema Gps = new("AgentGps", Is.Object(Coordinates));

    public static readonly BodySchema Changes = new(
        "AgentChanges",
        Is.Object(
            [("lastUpdated", Is.String(pattern: Patterns.DateTime, format: "date-time"))],
            required: ["lastUpdated"]));

    public static readonly BodySchema Hal = new("AgentHal", Is.Object([("info", Is.String())], required: ["info"]));

    /// <summary>
    /// The periodic report. Nothing is required. The texts that hold JSON are looked into by whoever stores them.
    /// </summary>
    public static readonly BodySchema Status = new(
        "AgentStatus",
        Is.Object(
        [
            ("daemonStatus", Is.String()),
            ("warningMessage", Is.String()),
            ("daemonOperatingDuration", Is.Integer(0)),
            ("daemonLastStart", Is.Integer(0)),
            ("memoryUsage", Is.Number(0)),
            ("diskUsage", Is.Number(0)),
            ("cpuUsage", Is.Number(0)),
            ("memoryViolation", Is.Boolean()),
            ("diskViolation", Is.Boolean()),
            ("cpuViolation", Is.Boolean()),
            ("systemAvailableDisk", Is.Integer()),
            ("systemAvailableMemory", Is.Integer()),
            ("systemTotalCpu", Is.Number()),
            ("securityStatus", Is.String()),
            ("securityViolationInfo", Is.String()),
            ("microserviceStatus", Is.String()),
            ("repositoryCount", Is.Integer(0)),
            ("repositoryStatus", Is.String()),
            ("systemTime", Is.Integer(0)),
            ("lastStatusTime", Is.Integer(0)),
            ("ipAddress", Is.String()),
            ("ipAddressExternal", Is.String()),
            ("lastCommandTime", Is.Integer(0)),
            ("tunnelStatus", Is.String()),
            ("version", Is.String()),
            ("isReadyToUpgrade", Is.Boolean()),
            ("isReadyToRollback", Is.Boolean()),
            ("activeVolumeMounts", Is.Integer()),
            ("volumeMountLastUpdate", Is.Integer()),
            ("gpsStatus", Is.String()),

            // A Go agent without a list may encode it as null, and a refused report is worse than an empty list.
            ("availableRuntimes", Is.Array(Is.String(), nullable: true)),
            ("runtimeAgentPhase", Is.String()),
            ("controlPlaneQuiesced", Is.Boolean()),
            ("gpsMode", Is.String()),
            ("gpsDevice", Is.String()),
            ("gpsScanFrequency", Is.Integer()),
            ("edgeGuardFrequency", Is.Integer()),
        ]));

    /// <summary>A Controller that runs on this node announces its own workload.</summary>
    public static readonly BodySchema ControllerRegister = new(
        "ControllerRegister",
        Is.Object(
            [
                ("uuid", Is.String()),
                ("name", Is.OneOfTexts("controller")),
                ("schedule", Is.Const(0)),
                ("images", MicroserviceParts.Images(1)),
                ("registryId", Is.Int32()),
                ("logSize", Is.Integer(0)),
                .. MicroserviceParts.Container,
            ],
            required: ["uuid", "images", "registryId"],
            additional: false));

    private static (string Name, Schema Schema)[] Coordinates =>
        [("latitude", Is.Number(-90, 90)), ("longitude", Is.Number(-180, 180))];
}
