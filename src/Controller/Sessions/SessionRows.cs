using Controller.Agents;
using Controller.Cluster;
using Controller.Configuration;
using Controller.Sql;
using Controller.Sql.Stores;
using Controller.Ws;
using Controller.Ws.Sessions;

namespace Controller.Sessions;

/// <summary>
/// The rows behind the sessions of this process. What an agent should know of raises its flag in the same transaction,
/// so that its held poll returns when the row is there. Nobody would miss a row that a power cut took: the sockets are
/// gone with it.
/// </summary>
internal sealed class SessionRows(Database database, ChangeNotifier changes, Replica replica, ControllerSettings settings, TimeProvider time) : ISessionStore
{
    private readonly SessionSettings _settings = settings.Server.WebSocket;

    public static SessionTable TableOf(SessionKind kind) => kind switch
    {
        SessionKind.Exec => SessionTable.Exec,
        SessionKind.MicroserviceLog => SessionTable.MicroserviceLogs,
        _ => SessionTable.NodeLogs,
    };

    /// <summary>The flag by which agents learn of changes in a table (websocket 11).</summary>
    public static ChangeFlags FlagOf(SessionTable table) =>
        table == SessionTable.Exec ? ChangeFlags.ExecSessions
        : table == SessionTable.MicroserviceLogs ? ChangeFlags.MicroserviceLogs
        : ChangeFlags.FogLogs;

    /// <summary>Opens the row of a new session, if the microservice or node may have another one.</summary>
    /// <returns>Why it may not; null when it may.</returns>
    public async ValueTask<string?> AdmitAsync(SessionInfo info, CancellationToken cancel)
    {
        var table = TableOf(info.Kind);
        return await WriteAsync(
            async s =>
            {
                if (!await SessionStore.LockOwnerAsync(s, table, info.ResourceUuid))
                {
                    return info.Kind == SessionKind.NodeLog ? $"Fog node not found: {info.ResourceUuid}" : $"Microservice not found: {info.ResourceUuid}";
                }

                var limit = info.IsLog ? _settings.LogMaxConcurrentPerResource : _settings.ExecMaxConcurrentPerResource;
                if (await SessionStore.CountAsync(s, table, info.ResourceUuid) >= limit)
                {
                    return info.IsLog
                        ? $"Maximum of {limit} concurrent log sessions allowed for this resource."
                        : $"Maximum of {limit} concurrent exec sessions allowed for this microservice.";
                }

                await InsertAsync(s, info);
                await changes.RaiseAsync(s, info.FogUuid, FlagOf(table));
                return null;
            },
            cancel);
    }

    public async ValueTask<bool> AgentConnectedAsync(SessionInfo session, CancellationToken cancel) =>
        await WriteAsync(
            s => SessionStore.ActivateAsync(s, TableOf(session.Kind), session.Id, replica.Process, time.GetUtcNow()), cancel);

    public ValueTask AgentLostAsync(SessionInfo session, CancellationToken cancel) =>
        ChangeAsync(session, (s, table) => SessionStore.LoseAgentAsync(s, table, session.Id, replica.Process, time.GetUtcNow()), cancel);

    public ValueTask RelayRefusedAsync(SessionInfo session, CancellationToken cancel) =>
        ChangeAsync(session, (s, table) => SessionStore.RefuseAsync(s, table, session.Id, time.GetUtcNow()), cancel);

    public async ValueTask<IReadOnlySet<string>> FindRefusedAsync(IReadOnlyCollection<SessionInfo> sessions, CancellationToken cancel) =>
        await database.ReadAsync(
            async s =>
            {
                var refused = new HashSet<string>(StringComparer.Ordinal);
                foreach (var kind in sessions.GroupBy(i => i.Kind, i => i.Id))
                {
                    refused.UnionWith(await SessionStore.ListRefusedAsync(s, TableOf(kind.Key), kind));
                }

                return refused;
            },
            cancel);

    public ValueTask DeleteAsync(SessionInfo session, CancellationToken cancel) =>
        ChangeAsync(session, (s, table) => SessionStore.DeleteAsync(s, table, session.Id, replica.Process), cancel);

    private Task InsertAsync(DbSession session, SessionInfo info)
    {
        const string pending = "PENDING";
        return info.IsLog
            ? SessionStore.InsertLogAsync(
                session,
                new(info.Id, info.ResourceUuid, info.Kind == SessionKind.NodeLog, pending, info.TailConfig, true, false),
                time.GetUtcNow(),
                replica.Process)
            : SessionStore.InsertExecAsync(session, new(info.Id, info.ResourceUuid, pending, true, false), time.GetUtcNow(), replica.Process);
    }

    /// <summary>Changes a row and, if there was something to change, raises the flag.</summary>
    private async ValueTask ChangeAsync(SessionInfo session, Func<DbSession, SessionTable, Task<bool>> change, CancellationToken cancel)
    {
        var table = TableOf(session.Kind);
        await WriteAsync(
            async s =>
            {
                var changed = await change(s, table);
                if (changed)
                {
                    await changes.RaiseAsync(s, session.FogUuid, FlagOf(table));
                }

                return changed;
            },
            cancel);
    }

    private Task<T> WriteAsync<T>(Func<DbSession, Task<T>> work, CancellationToken cancel) => database.WriteAsync(
        s =>
        {
            s.NothingElseChanges();
            return work(s);
        },
        Durability.Relaxed,
        cancel);
}
