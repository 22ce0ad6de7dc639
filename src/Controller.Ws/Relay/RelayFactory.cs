using System.Buffers;
using Controller.Ws.Relay.Brokers;
using Controller.Ws.Telemetry;
using Microsoft.Extensions.Logging;

namespace Controller.Ws.Relay;

/// <summary>Which broker carries the relay.</summary>
public enum RelayKind
{
    /// <summary>NATS.</summary>
    Nats,

    /// <summary>AMQP 1.0: the fleet's router.</summary>
    Amqp,

    /// <summary>AMQP 0-9-1: RabbitMQ.</summary>
    Rabbit,
}

/// <summary>Makes relays.</summary>
public static class RelayFactory
{
    /// <summary>A relay by a broker. It connects when it is first needed.</summary>
    /// <param name="kind">Which protocol.</param>
    /// <param name="broker">Says where the broker is.</param>
    /// <param name="settings">Limits.</param>
    /// <param name="metrics">Watches the connections.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logs">Where loggers come from.</param>
    public static IRelay Create(
        RelayKind kind, IRelayBroker broker, SessionSettings settings, SessionMetrics metrics, TimeProvider time, ILoggerFactory logs)
    {
        var log = logs.CreateLogger<BrokerRelay>();
        IBroker client = kind switch
        {
            RelayKind.Nats => new NatsBroker(broker, settings.Nats, time),
            RelayKind.Amqp => new AmqpBroker(broker, settings.Amqp, time, log),
            _ => new RabbitBroker(broker, settings.Amqp, time, log),
        };
        var transport = new BrokerTransport(client, kind == RelayKind.Nats ? 1 : settings.Amqp.PoolSize, time, log);
        metrics.WatchRelay(() => transport.Healthy, () => transport.Unsettled);
        return new BrokerRelay(new(transport, ArrayPool<byte>.Shared, metrics, time, log, settings.Nats));
    }
}
