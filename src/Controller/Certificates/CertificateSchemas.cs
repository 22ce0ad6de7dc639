using Controller.Validation;

namespace Controller.Certificates;

/// <summary>Bodies of <c>/certificates</c> (api-platform 12).</summary>
internal static class CertificateSchemas
{
    public const string SelfSigned = "self-signed", Direct = "direct", KubernetesSecret = "k8s-secret";

    private static readonly (string, Schema) Name = ("name", Is.String(minLength: 1, maxLength: 255));
    private static readonly (string, Schema) Type = ("type", Is.OneOfTexts(SelfSigned, Direct, KubernetesSecret));
    private static readonly (string, Schema) Subject = ("subject", Is.String(minLength: 1));
    private static readonly (string, Schema) Expiration = ("expiration", Is.Integer(0));

    /// <summary>What else is required depends on the type.</summary>
    public static readonly BodySchema Authority = new(
        "CertificateAuthorityCreate",
        Is.Object([Name, Type, Subject, Expiration, ("secretName", Is.String())], required: ["name", "type"], additional: false));

    public static readonly BodySchema Certificate = new(
        "CertificateCreate",
        Is.Object(
            [
                Name, Subject, Expiration, ("hosts", Is.String(minLength: 1)),
                ("ca", Is.Object([Type, ("secretName", Is.String())], required: ["type"])),
            ],
            required: ["name", "subject", "hosts", "ca"],
            additional: false));
}
