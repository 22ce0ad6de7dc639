using Controller.Ws.Sessions;
using Microsoft.Extensions.Time.Testing;

namespace Controller.Ws.Tests.Relay;

/// <summary>Rules of a link, one at a time, over a network that does no harm.</summary>
public class LinkTests
{
    private static readonly SessionInfo Exec = new("5f0c2b1e-7a44-4d0b-9c3e-2f6a1d8b9e07", SessionKind.Exec, "r", "f");

    private readonly FakeTimeProvider _time = new();
    private readonly SimulatedNetwork _network = new(new Random(1));

    [Test]
    public async Task AReplicaThatDiedIsNoticedWithinTheTimeTheBrokerWasUp()
    {
        var (user, agent) = Pair();
        await user.SendAsync(0, 10);
        Settle(user, agent);
        await Assert.That(agent.Numbers).IsEquivalentTo([0]);

        // The agent's replica is gone without a word; so is the broker, for an hour.
        agent.Die();
        Pass(30, user);
        _network.TakeDown();
        _time.Advance(TimeSpan.FromHours(1));
        _network.BringUp();
        Pass(14, user);
        await Assert.That(user.Losses).IsEqualTo(0);

        Pass(2, user);
        await Assert.That(user.Losses).IsEqualTo(1);
        Pass(100, user);
        await Assert.That(user.Losses).IsEqualTo(1);
    }

    [Test]
    public async Task TwoThatLiveAndSayNothingAreNotLost()
    {
        var (user, agent) = Pair();
        Pass(600, user, agent);

        await Assert.That(user.Losses + agent.Losses).IsEqualTo(0);
    }

    [Test]
    public async Task AUserMayWaitForItsAgentButAnAgentNotForItsUser()
    {
        var user = Open(SessionSide.User);
        Pass(120, user);
        await Assert.That(user.Losses).IsEqualTo(0);
        await user.Link.DisposeAsync();

        var agent = Open(SessionSide.Agent);
        Pass(46, agent);
        await Assert.That(agent.Losses).IsEqualTo(1);
    }

    [Test]
    public async Task FramesSentBeforeTheOtherEndIsThereArriveWhenItComes()
    {
        var user = Open(SessionSide.User);
        await user.SendAsync(0, 100);
        await user.SendAsync(1, 300_000);
        Pass(20, user);

        var agent = Open(SessionSide.Agent);
        Settle(user, agent);

        await Assert.That(agent.Numbers).IsEquivalentTo([0, 1]);
    }

    [Test]
    public async Task ASlowReceiverHoldsTheSenderBackAndNothingIsDropped()
    {
        var (user, agent) = Pair();
        user.IsSlow = true;
        var sent = 0;
        while (agent.Link.HasRoom(10_000))
        {
            await agent.SendAsync(sent++, 10_000);
            Settle(user, agent);
        }

        await Assert.That(sent).IsBetween(100, 106);
        await Assert.That(user.Bytes + agent.Bytes).IsLessThan(3 * 1024 * 1024);
        using var cancel = new CancellationTokenSource();
        var waiting = agent.SendAsync(sent++, 10_000).AsTask();
        Pass(60, user, agent);
        await Assert.That(waiting.IsCompleted).IsFalse();
        await Assert.That(user.Losses + agent.Losses).IsEqualTo(0);

        while (user.Numbers.Count < sent)
        {
            user.FinishTaking();
            Pass(1, user, agent);
            await Task.Yield();
        }

        await waiting;
        await Assert.That(user.Numbers).IsEquivalentTo(Enumerable.Range(0, sent));
    }

    [Test]
    public async Task ACancelledSendGivesItsFrameBackAndLeavesNoHole()
    {
        var (user, agent) = Pair();
        user.IsSlow = true;
        var sent = 0;
        while (agent.Link.HasRoom(100_000))
        {
            await agent.SendAsync(sent++, 100_000);
        }

        using var cancel = new CancellationTokenSource();
        var waiting = agent.SendAsync(1000, 100_000, cancel.Token).AsTask();
        await cancel.CancelAsync();
        await Assert.That(async () => await waiting).Throws<OperationCanceledException>();
        user.IsSlow = false;
        Settle(user, agent);
        user.FinishTaking();
        Pass(5, user, agent);
        await agent.SendAsync(sent++, 10);
        Settle(user, agent);

        await Assert.That(user.Numbers).IsEquivalentTo(Enumerable.Range(0, sent));
        await Assert.That(agent.Pool.Out).IsEqualTo(0);
    }

