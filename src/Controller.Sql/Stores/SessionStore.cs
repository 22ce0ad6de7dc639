namespace Controller.Sql.Stores;

/// <summary>A user's terminal in a microservice.</summary>
/// <param name="SessionId">Unique.</param>
/// <param name="MicroserviceUuid">Whose terminal.</param>
/// <param name="Status"><c>PENDING</c> or <c>ACTIVE</c>.</param>
/// <param name="UserConnected">The user's socket is open; only then is the agent told of the session.</param>
/// <param name="AgentConnected">The agent's socket is open.</param>
public sealed record ExecSessionRow(string SessionId, string MicroserviceUuid, string Status, bool UserConnected, bool AgentConnected);

/// <summary>A user's view of a log, of a microservice or of a node.</summary>
/// <param name="SessionId">Unique.</param>
/// <param name="OwnerUuid">The microservice's uuid, or the fog's for a node log.</param>
/// <param name="IsNode">A node log.</param>
/// <param name="Status"><c>PENDING</c> or <c>ACTIVE</c>.</param>
/// <param name="TailConfig">JSON of lines, follow, since and until.</param>
/// <param name="UserConnected">The user's socket is open; only then is the agent told of the session.</param>
/// <param name="AgentConnected">The agent's socket is open.</param>
public sealed record LogSessionRow(
    string SessionId, string OwnerUuid, bool IsNode, string Status, string? TailConfig, bool UserConnected, bool AgentConnected);

/// <summary>Exec and log sessions as agents and other replicas see them (websocket 10).</summary>
public static partial class SessionStore
{
    /// <summary>The sessions an agent should have open: those of its fog whose user is there.</summary>
    public static Task<List<ExecSessionRow>> ListExecForAgentAsync(DbSession session, string fogUuid) =>
        session.QueryAsync(
            """
            SELECT e."session_id", e."microservice_uuid", e."status", e."user_connected", e."agent_connected"
            FROM "MicroserviceExecSessions" e JOIN "Microservices" m ON m."uuid" = e."microservice_uuid"
            WHERE m."iofog_uuid" = @fog AND e."status" IN ('PENDING', 'ACTIVE') AND e."user_connected" = TRUE
            ORDER BY e."id"
            """,
            r => new ExecSessionRow(r.Text(), r.Text(), r.Text(), r.Bool(), r.Bool()),
            new() { { "fog", fogUuid } });

    /// <summary>As <see cref="ListExecForAgentAsync"/> for logs: those of microservices, then those of the node.</summary>
    public static Task<List<LogSessionRow>> ListLogsForAgentAsync(DbSession session, string fogUuid) =>
        session.QueryAsync(
            """
            SELECT l."session_id", l."microservice_uuid" AS "owner", 0 AS "is_node", l."status", l."tail_config",
                   l."user_connected", l."agent_connected", l."id" AS "place"
            FROM "MicroserviceLogStatuses" l JOIN "Microservices" m ON m."uuid" = l."microservice_uuid"
            WHERE m."iofog_uuid" = @fog AND l."status" IN ('PENDING', 'ACTIVE') AND l."user_connected" = TRUE
            UNION ALL
            SELECT n."session_id", n."iofog_uuid", 1, n."status", n."tail_config", n."user_connected", n."agent_connected", n."id"
            FROM "FogLogStatuses" n
            WHERE n."iofog_uuid" = @fog AND n."status" IN ('PENDING', 'ACTIVE') AND n."user_connected" = TRUE
            ORDER BY "is_node", "place"
            """,
            r => new LogSessionRow(r.Text(), r.Text(), r.Int() == 1, r.Text(), r.TextOrNull(), r.Bool(), r.Bool()),
            new() { { "fog", fogUuid } });

    /// <summary>Adds an exec session.</summary>
    /// <exception cref="DatabaseException">Unique violation: the session id exists.</exception>
    /// <param name="session">Session.</param>
    /// <param name="row">The session.</param>
    /// <param name="now">Time of the row.</param>
    /// <param name="userReplica">The process that holds the user's socket.</param>
    public static Task InsertExecAsync(DbSession session, ExecSessionRow row, DateTimeOffset now, string? userReplica = null) =>
        session.ExecuteAsync(
            """
            INSERT INTO "MicroserviceExecSessions"
              ("microservice_uuid", "session_id", "status", "user_connected", "agent_connected", "user_replica", "created_at", "updated_at")
            VALUES (@owner, @session, @status, @user, @agent, @replica, @now, @now)
            """,
            new()
            {
                { "owner", row.MicroserviceUuid },
                { "session", row.SessionId },
                { "status", row.Status },
                { "user", row.UserConnected },
                { "agent", row.AgentConnected },
                { "replica", userReplica },
                { "now", now },
            });

    /// <summary>Adds a log session.</summary>
    /// <exception cref="DatabaseException">Unique violation: the session id exists.</exception>
    /// <param name="session">Session.</param>
    /// <param name="row">The session.</param>
    /// <param name="now">Time of the row.</param>
    /// <param name="userReplica">The process that holds the user's socket.</param>
    public static Task InsertLogAsync(DbSession session, LogSessionRow row, DateTimeOffset now, string? userReplica = null) =>
        session.ExecuteAsync(
            $"""
            INSERT INTO "{(row.IsNode ? "FogLogStatuses" : "MicroserviceLogStatuses")}"
              ("{(row.IsNode ? "iofog_uuid" : "microservice_uuid")}", "log_session_id", "session_id", "status", "tail_config",
               "user_connected", "agent_connected", "user_replica", "created_at", "updated_at")
            VALUES (@owner, @group, @session, @status, @tail, @user, @agent, @replica, @now, @now)
            """,
            new()
            {
                { "owner", row.OwnerUuid },
                { "group", "logs-" + row.OwnerUuid },
                { "session", row.SessionId },
                { "status", row.Status },
                { "tail", row.TailConfig },
                { "user", row.UserConnected },
                { "agent", row.AgentConnected },
                { "replica", userReplica },
                { "now", now },
            });
}
