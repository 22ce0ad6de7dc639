using Controller.Configuration;

namespace Controller.Status;

/// <summary>Registers readiness and liveness.</summary>
internal static class StatusServices
{
    public static IServiceCollection AddStatus(this IServiceCollection services, ControllerSettings settings)
    {
        services
            .AddSingleton<Uptime>()
            .AddSingleton<Readiness>()
            .AddSingleton<IReadinessCheck, DatabaseCheck>();

        // An external issuer signs by itself, and its absence is no reason to take agents from this Controller.
        return settings.Auth.Mode == AuthMode.Embedded ? services.AddSingleton<IReadinessCheck, SigningKeyCheck>() : services;
    }
}
