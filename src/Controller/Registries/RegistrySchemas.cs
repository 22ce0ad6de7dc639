using Controller.Validation;

namespace Controller.Registries;

/// <summary>Bodies of <c>/api/v3/registries</c>.</summary>
internal static class RegistrySchemas
{
    private static readonly (string Name, Schema Schema)[] Fields =
    [
        ("url", Is.String(minLength: 1)),
        ("isPublic", Is.Boolean()),

        // potctl sends an empty text for what was not given, the Console null (clients 3.4, 4.4).
        ("username", Is.String(nullable: true)),
        ("password", Is.String(nullable: true)),
        ("email", Is.String(pattern: Patterns.EmailOrEmpty, nullable: true)),
    ];

    public static readonly BodySchema Create = new(
        "RegistryCreate",
        Is.Object(Fields, required: ["url", "isPublic", "username", "password", "email"]));

    public static readonly BodySchema Update = new("RegistryUpdate", Is.Object(Fields));
}
