using System.Collections.Frozen;

namespace Controller.AccessControl;

/// <summary>A rule made ready to be asked often (auth-rbac 10.4). Everything is case-sensitive.</summary>
internal sealed class RuleMatcher(RoleRule rule)
{
    private readonly NameSet _apiGroups = new(rule.ApiGroups);
    private readonly NameSet _resources = new(rule.Resources);
    private readonly NameSet _verbs = new(rule.Verbs);
    private readonly NameSet? _names = rule.ResourceNames is { Count: > 0 } names ? new(names) : null;

    /// <param name="apiGroup">Empty for the Controller's own API.</param>
    /// <param name="resource">Resource.</param>
    /// <param name="verb">Verb.</param>
    /// <param name="resourceName">The object; null for a whole collection, which a rule with names never allows.</param>
    public bool Matches(string apiGroup, string resource, string verb, string? resourceName) =>
        _apiGroups.Holds(apiGroup)
        && _resources.Holds(resource)
        && _verbs.Holds(verb)
        && (_names is null || (resourceName is not null && _names.Holds(resourceName)));

    /// <summary>The names of a list, those with a <c>*</c> apart.</summary>
    private sealed class NameSet(IReadOnlyList<string> names)
    {
        private readonly bool _isEverything = names.Contains("*");
        private readonly FrozenSet<string> _exact = names.ToFrozenSet(StringComparer.Ordinal);
        private readonly string[] _patterns = [.. names.Where(n => n.Contains('*', StringComparison.Ordinal))];

        public bool Holds(string name)
        {
            if (_isEverything || _exact.Contains(name))
            {
                return true;
            }

            foreach (var pattern in _patterns)
            {
                if (Wildcard.Matches(pattern, name))
                {
                    return true;
                }
            }

            return false;
        }
    }
}
