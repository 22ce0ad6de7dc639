using System.Security.Cryptography;
using System.Text;
using Controller.Configuration;
using Controller.Secrets;
using Controller.Sessions.Relay;
using Controller.Sql;
using Controller.Sql.Stores;
using Controller.Testing;
using Controller.Tests.Configuration;
using Controller.Ws;
using Controller.Ws.Relay;
using Controller.Ws.Relay.Brokers;
using Controller.Ws.Telemetry;
using Microsoft.Extensions.Logging.Abstractions;

namespace Controller.Tests.Sessions.Relay;

/// <summary>Where the fleet's broker is, as its rows and secrets say.</summary>
public sealed class FleetBrokerTests : IAsyncDisposable
{
    private readonly TempDirectory _directory = new();
    private readonly SettingsFixture _settings = new();
    private readonly MasterKey _key = MasterKey.Load(Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)), null, "");
    private Database _database = null!;

    [Before(Test)]
    public async Task OpenAsync()
    {
        _database = await Database.OpenAsync(new DatabaseOptions { Flavor = SqlFlavor.Sqlite, SqlitePath = _directory.File("db.sqlite") });
        await _database.MigrateAsync();
    }

    [Test]
    public async Task WithoutAHubOrItsCredentialsThereIsNoPlace()
    {
        await Assert.That(await FindAsync()).IsNull();
        await AddHubAsync("10.0.0.7", 4333);
        await Assert.That(await FindAsync()).IsNull();
    }

    [Test]
    public async Task TheHubIsReachedByTheBridgeAndByItsHost()
    {
        await AddHubAsync("10.0.0.7", 4333);
        await AddCredentialsAsync();
        var place = (await FindAsync())!;

        await Assert.That(place.Hosts).IsEquivalentTo(["nats.default.svc.bridge.local", "10.0.0.7"]);
        await Assert.That(place.Port).IsEqualTo(4333);
        await Assert.That(place.NatsCredentials).IsEqualTo("the creds");
        await Assert.That(place.UseTls).IsFalse();
    }

    [Test]
    public async Task OnKubernetesTheHubIsAService()
    {
        await AddHubAsync(null, null);
        await AddCredentialsAsync();
        var place = (await FindAsync(("CONTROL_PLANE", "Kubernetes"), ("CONTROLLER_NAMESPACE", "edge")))!;

        await Assert.That(place.Hosts).IsEquivalentTo(["nats-server.edge.svc.cluster.local", "nats-server"]);
        await Assert.That(place.Port).IsEqualTo(4222);
    }

    [Test]
    public async Task TheRouterAsksForACertificateOfItsAuthority()
    {
        var authority = new TestAuthority();
        await Assert.That(await FindAsync(("NATS_ENABLED", "false"))).IsNull();
        await AddRouterAsync("127.0.0.1", 5699);
        await Assert.That(await FindAsync(("NATS_ENABLED", "false"))).IsNull();
        await AddAuthorityAsync(authority);
        var place = (await FindAsync(("NATS_ENABLED", "false")))!;

        await Assert.That(place.Hosts).IsEquivalentTo(["router.default.svc.bridge.local", "127.0.0.1"]);
        await Assert.That((place.Port, place.UseTls)).IsEqualTo((5699, true));
        var certificate = place.ClientCertificate!;
        await Assert.That(certificate.Subject).IsEqualTo($"CN=controller-exec-session-client-{Environment.MachineName}");
        await Assert.That(certificate.HasPrivateKey).IsTrue();
        await Assert.That(certificate.Issuer).IsEqualTo("CN=default-router-local-ca");
        await Assert.That(certificate.NotAfter).IsLessThanOrEqualTo(DateTime.Now.AddDays(1));
    }

    [Test]
    public async Task ACertificateIsUsedAgainUntilTheAuthorityIsAnother()
    {
        await AddRouterAsync("127.0.0.1", 5699);
        await AddAuthorityAsync(new TestAuthority());
        var broker = Broker([("NATS_ENABLED", "false")]);
        var first = (await broker.FindAsync(default))!.ClientCertificate!;
        await Assert.That((await broker.FindAsync(default))!.ClientCertificate).IsSameReferenceAs(first);
        await _database.WriteAsync(s => s.ExecuteAsync("DELETE FROM \"Secrets\""));
        await AddAuthorityAsync(new TestAuthority());
        await Assert.That((await broker.FindAsync(default))!.ClientCertificate!.SerialNumber).IsNotEqualTo(first.SerialNumber);
    }

    [Test]
    public async Task AStoredCertificateIsUsedBeforeANewOne()
    {
        var authority = new TestAuthority();
        await AddRouterAsync("127.0.0.1", 5699);
        await AddAuthorityAsync(authority);
        await AddTlsSecretAsync($"controller-exec-session-client-{Environment.MachineName}", authority.ServerCertificatePem, authority.ServerKeyPem);
        var place = (await FindAsync(("NATS_ENABLED", "false")))!;

        await Assert.That(place.ClientCertificate!.Subject).IsEqualTo("CN=127.0.0.1");
    }

    /// <summary>TLS, the authority of the fleet, SASL EXTERNAL by the certificate: with a broker that insists on all of it.</summary>
    [Test]
    [Arguments(RelayKind.Amqp)]
    [Arguments(RelayKind.Rabbit)]
    public async Task TheReplicaSignsInByItsCertificate(RelayKind kind)
    {
        var authority = new TestAuthority();
        await using var server = await RabbitServer.StartAsync(authority, $"controller-exec-session-client-{Environment.MachineName}");
        await AddRouterAsync("127.0.0.1", server.TlsPort);
        await AddAuthorityAsync(authority);
        await Assert.That(await IsAvailableAsync(kind)).IsTrue();

        // The broker is another's.
        await _database.WriteAsync(s => s.ExecuteAsync("DELETE FROM \"Secrets\""));
        await AddAuthorityAsync(new TestAuthority());
        await Assert.That(await IsAvailableAsync(kind)).IsFalse();
    }

    [Test]
    public async Task AGivenUrlSaysEverything()
    {
        var creds = _directory.File("user.creds");
        await File.WriteAllTextAsync(creds, "the creds");
        var ca = _directory.File("ca.pem");
        await File.WriteAllTextAsync(ca, new TestAuthority().CertificatePem);
        var nats = await GivenAsync("tls://broker.example", creds, ca);
        await Assert.That(nats.Hosts).IsEquivalentTo(["broker.example"]);
        await Assert.That((nats.Port, nats.UseTls, nats.UserName, nats.NatsCredentials)).IsEqualTo((4222, true, null, "the creds"));
        await Assert.That(nats.Authorities!.Count).IsEqualTo(1);

        var rabbit = await GivenAsync("amqp://us%40er:p%3Aw@[::1]:5673/edge%2Fone", null, null);
        await Assert.That(rabbit.Hosts).IsEquivalentTo(["::1"]);
        await Assert.That((rabbit.Port, rabbit.UseTls, rabbit.UserName, rabbit.Password, rabbit.VirtualHost)).IsEqualTo((5673, false, "us@er", "p:w", "edge/one"));

        var plain = await GivenAsync("amqps://broker.example", null, null);
        await Assert.That((plain.Port, plain.UseTls, plain.VirtualHost, plain.Authorities)).IsEqualTo((5671, true, "/", null));
    }

    public async ValueTask DisposeAsync()
    {
        await _database.DisposeAsync();
        _settings.Dispose();
        _directory.Dispose();
    }

    private static async Task<BrokerPlace> GivenAsync(string url, string? credentials, string? authority) => (await new GivenBroker(
        new RelaySettings { Url = new Secret(url), CredentialsFile = credentials, AuthorityFile = authority }).FindAsync(CancellationToken.None))!;

    private async Task<bool> IsAvailableAsync(RelayKind kind)
    {
        using var metrics = new SessionMetrics();
        await using var relay = RelayFactory.Create(
            kind, Broker(("NATS_ENABLED", "false")), new SessionSettings(), metrics, TimeProvider.System, NullLoggerFactory.Instance);
        return await relay.IsAvailableAsync(CancellationToken.None);
    }

    private FleetBroker Broker(params (string, string)[] environment) => new(
        _settings.Settings(environment), _database, new ReferencedValues(Data), TimeProvider.System);

    private SecretData Data => new(new SecretCipher(_key), NullLogger<SecretData>.Instance);

    private async Task<BrokerPlace?> FindAsync(params (string, string)[] environment) => await Broker(environment).FindAsync(CancellationToken.None);

    private Task AddHubAsync(string? host, int? port) => _database.WriteAsync(s => s.ExecuteAsync(
        "INSERT INTO \"NatsInstances\" (\"is_hub\", \"host\", \"server_port\") VALUES (TRUE, @host, @port)", new() { { "host", host }, { "port", port } }));

    private Task AddRouterAsync(string host, int port) => _database.WriteAsync(s => s.ExecuteAsync(
        "INSERT INTO \"Routers\" (\"is_default\", \"host\", \"messaging_port\") VALUES (TRUE, @host, @port)", new() { { "host", host }, { "port", port } }));

    private async Task AddCredentialsAsync()
    {
        await _database.WriteAsync(async s =>
        {
            await s.ExecuteAsync("INSERT INTO \"NatsOperators\" (\"id\", \"name\", \"public_key\", \"jwt\", \"seed_secret_name\") VALUES (1, 'o', 'k', 'j', 's')");
            await s.ExecuteAsync(
                """
                INSERT INTO "NatsAccounts" ("id", "name", "public_key", "jwt", "seed_secret_name", "is_system", "is_leaf_system", "operator_id")
                VALUES (1, 'controller', 'k', 'j', 's', FALSE, FALSE, 1)
                """);
            await s.ExecuteAsync(
                """
                INSERT INTO "NatsUsers" ("name", "public_key", "jwt", "creds_secret_name", "account_id")
                VALUES ('controller', 'k', 'j', 'nats-creds-controller-controller', 1)
                """);
        });
        await AddSecretAsync("nats-creds-controller-controller", "Opaque", new() { ["controller/controller.creds"] = "the creds" });
    }

    private Task AddAuthorityAsync(TestAuthority authority) => AddTlsSecretAsync("default-router-local-ca", authority.CertificatePem, authority.KeyPem);

    private Task AddTlsSecretAsync(string name, string certificate, string key) => AddSecretAsync(
        name, "tls", new() { ["tls.crt"] = Base64(certificate), ["tls.key"] = Base64(key) });

    private Task AddSecretAsync(string name, string type, Dictionary<string, string> values) => _database.WriteAsync(s => s.ExecuteAsync(
        "INSERT INTO \"Secrets\" (\"name\", \"type\", \"data\") VALUES (@name, @type, @data)",
        new() { { "name", name }, { "type", type }, { "data", Data.Seal(name, values) } }));

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}
