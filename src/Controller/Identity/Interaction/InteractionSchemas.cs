using Controller.Validation;

namespace Controller.Identity.Interaction;

/// <summary>Bodies of <c>/api/v3/user/interaction</c> (auth-rbac 5.3).</summary>
internal static class InteractionSchemas
{
    public static readonly BodySchema Login = new(
        "InteractionLogin",
        Is.Object([("email", Is.String(minLength: 1)), ("password", Is.String())], required: ["email", "password"]));

    public static readonly BodySchema Code = new("InteractionCode", Is.Object([("code", Is.String())], required: ["code"]));

    public static readonly BodySchema ChangePassword = new(
        "InteractionChangePassword",
        Is.Object([("currentPassword", Is.String()), ("newPassword", Is.String())], required: ["newPassword"]));
}
