using System.Security.Authentication;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Controller.Ws.Relay.Brokers;

/// <summary>AMQP 0-9-1: RabbitMQ (decision 19).</summary>
internal sealed class RabbitBroker(IRelayBroker broker, AmqpRelaySettings settings, TimeProvider time, ILogger log) : IBroker
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);

    /// <summary>A connection that was silent for two of these is lost.</summary>
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(10);

    public string Name => "amqp";

    public async Task<IBrokerConnection> ConnectAsync(int slot, CancellationToken cancel)
    {
        var place = await broker.FindAsync(cancel).ConfigureAwait(false) ?? throw new RelayException("there is no broker yet");
        var failures = new List<string>();
        foreach (var host in place.Hosts)
        {
            cancel.ThrowIfCancellationRequested();
            try
            {
                var connection = await Factory(place, host).CreateConnectionAsync($"controller-relay-{Environment.MachineName}-{slot}", cancel)
                    .WaitAsync(2 * ConnectTimeout, time, cancel).ConfigureAwait(false);
                return await RabbitConnection.OpenAsync(connection, settings, time, log, cancel).ConfigureAwait(false);
            }
            catch (Exception e) when (!cancel.IsCancellationRequested)
            {
                failures.Add($"{host}:{place.Port} {e.GetBaseException().Message}");
            }
        }

        throw new RelayException(string.Join("; ", failures));
    }

    private static ConnectionFactory Factory(BrokerPlace place, string host)
    {
        var factory = new ConnectionFactory
        {
            HostName = host,
            Port = place.Port,
            VirtualHost = place.VirtualHost,
            AutomaticRecoveryEnabled = false,
            TopologyRecoveryEnabled = false,
            RequestedConnectionTimeout = ConnectTimeout,
            RequestedHeartbeat = Heartbeat,
            Ssl = new SslOption
            {
                Enabled = place.UseTls,
                ServerName = host,
                Version = SslProtocols.None,
                CertificateValidationCallback = BrokerTls.TrustOnly(place.Authorities),
                Certs = place.ClientCertificate is { } certificate ? [certificate] : null,
            },
        };
        if (place.UserName is { } user)
        {
            factory.UserName = user;
            factory.Password = place.Password ?? "";
        }
        else if (place.ClientCertificate is not null)
        {
            factory.AuthMechanisms = [new ExternalMechanismFactory()];
        }

        return factory;
    }
}
