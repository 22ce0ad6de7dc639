using System.Buffers.Text;
using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Controller.Testing;
using Controller.Ws.Relay;
using Controller.Ws.Relay.Brokers;
using Controller.Ws.Sessions;
using NATS.NKeys;

namespace Controller.Ws.Tests.Relay;

/// <summary>The relay over a real nats-server.</summary>
public class NatsRelayTests
{
    [Test]
    [Arguments(SessionKind.Exec)]
    [Arguments(SessionKind.MicroserviceLog)]
    public async Task CarriesASession(SessionKind kind)
    {
        await using var server = await NatsServer.StartAsync();
        await BrokerSteps.CarriesASessionAsync(RelayKind.Nats, BrokerSteps.Place(server.Port), kind);
    }

    [Test]
    public async Task SurvivesAServerThatIsKilledAgainAndAgain()
    {
        await using var server = await NatsServer.StartAsync();
        await BrokerSteps.SurvivesKillsAsync(RelayKind.Nats, BrokerSteps.Place(server.Port), server.KillAsync, server.StartAgainAsync, kills: 3);
    }

    [Test]
    public async Task HoldsTheSenderBack()
    {
        await using var server = await NatsServer.StartAsync();
        await BrokerSteps.HoldsBackAsync(RelayKind.Nats, BrokerSteps.Place(server.Port));
    }

    [Test]
    public async Task SaysWhetherThereIsAServer()
    {
        await using var server = NatsServer.NotStarted();
        await BrokerSteps.SaysWhetherThereIsABrokerAsync(RelayKind.Nats, BrokerSteps.Place(server.Port), server.StartAgainAsync);
    }

    [Test]
    public async Task TriesEveryHost()
    {
        await using var server = await NatsServer.StartAsync();
        await using var replica = RelayReplica.Create(RelayKind.Nats, BrokerSteps.Place(server.Port) with { Hosts = ["relay.invalid", "127.0.0.1"] });

        await Assert.That(await replica.Relay.IsAvailableAsync(CancellationToken.None)).IsTrue();
    }

    [Test]
    public async Task WithoutAPlaceThereIsNoBroker()
    {
        await using var replica = RelayReplica.Create(RelayKind.Nats, null);

        await Assert.That(await replica.Relay.IsAvailableAsync(CancellationToken.None)).IsFalse();
    }

    /// <summary>The fleet's chain of trust: operator, account, user, each signed by the one before.</summary>
    [Test]
    public async Task SignsInWithTheCredentialsOfTheControllersAccount()
    {
        await using var server = await NatsServer.StartAsync(
            $$"""
            operator: {{Token("operator", "operator iofog-operator")}}
            system_account: {{Public("account SYS")}}
            resolver: MEMORY
            resolver_preload: {
              {{Public("account SYS")}}: {{Token("accountSYS", "operator iofog-operator")}}
              {{Public("account controller")}}: {{Token("accountController", "operator iofog-operator")}}
            }
            """);
        var place = BrokerSteps.Place(server.Port) with { NatsCredentials = Credentials("userController", "user controller (controller)", "account controller") };
        await BrokerSteps.CarriesASessionAsync(RelayKind.Nats, place);

        // Another key than that of the user in the token.
        var wrong = Credentials("userController", "user billing (shop)", "account controller");
        await using var stranger = RelayReplica.Create(RelayKind.Nats, place with { NatsCredentials = wrong });
        await Assert.That(await stranger.Relay.IsAvailableAsync(CancellationToken.None)).IsFalse();
        await using var nobody = RelayReplica.Create(RelayKind.Nats, place with { NatsCredentials = null });
        await Assert.That(await nobody.Relay.IsAvailableAsync(CancellationToken.None)).IsFalse();
    }

    /// <summary>Not a judgement, a figure: see the test's output.</summary>
    [Test]
    [Explicit]
    public async Task Throughput()
    {
        const int Frames = 8000, Size = 64 * 1024;
        await using var server = await NatsServer.StartAsync();
        await using var user = RelayReplica.Create(RelayKind.Nats, BrokerSteps.Place(server.Port));
        await using var agent = RelayReplica.Create(RelayKind.Nats, BrokerSteps.Place(server.Port));
        var info = BrokerSteps.NewSession();
        user.Open(info, SessionSide.User);
        agent.Open(info, SessionSide.Agent);
        await agent.SendAsync(0, Size);
        await user.ExpectAsync(0, 1, _ => Size, TimeSpan.FromSeconds(10));
        var watch = Stopwatch.StartNew();
        var all = user.ExpectAsync(1, Frames, _ => Size, TimeSpan.FromMinutes(2));
        for (var number = 1; number <= Frames; number++)
        {
            await agent.SendAsync(number, Size);
        }

        await all;
        Console.WriteLine($"{Frames * (double)Size / 1e6 / watch.Elapsed.TotalSeconds:F0} MB/s in {watch.Elapsed.TotalSeconds:F2} s");
    }

    private static JsonElement Vectors => RelayExample.Keys;

    private static string Public(string name) => Vectors.GetProperty("keys").GetProperty(name).GetProperty("public").GetString()!;

    private static string Seed(string name) => Vectors.GetProperty("keys").GetProperty(name).GetProperty("seed").GetString()!;

    private static string Token(string claims, string signer)
    {
        // Without spaces: the server knows a token by its first letters.
        var head = Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(Vectors.GetProperty("jwtHeader")));
        var body = Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(Vectors.GetProperty("claims").GetProperty(claims)));
        using var key = KeyPair.FromSeed(Seed(signer));
        var signature = new byte[64];
        key.Sign(Encoding.ASCII.GetBytes($"{head}.{body}"), signature);
        return $"{head}.{body}.{Base64Url.EncodeToString(signature)}";
    }

    private static string Credentials(string claims, string user, string signer) =>
        $"""
        -----BEGIN NATS USER JWT-----
        {Token(claims, signer)}
        ------END NATS USER JWT------

        -----BEGIN USER NKEY SEED-----
        {Seed(user)}
        ------END USER NKEY SEED------
        """;
}
