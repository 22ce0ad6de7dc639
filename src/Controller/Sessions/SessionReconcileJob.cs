using Controller.Agents;
using Controller.Cluster;
using Controller.Configuration;
using Controller.Hosting;
using Controller.Sql;
using Controller.Sql.Stores;
using Controller.Ws;
using Controller.Ws.Sessions;

namespace Controller.Sessions;

/// <summary>
/// The job ws-session-reconcile (websocket 13.2): rows that nobody will ever end. Beyond the contract a row says whose
/// its sockets are: one of a process that has died goes at once, and one of a process that lives is left to it.
/// </summary>
internal sealed partial class SessionReconcileJob(
    Database database, SessionEngine engine, ChangeNotifier changes, Replica replica, ControllerSettings settings, TimeProvider time,
    ILogger<SessionReconcileJob> log) : PeriodicJob(time, log)
{
    /// <summary>A row of ours may be written just before or after its session is in memory.</summary>
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(10);

    /// <summary>Signs of life that may be missed.</summary>
    private const int PatienceInHeartbeats = 3;

    private readonly TimeProvider _time = time;
    private readonly SessionSettings _sessions = settings.Server.WebSocket;
    private readonly TimeSpan _patience = settings.Jobs.HeartbeatInterval * PatienceInHeartbeats;

    protected override string Name => "ws-session-reconcile";

    protected override TimeSpan FirstAfter => settings.Jobs.SessionReconcileInterval;

    protected override TimeSpan Interval => settings.Jobs.SessionReconcileInterval;

    /// <summary>
    /// Before the process serves: where it owns the database every row is of a process that is gone. On a shared
    /// database the job tells them apart.
    /// </summary>
    public Task StartAsync() => database.IsSoleOwner ? SweepAsync(static (_, _) => Fate.Delete, CancellationToken.None) : Task.CompletedTask;

    protected override async Task RunAsync(CancellationToken cancel)
    {
        var now = _time.GetUtcNow();
        var alive = database.IsSoleOwner
            ? []
            : (await database.ReadAsync(s => ReplicaStore.ListAliveAsync(s, now - _patience), cancel)).ToHashSet(StringComparer.Ordinal);
        await SweepAsync((table, row) => Judge(table, row, alive, now), cancel);
    }

    private async Task SweepAsync(Func<SessionTable, SessionRow, Fate> judge, CancellationToken cancel)
    {
        foreach (var table in SessionTable.All)
        {
            var rows = await database.ReadAsync(s => SessionStore.ListAsync(s, table), cancel);

            // Taken after the rows: a session that is not here any more has ended.
            var held = engine.Ids.ToHashSet(StringComparer.Ordinal);
            var stale = rows.Where(r => !held.Contains(r.SessionId) && judge(table, r) != Fate.Keep).Select(r => r.SessionId).ToList();
            if (stale.Count > 0)
            {
                await MendAsync(table, stale, judge, cancel);
            }
        }
    }

    /// <summary>Looks again at rows that were found stale, with nobody else changing them, and acts.</summary>
    private async Task MendAsync(SessionTable table, List<string> ids, Func<SessionTable, SessionRow, Fate> judge, CancellationToken cancel)
    {
        var (deleted, agents) = await database.WriteAsync(
            async s =>
            {
                s.NothingElseChanges();
                var fates = (await SessionStore.ListForUpdateAsync(s, table, ids)).ToLookup(r => judge(table, r));
                await SessionStore.DeleteAsync(s, table, fates[Fate.Delete].Select(r => r.SessionId));
                await SessionStore.LoseAgentsAsync(s, table, fates[Fate.LoseAgent].Select(r => r.SessionId), _time.GetUtcNow());
                var fogs = fates[Fate.Delete].Concat(fates[Fate.LoseAgent]).Select(r => r.FogUuid).Distinct(StringComparer.Ordinal);
                await changes.RaiseAsync(s, fogs, SessionRows.FlagOf(table));
                return (fates[Fate.Delete].Count(), fates[Fate.LoseAgent].Count());
            },
            Durability.Relaxed,
            cancel);
        Mended(log, deleted, agents);
    }

    private Fate Judge(SessionTable table, SessionRow row, HashSet<string> alive, DateTimeOffset now)
    {
        var age = now - row.UpdatedAt;
        if (!row.UserConnected && !row.AgentConnected)
        {
            return Fate.Delete;
        }

        var owner = row.UserConnected ? row.UserReplica : row.AgentReplica;
        if (owner is null)
        {
            return age >= Longest(table, row.Status) ? Fate.Delete : Fate.Keep;
        }

        return IsGone(owner) ? Fate.Delete
            : row is { UserConnected: true, AgentConnected: true, AgentReplica: { } agent } && IsGone(agent) ? Fate.LoseAgent
            : Fate.Keep;

        bool IsGone(string process) => process == replica.Process || database.IsSoleOwner
            ? age >= Settling
            : !alive.Contains(process) && age >= _patience;
    }

    /// <summary>How long a row may stay unchanged whose process is not known (websocket 13.2).</summary>
    private TimeSpan Longest(SessionTable table, string status) => (table == SessionTable.Exec, status == "ACTIVE") switch
    {
        (true, true) => _sessions.ExecMaxDuration,
        (true, false) => _sessions.ExecPendingTimeout,
        (false, true) => _sessions.LogIdleTimeout,
        _ => _sessions.LogPendingTimeout,
    };

    [LoggerMessage(Level = LogLevel.Information, Message = "Removed {deleted} stale exec and log sessions, freed {agents} from agents that are gone")]
    private static partial void Mended(ILogger log, int deleted, int agents);

    private enum Fate
    {
        Keep,
        Delete,
        LoseAgent,
    }
}
