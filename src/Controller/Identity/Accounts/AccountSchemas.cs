using Controller.Validation;

namespace Controller.Identity;

/// <summary>Bodies of <c>/users</c> and <c>/groups</c>. What is missing or blank the services say in their own words (auth-rbac 8).</summary>
internal static class AccountSchemas
{
    private const int MostGroups = 1000;

    public static readonly BodySchema CreateUser = new(
        "UserCreate", Is.Object([("email", Is.String()), ("password", Is.String()), ("groups", Is.Array(Is.String(), maxItems: MostGroups))]));

    public static readonly BodySchema UpdateUser = new(
        "UserUpdate", Is.Object([("email", Is.String()), ("groups", Is.Array(Is.String(), maxItems: MostGroups))]));

    public static readonly BodySchema CreateGroup = new("GroupCreate", Is.Object([("name", Is.String()), ("mfaRequired", Is.Any())]));

    public static readonly BodySchema UpdateGroup = new("GroupUpdate", Is.Object([("name", Is.String()), ("mfaRequired", Is.Any())]));
}
