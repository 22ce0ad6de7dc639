using Controller.Sql.Stores;

namespace Controller.Sql.Tests;

/// <summary>Rows of sessions as replicas change them (websocket 10 and 13), on every engine.</summary>
[Arguments(SqlFlavor.Sqlite)]
[Arguments(SqlFlavor.Postgres)]
[Arguments(SqlFlavor.MySql)]
public sealed class SessionStoreTests(SqlFlavor flavor)
{
    private static readonly DateTimeOffset Then = new(2026, 7, 10, 8, 0, 0, 482, TimeSpan.Zero);
    private static readonly DateTimeOffset Now = Then.AddMinutes(1);

    [Test]
    public async Task A_row_lives_from_its_user_to_its_end()
    {
        await using var db = await OpenAsync();
        foreach (var table in SessionTable.All)
        {
            var owner = table == SessionTable.NodeLogs ? "f1" : "m1";
            await AddAsync(db, table, owner, "s1", "A");
            var row = new SessionRow("s1", owner, "f1", "PENDING", Tail(table), true, false, "A", null, Then);
            await Assert.That(await FindAsync(db, table, "s1")).IsEqualTo(row);
            await Assert.That(await FindAsync(db, table, "s2")).IsNull();

            await Assert.That(await db.Database.WriteAsync(s => SessionStore.ActivateAsync(s, table, "s1", "B", Now))).IsTrue();
            await Assert.That(await db.Database.WriteAsync(s => SessionStore.ActivateAsync(s, table, "s2", "B", Now))).IsFalse();
            row = row with { Status = "ACTIVE", AgentConnected = true, AgentReplica = "B", UpdatedAt = Now };
            await Assert.That(await FindAsync(db, table, "s1")).IsEqualTo(row);

            // Only the replica that has the agent can lose it, and only one that has a side can end the session.
            await Assert.That(await db.Database.WriteAsync(s => SessionStore.LoseAgentAsync(s, table, "s1", "A", Now))).IsFalse();
            await Assert.That(await db.Database.WriteAsync(s => SessionStore.LoseAgentAsync(s, table, "s1", "B", Now))).IsTrue();
            await Assert.That(await FindAsync(db, table, "s1")).IsEqualTo(row with { AgentConnected = false, AgentReplica = null });
            await Assert.That(await db.Database.WriteAsync(s => SessionStore.DeleteAsync(s, table, "s1", "B"))).IsFalse();
            await Assert.That(await db.Database.WriteAsync(s => SessionStore.DeleteAsync(s, table, "s1", "A"))).IsTrue();
            await Assert.That(await db.Database.WriteAsync(s => SessionStore.DeleteAsync(s, table, "s1", "A"))).IsFalse();
        }
    }

    [Test]
    public async Task A_row_of_the_original_has_no_process_and_may_be_deleted_by_any()
    {
        await using var db = await OpenAsync();
        await AddAsync(db, SessionTable.Exec, "m1", "s1", null);
        await Assert.That(await db.Database.WriteAsync(s => SessionStore.DeleteAsync(s, SessionTable.Exec, "s1", "A"))).IsTrue();
    }

    [Test]
    public async Task A_refused_session_is_not_active_any_more_and_is_listed_to_no_agent()
    {
        await using var db = await OpenAsync();
        foreach (var table in SessionTable.All)
        {
            var owner = table == SessionTable.NodeLogs ? "f1" : "m1";
            await AddAsync(db, table, owner, "s1", "A");
            await AddAsync(db, table, owner, "s2", "A");
            await Assert.That(await db.Database.ReadAsync(s => SessionStore.CountAsync(s, table, owner))).IsEqualTo(2);
            await Assert.That(await db.Database.WriteAsync(s => SessionStore.RefuseAsync(s, table, "s1", Now))).IsTrue();
            await Assert.That(await db.Database.WriteAsync(s => SessionStore.RefuseAsync(s, table, "nope", Now))).IsFalse();
            await Assert.That(await db.Database.WriteAsync(s => SessionStore.ActivateAsync(s, table, "s1", "B", Now))).IsFalse();
            await Assert.That(await db.Database.ReadAsync(s => SessionStore.CountAsync(s, table, owner))).IsEqualTo(1);
            await Assert.That(await db.Database.ReadAsync(s => SessionStore.ListRefusedAsync(s, table, ["s1", "s2", "s3"]))).IsEquivalentTo(["s1"]);
            await Assert.That(await db.Database.ReadAsync(s => SessionStore.ListRefusedAsync(s, table, []))).IsEmpty();
        }

        await Assert.That((await db.Database.ReadAsync(s => SessionStore.ListExecForAgentAsync(s, "f1"))).Select(r => r.SessionId)).IsEquivalentTo(["s2"]);
        await Assert.That((await db.Database.ReadAsync(s => SessionStore.ListLogsForAgentAsync(s, "f1"))).Select(r => r.SessionId)).IsEquivalentTo(["s2", "s2"]);
    }

