namespace Controller.AccessControl;

/// <summary>One rule of a role: every list may hold <c>*</c>.</summary>
internal sealed record RoleRule(string ApiGroup, string[] Resources, string[] Verbs)
{
    public bool Matches(string apiGroup, string resource, string verb) =>
        (ApiGroup == apiGroup || ApiGroup == "*") && Holds(Resources, resource) && Holds(Verbs, verb);

    private static bool Holds(string[] list, string value) => Array.Exists(list, i => i == "*" || i == value);
}

/// <summary>The roles that exist in every Controller and cannot be changed (auth-rbac 10.8).</summary>
internal static class SystemRoles
{
    private const string Edgelet = "edgelet.iofog.org/v1";

    private static readonly string[] Read = ["get", "list"];

    public static IReadOnlyDictionary<string, RoleRule[]> All { get; } = new Dictionary<string, RoleRule[]>(StringComparer.Ordinal)
    {
        ["admin"] = [new("", ["*"], ["*"])],
        ["sre"] =
        [
            new("",
                [
                    "microservices", "systemMicroservices", "fogs", "applications", "systemApplications", "applicationTemplates", "services",
                    "router", "natsAccounts", "natsUsers", "natsAccountRules", "natsUserRules", "catalog", "registries", "secrets", "configMaps",
                    "volumeMounts", "tunnels", "certificates", "capabilities", "cluster", "serviceAccounts", "events", "users", "authUsers",
                    "authGroups", "config", "controller", "execSessions", "systemExecSessions", "logs", "systemLogs",
                ],
                ["*"]),
            new("", ["roles", "roleBindings", "natsOperator", "natsBootstrap", "natsHub"], Read),
        ],
        ["developer"] =
        [
            new("",
                [
                    "microservices", "applications", "applicationTemplates", "services", "natsAccounts", "natsUsers", "natsAccountRules",
                    "natsUserRules", "catalog", "registries", "secrets", "configMaps", "volumeMounts", "certificates", "capabilities",
                    "serviceAccounts", "controller", "execSessions", "logs",
                ],
                ["get", "list", "create", "update", "patch", "delete"]),
            new("",
                [
                    "fogs", "router", "tunnels", "users", "authUsers", "authGroups", "config", "roles", "roleBindings", "systemMicroservices",
                    "systemApplications", "systemExecSessions", "systemLogs", "cluster", "natsOperator", "natsBootstrap", "natsHub",
                ],
                Read),
        ],
        ["viewer"] =
        [
            new("",
                [
                    "microservices", "fogs", "applications", "systemMicroservices", "systemApplications", "applicationTemplates", "services",
                    "router", "natsOperator", "natsBootstrap", "natsHub", "natsAccounts", "natsUsers", "natsAccountRules", "natsUserRules",
                    "catalog", "registries", "secrets", "configMaps", "volumeMounts", "certificates", "capabilities", "cluster",
                    "serviceAccounts", "users", "authUsers", "authGroups", "config", "controller", "roles", "roleBindings",
                ],
                Read),
        ],
        ["agent-admin"] = [new(Edgelet, ["*"], ["*"])],
        ["microservice"] =
            [new(Edgelet, ["microservices/config/self", "auth/whoami", "system/gps", "microservices/control/self"], ["get"])],
    };
}
