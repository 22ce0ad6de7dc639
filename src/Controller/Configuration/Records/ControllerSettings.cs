namespace Controller.Configuration;

/// <summary>The whole configuration, read once at start. Nothing in it changes afterwards.</summary>
internal sealed record ControllerSettings
{
    /// <summary>The file that was read; null when there was none.</summary>
    public required string? ConfigFile { get; init; }

    public required AppSettings App { get; init; }

    public required ServerSettings Server { get; init; }

    public required ConsoleSettings Console { get; init; }

    public required LogSettings Log { get; init; }

    public required DatabaseSettings Database { get; init; }

    public required AuthSettings Auth { get; init; }

    public required EventSettings Events { get; init; }

    public required JobSettings Jobs { get; init; }

    public required NatsSettings Nats { get; init; }

    public required SystemImageSettings SystemImages { get; init; }

    /// <summary>Ports for service bridges.</summary>
    public required PortRange BridgePorts { get; init; }

    public required TunnelSettings Tunnel { get; init; }

    public required VaultSettings Vault { get; init; }

    public required TelemetrySettings Telemetry { get; init; }

    public required DataSettings Data { get; init; }

    /// <param name="environment">Environment variables of the process.</param>
    /// <param name="workingDirectory">Base of relative paths; the first place to look for <c>config.yaml</c>.</param>
    /// <param name="baseDirectory">Directory of the binary; the second place.</param>
    public static SettingsLoadResult Load(IReadOnlyDictionary<string, string> environment, string workingDirectory, string baseDirectory) =>
        SettingsLoader.Load(environment, workingDirectory, baseDirectory);
}
