using Controller.Testing;
using Controller.Ws.Relay;
using Controller.Ws.Relay.Brokers;
using Controller.Ws.Sessions;

namespace Controller.Ws.Tests.Relay;

/// <summary>
/// The relay over a real RabbitMQ, by both versions of AMQP; it takes the place of the router for 1.0. One test after the
/// other: they share the server, and break it.
/// </summary>
[NotInParallel("rabbit")]
public class AmqpRelayTests
{
    private static readonly Lazy<Task<RabbitServer>> Shared = new(() => RabbitServer.StartAsync());

    [After(Class)]
    public static async Task StopAsync()
    {
        if (Shared is { IsValueCreated: true, Value.IsCompletedSuccessfully: true })
        {
            await (await Shared.Value).DisposeAsync();
        }
    }

    [Test]
    [Arguments(RelayKind.Amqp, SessionKind.Exec)]
    [Arguments(RelayKind.Amqp, SessionKind.NodeLog)]
    [Arguments(RelayKind.Rabbit, SessionKind.Exec)]
    [Arguments(RelayKind.Rabbit, SessionKind.NodeLog)]
    public async Task CarriesASession(RelayKind relay, SessionKind kind) => await BrokerSteps.CarriesASessionAsync(relay, await PlaceAsync(), kind);

    [Test]
    [Arguments(RelayKind.Amqp)]
    [Arguments(RelayKind.Rabbit)]
    public async Task HoldsTheSenderBack(RelayKind relay) => await BrokerSteps.HoldsBackAsync(relay, await PlaceAsync());

    [Test]
    [Arguments(RelayKind.Amqp)]
    [Arguments(RelayKind.Rabbit)]
    public async Task SurvivesABrokerThatIsKilled(RelayKind relay)
    {
        var server = await Shared.Value;
        await BrokerSteps.SurvivesKillsAsync(relay, await PlaceAsync(), server.KillAsync, server.StartAgainAsync, kills: 1);
    }

    [Test]
    [Arguments(RelayKind.Amqp)]
    [Arguments(RelayKind.Rabbit)]
    public async Task AWrongPasswordIsNoBroker(RelayKind relay)
    {
        await using var replica = RelayReplica.Create(relay, await PlaceAsync() with { Password = "wrong" });

        await Assert.That(await replica.Relay.IsAvailableAsync(CancellationToken.None)).IsFalse();
    }

    [Test]
    [Arguments(RelayKind.Amqp)]
    [Arguments(RelayKind.Rabbit)]
    public async Task ABrokerThatIsDownIsSaidToBe(RelayKind relay)
    {
        await using var server = NatsServer.NotStarted();
        await using var replica = RelayReplica.Create(relay, BrokerSteps.Place(server.Port));

        await Assert.That(await replica.Relay.IsAvailableAsync(CancellationToken.None)).IsFalse();
    }

    private static async Task<BrokerPlace> PlaceAsync() =>
        BrokerSteps.Place((await Shared.Value).Port) with { UserName = "guest", Password = "guest" };
}
