using Controller.Ws.Sessions;

namespace Controller.Sessions;

/// <summary>Keeps the engine's time while the process serves.</summary>
internal sealed class SessionEngineService(SessionEngine engine) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => engine.RunAsync(stoppingToken);
}
