using Controller.Ws.Frames;
using Controller.Ws.Sessions;
using Controller.Ws.Tests.Support;
using Microsoft.Extensions.Time.Testing;

namespace Controller.Ws.Tests.Sessions;

/// <summary>Sessions whose sockets are on different replicas (websocket 7.3, 14.2), over a relay that loses nothing.</summary>
public sealed class CrossReplicaTests
{
    private readonly FakeRelay _relay = new();
    private readonly FakeStore _store = new();
    private readonly FakeTimeProvider _time = new(SampleFrames.Time);
    private readonly CountingPool _pool = new();

    [Test]
    public async Task A_terminal_across_replicas()
    {
        await using var here = NewRig();
        await using var there = NewRig();
        var session = Rig.NewExec();
        var (user, userServed) = here.User(session);
        await user.ReadAsync();
        await user.ReadAsync();
        await user.SendAsync(Rig.Frame(MessageType.Stdin, "early"));
        var (agent, _) = there.Agent(session);

        await Assert.That(Rig.Parse((await agent.ReadAsync()).Bytes).Type).IsEqualTo(MessageType.Activation);
        await Assert.That(Rig.Parse((await user.ReadAsync()).Bytes)).IsEqualTo((MessageType.Stderr, Texts.ExecReady));
        await Assert.That(Rig.Parse((await agent.ReadAsync()).Bytes)).IsEqualTo((MessageType.Stdin, "early"));
        await agent.SendAsync(Rig.Frame(MessageType.Stdout, "hello"));
        await Assert.That(Rig.Parse((await user.ReadAsync()).Bytes)).IsEqualTo((MessageType.Stdout, "hello"));

        await user.SendAsync(Rig.Frame(MessageType.Close, ""));
        await Assert.That(Rig.Parse((await agent.ReadAsync()).Bytes).Type).IsEqualTo(MessageType.Close);
        var close = await agent.ReadAsync();
        await Assert.That((close.Code, close.Reason)).IsEqualTo((1000, "User closed connection"));
        close = await user.ReadAsync();
        await Assert.That((close.Code, close.Reason)).IsEqualTo((1000, "Session closed"));
        user.Cut();
        agent.Cut();
        await EndAsync(here, there);
        await Assert.That(await userServed).IsEqualTo(1000);
    }

    [Test]
    [Arguments("agent closes")]
    [Arguments("agent is cut")]
    [Arguments("user is cut")]
    public async Task The_end_of_one_side_reaches_the_other(string how)
    {
        await using var here = NewRig();
        await using var there = NewRig();
        var (user, agent) = await PairAsync(here, there, Rig.NewExec());
        switch (how)
        {
            case "agent closes":
                await agent.SendAsync(Rig.Frame(MessageType.Stdout, "last"));
                await agent.SendAsync(Rig.Frame(MessageType.Close, ""));
                await Assert.That(Rig.Parse((await user.ReadAsync()).Bytes)).IsEqualTo((MessageType.Stdout, "last"));
                await Closed(user, 1000, "Agent closed connection");
                break;
            case "agent is cut":
                agent.Cut();
                await Closed(user, 1000, "Agent closed connection");
                break;
            default:
                user.Cut();
                await Assert.That(Rig.Parse((await agent.ReadAsync()).Bytes).Type).IsEqualTo(MessageType.Close);
                await Closed(agent, 1000, "User closed connection");
                break;
        }

        user.Cut();
        agent.Cut();
        await EndAsync(here, there);
    }

    [Test]
    public async Task A_replica_that_dies_takes_its_sessions_with_it_and_the_other_side_hears_of_it()
    {
        await using var here = NewRig();
        await using var there = NewRig();
        var session = Rig.NewExec();
        var (user, agent) = await PairAsync(here, there, session);
        _relay.Lose(session.Id, SessionSide.User);
        await Assert.That(Rig.Parse((await agent.ReadAsync()).Bytes).Type).IsEqualTo(MessageType.Close);
        await Closed(agent, 1000, "User closed connection");
        await Assert.That(_store.Rows).IsEmpty();
        agent.Cut();
        user.Cut();
        await EndAsync(here, there);
    }

    [Test]
    public async Task A_silent_replica_does_not_keep_the_user()
    {
        await using var here = NewRig();
        await using var there = NewRig();
        var session = Rig.NewExec();
        var (user, agent) = await PairAsync(here, there, session);
        _relay.Lose(session.Id, SessionSide.Agent);
        await Closed(user, 1000, "Agent closed connection");
        user.Cut();
        agent.Cut();
        await EndAsync(here, there);
    }

