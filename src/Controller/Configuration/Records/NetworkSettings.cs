namespace Controller.Configuration;

internal sealed record NatsSettings
{
    public required bool Enabled { get; init; }

    /// <summary>Fogs per task.</summary>
    public required int ReconcileChunkSize { get; init; }

    public required TimeSpan ReconcileTaskStaleness { get; init; }

    public required TimeSpan ReconcileWorkerInterval { get; init; }
}

/// <summary>Container images of the parts the Controller deploys.</summary>
internal sealed record SystemImageSettings(ArchitectureImages Router, ArchitectureImages Debug, ArchitectureImages Nats);

/// <summary>One image per architecture; an empty text = none.</summary>
internal sealed record ArchitectureImages(string Amd64, string Arm64, string RiscV64, string Arm)
{
    /// <param name="architecture">Id of the architecture: 1 amd64, 2 arm64, 3 riscv64, 4 arm.</param>
    /// <returns>Empty for every other id.</returns>
    public string For(int architecture) => architecture switch
    {
        1 => Amd64,
        2 => Arm64,
        3 => RiscV64,
        4 => Arm,
        _ => "",
    };
}

/// <summary>SSH tunnels to fogs.</summary>
internal sealed record TunnelSettings
{
    public required PortRange RemotePorts { get; init; }

    public required string? UserName { get; init; }

    public required Secret? Password { get; init; }

    public required string? Host { get; init; }

    public required Secret? RsaKey { get; init; }

    public required int? LocalPort { get; init; }
}
