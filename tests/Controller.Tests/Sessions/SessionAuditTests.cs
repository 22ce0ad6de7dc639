using Controller.Sql.Stores;
using Controller.Tests.Events;
using Controller.Ws.Sessions;
using Edgelet.Simulator.Sessions;

namespace Controller.Tests.Sessions;

/// <summary>What is recorded of sockets (websocket 19), and how they end when the process does (18).</summary>
public sealed class SessionAuditTests
{
    [Test]
    public async Task Each_socket_is_recorded_once_when_it_opens_and_once_when_it_closes()
    {
        await using var w = await SessionWorld.StartAsync();
        await using var user = await OperatorSession.LogsAsync(
            w.Url, $"/microservices/{w.Microservice}/logs", new(), "tail=5&token=alice:admin&Password=p&follow=true", w.Patience);
        var agent = await w.AnswerAsync(user);
        await agent.ReceiveAsync(w.Patience);
        var opened = await w.Controller.RecordedAsync(2);
        var (one, two) = (opened.Single(e => e.EndpointType == "user"), opened.Single(e => e.EndpointType == "agent"));
        await Assert.That((one.EventType, one.ActorId, one.Method, one.ResourceType, one.ResourceId, one.IpAddress, one.Status, one.StatusCode, one.StatusMessage, one.RequestId))
            .IsEqualTo(("WS_CONNECT", "alice", "WS", "microservice", w.Microservice, "127.0.0.1", "SUCCESS", null, "WebSocket connection established", null));
        await Assert.That(one.EndpointPath).IsEqualTo($"/api/v3/microservices/{w.Microservice}/logs?tail=5&follow=true");
        await Assert.That((two.EventType, two.ActorId, two.ResourceType, two.ResourceId, two.EndpointPath))
            .IsEqualTo(("WS_CONNECT", w.Agent.Uuid, "agent", w.Microservice, $"/api/v3/agent/logs/microservice/{w.Microservice}/{user.Id}"));

        await agent.CloseAsync(1000, "session stopped", w.Patience);
        await w.EndingAsync(agent);
        var closed = (await w.Controller.RecordedAsync(3))[2];
        await Assert.That((closed.EventType, closed.EndpointType, closed.Status, closed.StatusCode, closed.StatusMessage))
            .IsEqualTo(("WS_DISCONNECT", "agent", "SUCCESS", 1000, "WebSocket connection closed normally"));
        user.Wire.Abort();
        closed = (await w.Controller.RecordedAsync(4))[3];
        await Assert.That((closed.EventType, closed.ActorId, closed.Status, closed.StatusCode, closed.StatusMessage))
            .IsEqualTo(("WS_DISCONNECT", "alice", "FAILED", 1006, "WebSocket closed with code 1006"));
    }

    [Test]
    public async Task A_node_s_log_is_recorded_under_the_node_and_refusals_are_not()
    {
        await using var w = await SessionWorld.StartAsync();
        await w.RefusalAsync("/microservices/exec/nope");
        await w.RefusalAsync("/nowhere");
        await w.RefusalAsync($"/agent/logs/iofog/{w.Agent.Uuid}/x", w.Agent.Token());
        await using var user = await w.NodeLogsAsync();
        var row = (await w.Controller.RecordedAsync(1)).Single();
        await Assert.That((row.ResourceType, row.ResourceId)).IsEqualTo(("agent", w.Agent.Uuid));
    }

    [Test]
    public async Task A_stop_closes_every_socket_with_1001_and_leaves_no_row()
    {
        await using var w = await SessionWorld.StartAsync();
        var (user, agent) = await w.PairedExecAsync();
        var (log, logAgent) = await w.PairedLogsAsync();
        await using var waiting = await w.ExecAsync();
        var endings = new[] { user.Wire, agent, log.Wire, logAgent, waiting.Wire }.Select(w.EndingAsync).ToList();
        await w.Controller.Service<SessionEngine>().DrainAsync();
        await Assert.That(await Task.WhenAll(endings)).IsEquivalentTo(Enumerable.Repeat("1001 Server draining", 5));
        foreach (var table in SessionTable.All)
        {
            await Assert.That(await w.RowsAsync(table)).IsEmpty();
        }

        var refused = await Assert.ThrowsAsync<SessionDialException>(() => w.DialAsync("/microservices/exec/x"));
        await Assert.That((refused!.Status, refused.RetryAfter)).IsEqualTo((503, "1"));
        refused = await Assert.ThrowsAsync<SessionDialException>(() => w.DialAsync("/agent/exec/microservice/x/y", w.Agent.Token()));
        await Assert.That(refused!.Status).IsEqualTo(503);
    }

    [Test]
    public async Task The_process_stops_while_sessions_are_open()
    {
        List<Task<string>> endings;
        await using (var w = await SessionWorld.StartAsync())
        {
            w.IsStopping = true;
            var (user, agent) = await w.PairedExecAsync();
            endings = [ReadAsync(user.Wire), ReadAsync(agent)];
        }

        await Assert.That(await Task.WhenAll(endings)).IsEquivalentTo(["1001 Server draining", "1001 Server draining"]);

        static Task<string> ReadAsync(SessionWire wire) => wire.ReadToEndAsync();
    }
}
