using System.Text;
using Controller.Sql.Stores;
using Controller.Ws.Sessions;
using Edgelet.Simulator.Sessions;
using Microsoft.Extensions.Time.Testing;

namespace Controller.Tests.Sessions;

/// <summary>Terminals over real sockets (websocket 6.1 and 7).</summary>
public sealed class ExecSessionTests
{
    [Test]
    public async Task The_first_frames_are_those_that_clients_wait_for()
    {
        await using var w = await SessionWorld.StartAsync();
        await using var user = await w.DialAsync($"/microservices/exec/{w.Microservice}");
        var announce = (await user.ReceiveAsync(w.Patience))!;
        var id = (await w.RowsAsync(SessionTable.Exec)).Single().SessionId;
        await Assert.That(announce.Keys).IsEquivalentTo(["type", "data", "sessionId", "microserviceUuid", "execId", "timestamp"]);
        await Assert.That((announce.SessionId, announce.ExecId, announce.MicroserviceUuid)).IsEqualTo((id, id, w.Microservice));
        await Assert.That(announce.Text).IsEqualTo($$"""{"sessionId":"{{id}}","microserviceUuid":"{{w.Microservice}}"}""");
        var waiting = (await user.ReceiveAsync(w.Patience))!;
        await Assert.That((waiting.Type, waiting.Text)).IsEqualTo(
            (SessionFrameType.Stderr, "Waiting for agent connection. Interactive exec will begin once the agent connects.\n"));

        await using var agent = await w.DialAsync($"/agent/exec/microservice/{w.Microservice}/{id}", w.Agent.Token());
        var activation = (await agent.ReceiveAsync(w.Patience))!;
        await Assert.That(activation.Type).IsEqualTo(SessionFrameType.Activation);
        await Assert.That(activation.Text).StartsWith($$"""{"sessionId":"{{id}}","execId":"{{id}}","microserviceUuid":"{{w.Microservice}}","timestamp":""");
        var ready = (await user.ReceiveAsync(w.Patience))!;
        await Assert.That((ready.Type, ready.Text)).IsEqualTo((SessionFrameType.Stderr, "Agent connected. Interactive exec is ready.\n"));
    }

    [Test]
    public async Task Input_and_output_pass_with_their_ids()
    {
        await using var w = await SessionWorld.StartAsync();
        var (user, agent) = await w.PairedExecAsync();

        // As the Console writes it: empty ids. A node ignores frames of other ids, so they are filled in.
        await user.Wire.SendAsync(new SessionFrame(SessionFrameType.Stdin) { Data = "ls\r"u8.ToArray(), ExecId = "", MicroserviceUuid = "" }, w.Patience);
        var input = (await agent.ReceiveAsync(w.Patience))!;
        await Assert.That((input.Type, input.Text, input.ExecId, input.MicroserviceUuid, input.SessionId))
            .IsEqualTo((SessionFrameType.Stdin, "ls\r", user.Id, w.Microservice, user.Id));
        await Assert.That(input.Timestamp ?? 0).IsGreaterThan(0);

        await user.Wire.SendAsync("text"u8.ToArray(), isText: true, ct: w.Patience);
        await Assert.That((await agent.ReceiveAsync(w.Patience))!.Text).IsEqualTo("text\n");

        await agent.SendAsync("ignored"u8.ToArray(), isText: true, ct: w.Patience);
        await agent.SendAsync(SessionWorld.FromAgent(user, SessionFrameType.Stdout, ""), w.Patience);
        await agent.SendAsync(SessionWorld.FromAgent(user, SessionFrameType.Stdout, "out"), w.Patience);
        await agent.SendAsync(SessionWorld.FromAgent(user, SessionFrameType.Stderr, "err"), w.Patience);
        await agent.SendAsync(SessionWorld.FromAgent(user, SessionFrameType.Control, "anything"), w.Patience);
        var output = await user.NextAsync(w.Patience);
        await Assert.That((output.Type, output.Text, output.SessionId, output.ExecId)).IsEqualTo((SessionFrameType.Stdout, "out", user.Id, user.Id));
        await Assert.That((await user.NextAsync(w.Patience)).Text).IsEqualTo("err");
        await Assert.That((await user.NextAsync(w.Patience)).Text).IsEqualTo("anything");

        await user.Wire.SendAsync(new SessionFrame(SessionFrameType.Control) { Data = "keepalive"u8.ToArray() }, w.Patience);
        var answer = await user.NextAsync(w.Patience);
        await Assert.That((answer.Type, answer.Text)).IsEqualTo((SessionFrameType.Control, "keepalive"));
        await user.Wire.SendAsync(new SessionFrame(SessionFrameType.Control) { Data = "close"u8.ToArray() }, w.Patience);
        await Assert.That((await agent.ReceiveAsync(w.Patience))!.Text).IsEqualTo("close");
        await user.DisposeAsync();
        await agent.DisposeAsync();
    }

