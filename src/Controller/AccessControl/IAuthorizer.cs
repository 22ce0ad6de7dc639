namespace Controller.AccessControl;

/// <summary>Decides whether an operator's roles allow an action (auth-rbac 10.4).</summary>
internal interface IAuthorizer
{
    /// <param name="identity">Who asks.</param>
    /// <param name="resource">RBAC resource of the route.</param>
    /// <param name="verb">RBAC verb of the route.</param>
    /// <param name="resourceName">The object named in the path, for rules that list names.</param>
    ValueTask<bool> IsAllowedAsync(OperatorIdentity identity, string resource, string verb, string? resourceName, CancellationToken cancel);
}
