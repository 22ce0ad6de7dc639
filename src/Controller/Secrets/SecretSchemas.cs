using Controller.Validation;

namespace Controller.Secrets;

/// <summary>Bodies of <c>/secrets</c> (api-platform 9).</summary>
internal static class SecretSchemas
{
    public const string Opaque = "Opaque", Tls = "tls";

    private static readonly (string Name, Schema Schema)[] Fields =
    [
        ("name", Is.String(minLength: 1, maxLength: 255)),
        ("type", Is.OneOfTexts(Opaque, Tls)),
        ("data", Is.Object([])),
    ];

    public static readonly BodySchema Create = new("SecretCreate", Is.Object(Fields, required: ["name", "type", "data"], additional: false));

    /// <summary>The name is ignored; without a type it stays as it is.</summary>
    public static readonly BodySchema Update = new("SecretUpdate", Is.Object(Fields, required: ["data"], additional: false));
}
