using Controller.AccessControl;
using Controller.Sql;
using Controller.Sql.Stores;

namespace Controller.Agents;

/// <summary>Service accounts with the rules of their roles, resolved when the agent asks (agent-wire 9).</summary>
internal sealed class AgentRoles
{
    private const string ApiGroup = "edgelet.iofog.org/v1";
    private const string DefaultRole = "microservice";

    private readonly Dictionary<string, IReadOnlyList<AgentRuleBody>> _stored;

    private AgentRoles(Dictionary<string, IReadOnlyList<AgentRuleBody>> stored) => _stored = stored;

    /// <summary>Reads the stored roles that these microservices refer to; at most one query.</summary>
    public static async Task<AgentRoles> ReadAsync(DbSession session, IEnumerable<AgentMicroserviceRow> microservices)
    {
        var names = microservices
            .Where(m => m.ServiceAccount is not null)
            .Select(m => RoleName(m.ServiceAccount!))
            .Where(n => SystemRoles.Find(n) is null)
            .ToHashSet(StringComparer.Ordinal);
        var roles = names.Count == 0 ? [] : await RoleStore.ListAsync(session, names);
        return new AgentRoles(roles.ToDictionary(r => r.Name, r => Rules(r.Rules.Select(RoleRule.Read)), StringComparer.Ordinal));
    }

    /// <summary>The account of a microservice; null when it has none, or one whose role does not exist.</summary>
    public AgentServiceAccountBody? Account(AgentMicroserviceRow microservice)
    {
        if (microservice.ServiceAccount is not { } account)
        {
            return null;
        }

        var role = RoleName(account);
        var rules = SystemRoles.Find(role) is { } system ? Rules(system.Rules) : _stored.GetValueOrDefault(role);
        return rules is null ? null : new(microservice.Name, new(RoleRef.RoleKind, role, ApiGroup), rules);
    }

    private static IReadOnlyList<AgentRuleBody> Rules(IEnumerable<RoleRule> rules) =>
        [.. rules.Select(r => new AgentRuleBody(r.ApiGroups, r.Resources, r.Verbs, r.ResourceNames))];

    private static string RoleName(AgentServiceAccountRow account) => RoleRef.Parse(account.RoleRef)?.Name ?? account.RoleName ?? DefaultRole;
}
