using static Controller.Configuration.SettingRows;

namespace Controller.Configuration;

/// <summary>Settings of background work.</summary>
internal static partial class SettingTable
{
    private static SettingDefinition[] Events() =>
    [
        Number("EVENT_RETENTION_DAYS", "settings.eventRetentionDays", 7, "How long audit events are kept.", 0, 36500, "days"),
        Seconds("EVENT_CLEANUP_INTERVAL", "settings.eventCleanupInterval", 86400, "Period of the audit clean-up."),
        Switch("EVENT_AUDIT_ENABLED", "settings.eventAuditEnabled", true, "Record audit events."),
        Switch("EVENT_CAPTURE_IP_ADDRESS", "settings.eventCaptureIpAddress", true, "Record the client's address in audit events."),
        Seconds("EVENT_AGENT_REPORT_INTERVAL_SECONDS", "settings.eventAgentReportIntervalSeconds", 3600, "Least time between two recorded events of an agent's repeating reports (status, acknowledged changes, position, hardware) that succeed; 0 = every one.", 0),
    ];

    private static SettingDefinition[] Jobs() =>
    [
        Seconds("AGENT_CHANGES_HOLD_SECONDS", "settings.agentChangesHoldSeconds", 20, "How long an agent's poll without news is held open; 0 = answered at once.", 0, 25),
        Seconds("TELEMETRY_FLUSH_SECONDS", "settings.telemetryFlushSeconds", 30, "Longest time that repeated agent status stays in memory before it is written (one replica on SQLite).", 1, 3600),
        Number("FOG_TOMBSTONE_DAYS", "settings.fogTombstoneDays", 7, "How long the keys of a deleted fog are kept, so that its agent learns of the deletion.", 0, 3650, "days"),
        Seconds("FOG_STATUS_UPDATE_INTERVAL", "settings.fogStatusUpdateInterval", 30, "Period of the fog status job."),
        Number("FOG_STATUS_UPDATE_TOLERANCE", "settings.fogStatusUpdateTolerance", 3, "Missed status periods before a fog counts as offline."),
        Seconds("FOG_EXPIRED_TOKEN_CLEANUP_INTERVAL", "settings.fogExpiredTokenCleanupInterval", 300, "Period of the clean-up of used agent tokens."),
        Seconds("CONTROLLER_HEARTBEAT_INTERVAL", "settings.controllerHeartbeatInterval", 30, "Period of this replica's heartbeat."),
        Seconds("CONTROLLER_INACTIVE_THRESHOLD", "settings.controllerInactiveThreshold", 300, "Silence after which a replica counts as inactive."),
        Seconds("CONTROLLER_CLEANUP_INTERVAL", "settings.controllerCleanupInterval", 600, "Period of the sweep of inactive replicas."),
        Seconds("WS_SESSION_RECONCILE_INTERVAL_SECONDS", "settings.wsSessionReconcileIntervalSeconds", 60, "Period of the clean-up of stale exec and log session rows."),
        Seconds("JOB_STARTUP_DELAY_SECONDS", "settings.jobStartupDelaySeconds", 3, "Delay of heavy jobs after start.", 0),
        Seconds("FOG_PLATFORM_RECONCILE_WORKER_INTERVAL_SECONDS", "settings.fogPlatformReconcileWorkerIntervalSeconds", 3, "Poll period of the platform reconcile worker."),
        Seconds("FOG_PLATFORM_RECONCILE_TASK_STALENESS_SECONDS", "settings.fogPlatformReconcileTaskStalenessSeconds", 300, "Age after which a claimed fog or service task is taken over."),
        Seconds("FOG_PLATFORM_DELETE_RECONCILE_TASK_STALENESS_SECONDS", "settings.fogPlatformDeleteReconcileTaskStalenessSeconds", 60, "The same for delete tasks."),
        Number("FOG_PLATFORM_RECONCILE_MAX_ATTEMPTS", "settings.fogPlatformReconcileMaxAttempts", 10, "Attempts before a fog task fails for good."),
        Seconds("FOG_PLATFORM_RECONCILE_BACKOFF_BASE_SECONDS", "settings.fogPlatformReconcileBackoffBaseSeconds", 5, "First wait after a failed fog or service task; doubled after each further one."),
        Seconds("FOG_PLATFORM_SWEEP_INTERVAL_SECONDS", "settings.fogPlatformSweepIntervalSeconds", 900, "Period of the drift sweep."),
        Number("SERVICE_PLATFORM_RECONCILE_MAX_ATTEMPTS", "settings.servicePlatformReconcileMaxAttempts", 10, "Attempts before a service task fails for good."),
        Seconds("HUB_ROUTER_CONFIG_LOCK_TIMEOUT_SECONDS", "settings.hubRouterConfigLockTimeoutSeconds", 120, "Wait for the hub router's lock, and age after which it is taken over."),
        Seconds("SERVICE_LOAD_BALANCER_WATCH_TIMEOUT_SECONDS", "settings.serviceLoadBalancerWatchTimeoutSeconds", 300, "Wait for a LoadBalancer address."),
        Seconds("RECONCILE_OUTBOX_DRAINER_INTERVAL_SECONDS", "settings.reconcileOutboxDrainerIntervalSeconds", 1, "Period of the outbox drainer."),
        Number("RECONCILE_OUTBOX_DRAINER_BATCH_SIZE", "settings.reconcileOutboxDrainerBatchSize", 32, "Outbox rows per batch."),
        Number("AGENT_PROPAGATION_FOG_NOTIFY_BATCH_SIZE", "settings.agentPropagationFogNotifyBatchSize", 100, "Fogs notified per batch."),
    ];

