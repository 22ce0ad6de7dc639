using Controller.AccessControl;
using Controller.Validation;

namespace Controller.Roles;

/// <summary>Bodies of roles, role bindings and service accounts (auth-rbac 9).</summary>
internal static class RoleSchemas
{
    private static readonly Schema Name = Is.String(minLength: 1, maxLength: 255, pattern: Patterns.Name);

    private static readonly Schema Rules = Is.Array(
        Is.Object(
            [
                ("apiGroups", Is.Array(Is.String(), minItems: 1)),
                ("resources", Is.Array(Is.String(), minItems: 1)),
                ("verbs", Is.Array(Is.OneOfTexts("get", "list", "create", "update", "patch", "delete", "*"), minItems: 1)),
                ("resourceNames", Is.Array(Is.String(), nullable: true)),
            ],
            required: ["apiGroups", "resources", "verbs"],
            additional: false),
        minItems: 1);

    private static readonly Schema Reference = Is.Object(
        [("kind", Is.OneOfTexts(RoleRef.RoleKind)), ("name", Is.String(minLength: 1)), ("apiGroup", Is.String())],
        required: ["kind", "name"],
        additional: false);

    private static readonly Schema Subjects = Is.Array(
        Is.Object(
            [
                ("kind", Is.OneOfTexts(RoleSubject.User, RoleSubject.Group, RoleSubject.ServiceAccount)),
                ("name", Is.String(minLength: 1)),
                ("apiGroup", Is.String()),
            ],
            required: ["kind", "name"],
            additional: false),
        minItems: 1);

    private static readonly (string, Schema)[] Role = [("name", Name), ("kind", Is.OneOfTexts(RoleRef.RoleKind)), ("rules", Rules)];

    private static readonly (string, Schema)[] Binding =
        [("name", Name), ("kind", Is.OneOfTexts("RoleBinding")), ("roleRef", Reference), ("subjects", Subjects)];

    public static readonly BodySchema RoleCreate = new("RoleCreate", Is.Object(Role, required: ["name", "rules"], additional: false));

    public static readonly BodySchema RoleUpdate = new("RoleUpdate", Is.Object(Role, required: ["rules"], additional: false));

    public static readonly BodySchema BindingCreate = new(
        "RoleBindingCreate", Is.Object(Binding, required: ["name", "roleRef", "subjects"], additional: false));

    public static readonly BodySchema BindingUpdate = new(
        "RoleBindingUpdate", Is.Object(Binding, required: ["roleRef", "subjects"], additional: false));

    public static readonly BodySchema AccountCreate = new(
        "ServiceAccountCreate",
        Is.Object(
            [("name", Name), ("applicationName", Is.String(minLength: 1)), ("roleRef", Reference)],
            required: ["name", "applicationName", "roleRef"],
            additional: false));

    /// <summary>The application is in the path; clients that send it in the body as well are not refused.</summary>
    public static readonly BodySchema AccountUpdate = new(
        "ServiceAccountUpdate",
        Is.Object([("name", Name), ("applicationName", Is.String()), ("roleRef", Reference)], required: ["name", "roleRef"], additional: false));
}
