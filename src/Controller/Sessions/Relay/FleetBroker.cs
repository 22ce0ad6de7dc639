using System.Security.Cryptography.X509Certificates;
using Controller.Certificates;
using Controller.Configuration;
using Controller.Secrets;
using Controller.Sql;
using Controller.Sql.Stores;
using Controller.Ws.Relay.Brokers;

namespace Controller.Sessions.Relay;

/// <summary>The fleet's own broker: its NATS hub, or its default router (websocket 15 and 16).</summary>
internal sealed class FleetBroker(ControllerSettings settings, Database database, ReferencedValues secrets, TimeProvider time) : IRelayBroker
{
    private const int NatsPort = 4222, RouterPort = 5671, ClientMonths = 36;
    private const string AuthoritySecret = "default-router-local-ca", Certificate = "tls.crt", Key = "tls.key";

    private Signed? _own;

    private sealed record Signed(IssuedCertificate Authority, X509Certificate2 Certificate);

    public ValueTask<BrokerPlace?> FindAsync(CancellationToken cancel) =>
        new(database.ReadAsync(session => settings.Nats.Enabled ? FindHubAsync(session) : FindRouterAsync(session), cancel));

    private async Task<BrokerPlace?> FindHubAsync(DbSession session)
    {
        if (await RelayBrokerStore.FindNatsHubAsync(session) is not { } hub || await RelayBrokerStore.FindCredentialsSecretAsync(session) is not { } name)
        {
            return null;
        }

        var values = (await secrets.SecretsAsync(session, [name])).GetValueOrDefault(name);
        return values?.FirstOrDefault(value => value.Key.EndsWith(".creds", StringComparison.Ordinal)).Value is { } credentials
            ? new BrokerPlace
            {
                Hosts = Hosts("nats-server", "nats.default.svc.bridge.local", hub.Host),
                Port = hub.Port ?? NatsPort,
                NatsCredentials = credentials,
            }
            : null;
    }

    private async Task<BrokerPlace?> FindRouterAsync(DbSession session)
    {
        var own = $"controller-exec-session-client-{Environment.MachineName}";
        if (await RelayBrokerStore.FindDefaultRouterAsync(session) is not { } router)
        {
            return null;
        }

        var values = await secrets.SecretsAsync(session, [AuthoritySecret, own]);
        if (!values.TryGetValue(AuthoritySecret, out var authority) || !authority.TryGetValue(Certificate, out var authorityPem))
        {
            return null;
        }

        return new BrokerPlace
        {
            Hosts = Hosts("router", "router.default.svc.bridge.local", router.Host),
            Port = router.Port ?? RouterPort,
            UseTls = true,
            Authorities = Read(authorityPem),
            ClientCertificate = values.TryGetValue(own, out var client)
                && client.TryGetValue(Certificate, out var clientPem) && client.TryGetValue(Key, out var clientKey)
                ? X509Certificate2.CreateFromPem(clientPem, clientKey)
                : Own(own, new(authorityPem, authority.GetValueOrDefault(Key) ?? "", authorityPem)),
        };
    }

    /// <summary>
    /// The certificate by which this replica signs in (api-platform 13.1). It stays in memory: whoever may read the
    /// authority's key can sign another. A broker that is away is looked for again and again, and a key takes time to make:
    /// one is used until it ends or the authority is another.
    /// </summary>
    private X509Certificate2 Own(string name, IssuedCertificate authority)
    {
        if (_own is not { } own || own.Authority != authority || own.Certificate.NotAfter.ToUniversalTime() <= time.GetUtcNow())
        {
            _own = own = new(authority, Issue(name, authority));
        }

        return own.Certificate;
    }

    /// <summary>Valid from shortly before, for clocks that differ, and no longer than the authority.</summary>
    private X509Certificate2 Issue(string name, IssuedCertificate authority)
    {
        using var signer = authority.Load();
        var (from, to) = CertificateLifetime.Of(time.GetUtcNow().AddMinutes(-5), ClientMonths);
        var end = new DateTimeOffset(signer.NotAfter);
        return CertificateIssuer.Leaf(name, ClientHosts(), from, end < to ? end : to, authority).Load();
    }

    private static X509Certificate2Collection Read(string pem)
    {
        var certificates = new X509Certificate2Collection();
        certificates.ImportFromPem(pem);
        return certificates;
    }

    /// <summary>In the order of the contract. Never a node's own broker: replicas on other hosts would not meet there.</summary>
    private string[] Hosts(string service, string bridge, string? host)
    {
        if (settings.App.ControlPlane == ControlPlane.Kubernetes)
        {
            return [.. new[] { $"{service}.{settings.App.Namespace}.svc.cluster.local", string.IsNullOrEmpty(host) ? service : host }.Distinct()];
        }

        return string.IsNullOrEmpty(host) ? [bridge] : [.. new[] { bridge, host }.Distinct()];
    }

    private IEnumerable<string> ClientHosts()
    {
        yield return "localhost";
        yield return "127.0.0.1";
        yield return Environment.MachineName;
        if (settings.App.ControlPlane == ControlPlane.Kubernetes)
        {
            yield return $"controller.{settings.App.Namespace}.svc.cluster.local";
        }

        if (settings.App.AddressForAgents is { } address)
        {
            yield return address;
        }
    }
}
