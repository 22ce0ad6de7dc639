using Controller.Sql;

namespace Controller.Agents;

/// <summary>Registers what serves agents.</summary>
internal static class AgentServices
{
    public static IServiceCollection AddAgents(this IServiceCollection services) => services
        .AddSingleton<FogKeys>()
        .AddSingleton<Fleet>()
        .AddSingleton<Telemetry>()
        .AddSingleton<TelemetryFlusher>()
        .AddSingleton<ChangeNotifier>()
        .AddSingleton<ChangeFeed>()
        .AddSingleton<ChangePoll>()
        .AddSingleton<AgentGate>()
        .AddSingleton<AgentMicroserviceService>()
        .AddSingleton<AgentVolumeMounts>()
        .AddSingleton<AgentSessions>()
        .AddSingleton<DeletedFog>()
        .AddSingleton<ProvisioningKeys>()
        .AddSingleton<AgentProvisioning>()
        .AddSingleton<AgentConfiguration>()
        .AddSingleton<NodeTransitions>()
        .AddSingleton<FogStatusJob>()
        .AddSingleton<TombstoneJob>()
        .AddSingleton<ITokenLedger>(p => p.GetRequiredService<Database>().IsSoleOwner
            ? new MemoryTokenLedger(p.GetRequiredService<TimeProvider>())
            : new SharedTokenLedger(p.GetRequiredService<Database>(), p.GetRequiredService<TimeProvider>()))
        .AddHostedService(p => p.GetRequiredService<TelemetryFlusher>())
        .AddHostedService<ChangeTail>()
        .AddHostedService(p => p.GetRequiredService<FogStatusJob>())
        .AddHostedService(p => p.GetRequiredService<TombstoneJob>());
}
