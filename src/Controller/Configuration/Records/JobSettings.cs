namespace Controller.Configuration;

/// <summary>Audit events.</summary>
internal sealed record EventSettings
{
    public required TimeSpan Retention { get; init; }

    public required TimeSpan CleanupInterval { get; init; }

    public required bool AuditEnabled { get; init; }

    public required bool CaptureIpAddress { get; init; }

    /// <summary>Least time between two recorded reports of one kind of an agent; zero = each is recorded.</summary>
    public required TimeSpan AgentReportInterval { get; init; }
}

/// <summary>Periods and limits of background work.</summary>
internal sealed record JobSettings
{
    /// <summary>Zero = polls are answered at once.</summary>
    public required TimeSpan AgentChangesHold { get; init; }

    public required TimeSpan TelemetryFlush { get; init; }

    public required TimeSpan FogTombstone { get; init; }

    public required TimeSpan FogStatusInterval { get; init; }

    /// <summary>Missed periods before a fog counts as offline.</summary>
    public required int FogStatusTolerance { get; init; }

    public required TimeSpan FogTokenCleanupInterval { get; init; }

    public required TimeSpan HeartbeatInterval { get; init; }

    public required TimeSpan ReplicaInactiveThreshold { get; init; }

    public required TimeSpan ReplicaCleanupInterval { get; init; }

    public required TimeSpan SessionReconcileInterval { get; init; }

    public required TimeSpan StartupDelay { get; init; }

    public required TimeSpan PlatformWorkerInterval { get; init; }

    public required TimeSpan PlatformTaskStaleness { get; init; }

    public required TimeSpan PlatformDeleteTaskStaleness { get; init; }

    public required int FogTaskMaxAttempts { get; init; }

    public required int ServiceTaskMaxAttempts { get; init; }

    /// <summary>First wait; doubled after each further failure.</summary>
    public required TimeSpan TaskBackoffBase { get; init; }

    public required TimeSpan PlatformSweepInterval { get; init; }

    public required TimeSpan HubRouterLockTimeout { get; init; }

    public required TimeSpan LoadBalancerWatchTimeout { get; init; }

    public required TimeSpan OutboxDrainInterval { get; init; }

    public required int OutboxBatchSize { get; init; }

    public required int FogNotifyBatchSize { get; init; }
}
