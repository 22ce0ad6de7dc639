using Controller.Configuration;
using Controller.Ws;
using Controller.Ws.Relay;
using Controller.Ws.Relay.Brokers;
using Controller.Ws.Telemetry;

namespace Controller.Sessions.Relay;

/// <summary>Registers the relay that carries sessions between replicas (websocket 14).</summary>
internal static class RelayServices
{
    public static IServiceCollection AddRelay(this IServiceCollection services, ControllerSettings settings)
    {
        if (settings.Database.Provider == DatabaseProvider.Sqlite)
        {
            // This replica owns its database: there is no other.
            return services.AddSingleton<IRelay, NoRelay>();
        }

        var kind = settings switch
        {
            { Nats.Enabled: true } => RelayKind.Nats,
            { Server.WebSocket.Amqp.Version: AmqpVersion.V091 } => RelayKind.Rabbit,
            _ => RelayKind.Amqp,
        };
        return services
            .AddSingleton<IRelayBroker>(p => settings.Server.Relay.Url is not null
                ? new GivenBroker(settings.Server.Relay)
                : p.GetRequiredService<FleetBroker>())
            .AddSingleton<FleetBroker>()
            .AddSingleton(p => RelayFactory.Create(
                kind,
                p.GetRequiredService<IRelayBroker>(),
                settings.Server.WebSocket,
                p.GetRequiredService<SessionMetrics>(),
                p.GetRequiredService<TimeProvider>(),
                p.GetRequiredService<ILoggerFactory>()));
    }
}
