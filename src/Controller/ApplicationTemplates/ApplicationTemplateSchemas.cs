using Controller.Validation;

namespace Controller.ApplicationTemplates;

/// <summary>Bodies of <c>/api/v3/applicationTemplate</c> (api-workloads 5.2).</summary>
internal static class ApplicationTemplateSchemas
{
    public static readonly BodySchema Create = new("ApplicationTemplateCreate", Is.Object(Fields, required: ["name"]));

    public static readonly BodySchema Put = new("ApplicationTemplatePut", Is.Object(Fields));

    /// <summary>Metadata only; the rest of the body is ignored here.</summary>
    public static readonly BodySchema Update = new("ApplicationTemplateUpdate", Is.Object([Name, Description]));

    private static (string, Schema) Name => ("name", Is.String(minLength: 1, pattern: Patterns.Name));

    private static (string, Schema) Description => ("description", Is.String());

    private static (string Name, Schema Schema)[] Fields =>
    [
        Name,
        Description,

        // Full of placeholders, so it can only be checked once it is deployed.
        ("application", Is.Object([])),
        ("variables", Is.Array(Is.Object(
            [
                ("key", Is.String(minLength: 1, pattern: Patterns.Name)),
                ("description", Is.String()),
                ("defaultValue", Is.Any()),
            ],
            required: ["key"]))),
    ];
}
