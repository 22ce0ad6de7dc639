namespace Controller.Sql.Stores;

/// <summary>The life of a session's row, told by the replicas that hold its sockets (websocket 7, 8 and 13).</summary>
public static partial class SessionStore
{
    /// <summary>Engines bound the parameters of a statement.</summary>
    private const int IdsPerStatement = 500;

    /// <summary>
    /// Keeps others from opening sessions of a microservice or node until the transaction ends, so that two who count at
    /// the same time do not both find room.
    /// </summary>
    /// <returns>False when there is no such microservice or node.</returns>
    public static async Task<bool> LockOwnerAsync(DbSession session, SessionTable table, string ownerUuid) =>
        await session.QueryOneAsync(
            $"SELECT \"uuid\" FROM \"{table.Owners}\" WHERE \"uuid\" = @owner{session.Dialect.ForUpdate}",
            r => r.Text(),
            new() { { "owner", ownerUuid } }).ConfigureAwait(false) is not null;

    /// <summary>Sessions of a microservice or node whose user is there.</summary>
    public static Task<int> CountAsync(DbSession session, SessionTable table, string ownerUuid) =>
        session.QueryOneAsync(
            $"""
            SELECT COUNT(*) FROM "{table.Name}"
            WHERE "{table.Owner}" = @owner AND "user_connected" = TRUE AND "status" IN ('PENDING', 'ACTIVE')
            """,
            r => r.Int(),
            new() { { "owner", ownerUuid } });

    /// <summary>The session of an id; null when there is none.</summary>
    public static Task<SessionRow?> FindAsync(DbSession session, SessionTable table, string sessionId) =>
        session.QueryOneAsync($"{table.Select} WHERE s.\"session_id\" = @id", Map, new() { { "id", sessionId } });

    /// <summary>Every session of a table.</summary>
    public static Task<List<SessionRow>> ListAsync(DbSession session, SessionTable table) =>
        session.QueryAsync($"{table.Select} ORDER BY s.\"id\"", Map);

    /// <summary>The sessions of these ids, whose rows nobody else changes until the transaction ends.</summary>
    public static async Task<List<SessionRow>> ListForUpdateAsync(DbSession session, SessionTable table, IEnumerable<string> sessionIds)
    {
        var rows = new List<SessionRow>();
        foreach (var ids in Sorted(sessionIds))
        {
            var parameters = new SqlParams();
            var list = parameters.In("s", ids);
            if (session.Dialect.ForUpdate.Length > 0)
            {
                // By itself: with the microservices joined, theirs would be locked as well.
                await session.QueryAsync(
                    $"SELECT \"session_id\" FROM \"{table.Name}\" WHERE \"session_id\" IN {list} ORDER BY \"id\"{session.Dialect.ForUpdate}",
                    r => r.Text(),
                    parameters).ConfigureAwait(false);
            }

            rows.AddRange(await session.QueryAsync($"{table.Select} WHERE s.\"session_id\" IN {list}", Map, parameters).ConfigureAwait(false));
        }

        return rows;
    }

    /// <summary>The agent's socket is open: the session is active.</summary>
    /// <returns>False when the session is gone or was refused.</returns>
    public static async Task<bool> ActivateAsync(DbSession session, SessionTable table, string sessionId, string replica, DateTimeOffset now) =>
        await session.ExecuteAsync(
            $"""
            UPDATE "{table.Name}" SET "status" = 'ACTIVE', "agent_connected" = TRUE, "agent_replica" = @replica, "updated_at" = @now
            WHERE "session_id" = @id AND "status" IN ('PENDING', 'ACTIVE')
            """,
            new() { { "replica", replica }, { "now", now }, { "id", sessionId } }).ConfigureAwait(false) > 0;

