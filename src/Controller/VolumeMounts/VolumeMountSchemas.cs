using Controller.Validation;

namespace Controller.VolumeMounts;

/// <summary>Bodies of <c>/volumeMounts</c> (api-platform 11).</summary>
internal static class VolumeMountSchemas
{
    /// <summary>Exactly one source; that has words of its own, so it is not looked at here. The Console sends null for the other.</summary>
    private static readonly (string Name, Schema Schema)[] Fields =
    [
        ("name", Is.String(minLength: 1, maxLength: 255, pattern: Patterns.ServiceName)),
        ("secretName", Is.String(minLength: 1, nullable: true)),
        ("configMapName", Is.String(minLength: 1, nullable: true)),
    ];

    public static readonly BodySchema Create = new("VolumeMountCreate", Is.Object(Fields, required: ["name"], additional: false));

    /// <summary>The name is ignored.</summary>
    public static readonly BodySchema Update = new("VolumeMountUpdate", Is.Object(Fields, additional: false));

    /// <summary>The Go client adds <c>name</c>, which is ignored.</summary>
    public static readonly BodySchema Nodes = new(
        "VolumeMountNodes",
        Is.Object([("fogUuids", Is.Array(Is.String(minLength: 1), minItems: 1)), ("name", Is.Any())], required: ["fogUuids"], additional: false));
}
