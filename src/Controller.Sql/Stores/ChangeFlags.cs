namespace Controller.Sql.Stores;

/// <summary>What an agent is told to look at again (agent-wire 8.1); one bit per flag of the wire.</summary>
[Flags]
public enum ChangeFlags
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>The node's configuration.</summary>
    Config = 1 << 0,

    /// <summary>An upgrade or rollback command.</summary>
    Version = 1 << 1,

    /// <summary>Reboot the machine.</summary>
    Reboot = 1 << 2,

    /// <summary>The node was removed: deprovision.</summary>
    DeleteNode = 1 << 3,

    /// <summary>The set of microservices.</summary>
    MicroserviceList = 1 << 4,

    /// <summary>The configuration of microservices.</summary>
    MicroserviceConfig = 1 << 5,

    /// <summary>Registries.</summary>
    Registries = 1 << 6,

    /// <summary>The SSH tunnel.</summary>
    Tunnel = 1 << 7,

    /// <summary>Prune images.</summary>
    Prune = 1 << 8,

    /// <summary>The router topology; ignored by Edgelets, kept on the wire.</summary>
    RouterChanged = 1 << 9,

    /// <summary>Volume mounts.</summary>
    VolumeMounts = 1 << 10,

    /// <summary>Exec sessions.</summary>
    ExecSessions = 1 << 11,

    /// <summary>Log sessions of microservices.</summary>
    MicroserviceLogs = 1 << 12,

    /// <summary>Log sessions of the node.</summary>
    FogLogs = 1 << 13,

    /// <summary>The contract's "both": the list and the configuration of microservices.</summary>
    Microservices = MicroserviceList | MicroserviceConfig,

    /// <summary>What is done once for each time it is told, not looked up.</summary>
    Orders = Version | Reboot | DeleteNode | Prune,
}