    /// <summary>The agent's socket at this replica has closed; nothing happens when the agent has another one elsewhere.</summary>
    /// <returns>Whether the row was changed.</returns>
    public static async Task<bool> LoseAgentAsync(DbSession session, SessionTable table, string sessionId, string replica, DateTimeOffset now) =>
        await session.ExecuteAsync(
            $"""
            UPDATE "{table.Name}" SET "agent_connected" = FALSE, "agent_replica" = NULL, "updated_at" = @now
            WHERE "session_id" = @id AND "agent_replica" = @replica
            """,
            new() { { "now", now }, { "id", sessionId }, { "replica", replica } }).ConfigureAwait(false) > 0;

    /// <summary>The agents' sockets of these sessions are gone with their replicas.</summary>
    public static async Task LoseAgentsAsync(DbSession session, SessionTable table, IEnumerable<string> sessionIds, DateTimeOffset now)
    {
        foreach (var ids in Sorted(sessionIds))
        {
            var parameters = new SqlParams { { "now", now } };
            await session.ExecuteAsync(
                $"""
                UPDATE "{table.Name}" SET "agent_connected" = FALSE, "agent_replica" = NULL, "updated_at" = @now
                WHERE "session_id" IN {parameters.In("s", ids)}
                """,
                parameters).ConfigureAwait(false);
        }
    }

    /// <summary>No broker could carry the session to the replica that its agent dialled.</summary>
    /// <returns>False when the session is gone.</returns>
    public static async Task<bool> RefuseAsync(DbSession session, SessionTable table, string sessionId, DateTimeOffset now) =>
        await session.ExecuteAsync(
            $"UPDATE \"{table.Name}\" SET \"status\" = 'REFUSED', \"updated_at\" = @now WHERE \"session_id\" = @id",
            new() { { "now", now }, { "id", sessionId } }).ConfigureAwait(false) > 0;

    /// <summary>Which of these sessions were refused.</summary>
    public static async Task<List<string>> ListRefusedAsync(DbSession session, SessionTable table, IEnumerable<string> sessionIds)
    {
        var refused = new List<string>();
        foreach (var ids in Sorted(sessionIds))
        {
            var parameters = new SqlParams();
            refused.AddRange(await session.QueryAsync(
                $"SELECT \"session_id\" FROM \"{table.Name}\" WHERE \"session_id\" IN {parameters.In("s", ids)} AND \"status\" = 'REFUSED'",
                r => r.Text(),
                parameters).ConfigureAwait(false));
        }

        return refused;
    }

    /// <summary>Deletes a session, unless its sockets are at other replicas.</summary>
    /// <returns>Whether there was one.</returns>
    public static async Task<bool> DeleteAsync(DbSession session, SessionTable table, string sessionId, string replica) =>
        await session.ExecuteAsync(
            $"""
            DELETE FROM "{table.Name}" WHERE "session_id" = @id
              AND ("user_replica" = @replica OR "agent_replica" = @replica OR ("user_replica" IS NULL AND "agent_replica" IS NULL))
            """,
            new() { { "id", sessionId }, { "replica", replica } }).ConfigureAwait(false) > 0;

    /// <summary>Deletes sessions.</summary>
    public static async Task DeleteAsync(DbSession session, SessionTable table, IEnumerable<string> sessionIds)
    {
        foreach (var ids in Sorted(sessionIds))
        {
            var parameters = new SqlParams();
            await session.ExecuteAsync($"DELETE FROM \"{table.Name}\" WHERE \"session_id\" IN {parameters.In("s", ids)}", parameters)
                .ConfigureAwait(false);
        }
    }

    private static IEnumerable<string[]> Sorted(IEnumerable<string> ids) => ids.Order(StringComparer.Ordinal).Chunk(IdsPerStatement);

    private static SessionRow Map(SqlRow r) => new(
        r.Text(), r.Text(), r.Text(), r.Text(), r.TextOrNull(), r.Bool(), r.Bool(), r.TextOrNull(), r.TextOrNull(),
        r.TimeOrNull() ?? DateTimeOffset.UnixEpoch);
}
