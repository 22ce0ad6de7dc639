using Controller.Validation;

namespace Controller.Registries;

/// <summary>Bodies of <c>/api/v3/registries</c>.</summary>
internal static class RegistrySchemas
{
    private static readonly (string Name, Schema Schema)[] Fields =
    [
        ("url", Is.String(minLength: 1)),
        ("isPublic", Is.Boolean()),
        ("username", Is.String()),
        ("password", Is.String()),
        ("email", Is.String(pattern: Patterns.Email, format: "email")),
    ];

    public static readonly BodySchema Create = new(
        "RegistryCreate",
        Is.Object(Fields, required: ["url", "isPublic", "username", "password", "email"]));

    public static readonly BodySchema Update = new("RegistryUpdate", Is.Object(Fields));
}
