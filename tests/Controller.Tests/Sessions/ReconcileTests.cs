using Controller.Cluster;
using Controller.Sql.Stores;
using Controller.Tests.Support;
using Edgelet.Simulator.Sessions;
using Microsoft.Extensions.Time.Testing;

namespace Controller.Tests.Sessions;

/// <summary>Rows that nobody will ever end (websocket 13.2).</summary>
public sealed class ReconcileTests
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(60);

    [Test]
    public async Task Rows_without_a_known_process_go_by_their_age()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var w = await SessionWorld.StartAsync(time: time);
        await w.Agent.PollAsync();
        await w.Database.TakeFlagsAsync(w.Agent);
        await AddAsync(w, "both gone", "ACTIVE", user: false, agent: false, time.GetUtcNow());
        await AddAsync(w, "pending, young", "PENDING", true, false, time.GetUtcNow() + TimeSpan.FromSeconds(1));
        await AddAsync(w, "pending, older", "PENDING", true, false, time.GetUtcNow() - TimeSpan.FromSeconds(1));
        await AddAsync(w, "pending, oldest", "PENDING", true, false, time.GetUtcNow() - TimeSpan.FromSeconds(61));
        await AddAsync(w, "active, young", "ACTIVE", true, true, time.GetUtcNow() - TimeSpan.FromHours(1));
        await AddAsync(w, "active, older", "ACTIVE", true, true, time.GetUtcNow() - TimeSpan.FromHours(2));
        await AddAsync(w, "active, oldest", "ACTIVE", true, true, time.GetUtcNow() - TimeSpan.FromHours(8));
        time.Advance(Interval);
        await w.RowsAreAsync(SessionTable.Exec, 3);
        await w.RowsAreAsync(SessionTable.MicroserviceLogs, 3);
        await Assert.That((await w.RowsAsync(SessionTable.Exec)).Select(r => r.SessionId)).IsEquivalentTo(["pending, young", "active, young", "active, older"]);
        await Assert.That((await w.RowsAsync(SessionTable.MicroserviceLogs)).Select(r => r.SessionId))
            .IsEquivalentTo(["pending, young", "pending, older", "active, young"]);
        await Assert.That(await w.Database.TakeFlagsAsync(w.Agent)).IsEqualTo(ChangeFlags.ExecSessions | ChangeFlags.MicroserviceLogs);
    }

    [Test]
    public async Task Sessions_of_this_process_are_left_alone_and_rows_it_forgot_are_not()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var w = await SessionWorld.StartAsync(time: time);
        await using var user = await w.ExecAsync();
        await using var agent = await w.AnswerAsync(user);
        await agent.ReceiveAsync(w.Patience);
        await AddAsync(w, "forgotten", "ACTIVE", true, true, time.GetUtcNow(), w.Controller.Service<Replica>().Process);
        time.Advance(Interval);
        await w.RowsAreAsync(SessionTable.Exec, 1);
        await w.RowsAreAsync(SessionTable.MicroserviceLogs, 0);
        await Assert.That((await w.RowsAsync(SessionTable.Exec)).Single().SessionId).IsEqualTo(user.Id);
        await user.TypeAsync("x", w.Patience);
        await Assert.That((await agent.ReceiveAsync(w.Patience))!.Type).IsEqualTo(SessionFrameType.Stdin);
    }

    [Test]
    public async Task A_process_that_owns_its_database_starts_without_sessions()
    {
        if (!TestDatabase.IsSqlite)
        {
            return;
        }

        var directory = Directory.CreateTempSubdirectory("controller-sessions-").FullName;
        try
        {
            string fog;
            await using (var first = await TestController.StartAsync(dataDirectory: directory))
            {
                var agent = await TestAgent.CreateAsync(first);
                fog = agent.Uuid;
                await first.AddMicroserviceAsync("m-1", fog);
                await first.Database.WriteAsync(s => SessionStore.InsertExecAsync(s, new("s-1", "m-1", "ACTIVE", true, true), DateTimeOffset.UtcNow, "dead"));
                await first.Database.WriteAsync(s => SessionStore.InsertLogAsync(s, new("s-2", fog, true, "PENDING", null, true, false), DateTimeOffset.UtcNow));
            }

            await using var second = await TestController.StartAsync(dataDirectory: directory);
            foreach (var table in SessionTable.All)
            {
                await Assert.That(await second.Database.ReadAsync(s => SessionStore.ListAsync(s, table))).IsEmpty();
            }

            var flags = (await second.Database.ReadAsync(s => ChangeStore.ListAsync(s, fog))).Aggregate(ChangeFlags.None, (all, r) => all | r.Flags);
            await Assert.That(flags).IsEqualTo(ChangeFlags.ExecSessions | ChangeFlags.FogLogs);
        }
        finally
        {
            Directory.Delete(directory, true);
        }
    }

    [Test]
    public async Task On_a_shared_database_the_dead_are_told_from_the_living()
    {
        if (TestDatabase.IsSqlite)
        {
            return;
        }

        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var w = await SessionWorld.StartAsync(time: time);
        await w.Database.WriteAsync(s => ReplicaStore.SignAsync(s, "living", time.GetUtcNow() + TimeSpan.FromDays(2)));
        await w.Database.WriteAsync(s => ReplicaStore.SignAsync(s, "dead", time.GetUtcNow() - TimeSpan.FromHours(1)));
        await Assert.That(await w.Database.ReadAsync(s => ReplicaStore.ListAliveAsync(s, time.GetUtcNow() - TimeSpan.FromMinutes(1))))
            .Contains(w.Controller.Service<Replica>().Process);
        var old = time.GetUtcNow() - TimeSpan.FromHours(12);
        await AddAsync(w, "user living", "ACTIVE", true, true, old, "living", "living");
        await AddAsync(w, "user dead", "ACTIVE", true, true, old, "dead", "living");
        await AddAsync(w, "agent dead", "ACTIVE", true, true, old, "living", "dead");
        await AddAsync(w, "just begun", "PENDING", true, false, time.GetUtcNow(), "unheard");
        await w.Database.TakeFlagsAsync(w.Agent);
        time.Advance(Interval);
        await w.RowsAreAsync(SessionTable.Exec, 3);
        await w.RowsAreAsync(SessionTable.MicroserviceLogs, 3);
        var rows = (await w.RowsAsync(SessionTable.Exec)).ToDictionary(r => r.SessionId);
        await Assert.That(rows.Keys).IsEquivalentTo(["user living", "agent dead", "just begun"]);
        await Assert.That((rows["user living"].AgentConnected, rows["agent dead"].AgentConnected, rows["agent dead"].AgentReplica)).IsEqualTo((true, false, null));
        await Assert.That(await w.Database.TakeFlagsAsync(w.Agent)).IsEqualTo(ChangeFlags.ExecSessions | ChangeFlags.MicroserviceLogs);
        time.Advance(Interval);
        await w.RowsAreAsync(SessionTable.Exec, 2);
    }

    /// <summary>The same session in the tables of terminals and of logs.</summary>
    private static Task AddAsync(
        SessionWorld w, string id, string status, bool user, bool agent, DateTimeOffset at, string? userReplica = null, string? agentReplica = null) =>
        w.Database.WriteAsync(async s =>
        {
            await SessionStore.InsertExecAsync(s, new(id, w.Microservice, status, user, agent), at, userReplica);
            await SessionStore.InsertLogAsync(s, new(id, w.Microservice, false, status, null, user, agent), at, userReplica);
            foreach (var table in agentReplica is null ? [] : new[] { "MicroserviceExecSessions", "MicroserviceLogStatuses" })
            {
                await s.ExecuteAsync($"UPDATE \"{table}\" SET \"agent_replica\" = @r WHERE \"session_id\" = @id", new() { { "r", agentReplica }, { "id", id } });
            }
        });
}
