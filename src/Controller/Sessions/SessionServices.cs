using Controller.Configuration;
using Controller.Sessions.Relay;
using Controller.Ws.Limits;
using Controller.Ws.Sessions;
using Controller.Ws.Telemetry;

namespace Controller.Sessions;

/// <summary>Registers exec and log sessions.</summary>
internal static class SessionServices
{
    public static IServiceCollection AddSessions(this IServiceCollection services, ControllerSettings settings) => services
        .AddSingleton(settings.Server.WebSocket)
        .AddSingleton<SessionMetrics>()
        .AddSingleton<SessionRows>()
        .AddSingleton<ISessionStore>(p => p.GetRequiredService<SessionRows>())
        .AddRelay(settings)
        .AddSingleton<SessionEngine>()
        .AddSingleton<UpgradeLimits>()
        .AddSingleton<SocketRoutes>()
        .AddSingleton<SocketEntrance>()
        .AddSingleton<SessionTargets>()
        .AddSingleton<UserSockets>()
        .AddSingleton<AgentSockets>()
        .AddSingleton<SessionReconcileJob>()
        .AddHostedService<SessionEngineService>()
        .AddHostedService(p => p.GetRequiredService<SessionReconcileJob>());
}