    [Test]
    public async Task Many_rows_are_mended_in_few_statements()
    {
        await using var db = await OpenAsync();
        var ids = Enumerable.Range(0, 1100).Select(i => $"s{i:0000}").ToList();
        await db.Database.WriteAsync(async s =>
        {
            foreach (var id in ids)
            {
                await SessionStore.InsertExecAsync(s, new(id, "m1", "ACTIVE", true, true), Then, "A");
            }
        });
        await db.Database.WriteAsync(async s =>
        {
            var before = s.StatementCount;
            var rows = await SessionStore.ListForUpdateAsync(s, SessionTable.Exec, [.. ids, "nope"]);
            await Assert.That(rows.Count).IsEqualTo(1100);
            await SessionStore.LoseAgentsAsync(s, SessionTable.Exec, ids.Take(100), Now);
            await SessionStore.DeleteAsync(s, SessionTable.Exec, ids.Skip(100));
            await Assert.That(s.StatementCount - before).IsLessThanOrEqualTo(9);
        });
        var left = await db.Database.ReadAsync(s => SessionStore.ListAsync(s, SessionTable.Exec));
        await Assert.That(left.Select(r => r.SessionId)).IsEquivalentTo(ids.Take(100));
        await Assert.That(left.All(r => r is { AgentConnected: false, AgentReplica: null } && r.UpdatedAt == Now)).IsTrue();
    }

    [Test]
    public async Task Who_counts_first_keeps_the_others_waiting()
    {
        await using var db = await OpenAsync();
        var admitted = await Task.WhenAll(Enumerable.Range(0, 10).Select(i => db.Database.WriteAsync(async s =>
        {
            if (!await SessionStore.LockOwnerAsync(s, SessionTable.Exec, "m1") || await SessionStore.CountAsync(s, SessionTable.Exec, "m1") >= 3)
            {
                return false;
            }

            await SessionStore.InsertExecAsync(s, new($"s{i}", "m1", "PENDING", true, false), Then, "A");
            return true;
        })));
        await Assert.That(admitted.Count(a => a)).IsEqualTo(3);
        await Assert.That(await db.Database.WriteAsync(s => SessionStore.LockOwnerAsync(s, SessionTable.Exec, "nope"))).IsFalse();
        await Assert.That(await db.Database.WriteAsync(s => SessionStore.LockOwnerAsync(s, SessionTable.NodeLogs, "f1"))).IsTrue();
    }

    [Test]
    public async Task Who_locks_a_node_and_who_only_raises_its_flags_do_not_fail_each_other()
    {
        await using var db = await OpenAsync();
        var locked = new TaskCompletionSource();
        var opening = db.Database.WriteAsync(async s =>
        {
            await SessionStore.LockOwnerAsync(s, SessionTable.NodeLogs, "f1");
            if (locked.TrySetResult() && flavor == SqlFlavor.MySql)
            {
                // Until the other one numbers its row and waits for the node.
                while (await db.Database.ReadAsync(r => r.QueryOneAsync(
                    "SELECT COUNT(*) FROM information_schema.INNODB_TRX WHERE trx_state = 'LOCK WAIT'", x => x.Int())) == 0)
                {
                    // The server makes this table anew only when nobody has read it for 100 ms.
                    await Task.Delay(200);
                }
            }

            await RaiseAsync(s, 1);
        });
        await locked.Task;
        await db.Database.WriteAsync(async s =>
        {
            // The heavier one is not the one that the server gives up.
            await SessionStore.InsertLogAsync(s, new("s1", "m1", false, "PENDING", "{}", true, false), Then);
            await SessionStore.InsertLogAsync(s, new("s2", "m1", false, "PENDING", "{}", true, false), Then);
            await RaiseAsync(s, 2);
        });
        await opening;
        await Assert.That((await db.Database.ReadAsync(s => ChangeStore.ListAsync(s, "f1"))).Count).IsEqualTo(2);

        static Task RaiseAsync(DbSession session, int i) =>
            ChangeStore.InsertAsync(session, ["f1"], ChangeFlags.FogLogs, $"2026-07-10T08:00:00.{i:000}Z");
    }

