using System.Collections.Frozen;
using Controller.Sql;
using Controller.Sql.Stores;

namespace Controller.AccessControl;

/// <summary>What the role bindings grant to whom, at one version of the tables. Immutable.</summary>
internal sealed class Grants
{
    private readonly FrozenDictionary<string, RuleMatcher[]> _users;
    private readonly FrozenDictionary<string, RuleMatcher[]> _groups;

    private Grants(long version, FrozenDictionary<string, RuleMatcher[]> users, FrozenDictionary<string, RuleMatcher[]> groups)
    {
        Version = version;
        _users = users;
        _groups = groups;
    }

    /// <summary>The counter that was read before the tables, so that a change in between shows as a newer version.</summary>
    public long Version { get; }

    /// <summary>Reads everything; three queries.</summary>
    public static async Task<Grants> ReadAsync(DbSession session)
    {
        var version = await RbacCacheVersionStore.ReadAsync(session);
        var bindings = await RoleBindingStore.ListAsync(session);
        return Compile(version, bindings, bindings.Count == 0 ? [] : await RoleStore.ListAsync(session));
    }

    /// <summary>Makes the bindings ready to be asked.</summary>
    public static Grants Compile(long version, IEnumerable<RoleBindingRow> bindings, IEnumerable<RoleRow> roles)
    {
        var stored = roles.ToDictionary(r => r.Name, r => (RuleMatcher[])[.. r.Rules.Select(rule => new RuleMatcher(RoleRule.Read(rule)))], StringComparer.Ordinal);
        var grants = bindings
            .SelectMany(b => Rules(b) is { Length: > 0 } rules ? RoleSubject.ParseList(b.Subjects).Select(s => (Subject: s, Rules: rules)) : [])
            .ToLookup(g => g.Subject.Kind, g => (g.Subject.Name, g.Rules));
        return new Grants(version, ByName(RoleSubject.User), ByName(RoleSubject.Group));

        // A reference to a role that is gone grants nothing.
        RuleMatcher[] Rules(RoleBindingRow binding) => RoleRef.Parse(binding.RoleRef) is { Kind: RoleRef.RoleKind } reference
            ? SystemRoles.Find(reference.Name)?.Matchers ?? stored.GetValueOrDefault(reference.Name) ?? []
            : [];

        FrozenDictionary<string, RuleMatcher[]> ByName(string kind) => grants[kind]
            .GroupBy(g => g.Name, StringComparer.Ordinal)
            .ToFrozenDictionary(g => g.Key, g => (RuleMatcher[])[.. g.SelectMany(x => x.Rules).Distinct()], StringComparer.Ordinal);
    }

    /// <summary>Whether a binding of the user or of one of the groups allows the action; names of subjects are exact.</summary>
    public bool Allow(OperatorIdentity identity, string resource, string verb, string? resourceName)
    {
        if (Any(_users, identity.Username, resource, verb, resourceName))
        {
            return true;
        }

        for (var i = 0; i < identity.Groups.Count; i++)
        {
            if (Any(_groups, identity.Groups[i], resource, verb, resourceName))
            {
                return true;
            }
        }

        return false;
    }

    private static bool Any(FrozenDictionary<string, RuleMatcher[]> grants, string subject, string resource, string verb, string? resourceName)
    {
        if (!grants.TryGetValue(subject, out var rules))
        {
            return false;
        }

        foreach (var rule in rules)
        {
            if (rule.Matches("", resource, verb, resourceName))
            {
                return true;
            }
        }

        return false;
    }
}
