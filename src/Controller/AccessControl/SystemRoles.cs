using System.Collections.Frozen;

namespace Controller.AccessControl;

/// <summary>A role that is part of the product.</summary>
internal sealed class SystemRole(string name, params RoleRule[] rules)
{
    public string Name => name;

    public IReadOnlyList<RoleRule> Rules => rules;

    public RuleMatcher[] Matchers { get; } = [.. rules.Select(r => new RuleMatcher(r))];
}

/// <summary>The roles that exist in every Controller and cannot be changed (auth-rbac 10.8).</summary>
internal static class SystemRoles
{
    private static readonly string[] Own = [""];

    private static readonly string[] Edgelet = ["edgelet.iofog.org/v1"];

    private static readonly string[] Everything = ["*"];

    private static readonly string[] Read = ["get", "list"];

    /// <summary>In the order in which they are listed.</summary>
    public static IReadOnlyList<SystemRole> All { get; } =
    [
        new(
            "microservice",
            new RoleRule(Edgelet, ["microservices/config/self", "auth/whoami", "system/gps", "microservices/control/self"], ["get"])),
        new("agent-admin", new RoleRule(Edgelet, Everything, Everything)),
        new(
            "viewer",
            new RoleRule(
                Own,
                [
                    "microservices", "fogs", "applications", "systemMicroservices", "systemApplications", "applicationTemplates", "services",
                    "router", "natsOperator", "natsBootstrap", "natsHub", "natsAccounts", "natsUsers", "natsAccountRules", "natsUserRules",
                    "catalog", "registries", "secrets", "configMaps", "volumeMounts", "certificates", "capabilities", "cluster",
                    "serviceAccounts", "users", "authUsers", "authGroups", "config", "controller", "roles", "roleBindings",
                ],
                Read)),
        new(
            "developer",
            new RoleRule(
                Own,
                [
                    "microservices", "applications", "applicationTemplates", "services", "natsAccounts", "natsUsers", "natsAccountRules",
                    "natsUserRules", "catalog", "registries", "secrets", "configMaps", "volumeMounts", "certificates", "capabilities",
                    "serviceAccounts", "controller", "execSessions", "logs",
                ],
                ["get", "list", "create", "update", "patch", "delete"]),
            new RoleRule(
                Own,
                [
                    "fogs", "router", "tunnels", "users", "authUsers", "authGroups", "config", "roles", "roleBindings", "systemMicroservices",
                    "systemApplications", "systemExecSessions", "systemLogs", "cluster", "natsOperator", "natsBootstrap", "natsHub",
                ],
                Read)),
        new(
            "sre",
            new RoleRule(
                Own,
                [
                    "microservices", "systemMicroservices", "fogs", "applications", "systemApplications", "applicationTemplates", "services",
                    "router", "natsAccounts", "natsUsers", "natsAccountRules", "natsUserRules", "catalog", "registries", "secrets", "configMaps",
                    "volumeMounts", "tunnels", "certificates", "capabilities", "cluster", "serviceAccounts", "events", "users", "authUsers",
                    "authGroups", "config", "controller", "execSessions", "systemExecSessions", "logs", "systemLogs",
                ],
                Everything),
            new RoleRule(Own, ["roles", "roleBindings", "natsOperator", "natsBootstrap", "natsHub"], Read)),
        new("admin", new RoleRule(Own, Everything, Everything)),
    ];

    private static readonly FrozenDictionary<string, SystemRole> ByName =
        All.ToFrozenDictionary(r => r.Name, StringComparer.OrdinalIgnoreCase);

    /// <summary>The role of a name in any case; null when it is no system role.</summary>
    public static SystemRole? Find(string name) => ByName.GetValueOrDefault(name);
}