    [Test]
    public async Task What_is_typed_before_the_agent_comes_is_not_lost()
    {
        await using var w = await SessionWorld.StartAsync();
        await using var user = await w.ExecAsync();
        await user.TypeAsync("early", w.Patience);
        await using var agent = await w.AnswerAsync(user);
        await Assert.That((await agent.ReceiveAsync(w.Patience))!.Type).IsEqualTo(SessionFrameType.Activation);
        await Assert.That((await agent.ReceiveAsync(w.Patience))!.Text).IsEqualTo("early");
    }

    [Test]
    public async Task Malformed_messages_are_dropped_and_too_large_ones_close()
    {
        await using var w = await SessionWorld.StartAsync();
        var (user, agent) = await w.PairedExecAsync();
        foreach (var broken in new byte[][] { [], [0xc1], [0x81], [0x93, 1, 2, 3], [0x81, 0xa4, .. "type"u8, 0xa1, .. "x"u8], Encoding.UTF8.GetBytes("{}") })
        {
            await user.Wire.SendAsync(broken, ct: w.Patience);
            await agent.SendAsync(broken, ct: w.Patience);
        }

        // The frame, not its data, may be a mebibyte.
        var head = new SessionFrame(SessionFrameType.Stdin) { Data = new byte[70_000] }.Write().Length - 70_000;
        var largest = new SessionFrame(SessionFrameType.Stdin) { Data = new byte[1_048_576 - head] }.Write();
        await Assert.That(largest.Length).IsEqualTo(1_048_576);
        await user.Wire.SendAsync(largest, ct: w.Patience);
        var received = await agent.ReceiveAsync(w.Patience);
        await Assert.That(received!.Data!.Length).IsEqualTo(1_048_576 - head);

        // In two parts, so that neither is too large by itself.
        await user.Wire.SendAsync(largest, isLast: false, ct: w.Patience);
        await user.Wire.SendAsync(new byte[] { 0 }, ct: w.Patience);
        await Assert.That(await w.EndingAsync(user.Wire)).IsEqualTo("1009");
        await Assert.That((await agent.ReceiveAsync(w.Patience))!.Type).IsEqualTo(SessionFrameType.Close);
        await Assert.That(await w.EndingAsync(agent)).IsEqualTo("1000 User closed connection");
        await w.RowsAreAsync(SessionTable.Exec, 0);
    }

    [Test]
    public async Task An_agent_that_sends_too_much_at_once_loses_its_session()
    {
        await using var w = await SessionWorld.StartAsync();
        var (user, agent) = await w.PairedExecAsync();
        await agent.SendAsync(new byte[1_048_577], ct: w.Patience);
        await Assert.That(await w.EndingAsync(agent)).IsEqualTo("1009");
        await Assert.That(await w.EndingAsync(user.Wire)).IsEqualTo("1000 Agent closed connection");
    }

    [Test]
    public async Task The_user_says_close()
    {
        await using var w = await SessionWorld.StartAsync();
        var (user, agent) = await w.PairedExecAsync();
        await user.TypeAsync("last", w.Patience);
        await user.Wire.SendAsync(new SessionFrame(SessionFrameType.Close) { ExecId = "" }, w.Patience);
        await Assert.That(await w.EndingAsync(user.Wire)).IsEqualTo("1000 Session closed");
        await Assert.That((await agent.ReceiveAsync(w.Patience))!.Text).IsEqualTo("last");
        var close = (await agent.ReceiveAsync(w.Patience))!;
        await Assert.That((close.Type, close.ExecId, close.MicroserviceUuid)).IsEqualTo((SessionFrameType.Close, user.Id, w.Microservice));
        await Assert.That(await w.EndingAsync(agent)).IsEqualTo("1000 User closed connection");
        await w.RowsAreAsync(SessionTable.Exec, 0);
    }

    [Test]
    public async Task The_user_drops_the_connection()
    {
        await using var w = await SessionWorld.StartAsync();
        var (user, agent) = await w.PairedExecAsync();
        user.Wire.Abort();
        await Assert.That((await agent.ReceiveAsync(w.Patience))!.Type).IsEqualTo(SessionFrameType.Close);
        await Assert.That(await w.EndingAsync(agent)).IsEqualTo("1000 User closed connection");
        await w.RowsAreAsync(SessionTable.Exec, 0);
        await w.UntilAsync(() => w.Controller.Service<SessionEngine>().Count == 0);
    }

