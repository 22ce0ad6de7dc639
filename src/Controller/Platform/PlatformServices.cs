namespace Controller.Platform;

/// <summary>Registers the background half: outbox, queue, worker, sweep.</summary>
internal static class PlatformServices
{
    public static IServiceCollection AddPlatform(this IServiceCollection services) => services
        .AddSingleton<PlatformQueue>()
        .AddSingleton<FogReconciler>()
        .AddSingleton<FogRemoval>()
        .AddHostedService<PlatformSweep>()
        .AddHostedService<FogPlatformWorker>()
        .AddHostedService<OutboxDrainer>();
}
