using Controller.Agents;
using Controller.Sql;
using Controller.Sql.Stores;
using Controller.Tests.Support;
using Edgelet.Simulator;
using Edgelet.Simulator.Sessions;
using Microsoft.Extensions.DependencyInjection;
using AgentToken = Edgelet.Simulator.AgentToken;

namespace Controller.Tests.Sessions;

/// <summary>Which agents' sockets serve a session (websocket 4.2).</summary>
public sealed class AgentAdmissionTests
{
    [Test]
    public async Task An_agent_shows_a_fresh_token_in_the_header()
    {
        await using var w = await SessionWorld.StartAsync();
        await using var user = await w.ExecAsync();
        var path = await w.PathAsync(user);
        await Assert.That(await w.RefusalAsync(path, bearer: null)).IsEqualTo("1008 Missing authentication token");
        await Assert.That(await w.RefusalAsync($"{path}?token={w.Agent.Token()}", bearer: null)).IsEqualTo("1008 Missing authentication token");
        using var other = AgentKey.FromWire(w.Controller.Service<FogKeys>().Create("other").PrivateKey);
        foreach (var bad in new[]
        {
            "x", NamedBearer.Admin, AgentToken.Create(other, w.Agent.Uuid, w.Url, DateTimeOffset.UtcNow),
            AgentToken.Create(w.Agent.Key, Guid.NewGuid().ToString(), w.Url, DateTimeOffset.UtcNow),
            AgentToken.Create(w.Agent.Key, w.Agent.Uuid, w.Url, DateTimeOffset.UtcNow.AddHours(-1)),
        })
        {
            await Assert.That(await w.RefusalAsync(path, bad)).IsEqualTo("1008 authorization failed");
        }

        // One that signs ahead of our clock is told to come again, not that it is nobody.
        await Assert.That(await w.RefusalAsync(path, AgentToken.Create(w.Agent.Key, w.Agent.Uuid, w.Url, DateTimeOffset.UtcNow.AddMinutes(5))))
            .IsEqualTo("1013 Agent clock is ahead of the Controller's");

        var token = w.Agent.Token();
        await using var agent = await w.DialAsync(path, token);
        await Assert.That((await agent.ReceiveAsync(w.Patience))!.Type).IsEqualTo(SessionFrameType.Activation);
        await Assert.That(await w.RefusalAsync(path, token)).IsEqualTo("1008 authorization failed");

        // The session of the replayed token was not touched.
        await agent.SendAsync(SessionWorld.FromAgent(user, SessionFrameType.Stdout, "still here"), w.Patience);
        await user.WaitForAgentAsync(w.Patience);
        await Assert.That((await user.NextAsync(w.Patience)).Text).IsEqualTo("still here");
    }

    [Test]
    public async Task An_agent_serves_only_sessions_of_its_own()
    {
        await using var w = await SessionWorld.StartAsync();
        var stranger = await TestAgent.CreateAsync(w.Controller);
        var foreign = await w.AddMicroserviceAsync(isSystem: false, fog: stranger.Uuid);
        await using var exec = await w.ExecAsync();
        await using var log = await w.LogsAsync();
        await using var node = await w.NodeLogsAsync();
        const string notMine = "1008 Microservice not found or not associated with this agent", unknown = "1008 Session not found", mismatch = "1008 Session mismatch";
        foreach (var (path, agent, expected) in new[]
        {
            ($"/agent/exec/microservice/{w.Microservice}/{exec.Id}", stranger, notMine),
            ($"/agent/exec/microservice/nope/{exec.Id}", w.Agent, notMine),
            ($"/agent/exec/microservice/{foreign}/{exec.Id}", w.Agent, notMine),
            ($"/agent/exec/microservice/{foreign}/{exec.Id}", stranger, mismatch),
            ($"/agent/exec/microservice/{w.SystemMicroservice}/{exec.Id}", w.Agent, mismatch),
            ($"/agent/exec/microservice/{w.Microservice}/{Guid.NewGuid()}", w.Agent, unknown),
            ($"/agent/exec/microservice/{w.Microservice}/{log.Id}", w.Agent, unknown),
            ($"/agent/logs/microservice/{w.Microservice}/{exec.Id}", w.Agent, unknown),
            ($"/agent/logs/microservice/{w.Microservice}/{node.Id}", w.Agent, unknown),
            ($"/agent/logs/microservice/{w.Microservice}/{log.Id}", stranger, notMine),
            ($"/agent/logs/microservice/{w.SystemMicroservice}/{log.Id}", w.Agent, mismatch),
            ($"/agent/logs/iofog/{w.Agent.Uuid}/{node.Id}", stranger, "1008 Fog UUID mismatch"),
            ($"/agent/logs/iofog/{stranger.Uuid}/{node.Id}", stranger, mismatch),
            ($"/agent/logs/iofog/{w.Agent.Uuid}/{log.Id}", w.Agent, unknown),
        })
        {
            await Assert.That(await w.RefusalAsync(path, agent.Token())).IsEqualTo(expected).Because(path);
        }

        await using var right = await w.AnswerAsync(node);
        await Assert.That((await right.ReceiveAsync(w.Patience))!.Type).IsEqualTo(SessionFrameType.LogStart);
    }

    [Test]
    public async Task A_session_that_has_ended_is_not_found()
    {
        await using var w = await SessionWorld.StartAsync();
        var user = await w.ExecAsync();
        var path = await w.PathAsync(user);
        await user.HangUpAsync();
        await w.RowsAreAsync(SessionTable.Exec, 0);
        await Assert.That(await w.RefusalAsync(path, w.Agent.Token())).IsEqualTo("1008 Session not found");
    }

    [Test]
    public async Task A_dial_shows_that_the_node_lives()
    {
        await using var w = await SessionWorld.StartAsync();
        await w.RefusalAsync($"/agent/logs/iofog/{w.Agent.Uuid}/x", w.Agent.Token());
        var fog = w.Controller.Service<Fleet>().Find(w.Agent.Uuid)!;
        await Assert.That(fog.Telemetry.LastActive ?? 0).IsGreaterThan(DateTimeOffset.UtcNow.AddMinutes(-1).ToUnixTimeMilliseconds());
    }

    [Test]
    public async Task A_token_that_cannot_be_judged_now_is_answered_try_again_later()
    {
        await using var w = await SessionWorld.StartAsync(customize: s => s.AddSingleton<ITokenLedger>(new DownLedger()));
        await using var user = await w.ExecAsync();
        await Assert.That(await w.RefusalAsync(await w.PathAsync(user), w.Agent.Token())).IsEqualTo("1013 Database temporarily unavailable");
    }

    private sealed class DownLedger : ITokenLedger
    {
        public ValueTask<TokenUse> UseAsync(FogEntry fog, global::Controller.Agents.AgentToken token, CancellationToken cancel) =>
            throw new DatabaseException(DatabaseFault.Unavailable, "down", new IOException());

        public Task ForgetExpiredAsync(CancellationToken cancel) => Task.CompletedTask;
    }
}
