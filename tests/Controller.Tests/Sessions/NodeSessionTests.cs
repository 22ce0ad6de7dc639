using System.Text;
using Controller.Sql.Stores;
using Controller.Tests.Support;
using Edgelet.Simulator;
using Edgelet.Simulator.Sessions;

namespace Controller.Tests.Sessions;

/// <summary>A node as it is, with its held poll, its lists and its own sockets (websocket 11 and 22.1).</summary>
public sealed class NodeSessionTests
{
    [Test]
    public async Task A_user_meets_a_node_that_waits_in_a_held_poll()
    {
        await using var w = await SessionWorld.StartAsync();
        using var http = ControllerClient.CreateHttpClient();
        await using var node = await NodeAsync(w, http);

        await using var user = await w.ExecAsync();
        await user.WaitForAgentAsync(w.Patience);
        await Assert.That(user.Notices.Count).IsEqualTo(2);
        await user.TypeAsync("echo hello\n", w.Patience);
        await Assert.That(Encoding.UTF8.GetString(await user.ReadOutputAsync(11, w.Patience))).IsEqualTo("echo hello\n");

        await using var log = await w.LogsAsync("tail=2&follow=true");
        await log.WaitForAgentAsync(w.Patience);
        await Assert.That((await log.NextAsync(w.Patience)).Text).IsEqualTo("two");
        await Assert.That((await log.NextAsync(w.Patience)).Text).IsEqualTo("three");
        await using var nodeLog = await w.NodeLogsAsync("tail=1&follow=false");
        await nodeLog.WaitForAgentAsync(w.Patience);
        await Assert.That((await nodeLog.NextAsync(w.Patience)).Text).IsEqualTo("three");

        // All of it by flags: the node asked for nothing by itself.
        await Assert.That(node.Counters.DecodeFailures).IsEqualTo(0);
        await Assert.That(node.Sessions!.All.Count(s => s.IsActive)).IsEqualTo(3);
        await Assert.That(node.Sessions.TerminalsOf(w.Microservice)).IsEquivalentTo([user.Id]);

        await user.HangUpAsync();
        await node.WaitForAsync(n => n.Sessions!.All.Count == 2, TimeSpan.FromSeconds(30));
        await w.RowsAreAsync(SessionTable.Exec, 0);
    }

    [Test]
    public async Task A_shell_that_ends_ends_the_session()
    {
        await using var w = await SessionWorld.StartAsync();
        using var http = ControllerClient.CreateHttpClient();
        await using var node = await NodeAsync(w, http, new() { Shell = input => input.AsSpan().SequenceEqual("exit\n"u8) ? null : input });
        await using var user = await w.ExecAsync();
        await user.WaitForAgentAsync(w.Patience);
        await user.TypeAsync("exit\n", w.Patience);
        await Assert.That(await w.EndingAsync(user.Wire)).IsEqualTo("1000 Agent closed connection");
    }

    [Test]
    public async Task A_log_goes_on_after_the_node_s_network_broke()
    {
        await using var w = await SessionWorld.StartAsync();
        using var http = ControllerClient.CreateHttpClient();
        await using var node = await NodeAsync(w, http);
        await using var user = await w.LogsAsync("tail=1&follow=true");
        await user.WaitForAgentAsync(w.Patience);
        await Assert.That((await user.NextAsync(w.Patience)).Text).IsEqualTo("three");
        node.Sessions!.Cut();
        await Assert.That((await user.NextAsync(w.Patience)).Text).IsEqualTo("Agent disconnected.\n");
        await user.WaitForAgentAsync(w.Patience);
        await Assert.That((await user.NextAsync(w.Patience)).Text).IsEqualTo("three");
        await Assert.That(node.Sessions.All.Single().Dials).IsGreaterThan(1);
    }

    [Test]
    public async Task A_microservice_that_is_deleted_takes_its_sessions_along()
    {
        await using var w = await SessionWorld.StartAsync();
        using var http = ControllerClient.CreateHttpClient();
        await using var node = await NodeAsync(w, http);
        await using var user = await w.ExecAsync();
        await using var log = await w.LogsAsync();
        await user.WaitForAgentAsync(w.Patience);
        await log.WaitForAgentAsync(w.Patience);
        await w.SqlAsync("DELETE FROM \"Microservices\" WHERE \"uuid\" = @u", new() { { "u", w.Microservice } });
        await w.Agent.RaiseAsync(ChangeFlags.MicroserviceList | ChangeFlags.ExecSessions);
        await Assert.That(await w.EndingAsync(user.Wire)).IsEqualTo("1000 Agent closed connection");
        await w.RowsAreAsync(SessionTable.Exec, 0);
    }

    /// <summary>The simulated Edgelet of the world's agent, past its first poll.</summary>
    private static async Task<SimulatedEdgelet> NodeAsync(SessionWorld w, HttpClient http, EdgeletSessionOptions? sessions = null)
    {
        var node = new SimulatedEdgelet(
            new() { ControllerUrl = w.Url + "/", Sessions = (sessions ?? new()) with { LogPollInterval = TimeSpan.Zero }, Config = new() { ChangeFrequency = 1 } }, http);
        node.Resume(new AgentIdentity(w.Agent.Uuid, w.Agent.Key));
        node.Start();
        await node.WaitForAsync(n => n.Counters.Acknowledged >= 1, TimeSpan.FromSeconds(30));
        return node;
    }
}
