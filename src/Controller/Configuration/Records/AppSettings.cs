namespace Controller.Configuration;

internal enum ControlPlane
{
    Remote,
    Kubernetes,
    Local,
}

/// <summary>Who this Controller is.</summary>
internal sealed record AppSettings
{
    public required string Name { get; init; }

    /// <summary>Fixed id of this replica; null = kept in the database.</summary>
    public required string? ReplicaId { get; init; }

    public required ControlPlane ControlPlane { get; init; }

    /// <summary>True when the control plane was configured; only then is it shown to the Console.</summary>
    public required bool ControlPlaneIsGiven { get; init; }

    public required string Namespace { get; init; }

    /// <summary><c>datasance</c> or <c>iofog</c>.</summary>
    public required string Distribution { get; init; }

    public required string RbacApiVersion { get; init; }

    public required string ServiceAnnotationTag { get; init; }

    public required string ComponentLabelDomain { get; init; }

    public required string AppLabel { get; init; }

    /// <summary>Host recorded for this replica.</summary>
    public required string Host { get; init; }

    /// <summary>Address of this replica for agents, when one was configured.</summary>
    public required string? AddressForAgents { get; init; }

    public required bool UseLocalKubeconfig { get; init; }

    /// <summary>Directory of the PID file.</summary>
    public required string PidDirectory { get; init; }
}
