using Controller.Sql;

namespace Controller.Events;

/// <summary>Registers the audit trail.</summary>
internal static class EventServices
{
    public static IServiceCollection AddEvents(this IServiceCollection services) => services
        .AddSingleton(p => new AuditQueue(
            p.GetRequiredService<Database>(), p.GetRequiredService<TimeProvider>(), p.GetRequiredService<ILogger<AuditQueue>>()))
        .AddSingleton<AuditActor>()
        .AddSingleton<AuditTrail>()
        .AddSingleton<EventService>()
        .AddHostedService(p => p.GetRequiredService<AuditQueue>())
        .AddHostedService<EventCleanupJob>();
}