    [Test]
    public async Task AWaitingSendEndsWithTheLink()
    {
        var user = Open(SessionSide.User);
        while (user.Link.HasRoom(100_000))
        {
            await user.SendAsync(0, 100_000);
        }

        var waiting = user.SendAsync(1, 100_000).AsTask();
        await user.Link.DisposeAsync();

        await Assert.That(async () => await waiting).Throws<OperationCanceledException>();
        await Assert.That(user.Pool.Out).IsEqualTo(0);
        await Assert.That(user.Links).IsEqualTo(0);
    }

    [Test]
    public async Task AnAgentThatDialsAnotherReplicaTakesTheOldLinksPlace()
    {
        var (user, first) = Pair();
        await user.SendAsync(0, 10);
        Settle(user, first);

        var second = Open(SessionSide.Agent);
        Settle(user, first, second);
        await user.SendAsync(1, 10);
        await second.SendAsync(0, 10);
        Settle(user, first, second);

        await Assert.That(second.Numbers).IsEquivalentTo([1]);
        await Assert.That(first.Numbers).IsEquivalentTo([0]);
        await Assert.That(first.Replacements).IsEqualTo(1);
        await Assert.That(first.Losses + user.Losses).IsEqualTo(0);
        await Assert.That(user.Numbers).IsEquivalentTo([0]);

        // What the old link still says is not heard.
        await first.SendAsync(77, 10);
        Pass(60, user, first, second);
        await Assert.That(user.Numbers).IsEquivalentTo([0]);
        await Assert.That(user.Losses + second.Losses).IsEqualTo(0);
    }

    [Test]
    public async Task WhatTheOldReplicaDidNotReceiveGoesToTheNew()
    {
        var (user, first) = Pair();
        _network.TakeDown();
        await user.SendAsync(0, 10);
        await user.SendAsync(1, 200_000);
        await first.Link.DisposeAsync();
        _network.BringUp();

        var second = Open(SessionSide.Agent);
        Pass(10, user, second);

        await Assert.That(second.Numbers).IsEquivalentTo([0, 1]);
    }

    [Test]
    public async Task AnEndThatLeavesWithoutAWordOfCloseIsLostAtOnceAfterItsFrames()
    {
        var (user, agent) = Pair();
        await agent.SendAsync(0, 10);
        Settle(user, agent);
        await agent.Link.DisposeAsync();
        Settle(user, agent);

        await Assert.That(user.Numbers).IsEquivalentTo([0]);
        await Assert.That(user.Losses).IsEqualTo(1);
        await Assert.That(agent.Links).IsEqualTo(0);
    }

    [Test]
    public async Task AnUnansweredCloseIsGivenUpAfterItsPatience()
    {
        var (user, _) = Pair();
        _network.TakeDown();
        var closed = user.Link.CloseAsync("User closed connection", TimeSpan.FromSeconds(5)).AsTask();
        _time.Advance(TimeSpan.FromSeconds(4));
        await Assert.That(closed.IsCompleted).IsFalse();
        _time.Advance(TimeSpan.FromSeconds(2));

        await Assert.That(await closed).IsFalse();
        await user.Link.DisposeAsync();
        await Assert.That(user.Pool.Out).IsEqualTo(0);
    }

    [Test]
    public async Task BothEndsMayCloseAtOnce()
    {
        var (user, agent) = Pair();
        var closed = new[]
        {
            user.Link.CloseAsync("User closed connection", TimeSpan.FromSeconds(5)).AsTask(),
            agent.Link.CloseAsync("Agent closed connection", TimeSpan.FromSeconds(5)).AsTask(),
        };
        Settle(user, agent);

        await Assert.That(await Task.WhenAll(closed)).IsEquivalentTo([true, true]);
        await Assert.That(user.Closings).IsEquivalentTo(["Agent closed connection"]);
        await Assert.That(agent.Closings).IsEquivalentTo(["User closed connection"]);
    }

    private (SimulatedReplica User, SimulatedReplica Agent) Pair()
    {
        var (user, agent) = (Open(SessionSide.User), Open(SessionSide.Agent));
        Settle(user, agent);
        return (user, agent);
    }

    private SimulatedReplica Open(SessionSide side)
    {
        var replica = new SimulatedReplica(_network, _time);
        replica.Open(Exec, side);
        return replica;
    }

    private void Pass(int seconds, params SimulatedReplica[] replicas)
    {
        for (var tick = 0; tick < 4 * seconds; tick++)
        {
            _time.Advance(TimeSpan.FromMilliseconds(250));
            Settle(replicas);
        }
    }

    private void Settle(params SimulatedReplica[] replicas)
    {
        bool isBusy;
        do
        {
            isBusy = _network.DeliverOne();
            foreach (var replica in replicas)
            {
                isBusy |= replica.Work();
            }
        }
        while (isBusy);
    }
}
