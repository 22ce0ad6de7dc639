using Controller.Sql.Stores;
using Controller.Tests.Support;
using Edgelet.Simulator.Sessions;
using Microsoft.Extensions.Time.Testing;

namespace Controller.Tests.Sessions;

/// <summary>Logs over real sockets (websocket 6.2 and 8).</summary>
public sealed class LogSessionTests
{
    [Test]
    public async Task The_first_frames_are_those_that_clients_wait_for()
    {
        await using var w = await SessionWorld.StartAsync();
        foreach (var isNode in new[] { false, true })
        {
            var table = isNode ? SessionTable.NodeLogs : SessionTable.MicroserviceLogs;
            await using var user = await w.DialAsync(isNode ? $"/iofog/{w.Agent.Uuid}/logs" : $"/microservices/{w.Microservice}/logs");
            var start = (await user.ReceiveAsync(w.Patience))!;
            var id = (await w.RowsAsync(table)).Single().SessionId;
            await Assert.That(start.Keys).IsEquivalentTo(["type", "data", "sessionId", "timestamp"]);
            await Assert.That((start.Type, start.SessionId)).IsEqualTo((SessionFrameType.LogStart, id));
            var waiting = (await user.ReceiveAsync(w.Patience))!;
            await Assert.That(waiting.Text).IsEqualTo("Waiting for agent connection. Log streaming will begin once the agent connects.\n");
            await Assert.That((waiting.Type, waiting.MicroserviceUuid, waiting.IofogUuid))
                .IsEqualTo((SessionFrameType.LogLine, isNode ? null : w.Microservice, isNode ? w.Agent.Uuid : null));
            var kind = isNode ? $"iofog/{w.Agent.Uuid}" : $"microservice/{w.Microservice}";
            await using var agent = await w.DialAsync($"/agent/logs/{kind}/{id}", w.Agent.Token());
            await Assert.That((await agent.ReceiveAsync(w.Patience))!.Type).IsEqualTo(SessionFrameType.LogStart);
            await Assert.That((await user.ReceiveAsync(w.Patience))!.Text).IsEqualTo("Agent connected. Log streaming started.\n");
        }
    }

    [Test]
    public async Task Lines_flow_one_way_byte_for_byte()
    {
        await using var w = await SessionWorld.StartAsync();
        var (user, agent) = await w.PairedLogsAsync();
        await user.Wire.SendAsync(new SessionFrame(SessionFrameType.Stdin) { Data = "x"u8.ToArray() }, w.Patience);
        await agent.SendAsync(SessionWorld.FromAgent(user, SessionFrameType.Stdout, "not a log frame"), w.Patience);
        await agent.SendAsync(new byte[] { 0xc1 }, ct: w.Patience);
        foreach (var type in new[] { SessionFrameType.LogLine, SessionFrameType.LogError, SessionFrameType.LogStop })
        {
            var sent = SessionWorld.FromAgent(user, type, "line") with { IofogUuid = w.Agent.Uuid };
            await agent.SendAsync(sent, w.Patience);
            var got = await user.NextAsync(w.Patience);
            await Assert.That(Convert.ToHexString(got.Write())).IsEqualTo(Convert.ToHexString(sent.Write()));
        }

        await user.HangUpAsync();
        await Assert.That(await w.EndingAsync(agent)).IsEqualTo("1000 User closed connection");
        await w.RowsAreAsync(SessionTable.MicroserviceLogs, 0);
    }

    [Test]
    public async Task The_user_of_a_log_stays_while_the_agent_comes_back()
    {
        await using var w = await SessionWorld.StartAsync();
        var (user, agent) = await w.PairedLogsAsync();
        await w.Database.TakeFlagsAsync(w.Agent);
        agent.Abort();
        await Assert.That((await user.NextAsync(w.Patience)).Text).IsEqualTo("Agent disconnected.\n");
        var row = (await w.RowsAsync(SessionTable.MicroserviceLogs)).Single();
        await Assert.That((row.Status, row.UserConnected, row.AgentConnected)).IsEqualTo(("ACTIVE", true, false));
        await Assert.That(await w.Database.TakeFlagsAsync(w.Agent)).IsEqualTo(ChangeFlags.MicroserviceLogs);
        await using var again = await w.AnswerAsync(user);
        await Assert.That((await again.ReceiveAsync(w.Patience))!.Type).IsEqualTo(SessionFrameType.LogStart);
        await again.SendAsync(SessionWorld.FromAgent(user, SessionFrameType.LogLine, "more"), w.Patience);
        await Assert.That((await user.NextAsync(w.Patience)).Text).StartsWith("Agent connected");
        await Assert.That((await user.NextAsync(w.Patience)).Text).IsEqualTo("more");
    }

    [Test]
    public async Task A_log_waits_two_minutes_for_its_agent_and_two_hours_for_a_line()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var w = await SessionWorld.StartAsync(time: time);
        await using var waiting = await w.LogsAsync();
        var (idle, agent) = await w.PairedLogsAsync(await w.NodeLogsAsync());
        time.Advance(TimeSpan.FromSeconds(61));
        await Assert.That((await w.RowsAsync(SessionTable.MicroserviceLogs)).Count).IsEqualTo(1);
        time.Advance(TimeSpan.FromSeconds(61));
        await Assert.That((await waiting.NextAsync(w.Patience)).Text).StartsWith("Waiting");
        await Assert.That((await waiting.NextAsync(w.Patience)).Text).IsEqualTo("Timeout waiting for agent connection.\n");
        await Assert.That(await w.EndingAsync(waiting.Wire)).IsEqualTo("1008 Timeout waiting for agent connection");
        time.Advance(TimeSpan.FromHours(2));
        await Assert.That(await w.EndingAsync(idle.Wire)).IsEqualTo("1008 Log session idle timeout");
        await Assert.That(await w.EndingAsync(agent)).IsEqualTo("1000 Log session expired");
        await w.RowsAreAsync(SessionTable.NodeLogs, 0);
    }
}
