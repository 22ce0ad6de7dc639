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

    /// <summary>What is missing depends on how the user shows who they are, so the handler says it.</summary>
    public static readonly BodySchema ChangePassword = new(
        "ChangePassword",
        Is.Object(
            [("newPassword", Is.String()), ("currentPassword", Is.String(nullable: true)), ("resetToken", Is.String(nullable: true))]));

    public static readonly BodySchema Refresh = new(
        "RefreshToken",
        Is.Object([("refreshToken", Is.String())], required: ["refreshToken"]));
}
