namespace Controller.AccessControl;

/// <summary>Decides by the system roles that an operator's groups name (auth-rbac 10.4, step 2).</summary>
internal sealed class SystemRoleAuthorizer : IAuthorizer
{
    public ValueTask<bool> IsAllowedAsync(
        OperatorIdentity identity, string resource, string verb, string? resourceName, CancellationToken cancel)
    {
        foreach (var group in identity.Groups)
        {
            if (SystemRoles.All.TryGetValue(group, out var rules) && Array.Exists(rules, r => r.Matches("", resource, verb)))
            {
                return new(true);
            }
        }

        return new(false);
    }
}