    [Test]
    public async Task What_a_session_is_opened_on_is_found_with_all_that_decides()
    {
        await using var db = await OpenAsync();
        var application = await AgentWorld.AddApplicationAsync(db.Database, "a", isSystem: true);
        await AgentWorld.RunAsync(db.Database, "UPDATE \"Microservices\" SET \"application_id\" = @a", new() { { "a", application } });
        await AgentWorld.RunAsync(db.Database, "INSERT INTO \"MicroserviceStatuses\" (\"microservice_uuid\", \"status\") VALUES ('m1', 'RUNNING')");
        await db.Database.WriteAsync(s => FleetRows.AddMicroserviceAsync(s, "m2", null));
        await AgentWorld.RunAsync(db.Database, "UPDATE \"Fogs\" SET \"daemon_status\" = 'RUNNING'");
        await db.Database.ReadAsync(async s =>
        {
            await Assert.That(await SessionTargetStore.FindMicroserviceAsync(s, "m1")).IsEqualTo(new SessionTarget(true, true, true, "RUNNING", "f1"));
            await Assert.That(await SessionTargetStore.FindMicroserviceAsync(s, "m2")).IsEqualTo(new SessionTarget(false, false, false, null, null));
            await Assert.That(await SessionTargetStore.FindMicroserviceAsync(s, "m3")).IsNull();
            await Assert.That(await SessionTargetStore.FindFogStatusAsync(s, "f1")).IsEqualTo("RUNNING");
            await Assert.That(await SessionTargetStore.FindFogStatusAsync(s, "f2")).IsNull();
            await Assert.That(await SessionTargetStore.IsOnFogAsync(s, "m1", "f1")).IsTrue();
            await Assert.That(await SessionTargetStore.IsOnFogAsync(s, "m1", "f2")).IsFalse();
            await Assert.That(await SessionTargetStore.IsOnFogAsync(s, "m2", "f1")).IsFalse();
            return true;
        });
    }

    [Test]
    public async Task Processes_give_signs_of_life_and_the_silent_are_forgotten()
    {
        await using var db = await OpenAsync();
        await db.Database.WriteAsync(async s =>
        {
            await ReplicaStore.SignAsync(s, "a", Then);
            await ReplicaStore.SignAsync(s, "b", Then);
            await ReplicaStore.SignAsync(s, "b", Now);
            await StateStore.SetAsync(s, "something else", "x", Now);
        });
        await Assert.That(await db.Database.ReadAsync(s => ReplicaStore.ListAliveAsync(s, Then))).IsEquivalentTo(["a", "b"]);
        await Assert.That(await db.Database.ReadAsync(s => ReplicaStore.ListAliveAsync(s, Now))).IsEquivalentTo(["b"]);
        await Assert.That(await db.Database.WriteAsync(s => ReplicaStore.ForgetSilentAsync(s, Now))).IsEqualTo(1);
        await Assert.That(await db.Database.ReadAsync(s => ReplicaStore.ListAliveAsync(s, default))).IsEquivalentTo(["b"]);
        await Assert.That(await db.Database.ReadAsync(s => StateStore.GetAsync(s, "something else"))).IsEqualTo("x");
    }

    private static string? Tail(SessionTable table) => table == SessionTable.Exec ? null : "{}";

    private static Task<SessionRow?> FindAsync(MigratedDatabase db, SessionTable table, string id) =>
        db.Database.ReadAsync(s => SessionStore.FindAsync(s, table, id));

    private static Task AddAsync(MigratedDatabase db, SessionTable table, string owner, string id, string? replica) => db.Database.WriteAsync(s =>
        table == SessionTable.Exec
            ? SessionStore.InsertExecAsync(s, new(id, owner, "PENDING", true, false), Then, replica)
            : SessionStore.InsertLogAsync(s, new(id, owner, table == SessionTable.NodeLogs, "PENDING", "{}", true, false), Then, replica));

    /// <summary>The fog f1 with the microservice m1.</summary>
    private async Task<MigratedDatabase> OpenAsync()
    {
        var db = await MigratedDatabase.OpenAsync(flavor);
        await db.Database.WriteAsync(async s =>
        {
            await FleetRows.AddFogAsync(s, "f1");
            await FleetRows.AddMicroserviceAsync(s, "m1", "f1");
        });
        return db;
    }
}
