using Controller.Microservices;
using Controller.Validation;

namespace Controller.Applications;

/// <summary>Bodies of <c>/api/v3/application</c>.</summary>
internal static class ApplicationSchemas
{
    public static readonly BodySchema Create = new(
        "ApplicationCreate",
        Is.Object([.. Fields, Microservices, Template], required: ["name"]));

    /// <summary>Metadata only; <c>microservices</c> is ignored here.</summary>
    public static readonly BodySchema Update = new("ApplicationUpdate", Is.Object(Fields));

    public static readonly BodySchema Put = new("ApplicationPut", Is.Object([.. Fields, Microservices, Template]));

    /// <summary>
    /// Body of a create or PUT that has <c>template</c>. Its <c>microservices</c> are ignored. What the template
    /// expands to is then checked by <see cref="Create"/> or <see cref="Put"/>.
    /// </summary>
    public static readonly BodySchema FromTemplate = new("ApplicationFromTemplate", Is.Object([.. Fields, Template]));

    private static (string, Schema) Name => ("name", Is.String(minLength: 1, pattern: Patterns.Name));

    private static (string Name, Schema Schema)[] Fields =>
    [
        Name,
        ("description", Is.String()),
        ("isActivated", Is.Boolean()),
        ("isSystem", Is.Boolean()),
        ("natsConfig", MicroserviceParts.NatsConfig),
    ];

    private static (string, Schema) Microservices => ("microservices", Is.Array(MicroserviceSchemas.CreateObject()));

    private static (string, Schema) Template => ("template", Is.Object(
        [
            ("name", Is.String(minLength: 1, pattern: Patterns.Name)),
            ("description", Is.String()),
            ("isActivated", Is.Boolean()),
            ("isSystem", Is.Boolean()),
            ("variables", Is.Array(Is.Object(
                [("key", Is.String(minLength: 1, pattern: Patterns.Name)), ("value", Is.Any())],
                required: ["key"]))),
        ],
        required: ["name"]));
}
