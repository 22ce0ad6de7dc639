namespace Controller.Configuration;

/// <summary>
/// Every setting of the Controller. The loader, the documentation and the tests all read this table;
/// a setting that is not in it does not exist.
/// </summary>
internal static partial class SettingTable
{
    /// <summary>All settings by topic, in the order of the documentation.</summary>
    public static IReadOnlyList<SettingGroup> Groups { get; } =
    [
        new("Configuration file", ConfigurationFile()),
        new("Application and flavour", Application()),
        new("Server", Server()),
        new("WebSocket sessions", WebSocket()),
        new("TLS of the two listeners", Tls()),
        new("Console", Console()),
        new("Data directory and encryption", Data()),
        new("Logging", Log()),
        new("Audit events", Events()),
        new("Jobs and limits", Jobs()),
        new("Database", Database()),
        new("Authentication", Auth()),
        new("NATS", Nats()),
        new("Networking and images", Networking()),
        new("Vault", Vault()),
        new("OpenTelemetry", Telemetry()),
    ];

    public static IReadOnlyList<SettingDefinition> All { get; } = [.. Groups.SelectMany(group => group.Settings)];
}

internal sealed record SettingGroup(string Title, IReadOnlyList<SettingDefinition> Settings);
