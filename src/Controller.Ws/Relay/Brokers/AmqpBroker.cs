using Amqp;
using Amqp.Sasl;
using Microsoft.Extensions.Logging;

namespace Controller.Ws.Relay.Brokers;

/// <summary>AMQP 1.0: the fleet's router, or any broker that speaks it (websocket 15).</summary>
internal sealed class AmqpBroker(IRelayBroker broker, AmqpRelaySettings settings, TimeProvider time, ILogger log) : IBroker
{
    private const int IdleTimeoutMilliseconds = 300_000;

    /// <summary>Two for each session of the connection, and room for those that end.</summary>
    private const int MostLinks = 8192;

    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);

    public string Name => "amqp";

    public async Task<IBrokerConnection> ConnectAsync(int slot, CancellationToken cancel)
    {
        var place = await broker.FindAsync(cancel).ConfigureAwait(false) ?? throw new RelayException("there is no router yet");
        var failures = new List<string>();
        foreach (var host in place.Hosts)
        {
            cancel.ThrowIfCancellationRequested();
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            patience.CancelAfter(ConnectTimeout);
            try
            {
                var scheme = place.UseTls ? "amqps" : "amqp";
                var address = new Address(host, place.Port, place.UserName, place.Password, "/", scheme);
                var connection = await Factory(place, host, slot).CreateAsync(address, patience.Token).WaitAsync(ConnectTimeout, time, cancel)
                    .ConfigureAwait(false);
                return new AmqpConnection(connection, settings, time, log);
            }
            catch (Exception e) when (!cancel.IsCancellationRequested)
            {
                failures.Add($"{host}:{place.Port} {e.GetBaseException().Message}");
            }
        }

        throw new RelayException(string.Join("; ", failures));
    }

    private static ConnectionFactory Factory(BrokerPlace place, string host, int slot)
    {
        var factory = new ConnectionFactory
        {
            AMQP =
            {
                ContainerId = $"controller-relay-{Environment.MachineName}-{slot}",
                HostName = host,
                IdleTimeout = IdleTimeoutMilliseconds,
                MaxLinksPerSession = MostLinks,
            },
        };
        if (place.UseTls)
        {
            factory.SSL.RemoteCertificateValidationCallback = BrokerTls.TrustOnly(place.Authorities);
            if (place.ClientCertificate is { } certificate)
            {
                factory.SSL.ClientCertificates.Add(certificate);
            }
        }

        if (place.UserName is null)
        {
            factory.SASL.Profile = place.ClientCertificate is null ? SaslProfile.Anonymous : SaslProfile.External;
        }

        return factory;
    }
}
