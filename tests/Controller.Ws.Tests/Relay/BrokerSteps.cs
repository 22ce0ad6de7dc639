using Controller.Ws.Relay;
using Controller.Ws.Relay.Brokers;
using Controller.Ws.Sessions;

namespace Controller.Ws.Tests.Relay;

/// <summary>What the relay promises, whatever the broker: the same steps for each.</summary>
internal static class BrokerSteps
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    public static SessionInfo NewSession(SessionKind kind = SessionKind.Exec) => new(Guid.NewGuid().ToString(), kind, "resource", "fog", "{}");

    public static BrokerPlace Place(int port) => new() { Hosts = ["127.0.0.1"], Port = port };

    /// <summary>Frames of all sizes both ways, then a close that is confirmed.</summary>
    public static async Task CarriesASessionAsync(RelayKind kind, BrokerPlace place, SessionKind session = SessionKind.Exec)
    {
        await using var user = RelayReplica.Create(kind, place);
        await using var agent = RelayReplica.Create(kind, place);
        var info = NewSession(session);
        user.Open(info, SessionSide.User);
        agent.Open(info, SessionSide.Agent);
        await Task.WhenAll(
            StreamAsync(user, agent, 0, 200, Size),
            StreamAsync(agent, user, 0, 200, Size));

        await Assert.That(await agent.Link.CloseAsync("Agent closed connection", Patience)).IsTrue();
        await Assert.That(await user.Closed.Task.WaitAsync(Patience)).IsEqualTo("Agent closed connection");
        await Assert.That(user.HasMore || agent.HasMore).IsFalse();

        static int Size(int number) => (number % 50) switch
        {
            49 => 1024 * 1024,
            > 40 => 100_000 + number,
            _ => 8 + number,
        };
    }

    /// <summary>A broker that is killed in the middle of two streams and started again: nothing is lost, doubled or out of order.</summary>
    public static async Task SurvivesKillsAsync(RelayKind kind, BrokerPlace place, Func<Task> kill, Func<Task> start, int kills)
    {
        await using var user = RelayReplica.Create(kind, place);
        await using var agent = RelayReplica.Create(kind, place);
        var info = NewSession();
        user.Open(info, SessionSide.User);
        agent.Open(info, SessionSide.Agent);
        await Task.WhenAll(StreamAsync(user, agent, 0, 10, Size), StreamAsync(agent, user, 0, 10, Size));

        const int Count = 600;
        for (var round = 0; round < kills; round++)
        {
            var first = 10 + (round * Count);
            using var reached = new SemaphoreSlim(0);
            var streams = Task.WhenAll(
                StreamAsync(user, agent, first, Count, Size, reached),
                StreamAsync(agent, user, first, Count, Size, reached));

            // In the middle of both.
            await Assert.That(await reached.WaitAsync(Patience)).IsTrue();
            await Assert.That(await reached.WaitAsync(Patience)).IsTrue();
            await kill();
            await start();
            await streams;
        }

        await Assert.That(await user.Link.CloseAsync("User closed connection", Patience)).IsTrue();
        await Assert.That(await agent.Closed.Task.WaitAsync(Patience)).IsEqualTo("User closed connection");
        await Assert.That(user.HasMore || agent.HasMore).IsFalse();
        await Assert.That(user.LostIt.Task.IsCompleted || agent.LostIt.Task.IsCompleted).IsFalse();

        static int Size(int number) => number % 20 == 0 ? 60_000 : 30 + number;
    }

    /// <summary>A receiver that does not read holds the sender back; when it reads on, everything comes.</summary>
    public static async Task HoldsBackAsync(RelayKind kind, BrokerPlace place)
    {
        await using var user = RelayReplica.Create(kind, place);
        await using var agent = RelayReplica.Create(kind, place);
        var info = NewSession();
        user.Pace = new SemaphoreSlim(0);
        user.Open(info, SessionSide.User);
        agent.Open(info, SessionSide.Agent);
        var sent = 0;
        ValueTask sending;
        do
        {
            sending = agent.SendAsync(sent++, 32_000);
        }
        while (sending.IsCompletedSuccessfully);

        await Assert.That(sent).IsBetween(30, 36);
        user.Pace.Release(sent);
        await sending.AsTask().WaitAsync(Patience);
        await user.ExpectAsync(0, sent, _ => 32_000, Patience);
    }

    /// <summary>No broker: said at once, and again when there is one.</summary>
    public static async Task SaysWhetherThereIsABrokerAsync(RelayKind kind, BrokerPlace place, Func<Task> start)
    {
        await using var user = RelayReplica.Create(kind, place);
        await using var agent = RelayReplica.Create(kind, place);
        await Assert.That(await user.Relay.IsAvailableAsync(CancellationToken.None)).IsFalse();
        var info = NewSession();
        user.Open(info, SessionSide.User);
        agent.Open(info, SessionSide.Agent);
        await user.SendAsync(0, 100);
        await Assert.That(await user.Relay.IsAvailableAsync(CancellationToken.None)).IsFalse();

        await start();
        await agent.ExpectAsync(0, 1, _ => 100, Patience);
        await Assert.That(await user.Relay.IsAvailableAsync(CancellationToken.None)).IsTrue();
    }

    private static async Task StreamAsync(RelayReplica from, RelayReplica to, int first, int count, Func<int, int> size, SemaphoreSlim? middle = null)
    {
        var expected = to.ExpectAsync(first, count, size, Patience);
        for (var number = first; number < first + count; number++)
        {
            await from.SendAsync(number, size(number)).AsTask().WaitAsync(Patience);
            if (number == first + (count / 3))
            {
                middle?.Release();
            }
        }

        await expected;
    }
}
