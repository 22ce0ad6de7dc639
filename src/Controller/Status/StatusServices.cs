namespace Controller.Status;

/// <summary>Registers readiness and liveness.</summary>
internal static class StatusServices
{
    public static IServiceCollection AddStatus(this IServiceCollection services) => services
        .AddSingleton<Uptime>()
        .AddSingleton<Readiness>()
        .AddSingleton<IReadinessCheck, DatabaseCheck>()
        .AddSingleton<IReadinessCheck, SigningKeyCheck>();
}
