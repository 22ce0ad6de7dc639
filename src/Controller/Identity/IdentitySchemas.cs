using Controller.Validation;

namespace Controller.Identity;

/// <summary>Bodies of <c>/api/v3/user</c> (auth-rbac 6).</summary>
internal static class IdentitySchemas
{
    public static readonly BodySchema Login = new(
        "Login",
        Is.Object(
            [("email", Is.String(minLength: 1)), ("password", Is.String()), ("totp", Is.String(nullable: true))],
            required: ["email", "password"]));

    public static readonly BodySchema Refresh = new(
        "RefreshToken",
        Is.Object([("refreshToken", Is.String())], required: ["refreshToken"]));
}
