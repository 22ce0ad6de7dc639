using Controller.Validation;

namespace Controller.ConfigMaps;

/// <summary>Bodies of <c>/configmaps</c> (api-platform 10).</summary>
internal static class ConfigMapSchemas
{
    private static readonly (string Name, Schema Schema)[] Fields =
    [
        ("name", Is.String(minLength: 1, maxLength: 255)),
        ("data", Is.Object([])),
        ("immutable", Is.Boolean()),
        ("useVault", Is.Boolean()),
    ];

    public static readonly BodySchema Create = new("ConfigMapCreate", Is.Object(Fields, required: ["name", "data"], additional: false));

    /// <summary>The name is ignored; flags that are not given stay as they are.</summary>
    public static readonly BodySchema Update = new("ConfigMapUpdate", Is.Object(Fields, required: ["data"], additional: false));
}