    [Test]
    [Arguments(true)]
    [Arguments(false)]
    public async Task The_shell_ends(bool byFrame)
    {
        await using var w = await SessionWorld.StartAsync();
        var (user, agent) = await w.PairedExecAsync();
        await agent.SendAsync(SessionWorld.FromAgent(user, SessionFrameType.Stdout, "bye"), w.Patience);
        await (byFrame ? agent.SendAsync(SessionWorld.FromAgent(user, SessionFrameType.Close, null), w.Patience) : agent.CloseAsync(ct: w.Patience));
        await Assert.That((await user.NextAsync(w.Patience)).Text).IsEqualTo("bye");
        await Assert.That(await w.EndingAsync(user.Wire)).IsEqualTo("1000 Agent closed connection");
        await w.EndingAsync(agent);
        await w.RowsAreAsync(SessionTable.Exec, 0);
    }

    [Test]
    public async Task An_agent_that_dials_again_takes_the_session_over()
    {
        await using var w = await SessionWorld.StartAsync();
        var (user, agent) = await w.PairedExecAsync();
        await using var again = await w.AnswerAsync(user);
        await Assert.That((await again.ReceiveAsync(w.Patience))!.Type).IsEqualTo(SessionFrameType.Activation);
        await w.EndingAsync(agent);
        await user.TypeAsync("x", w.Patience);
        await Assert.That((await again.ReceiveAsync(w.Patience))!.Text).IsEqualTo("x");
        await again.SendAsync(SessionWorld.FromAgent(user, SessionFrameType.Stdout, "y"), w.Patience);
        await user.WaitForAgentAsync(w.Patience);
        await Assert.That((await user.NextAsync(w.Patience)).Text).IsEqualTo("y");
    }

    [Test]
    public async Task Nobody_waits_longer_than_a_minute_and_nobody_stays_longer_than_eight_hours()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var w = await SessionWorld.StartAsync(time: time);
        await using var waiting = await w.ExecAsync();
        await using var busy = await w.ExecAsync();
        await using var agent = await w.AnswerAsync(busy);
        await agent.ReceiveAsync(w.Patience);
        await busy.WaitForAgentAsync(w.Patience);
        time.Advance(TimeSpan.FromSeconds(61));
        await Assert.That((await waiting.NextAsync(w.Patience)).Text).StartsWith("Waiting for agent");
        var notice = await waiting.NextAsync(w.Patience);
        await Assert.That((notice.Type, notice.Text)).IsEqualTo((SessionFrameType.Stderr, "Timeout waiting for agent connection.\n"));
        await Assert.That(await w.EndingAsync(waiting.Wire)).IsEqualTo("1008 Timeout waiting for agent connection");
        await w.RowsAreAsync(SessionTable.Exec, 1);

        time.Advance(TimeSpan.FromHours(8));
        await Assert.That(await w.EndingAsync(busy.Wire)).IsEqualTo("1008 Exec session max duration exceeded");
        await Assert.That((await agent.ReceiveAsync(w.Patience))!.Type).IsEqualTo(SessionFrameType.Close);
        await Assert.That(await w.EndingAsync(agent)).IsEqualTo("1000 Exec session expired");
        await w.RowsAreAsync(SessionTable.Exec, 0);
    }

    [Test]
    public async Task A_user_who_does_not_read_keeps_the_agent_waiting_and_loses_nothing()
    {
        await using var w = await SessionWorld.StartAsync();
        var (user, agent) = await w.PairedExecAsync();
        const int pieces = 600, size = 100_000;
        var sent = 0;
        var sending = Task.Run(async () =>
        {
            for (var i = 0; i < pieces; i++)
            {
                var data = new byte[size];
                Array.Fill(data, (byte)i);
                await agent.SendAsync(new SessionFrame(SessionFrameType.Stdout) { Data = data }, w.Patience);
                Volatile.Write(ref sent, i + 1);
            }
        });

        // It comes to a stand before all is sent.
        for (int before = -1, now = 0; before != now || now == 0; now = Volatile.Read(ref sent))
        {
            before = now;
            await Task.Delay(300, w.Patience);
        }

        await Assert.That(sending.IsCompleted).IsFalse();
        for (var i = 0; i < pieces; i++)
        {
            var frame = await user.NextAsync(w.Patience);
            await Assert.That((frame.Data!.Length, frame.Data[0], frame.Data[^1])).IsEqualTo((size, (byte)i, (byte)i));
        }

        await sending;
    }
}
