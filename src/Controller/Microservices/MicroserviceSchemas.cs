using Controller.Validation;

namespace Controller.Microservices;

/// <summary>Bodies of <c>/api/v3/microservices</c>.</summary>
internal static class MicroserviceSchemas
{
    public static readonly BodySchema Create = new("MicroserviceCreate", CreateObject());

    public static readonly BodySchema Update = new(
        "MicroserviceUpdate",
        Is.Object(
        [
            .. Common(minImages: 1, minLogSize: 0),
            ("catalogItemId", Is.Int32()),
            ("rebuild", Is.Boolean()),
        ]));

    public static readonly BodySchema PortMapping = new("PortMappingCreate", MicroserviceParts.Port);

    public static readonly BodySchema VolumeMapping = new("VolumeMappingCreate", MicroserviceParts.VolumeMapping);

    /// <summary>Body of <c>PATCH …/config</c>: the configuration itself, whatever it holds.</summary>
    public static readonly BodySchema Config = new("MicroserviceConfig", Is.Object([]));

    /// <summary>A new microservice; also an item of an application's list.</summary>
    public static ObjectSchema CreateObject() => Is.Object(
        [
            .. Common(minImages: null, minLogSize: null),
            ("catalogItemId", Is.Int32(4)),
        ],
        required: ["name"]);

    private static (string Name, Schema Schema)[] Common(int? minImages, int? minLogSize) =>
    [
        ("name", Is.String(pattern: Patterns.Name)),
        ("application", Is.String()),
        ("iofogUuid", Is.String()),
        ("agentName", Is.String()),
        ("images", MicroserviceParts.Images(minImages)),
        ("registryId", Is.Int32()),
        ("schedule", Is.Integer(0, 100)),
        ("logSize", Is.Integer(minLogSize)),
        .. MicroserviceParts.Container,
        ("serviceAccount", MicroserviceParts.ServiceAccount),
        ("natsConfig", MicroserviceParts.NatsConfig),
    ];
}
