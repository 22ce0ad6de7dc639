using System.Net.WebSockets;
using Controller.Ws.Frames;
using Controller.Ws.Tests.Support;

namespace Controller.Ws.Tests.Sessions;

/// <summary>Terminals on one replica (websocket 7), over real WebSocket frames in memory.</summary>
public sealed class ExecTests
{
    [Test]
    public async Task From_the_first_frame_to_the_clean_end()
    {
        await using var rig = new Rig();
        var session = Rig.NewExec();
        var (user, served) = rig.User(session);

        var announce = Rig.Parse((await user.ReadAsync()).Bytes);
        await Assert.That(announce.Type).IsEqualTo(MessageType.Activation);
        await Assert.That(announce.Data).Contains(session.Id);
        await Assert.That(Rig.Parse((await user.ReadAsync()).Bytes)).IsEqualTo((MessageType.Stderr, Texts.ExecWaiting));

        // Typed before the agent is there: kept for it.
        await user.SendAsync(Rig.Frame(MessageType.Stdin, "early\r"));
        await user.SendAsync("text line"u8.ToArray(), WebSocketMessageType.Text);

        var (agent, agentServed) = rig.Agent(session);
        await Assert.That(Rig.Parse((await agent.ReadAsync()).Bytes).Type).IsEqualTo(MessageType.Activation);
        await Assert.That(Rig.Parse((await agent.ReadAsync()).Bytes)).IsEqualTo((MessageType.Stdin, "early\r"));
        await Assert.That(Rig.Parse((await agent.ReadAsync()).Bytes)).IsEqualTo((MessageType.Stdin, "text line\n"));
        await Assert.That(Rig.Parse((await user.ReadAsync()).Bytes)).IsEqualTo((MessageType.Stderr, Texts.ExecReady));

        await agent.SendAsync(Rig.Frame(MessageType.Stdout, "hello"));
        await agent.SendAsync(Rig.Frame(MessageType.Stdout, "")); // never forwarded
        await agent.SendAsync(Rig.Frame(MessageType.LogLine, "no")); // of no use here
        await agent.SendAsync(Rig.Frame(MessageType.Control, "resize"));
        await agent.SendAsync("ignored"u8.ToArray(), WebSocketMessageType.Text);
        await agent.SendAsync([0xff, 0x00]);
        await agent.SendAsync(Rig.Frame(MessageType.Stderr, "oops"));
        await Assert.That(Rig.Parse((await user.ReadAsync()).Bytes)).IsEqualTo((MessageType.Stdout, "hello"));
        await Assert.That(Rig.Parse((await user.ReadAsync()).Bytes)).IsEqualTo((MessageType.Control, "resize"));
        await Assert.That(Rig.Parse((await user.ReadAsync()).Bytes)).IsEqualTo((MessageType.Stderr, "oops"));

        await user.SendAsync(Rig.Frame(MessageType.Control, "keepalive"));
        await user.SendAsync([0xc1]);
        await Assert.That(Rig.Parse((await user.ReadAsync()).Bytes)).IsEqualTo((MessageType.Control, "keepalive"));

        await user.SendAsync(Rig.Frame(MessageType.Close, ""));
        var close = await user.ReadAsync();
        await Assert.That((close.Code, close.Reason)).IsEqualTo((1000, "Session closed"));
        await Assert.That(Rig.Parse((await agent.ReadAsync()).Bytes)).IsEqualTo((MessageType.Close, "Session closed"));
        close = await agent.ReadAsync();
        await Assert.That((close.Code, close.Reason)).IsEqualTo((1000, "User closed connection"));
        await user.Client.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, default);
        await agent.Client.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, default);

        await Assert.That(await served).IsEqualTo(1000);
        await Assert.That(await agentServed).IsEqualTo(1000);
        await Assert.That(rig.Store.Rows).IsEmpty();
        await rig.NothingIsLeftAsync();
    }

    [Test]
    public async Task The_agents_end_is_the_users()
    {
        await using var rig = new Rig();
        var (user, agent) = await rig.PairAsync(Rig.NewExec());
        await agent.SendAsync(Rig.Frame(MessageType.Stdout, "last words"));
        await agent.SendAsync(Rig.Frame(MessageType.Close, "exit"));

        await Assert.That(Rig.Parse((await user.ReadAsync()).Bytes)).IsEqualTo((MessageType.Stdout, "last words"));
        var close = await user.ReadAsync();
        await Assert.That((close.Code, close.Reason)).IsEqualTo((1000, "Agent closed connection"));
        user.Cut();
        agent.Cut();
        await rig.NothingIsLeftAsync();
    }

    [Test]
    [Arguments(true)]
    [Arguments(false)]
    public async Task A_lost_connection_ends_the_other_side(bool isUsers)
    {
        await using var rig = new Rig();
        var (user, agent) = await rig.PairAsync(Rig.NewExec());
        (isUsers ? user : agent).Cut();
        if (isUsers)
        {
            await Assert.That(Rig.Parse((await agent.ReadAsync()).Bytes).Type).IsEqualTo(MessageType.Close);
        }

        var close = await (isUsers ? agent : user).ReadAsync();
        await Assert.That((close.Code, close.Reason)).IsEqualTo((1000, isUsers ? "User closed connection" : "Agent closed connection"));
        (isUsers ? agent : user).Cut();
        await rig.NothingIsLeftAsync();
        await Assert.That(rig.Store.Rows).IsEmpty();
    }

    [Test]
    public async Task An_agent_that_never_dials()
    {
        await using var rig = new Rig();
        var (user, served) = rig.User(Rig.NewExec());
        await user.ReadAsync();
        await user.ReadAsync();
        await rig.PassAsync(TimeSpan.FromSeconds(59));
        await Assert.That(rig.Engine.Count).IsEqualTo(1);

        await rig.PassAsync(TimeSpan.FromSeconds(1));

        await Assert.That(Rig.Parse((await user.ReadAsync()).Bytes)).IsEqualTo((MessageType.Stderr, Texts.WaitedInVain));
        var close = await user.ReadAsync();
        await Assert.That((close.Code, close.Reason)).IsEqualTo((1008, "Timeout waiting for agent connection"));

        // The client does not answer the close: its connection is cut.
        await rig.PassAsync(TimeSpan.FromSeconds(6));
        await Assert.That(await served).IsEqualTo(1008);
        await rig.NothingIsLeftAsync();
        await Assert.That(rig.Store.Rows).IsEmpty();
    }

    [Test]
    public async Task A_terminal_ends_after_eight_hours_however_busy()
    {
        await using var rig = new Rig();
        var (user, agent) = await rig.PairAsync(Rig.NewExec());
        rig.Time.Advance(TimeSpan.FromHours(8) - TimeSpan.FromSeconds(2));
        await agent.SendAsync(Rig.Frame(MessageType.Stdout, "busy"));
        await user.ReadAsync();
        await rig.PassAsync(TimeSpan.FromSeconds(3));

        var close = await user.ReadAsync();
        await Assert.That((close.Code, close.Reason)).IsEqualTo((1008, "Exec session max duration exceeded"));
        await agent.ReadAsync();
        close = await agent.ReadAsync();
        await Assert.That((close.Code, close.Reason)).IsEqualTo((1000, "Exec session expired"));
        user.Cut();
        agent.Cut();
        await rig.NothingIsLeftAsync();
    }

    [Test]
    public async Task An_agent_that_dials_again_takes_over()
    {
        await using var rig = new Rig();
        var session = Rig.NewExec();
        var (user, first) = await rig.PairAsync(session);

        // The first connection is half open: nothing tells that it is dead.
        var (second, _) = rig.Agent(session);
        await Assert.That(Rig.Parse((await second.ReadAsync()).Bytes).Type).IsEqualTo(MessageType.Activation);
        await Assert.That(Rig.Parse((await user.ReadAsync()).Bytes)).IsEqualTo((MessageType.Stderr, Texts.ExecReady));
        await user.SendAsync(Rig.Frame(MessageType.Stdin, "x"));
        await Assert.That(Rig.Parse((await second.ReadAsync()).Bytes)).IsEqualTo((MessageType.Stdin, "x"));
        await Assert.That(async () => await first.ReadAsync()).Throws<Exception>();

        await second.SendAsync(Rig.Frame(MessageType.Stdout, "y"));
        await Assert.That(Rig.Parse((await user.ReadAsync()).Bytes)).IsEqualTo((MessageType.Stdout, "y"));
        user.Cut();
        await second.ReadAsync();
        await second.ReadAsync();
        second.Cut();
        await rig.NothingIsLeftAsync();
    }

    [Test]
    public async Task A_slow_user_stops_the_agent_and_loses_nothing()
    {
        const int frames = 400, size = 10_000;
        await using var rig = new Rig();
        var (user, agent) = await rig.PairAsync(Rig.NewExec());
        var sent = 0;
        var sending = Task.Run(async () =>
        {
            for (; sent < frames; sent++)
            {
                await agent.SendAsync(Rig.Frame(MessageType.Stdout, $"{sent:D6}" + new string('x', size)));
            }
        });

        // Nobody reads: the agent comes to a halt, with a bounded number of bytes on the way.
        var seen = -1;
        while (seen != sent)
        {
            seen = sent;
            await Task.Delay(200);
        }

        await Assert.That(sent).IsLessThan(frames);
        await Assert.That(rig.Pool.MostOut).IsLessThan(700 * 1024);
        for (var i = 0; i < frames; i++)
        {
            await Assert.That(Rig.Parse((await user.ReadAsync()).Bytes).Data[..6]).IsEqualTo($"{i:D6}");
        }

        await sending;
        user.Cut();
        agent.Cut();
        await rig.NothingIsLeftAsync();
    }

    [Test]
    public async Task A_user_who_goes_while_nothing_moves_is_noticed()
    {
        await using var rig = new Rig();
        var session = Rig.NewExec();
        var (user, _) = rig.User(session);
        await user.ReadAsync();
        await user.ReadAsync();

        // No agent: input fills its bound, and the socket is not read any more.
        var typing = Task.Run(async () =>
        {
            while (true)
            {
                await user.SendAsync(Rig.Frame(MessageType.Stdin, new string('x', 50_000)));
            }
        });
        await Rig.UntilAsync(() => rig.Pool.Out > 3, "input arrives");
        await Task.Delay(300);
        user.Cut();
        await Assert.That(async () => await typing).Throws<Exception>();
        await rig.NothingIsLeftAsync();
        await Assert.That(rig.Store.Rows).IsEmpty();
    }

    [Test]
    [Arguments(1024 * 1024, true)]
    [Arguments((1024 * 1024) + 1, false)]
    public async Task A_message_may_be_1_MiB(int size, bool isTaken)
    {
        await using var rig = new Rig();
        var (user, agent) = await rig.PairAsync(Rig.NewExec());
        var overhead = Rig.Frame(MessageType.Stdout, new byte[100_000]).Length - 100_000;
        var frame = Rig.Frame(MessageType.Stdout, new byte[size - overhead]);
        await Assert.That(frame.Length).IsEqualTo(size);
        var sending = agent.SendAsync(frame);

        if (isTaken)
        {
            await Assert.That(Rig.Parse((await user.ReadAsync()).Bytes).Data.Length).IsEqualTo(size - overhead);
            await sending;
        }
        else
        {
            var close = await agent.ReadAsync();
            await Assert.That(close.Code).IsEqualTo(1009);
            close = await user.ReadAsync();
            await Assert.That((close.Code, close.Reason)).IsEqualTo((1000, "Agent closed connection"));
        }

        user.Cut();
        agent.Cut();
        await rig.NothingIsLeftAsync();
    }

    [Test]
    public async Task Refused_by_the_store()
    {
        await using var rig = new Rig();
        var (user, served) = rig.User(Rig.NewExec(), "Maximum of 3 concurrent exec sessions allowed for this microservice.");
        var close = await user.ReadAsync();
        await Assert.That((close.Code, close.Reason)).IsEqualTo((1008, "Maximum of 3 concurrent exec sessions allowed for this microservice."));
        await user.Client.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, default);
        await Assert.That(await served).IsEqualTo(1008);
        await rig.NothingIsLeftAsync();
    }

    [Test]
    public async Task An_agent_without_a_session()
    {
        await using var rig = new Rig();
        var (agent, served) = rig.Agent(Rig.NewExec());
        var close = await agent.ReadAsync();
        await Assert.That((close.Code, close.Reason)).IsEqualTo((1008, "Session not found"));
        agent.Cut();
        await Assert.That(await served).IsEqualTo(1008);
        await rig.NothingIsLeftAsync();
    }

    [Test]
    public async Task Draining_closes_both_sides_and_removes_the_rows()
    {
        await using var rig = new Rig();
        var (user, agent) = await rig.PairAsync(Rig.NewExec());
        var (waiting, _) = rig.User(Rig.NewExec());
        await waiting.ReadAsync();
        await waiting.ReadAsync();

        var drain = rig.Engine.DrainAsync();
        foreach (var wire in new[] { user, waiting })
        {
            var close = await wire.ReadAsync();
            await Assert.That((close.Code, close.Reason)).IsEqualTo((1001, "Server draining"));
            await wire.Client.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, default);
        }

        await Assert.That(Rig.Parse((await agent.ReadAsync()).Bytes).Type).IsEqualTo(MessageType.Close);
        await Assert.That((await agent.ReadAsync()).Code).IsEqualTo(1001);
        await agent.Client.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, default);
        await drain;
        await Assert.That(rig.Engine.IsDraining).IsTrue();
        await Assert.That(rig.Store.Rows).IsEmpty();
        await rig.NothingIsLeftAsync();
    }

    [Test]
    public async Task A_client_that_does_not_read_cannot_hold_up_the_drain()
    {
        await using var rig = new Rig();
        var (user, agent) = await rig.PairAsync(Rig.NewExec());
        var flooding = Task.Run(async () =>
        {
            while (true)
            {
                await agent.SendAsync(Rig.Frame(MessageType.Stdout, new string('x', 30_000)));
            }
        });
        await Rig.UntilAsync(() => rig.Pool.Out > 5, "output piles up");

        var drain = rig.Engine.DrainAsync();
        await rig.PassAsync(TimeSpan.FromSeconds(8));
        agent.Cut();
        await drain;
        await Assert.That(async () => await flooding).Throws<Exception>();
        user.Cut();
        await rig.NothingIsLeftAsync();
    }

    [Test]
    public async Task A_database_that_is_down_does_not_keep_a_session_from_ending()
    {
        await using var rig = new Rig();
        var (user, agent) = await rig.PairAsync(Rig.NewExec());
        rig.Store.IsDown = true;
        user.Cut();
        await agent.ReadAsync();
        await Assert.That((await agent.ReadAsync()).Code).IsEqualTo(1000);
        agent.Cut();
        await rig.NothingIsLeftAsync();
    }

    [Test]
    public async Task A_clock_that_jumps_ends_nothing()
    {
        await using var rig = new Rig();
        var session = Rig.NewExec();
        var (user, _) = rig.User(session);
        await user.ReadAsync();
        await user.ReadAsync();
        rig.Time.AdjustTime(rig.Time.GetUtcNow().AddDays(1));
        await rig.PassAsync(TimeSpan.FromSeconds(2));
        await Assert.That(rig.Engine.Count).IsEqualTo(1);
        rig.Time.AdjustTime(rig.Time.GetUtcNow().AddYears(-1));
        await rig.PassAsync(TimeSpan.FromSeconds(60));
        await Assert.That(Rig.Parse((await user.ReadAsync()).Bytes)).IsEqualTo((MessageType.Stderr, Texts.WaitedInVain));
        user.Cut();
        await rig.NothingIsLeftAsync();
    }

    [Test]
    public async Task Both_sides_may_close_at_once()
    {
        for (var i = 0; i < 50; i++)
        {
            await using var rig = new Rig();
            var (user, agent) = await rig.PairAsync(Rig.NewExec());
            await Task.WhenAll(
                Task.Run(() => user.SendAsync(Rig.Frame(MessageType.Close, ""))),
                Task.Run(() => agent.SendAsync(Rig.Frame(MessageType.Close, ""))));
            var close = await user.ReadAsync();
            await Assert.That(close.Code).IsEqualTo(1000);
            user.Cut();
            agent.Cut();
            await rig.NothingIsLeftAsync();
        }
    }
}
