using System.Text.Json;
using Controller.AccessControl;
using Controller.Sql;
using Controller.Sql.Stores;

namespace Controller.Agents;

/// <summary>Service accounts with the rules of their roles, resolved when the agent asks (agent-wire 9).</summary>
internal sealed class AgentRoles
{
    private const string ApiGroup = "edgelet.iofog.org/v1";
    private const string DefaultRole = "microservice";

    private readonly Dictionary<string, List<AgentRuleBody>> _stored;

    private AgentRoles(Dictionary<string, List<AgentRuleBody>> stored) => _stored = stored;

    /// <summary>Reads the stored roles that these microservices refer to; at most one query.</summary>
    public static async Task<AgentRoles> ReadAsync(DbSession session, IEnumerable<AgentMicroserviceRow> microservices)
    {
        var names = microservices
            .Where(m => m.ServiceAccount is not null)
            .Select(m => RoleName(m.ServiceAccount!))
            .Where(n => System(n) is null)
            .ToHashSet(StringComparer.Ordinal);
        var rules = new Dictionary<string, List<AgentRuleBody>>(StringComparer.Ordinal);
        if (names.Count > 0)
        {
            foreach (var row in await AgentMicroserviceStore.ListRoleRulesAsync(session, names))
            {
                if (!rules.TryGetValue(row.Role, out var list))
                {
                    rules[row.Role] = list = [];
                }

                if (row.ApiGroups is not null)
                {
                    list.Add(new(Texts(row.ApiGroups) ?? [], Texts(row.Resources) ?? [], Texts(row.Verbs) ?? [], Texts(row.ResourceNames)));
                }
            }
        }

        return new AgentRoles(rules);
    }

    /// <summary>The account of a microservice; null when it has none, or one whose role does not exist.</summary>
    public AgentServiceAccountBody? Account(AgentMicroserviceRow microservice)
    {
        if (microservice.ServiceAccount is not { } account)
        {
            return null;
        }

        var role = RoleName(account);
        IReadOnlyList<AgentRuleBody>? rules = System(role) is { } system
            ? [.. system.Select(r => new AgentRuleBody([r.ApiGroup], r.Resources, r.Verbs))]
            : _stored.GetValueOrDefault(role);
        return rules is null ? null : new(microservice.Name, new("Role", role, ApiGroup), rules);
    }

    // Names of system roles know no case (auth-rbac 10.8).
    private static RoleRule[]? System(string name) => SystemRoles.All.GetValueOrDefault(name.ToLowerInvariant());

    private static string RoleName(AgentServiceAccountRow account)
    {
        if (account.RoleRef is { Length: > 0 } stored)
        {
            try
            {
                using var json = JsonDocument.Parse(stored);
                if (json.RootElement.ValueKind == JsonValueKind.Object
                    && json.RootElement.TryGetProperty("name", out var name)
                    && name.ValueKind == JsonValueKind.String
                    && name.GetString() is { Length: > 0 } text)
                {
                    return text;
                }
            }
            catch (JsonException)
            {
                // As if there were no reference.
            }
        }

        return account.RoleName ?? DefaultRole;
    }

    private static List<string>? Texts(string? json)
    {
        if (string.IsNullOrEmpty(json))
        {
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(json);
            return document.RootElement.ValueKind == JsonValueKind.Array
                ? [.. document.RootElement.EnumerateArray().Where(i => i.ValueKind == JsonValueKind.String).Select(i => i.GetString()!)]
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