    private static SettingDefinition[] Nats() =>
    [
        Switch("NATS_ENABLED", "nats.enabled", true, "Platform NATS; it is then also the relay of sessions between replicas."),
        Number(null, "settings.natsReconcileChunkSize", 1, "Fogs per NATS task."),
        Seconds(null, "settings.natsReconcileTaskStalenessSeconds", 900, "Age after which a claimed NATS task is taken over."),
        Seconds(null, "settings.natsReconcileWorkerIntervalSeconds", 3, "Poll period of the NATS reconcile worker."),
    ];

    private static SettingDefinition[] Networking() =>
    [
        PortRangeRow("BRIDGE_PORTS_RANGE", "bridgePorts.range", "10024-65535", "Bridge ports of services."),
        .. Images("ROUTER", "router", "Router"),
        .. Images("DEBUG", "debug", "Node debug"),
        .. Images("NATS", "nats", "NATS"),
        PortRangeRow(null, "tunnel.portRange", "2000-10000", "Remote ports of SSH tunnels."),
        Text(null, "tunnel.username", null, "User of SSH tunnels."),
        Secret(null, "tunnel.password", "Password of SSH tunnels."),
        Text(null, "tunnel.host", null, "Host of SSH tunnels."),
        Secret(null, "tunnel.rsaKey", "Key of SSH tunnels."),
        Number(null, "tunnel.lport", null, "Local port of SSH tunnels.", 0, 65535),
    ];

    private static SettingDefinition PortRangeRow(string? variable, string key, string fallback, string summary) => new()
    {
        Type = SettingType.PortRange,
        Key = key,
        Variables = variable is null ? [] : [variable],
        Default = fallback,
        Summary = summary,
    };

    private static IEnumerable<SettingDefinition> Images(string variable, string key, string name)
    {
        string[] architectures = ["amd64", "arm64", "riscv64", "arm"];
        var repository = key == "debug" ? "debugger" : key;
        for (var id = 1; id <= architectures.Length; id++)
        {
            yield return Text($"{variable}_IMAGE_{id}", $"systemImages.{key}.{id}", $"ghcr.io/eclipse-iofog/{repository}:latest", $"{name} image, {architectures[id - 1]}; may be empty.") with
            {
                MayBeEmpty = true,
            };
        }
    }
}
