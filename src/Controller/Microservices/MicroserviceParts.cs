using Controller.Catalog;
using Controller.Validation;

namespace Controller.Microservices;

/// <summary>What the definitions of a microservice's bodies have in common, whoever sends them.</summary>
internal static class MicroserviceParts
{
    /// <summary>The container's settings that operators and a registering Controller may both give.</summary>
    public static (string Name, Schema Schema)[] Container =>
    [
        ("config", Is.String()),
        ("annotations", Is.String()),
        ("hostNetworkMode", Is.Boolean()),
        ("isPrivileged", Is.Boolean()),
        ("pidMode", Is.String()),
        ("ipcMode", Is.String()),
        ("cpuSetCpus", Is.String()),
        ("runAsUser", Is.String()),
        ("platform", Is.String()),
        ("runtime", Is.String()),
        ("memoryLimit", Is.Integer()),
        ("cmd", Is.Strings()),
        ("env", Is.Array(Variable)),
        ("ports", Is.Array(Port)),
        ("volumeMappings", Is.Array(VolumeMapping)),
        ("extraHosts", Is.Array(ExtraHost)),
        ("cdiDevices", Is.Strings()),
        ("capAdd", Is.Strings()),
        ("capDrop", Is.Strings()),

        // Clients send these in many shapes (empty, with nulls); only being an object is required.
        ("healthCheck", Is.Object([])),
    ];

    public static ObjectSchema Port => Is.Object(
        [("internal", Is.Int32()), ("external", Is.Int32()), ("protocol", Is.OneOfTexts("tcp", "udp"))],
        required: ["internal", "external"]);

    public static ObjectSchema VolumeMapping => Is.Object(
        [
            ("hostDestination", Is.String()),
            ("containerDestination", Is.String()),
            ("accessMode", Is.String()),
            ("type", Is.OneOfTexts("volume", "bind", "volumeMount", "serviceAccount")),
        ],
        required: ["hostDestination", "containerDestination", "accessMode"]);

    public static ObjectSchema NatsConfig => Is.Object(
        [("natsAccess", Is.Boolean()), ("natsRule", Is.String(minLength: 1, maxLength: 255))],
        additional: false);

    public static ObjectSchema ServiceAccount => Is.Object(
        [
            ("roleRef", Is.Object(
                [("kind", Is.String()), ("name", Is.String()), ("apiGroup", Is.String())],
                required: ["kind", "name"],
                additional: false)),
        ],
        additional: false);

    private static ObjectSchema ExtraHost =>
        Is.Object([("name", Is.String()), ("address", Is.String())], required: ["name", "address"]);

    private static ObjectSchema Variable => Is.Object(
        [
            ("key", Is.String()),
            ("value", Is.String()),
            ("valueFromSecret", Is.String()),
            ("valueFromConfigMap", Is.String()),
        ],
        required: ["key"],
        alternatives: Is.ExactlyOneOf(
            "must have exactly one of value, valueFromSecret and valueFromConfigMap",
            Is.Object([], required: ["value"]),
            Is.Object([], required: ["valueFromSecret"]),
            Is.Object([], required: ["valueFromConfigMap"])));

    public static ArraySchema Images(int? min) => CatalogSchemas.Images(min, 4);
}
