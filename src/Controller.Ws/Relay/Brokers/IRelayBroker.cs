using System.Security.Cryptography.X509Certificates;

namespace Controller.Ws.Relay.Brokers;

/// <summary>Says where the broker is. Asked before each connection, since the fleet may have moved it.</summary>
public interface IRelayBroker
{
    /// <summary>The broker; null when there is none yet.</summary>
    /// <exception cref="Exception">It could not be found out; the relay tries again.</exception>
    ValueTask<BrokerPlace?> FindAsync(CancellationToken cancel);
}

/// <summary>Where a broker is, and how to sign in. Nothing of it may be logged but hosts and ports.</summary>
public sealed record BrokerPlace
{
    /// <summary>Hosts in the order in which they are tried.</summary>
    public required IReadOnlyList<string> Hosts { get; init; }

    /// <summary>The port of every host.</summary>
    public required int Port { get; init; }

    /// <summary>Connect by TLS.</summary>
    public bool UseTls { get; init; }

    /// <summary>User name, for a broker that asks for one.</summary>
    public string? UserName { get; init; }

    /// <summary>Password that belongs to <see cref="UserName"/>.</summary>
    public string? Password { get; init; }

    /// <summary>The virtual host of AMQP 0-9-1.</summary>
    public string VirtualHost { get; init; } = "/";

    /// <summary>Contents of a NATS <c>.creds</c> file.</summary>
    public string? NatsCredentials { get; init; }

    /// <summary>Who signs the broker's certificate; null = whoever the system trusts.</summary>
    public X509Certificate2Collection? Authorities { get; init; }

    /// <summary>The certificate, with its key, that signs this replica in (SASL EXTERNAL).</summary>
    public X509Certificate2? ClientCertificate { get; init; }
}
