namespace Controller.Microservices;

/// <summary>Whose change of a microservice it is, and what that allows.</summary>
/// <param name="IsSystem">Of the Controller's own microservices: low schedules, no new name, no NATS (api-workloads 6.5).</param>
/// <param name="MayLeaveCatalog">Other images than the catalog item's make it a microservice with own images.</param>
/// <param name="RebuildOnlyIfDifferent">Sending a list again, unchanged, is no reason to recreate the container.</param>
internal sealed record UpdateRules(bool IsSystem, bool MayLeaveCatalog, bool RebuildOnlyIfDifferent = false)
{
    public static readonly UpdateRules User = new(false, true);

    public static readonly UpdateRules System = new(true, false);

    /// <summary>The Controller sets its own workload again.</summary>
    public static readonly UpdateRules Internal = new(true, true, true);
}

/// <summary>What is special about a new microservice that no operator asked for.</summary>
/// <param name="Uuid">Its uuid when it brings one.</param>
/// <param name="IsController">The Controller's own workload.</param>
internal sealed record SystemOrigin(string? Uuid = null, bool IsController = false);
