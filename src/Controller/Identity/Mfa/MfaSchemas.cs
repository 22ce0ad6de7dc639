using Controller.Validation;

namespace Controller.Identity;

/// <summary>Bodies of <c>/user/mfa</c> (auth-rbac 6.6).</summary>
internal static class MfaSchemas
{
    public static readonly BodySchema Confirm = new("MfaConfirm", Is.Object([("code", Is.String())], required: ["code"]));

    public static readonly BodySchema Delete = new(
        "MfaDelete", Is.Object([("password", Is.String()), ("code", Is.String())], required: ["password", "code"]));

    /// <summary>The Console's form: it asks for no password.</summary>
    public static readonly BodySchema Disable = new(
        "MfaDisable", Is.Object([("password", Is.String(nullable: true)), ("code", Is.String())], required: ["code"]));
}
