using Controller.Validation;

namespace Controller.Fogs;

/// <summary>Bodies of the operator's agent routes (<c>/api/v3/iofog</c>).</summary>
internal static class FogSchemas
{
    private static readonly (string Name, Schema Schema)[] Fields =
    [
        ("name", Is.String(minLength: 1)),
        ("archId", Is.Integer(0, 4)),
        ("location", Is.String()),

        // Nullable are the fields that GET shows as null: the Console sends back what it read, and null means absent.
        ("latitude", Is.Number(-90, 90, nullable: true)),
        ("longitude", Is.Number(-180, 180, nullable: true)),
        ("description", Is.String()),
        ("networkInterface", Is.String()),
        ("containerEngineUrl", Is.String()),
        ("containerEngine", Is.OneOfTexts("edgelet", "docker", "podman")),
        ("deploymentType", Is.OneOfTexts("native", "container")),
        ("diskLimit", Is.Integer(0)),
        ("diskDirectory", Is.String()),
        ("memoryLimit", Is.Integer(0)),
        ("cpuLimit", Is.Integer(0)),
        ("logLimit", Is.Integer(0)),
        ("logDirectory", Is.String()),
        ("logFileCount", Is.Integer(0)),
        ("statusFrequency", Is.Int32(0)),
        ("changeFrequency", Is.Int32(0)),
        ("deviceScanFrequency", Is.Int32(0)),
        ("bluetoothEnabled", Is.Boolean()),
        ("watchdogEnabled", Is.Boolean()),
        ("abstractedHardwareEnabled", Is.Boolean()),
        ("pruningFrequency", Is.Int32(0)),
        ("availableDiskThreshold", Is.Integer(0)),
        ("logLevel", Is.String()),

        // The original does not look at these three.
        ("edgeGuardFrequency", Is.Int32(nullable: true)),
        ("gpsMode", Is.String(nullable: true)),
        ("gpsDevice", Is.String(nullable: true)),
        ("timeZone", Is.String(nullable: true)),
        ("host", Is.String(nullable: true)),
        ("isSystem", Is.Boolean()),
        ("tags", Is.Strings()),
        ("routerMode", Is.OneOfTexts("none", "edge", "interior")),
        ("messagingPort", Port),
        ("interRouterPort", Port),
        ("edgeRouterPort", Port),
        ("upstreamRouters", Is.Strings(minLength: 1)),
        ("natsMode", Is.OneOfTexts("none", "leaf", "server")),
        ("natsServerPort", Port),
        ("natsLeafPort", Port),
        ("natsClusterPort", Port),
        ("natsMqttPort", Port),
        ("natsHttpPort", Port),
        ("jsStorageSize", StorageSize),
        ("jsMemoryStoreSize", StorageSize),
        ("upstreamNatsServers", Is.Strings(minLength: 1)),
    ];

    private static readonly StringSchema VersionCommandName = Is.OneOfTexts("upgrade", "rollback");

    public static readonly BodySchema Create = new(
        "AgentCreate",
        Is.Object([.. Fields, ("networkRouter", Is.String())], required: ["name", "archId"]));

    public static readonly BodySchema Update = new(
        "AgentUpdate",
        Is.Object([.. Fields, ("networkRouter", Is.String(minLength: 1))], alternatives: InteriorNamesItsPorts()));

    /// <summary>Body of <c>POST /iofog/{uuid}/version/{command}</c>.</summary>
    public static readonly BodySchema Version = new(
        "AgentVersionCommand",
        Is.Object([("semver", Is.String(pattern: Patterns.SemanticVersion, format: "semver"))]));

    /// <summary>Body of <c>POST /iofog/{uuid}/exec</c>.</summary>
    public static readonly BodySchema Exec = new("AgentExec", Is.Object([("image", Is.String())]));

    private static NumberSchema Port => Is.Integer(1, 65535);

    private static StringSchema StorageSize => Is.String(maxLength: 32, pattern: Patterns.StorageSize);

    /// <summary>The message for the path parameter of a version command, or null when it is a known one.</summary>
    public static string? ValidateVersionCommand(string command) =>
        VersionCommandName.CheckText(command)?.At("versionCommand").Message();

    private static AlternativesSchema InteriorNamesItsPorts() => Is.AnyOf(
        "needs interRouterPort and edgeRouterPort when routerMode is interior",
        Is.Object([("routerMode", Is.OneOfTexts("none", "edge"))]),
        Is.Object(
            [("routerMode", Is.Const("interior"))],
            required: ["routerMode", "interRouterPort", "edgeRouterPort"]));
}
