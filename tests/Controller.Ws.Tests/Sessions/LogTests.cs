using System.Net.WebSockets;
using Controller.Ws.Frames;
using Controller.Ws.Tests.Support;

namespace Controller.Ws.Tests.Sessions;

/// <summary>Log streams on one replica (websocket 8).</summary>
public sealed class LogTests
{
    [Test]
    public async Task Lines_pass_byte_for_byte_and_one_way()
    {
        await using var rig = new Rig();
        var session = Rig.NewLog();
        var (user, _) = rig.User(session);
        var start = (await user.ReadAsync()).Bytes;
        await Assert.That(Rig.Parse(start)).IsEqualTo((MessageType.LogStart, $$"""{"sessionId":"{{session.Id}}","tailConfig":{{session.TailConfig}}}"""));
        await Assert.That(Rig.Parse((await user.ReadAsync()).Bytes)).IsEqualTo((MessageType.LogLine, Texts.LogWaiting));

        var (agent, _) = rig.Agent(session);
        await Assert.That((await agent.ReadAsync()).Bytes).IsEquivalentTo(start);
        await Assert.That(Rig.Parse((await user.ReadAsync()).Bytes)).IsEqualTo((MessageType.LogLine, Texts.LogReady));

        await user.SendAsync(Rig.Frame(MessageType.Stdin, "nobody listens"));
        foreach (var sample in new[] { "log-line-agent-microservice", "log-line-agent-node", "log-stop-agent" })
        {
            await agent.SendAsync(SampleFrames.Bytes(sample));
            await Assert.That(Convert.ToHexString((await user.ReadAsync()).Bytes)).IsEqualTo(Convert.ToHexString(SampleFrames.Bytes(sample)));
        }

        await agent.SendAsync(Rig.Frame(MessageType.Stdout, "not of a log"));
        await agent.SendAsync(Rig.Frame(MessageType.LogError, "of a log"));
        await Assert.That(Rig.Parse((await user.ReadAsync()).Bytes)).IsEqualTo((MessageType.LogError, "of a log"));

        user.Cut();
        var close = await agent.ReadAsync();
        await Assert.That((close.Code, close.Reason)).IsEqualTo((1000, "User closed connection"));
        agent.Cut();
        await rig.NothingIsLeftAsync();
        await Assert.That(rig.Store.Rows).IsEmpty();
    }

    [Test]
    public async Task An_agent_may_go_and_come_back()
    {
        await using var rig = new Rig();
        var session = Rig.NewLog();
        var (user, agent) = await rig.PairAsync(session);
        for (var i = 0; i < 5; i++)
        {
            agent.Cut();
            await Assert.That(Rig.Parse((await user.ReadAsync()).Bytes)).IsEqualTo((MessageType.LogLine, Texts.LogAgentGone));
            await Assert.That(rig.Store.Rows[session.Id].Agent).IsFalse();

            (agent, _) = rig.Agent(session);
            await Assert.That(Rig.Parse((await agent.ReadAsync()).Bytes).Type).IsEqualTo(MessageType.LogStart);
            await Assert.That(Rig.Parse((await user.ReadAsync()).Bytes)).IsEqualTo((MessageType.LogLine, Texts.LogReady));
            await agent.SendAsync(Rig.Frame(MessageType.LogLine, $"{i}"));
            await Assert.That(Rig.Parse((await user.ReadAsync()).Bytes).Data).IsEqualTo($"{i}");
        }

        // It stays away.
        agent.Cut();
        await user.ReadAsync();
        await rig.PassAsync(TimeSpan.FromSeconds(121));
        await Assert.That(Rig.Parse((await user.ReadAsync()).Bytes)).IsEqualTo((MessageType.LogLine, Texts.WaitedInVain));
        var close = await user.ReadAsync();
        await Assert.That((close.Code, close.Reason)).IsEqualTo((1008, "Timeout waiting for agent connection"));
        user.Cut();
        await rig.NothingIsLeftAsync();
        await Assert.That(rig.Store.Rows).IsEmpty();
    }

    [Test]
    public async Task A_log_ends_two_hours_after_its_last_line()
    {
        await using var rig = new Rig();
        var (user, agent) = await rig.PairAsync(Rig.NewLog());
        rig.Time.Advance(TimeSpan.FromMinutes(119));
        await agent.SendAsync(Rig.Frame(MessageType.LogLine, "still there"));
        await user.ReadAsync();
        await rig.PassAsync(TimeSpan.FromSeconds(1));
        rig.Time.Advance(TimeSpan.FromMinutes(119));
        await rig.PassAsync(TimeSpan.FromSeconds(1));
        await Assert.That(rig.Engine.Count).IsEqualTo(1);

        await rig.PassAsync(TimeSpan.FromMinutes(1));
        var close = await user.ReadAsync();
        await Assert.That((close.Code, close.Reason)).IsEqualTo((1008, "Log session idle timeout"));
        close = await agent.ReadAsync();
        await Assert.That((close.Code, close.Reason)).IsEqualTo((1000, "Log session expired"));
        user.Cut();
        agent.Cut();
        await rig.NothingIsLeftAsync();
    }

    [Test]
    public async Task A_user_who_reads_slowly_gets_every_line()
    {
        const int lines = 3000;
        await using var rig = new Rig();
        var (user, agent) = await rig.PairAsync(Rig.NewLog());
        var sending = Task.Run(async () =>
        {
            for (var i = 0; i < lines; i++)
            {
                await agent.SendAsync(Rig.Frame(MessageType.LogLine, $"{i:D6}" + new string('x', 500)));
            }
        });
        for (var i = 0; i < lines; i++)
        {
            if (i % 500 == 0)
            {
                await Task.Delay(50);
            }

            await Assert.That(Rig.Parse((await user.ReadAsync()).Bytes).Data[..6]).IsEqualTo($"{i:D6}");
        }

        await sending;
        user.Cut();
        agent.Cut();
        await rig.NothingIsLeftAsync();
    }

    [Test]
    public async Task A_user_who_does_not_read_at_all_is_told_once_that_lines_are_missing()
    {
        await using var rig = new Rig();
        var (user, agent) = await rig.PairAsync(Rig.NewLog());
        var sent = 0;
        var sending = Task.Run(async () =>
        {
            for (; sent < 2000; sent++)
            {
                await agent.SendAsync(Rig.Frame(MessageType.LogLine, $"{sent:D6}" + new string('x', 1000)));
            }
        });
        while (!sending.IsCompleted)
        {
            rig.Engine.Tick(false);
            await Task.Delay(20);
        }

        await sending;
        await Assert.That(rig.Pool.MostOut).IsLessThan(700 * 1024);
        await agent.SendAsync(Rig.Frame(MessageType.LogStop, "end"));
        var (read, errors) = (0, 0);
        var reading = Task.Run(async () =>
        {
            while (Rig.Parse((await user.ReadAsync()).Bytes) is var frame && frame.Type != MessageType.LogStop)
            {
                read += frame.Type == MessageType.LogLine ? 1 : 0;
                errors += frame is { Type: MessageType.LogError, Data: Texts.Backpressure } ? 1 : 0;
                if (errors > 0 && read > 0)
                {
                    // There is room again: what comes now gets through.
                    await agent.SendAsync(Rig.Frame(MessageType.LogStop, "end"));
                }
            }
        });
        await reading;
        await Assert.That(errors).IsEqualTo(1);
        await Assert.That(read).IsLessThan(2000);
        user.Cut();
        agent.Cut();
        await rig.NothingIsLeftAsync();
    }
}
