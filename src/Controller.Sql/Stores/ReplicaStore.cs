namespace Controller.Sql.Stores;

/// <summary>A replica, as it registered.</summary>
/// <param name="Uuid">Its identity.</param>
/// <param name="Host">Host it runs on, or what an operator called it.</param>
/// <param name="ProcessId">Of its operating system.</param>
/// <param name="LastHeartbeat">When it was heard of last.</param>
/// <param name="IsActive">It is thought to be alive.</param>
/// <param name="CreatedAt">When it registered first.</param>
/// <param name="UpdatedAt">When the row was written last.</param>
public sealed record ReplicaRow(
    string Uuid, string? Host, int? ProcessId, DateTimeOffset? LastHeartbeat, bool IsActive, DateTimeOffset? CreatedAt, DateTimeOffset? UpdatedAt);

/// <summary>The replicas of this Controller (<c>ClusterControllers</c>) and whether they are alive.</summary>
public static class ReplicaStore
{
    private const string ProcessPrefix = "process:";

    private const string Select =
        """
        SELECT "uuid", "host", "process_id", "last_heartbeat", "is_active", "created_at", "updated_at" FROM "ClusterControllers"
        """;

    /// <summary>All replicas, dead ones included, in order of their registration.</summary>
    public static Task<List<ReplicaRow>> ListAsync(DbSession session) => session.QueryAsync(Select + " ORDER BY \"created_at\", \"uuid\"", Map);

    /// <summary>One replica; null when there is none.</summary>
    public static Task<ReplicaRow?> FindAsync(DbSession session, string uuid) =>
        session.QueryOneAsync(Select + " WHERE \"uuid\" = @uuid", Map, new() { { "uuid", uuid } });

    /// <summary>Gives a replica another host.</summary>
    public static Task SetHostAsync(DbSession session, string uuid, string host, DateTimeOffset now) => session.ExecuteAsync(
        "UPDATE \"ClusterControllers\" SET \"host\" = @host, \"updated_at\" = @now WHERE \"uuid\" = @uuid",
        new() { { "host", host }, { "now", now }, { "uuid", uuid } });

    /// <summary>Counts a replica as dead, until its next heartbeat.</summary>
    /// <returns>False when there is none.</returns>
    public static async Task<bool> DeactivateAsync(DbSession session, string uuid, DateTimeOffset now) => await session.ExecuteAsync(
        "UPDATE \"ClusterControllers\" SET \"is_active\" = @no, \"updated_at\" = @now WHERE \"uuid\" = @uuid",
        new() { { "no", false }, { "now", now }, { "uuid", uuid } }).ConfigureAwait(false) > 0;

    /// <summary>
    /// Registers this process: under <paramref name="fixedUuid"/> when one is configured, else under the uuid of an
    /// active row of the same host, else under a new one (runtime 2.2).
    /// </summary>
    /// <returns>The replica's uuid.</returns>
    public static async Task<string> RegisterAsync(
        DbSession session, string? fixedUuid, string newUuid, string host, int processId, DateTimeOffset now)
    {
        var uuid = fixedUuid ?? await session.QueryOneAsync(
            """
            SELECT "uuid" FROM "ClusterControllers" WHERE "host" = @host AND "is_active" = @active
            ORDER BY "last_heartbeat" DESC, "uuid" LIMIT 1
            """,
            r => r.TextOrNull(),
            new() { { "host", host }, { "active", true } }).ConfigureAwait(false) ?? newUuid;
        await session.ExecuteAsync(
            session.Dialect.Upsert(
                "ClusterControllers", ["uuid"], ["host", "process_id", "last_heartbeat", "is_active", "updated_at"], ["created_at"]),
            new()
            {
                { "uuid", uuid },
                { "host", host },
                { "process_id", processId },
                { "last_heartbeat", now },
                { "is_active", true },
                { "updated_at", now },
                { "created_at", now },
            }).ConfigureAwait(false);
        return uuid;
    }

    /// <summary>This replica is alive.</summary>
    /// <returns>False when its row is gone.</returns>
    public static async Task<bool> BeatAsync(DbSession session, string uuid, DateTimeOffset now) =>
        await session.ExecuteAsync(
            """UPDATE "ClusterControllers" SET "last_heartbeat" = @now, "is_active" = @active, "updated_at" = @now WHERE "uuid" = @uuid""",
            new() { { "now", now }, { "active", true }, { "uuid", uuid } }).ConfigureAwait(false) > 0;

    /// <summary>Marks replicas as inactive that were not heard of since <paramref name="oldest"/>.</summary>
    /// <returns>How many.</returns>
    public static Task<int> SweepAsync(DbSession session, DateTimeOffset oldest, DateTimeOffset now) => session.ExecuteAsync(
        """
        UPDATE "ClusterControllers" SET "is_active" = @inactive, "updated_at" = @now
        WHERE "is_active" = @active AND "last_heartbeat" < @oldest
        """,
        new() { { "inactive", false }, { "now", now }, { "active", true }, { "oldest", oldest } });

    /// <summary>
    /// A sign of life of one process. Processes of the same host share a row above; what a process holds in memory (its
    /// sessions) dies with it, whatever becomes of the row.
    /// </summary>
    public static Task SignAsync(DbSession session, string process, DateTimeOffset now) =>
        StateStore.SetAsync(session, ProcessPrefix + process, "alive", now);

    /// <summary>The processes that gave a sign of life since a time.</summary>
    public static Task<List<string>> ListAliveAsync(DbSession session, DateTimeOffset since) => session.QueryAsync(
        $"SELECT \"name\" FROM \"ControllerState\" WHERE \"name\" LIKE '{ProcessPrefix}%' AND \"updated_at\" >= @since",
        r => r.Text()[ProcessPrefix.Length..],
        new() { { "since", since.ToUnixTimeMilliseconds() } });

    /// <summary>Forgets processes that were silent since a time.</summary>
    public static Task<int> ForgetSilentAsync(DbSession session, DateTimeOffset since) => session.ExecuteAsync(
        $"DELETE FROM \"ControllerState\" WHERE \"name\" LIKE '{ProcessPrefix}%' AND \"updated_at\" < @since",
        new() { { "since", since.ToUnixTimeMilliseconds() } });

    private static ReplicaRow Map(SqlRow r) =>
        new(r.Text(), r.TextOrNull(), r.IntOrNull(), r.TimeOrNull(), r.Bool(), r.TimeOrNull(), r.TimeOrNull());
}
