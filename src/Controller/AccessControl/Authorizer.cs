namespace Controller.AccessControl;

/// <summary>Decides by system roles that the groups name, then by role bindings (auth-rbac 10.4).</summary>
internal sealed class Authorizer(GrantCache cache) : IAuthorizer
{
    public ValueTask<bool> IsAllowedAsync(
        OperatorIdentity identity, string resource, string verb, string? resourceName, CancellationToken cancel)
    {
        // System roles never change: their holders need neither the cache nor, when it is down, the database.
        for (var i = 0; i < identity.Groups.Count; i++)
        {
            if (SystemRoles.Find(identity.Groups[i]) is { } role)
            {
                foreach (var rule in role.Matchers)
                {
                    if (rule.Matches("", resource, verb, resourceName))
                    {
                        return new(true);
                    }
                }
            }
        }

        var grants = cache.GetAsync(cancel);
        return grants.IsCompletedSuccessfully
            ? new(grants.Result.Allow(identity, resource, verb, resourceName))
            : WaitAsync(grants, identity, resource, verb, resourceName);
    }

    private static async ValueTask<bool> WaitAsync(
        ValueTask<Grants> grants, OperatorIdentity identity, string resource, string verb, string? resourceName) =>
        (await grants).Allow(identity, resource, verb, resourceName);
}