    [Test]
    public async Task A_logs_agent_may_come_back_at_any_replica()
    {
        await using var here = NewRig();
        await using var there = NewRig();
        await using var third = NewRig();
        var session = Rig.NewLog();
        var (user, agent) = await PairAsync(here, there, session);
        foreach (var rig in new[] { third, here, there, here })
        {
            agent.Cut();
            await Assert.That(Rig.Parse((await user.ReadAsync()).Bytes)).IsEqualTo((MessageType.LogLine, Texts.LogAgentGone));
            (agent, _) = rig.Agent(session);
            await Assert.That(Rig.Parse((await agent.ReadAsync()).Bytes).Type).IsEqualTo(MessageType.LogStart);
            await Assert.That(Rig.Parse((await user.ReadAsync()).Bytes)).IsEqualTo((MessageType.LogLine, Texts.LogReady));
            await agent.SendAsync(Rig.Frame(MessageType.LogLine, "line"));
            await Assert.That(Rig.Parse((await user.ReadAsync()).Bytes).Data).IsEqualTo("line");
        }

        user.Cut();
        await Closed(agent, 1000, "User closed connection");
        agent.Cut();
        await EndAsync(here, there, third);
    }

    [Test]
    public async Task Without_a_broker_the_agent_is_refused_at_once_and_the_user_soon()
    {
        await using var here = NewRig();
        await using var there = NewRig();
        _relay.IsUp = false;
        var session = Rig.NewExec();
        var (user, _) = here.User(session);
        await user.ReadAsync();
        await user.ReadAsync();
        using var stop = new CancellationTokenSource();
        var running = here.Engine.RunAsync(stop.Token);

        var (agent, _) = there.Agent(session);
        await Closed(agent, 1013, "Relay unavailable for cross-replica session");
        await here.PassAsync(TimeSpan.FromSeconds(2));
        await Closed(user, 1013, "Relay unavailable for cross-replica session");
        user.Cut();
        agent.Cut();
        await EndAsync(here, there);
        await stop.CancelAsync();
        await running;
    }

    [Test]
    public async Task Without_a_broker_both_sides_on_one_replica_need_none()
    {
        await using var here = NewRig();
        _relay.IsUp = false;
        var (user, agent) = await here.PairAsync(Rig.NewExec());
        await agent.SendAsync(Rig.Frame(MessageType.Stdout, "direct"));
        await Assert.That(Rig.Parse((await user.ReadAsync()).Bytes)).IsEqualTo((MessageType.Stdout, "direct"));
        user.Cut();
        agent.Cut();
        await EndAsync(here);
    }

    [Test]
    public async Task Draining_one_replica_ends_the_session_on_both()
    {
        await using var here = NewRig();
        await using var there = NewRig();
        var (user, agent) = await PairAsync(here, there, Rig.NewExec());
        var drain = there.Engine.DrainAsync();
        await agent.ReadAsync();
        await Closed(agent, 1001, "Server draining");
        await Closed(user, 1000, "Agent closed connection");
        agent.Cut();
        user.Cut();
        await drain;
        await EndAsync(here, there);
    }

    [Test]
    public async Task A_user_who_does_not_read_stops_an_agent_at_another_replica()
    {
        await using var here = NewRig();
        await using var there = NewRig();
        var (user, agent) = await PairAsync(here, there, Rig.NewExec());
        var sent = 0;
        var sending = Task.Run(async () =>
        {
            for (; sent < 400; sent++)
            {
                await agent.SendAsync(Rig.Frame(MessageType.Stdout, $"{sent:D6}" + new string('x', 10_000)));
            }
        });
        var seen = -1;
        while (seen != sent)
        {
            seen = sent;
            await Task.Delay(300);
        }

        await Assert.That(sent).IsLessThan(400);
        for (var i = 0; i < 400; i++)
        {
            await Assert.That(Rig.Parse((await user.ReadAsync()).Bytes).Data[..6]).IsEqualTo($"{i:D6}");
        }

        await sending;
        user.Cut();
        agent.Cut();
        await EndAsync(here, there);
    }

    private static async Task Closed(Wire wire, int code, string reason)
    {
        var close = await wire.ReadAsync();
        await Assert.That((close.Code, close.Reason)).IsEqualTo((code, reason));
    }

    private static async Task<(Wire User, Wire Agent)> PairAsync(Rig here, Rig there, SessionInfo session)
    {
        var (user, _) = here.User(session);
        await user.ReadAsync();
        await user.ReadAsync();
        var (agent, _) = there.Agent(session);
        await agent.ReadAsync();
        await user.ReadAsync();
        return (user, agent);
    }

    private Rig NewRig() => new(store: _store, relay: _relay, time: _time, pool: _pool);

    private async Task EndAsync(params Rig[] rigs)
    {
        for (var i = 0; i < 100 && rigs.Any(r => r.Engine.Count > 0); i++)
        {
            await rigs[0].PassAsync(TimeSpan.FromSeconds(1));
            foreach (var rig in rigs)
            {
                rig.Engine.Tick(false);
            }

            await Task.Delay(10);
        }

        foreach (var rig in rigs)
        {
            await rig.NothingIsLeftAsync();
        }

        await Assert.That(_store.Rows).IsEmpty();
        await Assert.That(_relay.Open()).IsEqualTo(0);
    }
}
