namespace Controller.Sql.Stores;

/// <summary>A wish for background work, written with the change that causes it (reconcile 6).</summary>
public sealed record OutboxRow(long Id, string Kind, string Payload);

/// <summary>A claimed task for the platform of a fog (reconcile 7).</summary>
public sealed record FogTaskRow(long Id, string FogUuid, string Reason, int? SpecGeneration, int Attempts);

/// <summary>Why a fog is reconciled.</summary>
public static class FogTaskReason
{
    public const string SpecChanged = "spec-changed";
    public const string Delete = "delete";
    public const string PeriodicSweep = "periodic-sweep";
    public const string ManualRetry = "manual-retry";
    public const string ServiceChanged = "service-changed";

    /// <summary>The reason, or spec-changed for one nobody knows.</summary>
    public static string OrDefault(string? reason) =>
        reason is SpecChanged or Delete or PeriodicSweep or ManualRetry or ServiceChanged ? reason : SpecChanged;
}

/// <summary>The outbox and the queue of fog tasks.</summary>
public static class ReconcileStore
{
    private const string Claimable =
        """
        "status" IN ('pending', 'in_progress') AND ("next_attempt_at" IS NULL OR "next_attempt_at" <= @now)
        AND ("leader_uuid" IS NULL OR "claimed_at" < @stale OR ("reason" = 'delete' AND "claimed_at" < @deleteStale))
        """;

    /// <summary>Writes an outbox row; one with the same key is replaced and opened again.</summary>
    public static Task PutOutboxAsync(DbSession session, string kind, string payload, string idempotencyKey, DateTimeOffset now) =>
        session.ExecuteAsync(
            session.Dialect.Upsert("ReconcileOutbox", ["idempotency_key"], ["kind", "payload", "processed_at", "last_error"], ["created_at"]),
            new()
            {
                { "idempotency_key", idempotencyKey }, { "kind", kind }, { "payload", payload }, { "processed_at", null }, { "last_error", null },
                { "created_at", now },
            });

    /// <summary>Whether an unprocessed row of these kinds exists.</summary>
    public static async Task<bool> HasOutboxAsync(DbSession session, IReadOnlyCollection<string> kinds)
    {
        var parameters = new SqlParams();
        return await session.QueryOneAsync(
            $"SELECT \"id\" FROM \"ReconcileOutbox\" WHERE \"processed_at\" IS NULL AND \"kind\" IN {parameters.In("k", kinds)} LIMIT 1",
            r => r.Long(),
            parameters).ConfigureAwait(false) != 0;
    }

    /// <summary>The oldest unprocessed rows that no other replica is working on; held until the transaction ends.</summary>
    /// <param name="session">Session.</param>
    /// <param name="kinds">Kinds to take.</param>
    /// <param name="limit">Most rows.</param>
    /// <param name="id">Only this row, when given.</param>
    public static Task<List<OutboxRow>> TakeOutboxAsync(DbSession session, IReadOnlyCollection<string> kinds, int limit, long? id = null)
    {
        var parameters = new SqlParams { { "limit", limit } };
        var only = "";
        if (id is { } one)
        {
            parameters.Add("id", one);
            only = " AND \"id\" = @id";
        }

        return session.QueryAsync(
            $"""
            SELECT "id", "kind", "payload" FROM "ReconcileOutbox"
            WHERE "processed_at" IS NULL AND "kind" IN {parameters.In("k", kinds)}{only} ORDER BY "id" LIMIT @limit{session.Dialect.ForUpdateSkipLocked}
            """,
            r => new OutboxRow(r.Long(), r.Text(), r.Text()),
            parameters);
    }

    /// <summary>The oldest unprocessed rows, held by nobody.</summary>
    public static Task<List<OutboxRow>> ListOutboxAsync(DbSession session, IReadOnlyCollection<string> kinds, int limit)
    {
        var parameters = new SqlParams { { "limit", limit } };
        return session.QueryAsync(
            $"""
            SELECT "id", "kind", "payload" FROM "ReconcileOutbox"
            WHERE "processed_at" IS NULL AND "kind" IN {parameters.In("k", kinds)} ORDER BY "id" LIMIT @limit
            """,
            r => new OutboxRow(r.Long(), r.Text(), r.Text()),
            parameters);
    }

    /// <summary>Closes rows.</summary>
    public static Task CloseOutboxAsync(DbSession session, IEnumerable<long> ids, DateTimeOffset now)
    {
        var parameters = new SqlParams { { "now", now } };
        return session.ExecuteAsync(
            $"UPDATE \"ReconcileOutbox\" SET \"processed_at\" = @now, \"last_error\" = NULL WHERE \"id\" IN {parameters.In("id", ids)}", parameters);
    }

    /// <summary>Notes why a row could not be processed; it stays open.</summary>
    public static Task FailOutboxAsync(DbSession session, long id, string error) =>
        session.ExecuteAsync("UPDATE \"ReconcileOutbox\" SET \"last_error\" = @error WHERE \"id\" = @id", new() { { "id", id }, { "error", error } });

    /// <summary>Deletes rows that were closed before a time.</summary>
    public static Task<int> PurgeOutboxAsync(DbSession session, DateTimeOffset before) =>
        session.ExecuteAsync(
            "DELETE FROM \"ReconcileOutbox\" WHERE \"processed_at\" IS NOT NULL AND \"processed_at\" < @before", new() { { "before", before } });

    /// <summary>Makes sure that a fog is reconciled: one active task per fog, a deletion wins over every other reason.</summary>
    /// <returns>False when there is no such fog.</returns>
    public static async Task<bool> EnqueueFogAsync(DbSession session, string fogUuid, string reason, int? specGeneration, DateTimeOffset now)
    {
        // The fog's row serialises replicas: not every engine can have an index on the active tasks only.
        if (!await FogStore.LockAsync(session, fogUuid).ConfigureAwait(false))
        {
            return false;
        }

        reason = FogTaskReason.OrDefault(reason);
        var active = await session.QueryOneAsync(
            $"""
            SELECT "id", "reason", "status" FROM "FogPlatformReconcileTasks"
            WHERE "fog_uuid" = @fog AND "status" IN ('pending', 'in_progress') ORDER BY "id" LIMIT 1{session.Dialect.ForUpdate}
            """,
            r => new ActiveTask(r.Long(), r.Text(), r.Text()),
            new() { { "fog", fogUuid } }).ConfigureAwait(false);
        if (active is null)
        {
            await session.ExecuteAsync(
                """
                INSERT INTO "FogPlatformReconcileTasks" ("fog_uuid", "reason", "spec_generation", "status", "attempts", "created_at", "updated_at")
                VALUES (@fog, @reason, @generation, 'pending', 0, @now, @now)
                """,
                new() { { "fog", fogUuid }, { "reason", reason }, { "generation", specGeneration }, { "now", now } }).ConfigureAwait(false);
            return true;
        }

        var parameters = new SqlParams
        {
            { "id", active.Id }, { "reason", active.Reason == FogTaskReason.Delete ? active.Reason : reason }, { "generation", specGeneration }, { "now", now },
        };
        var restart = reason == FogTaskReason.Delete && active.Status == "in_progress";
        var retry = restart || reason is FogTaskReason.ManualRetry or FogTaskReason.Delete;
        await session.ExecuteAsync(
            "UPDATE \"FogPlatformReconcileTasks\" SET \"reason\" = @reason, \"spec_generation\" = @generation, \"updated_at\" = @now"
                + (retry ? ", \"next_attempt_at\" = NULL, \"attempts\" = 0, \"last_error\" = NULL" : "")
                + (restart ? ", \"status\" = 'pending', \"leader_uuid\" = NULL, \"claimed_at\" = NULL" : "")
                + " WHERE \"id\" = @id",
            parameters).ConfigureAwait(false);
        return true;
    }

    /// <summary>Whether a task could be claimed now.</summary>
    public static async Task<bool> HasFogTaskAsync(DbSession session, DateTimeOffset now, DateTimeOffset stale, DateTimeOffset deleteStale) =>
        await session.QueryOneAsync(
            $"SELECT \"id\" FROM \"FogPlatformReconcileTasks\" WHERE {Claimable} LIMIT 1", r => r.Long(), Times(now, stale, deleteStale))
            .ConfigureAwait(false) != 0;

    /// <summary>Claims the oldest task that is due and that nobody holds, or holds for too long; null when there is none.</summary>
    public static async Task<FogTaskRow?> ClaimFogTaskAsync(
        DbSession session, string leader, DateTimeOffset now, DateTimeOffset stale, DateTimeOffset deleteStale)
    {
        var task = await session.QueryOneAsync(
            $"""
            SELECT "id", "fog_uuid", "reason", "spec_generation", "attempts" FROM "FogPlatformReconcileTasks"
            WHERE {Claimable} ORDER BY "id" LIMIT 1{session.Dialect.ForUpdateSkipLocked}
            """,
            r => new FogTaskRow(r.Long(), r.Text(), r.Text(), r.IntOrNull(), r.Int()),
            Times(now, stale, deleteStale)).ConfigureAwait(false);
        if (task is null)
        {
            return null;
        }

        var parameters = Times(now, stale, deleteStale);
        parameters.Add("id", task.Id);
        parameters.Add("leader", leader);
        return await session.ExecuteAsync(
            $"""
            UPDATE "FogPlatformReconcileTasks" SET "leader_uuid" = @leader, "claimed_at" = @now, "status" = 'in_progress', "updated_at" = @now
            WHERE "id" = @id AND {Claimable}
            """,
            parameters).ConfigureAwait(false) > 0
            ? task
            : null;
    }

    /// <summary>Ends a task. One that was changed while it ran goes back to the queue instead.</summary>
    public static async Task CompleteFogTaskAsync(DbSession session, FogTaskRow task, string leader, DateTimeOffset now)
    {
        var changed = task.SpecGeneration is null ? "\"spec_generation\" IS NOT NULL" : "(\"spec_generation\" IS NULL OR \"spec_generation\" <> @generation)";
        var parameters = new SqlParams { { "id", task.Id }, { "leader", leader }, { "reason", task.Reason }, { "now", now } };
        if (task.SpecGeneration is { } generation)
        {
            parameters.Add("generation", generation);
        }

        await session.ExecuteAsync(
            $"""
            UPDATE "FogPlatformReconcileTasks" SET "status" = 'pending', "leader_uuid" = NULL, "claimed_at" = NULL, "next_attempt_at" = NULL,
              "attempts" = 0, "last_error" = NULL, "updated_at" = @now
            WHERE "id" = @id AND "leader_uuid" = @leader AND ("reason" <> @reason OR {changed})
            """,
            parameters).ConfigureAwait(false);
        await session.ExecuteAsync(
            "DELETE FROM \"FogPlatformReconcileTasks\" WHERE \"id\" = @id AND \"leader_uuid\" = @leader AND \"status\" = 'in_progress'",
            new() { { "id", task.Id }, { "leader", leader } }).ConfigureAwait(false);
    }

    /// <summary>Puts a failed task back until a time, or aside for good when there is none.</summary>
    public static Task FailFogTaskAsync(
        DbSession session, FogTaskRow task, string leader, string error, DateTimeOffset? nextAttempt, DateTimeOffset now) =>
        session.ExecuteAsync(
            """
            UPDATE "FogPlatformReconcileTasks" SET "status" = @status, "attempts" = @attempts, "next_attempt_at" = @next, "last_error" = @error,
              "leader_uuid" = NULL, "claimed_at" = NULL, "updated_at" = @now
            WHERE "id" = @id AND "leader_uuid" = @leader
            """,
            new()
            {
                { "id", task.Id }, { "leader", leader }, { "status", nextAttempt is null ? "failed" : "pending" }, { "attempts", task.Attempts + 1 },
                { "next", nextAttempt }, { "error", error }, { "now", now },
            });

    /// <summary>Frees the tasks of a process that is gone; only for the process that owns its database.</summary>
    public static Task<int> ReleaseFogTasksAsync(DbSession session, string leader) =>
        session.ExecuteAsync(
            """
            UPDATE "FogPlatformReconcileTasks" SET "status" = 'pending', "leader_uuid" = NULL, "claimed_at" = NULL
            WHERE "status" = 'in_progress' AND "leader_uuid" <> @leader
            """,
            new() { { "leader", leader } });

    /// <summary>Fogs that nobody works on although they are being deleted or are not what they should be (reconcile 17).</summary>
    public static Task<List<(string FogUuid, bool IsDeleting, int? Generation)>> ListDriftedAsync(DbSession session) =>
        session.QueryAsync(
            """
            SELECT f."uuid", CASE WHEN t."phase" = 'Deleting' THEN 1 ELSE 0 END, s."generation"
            FROM "Fogs" f
            LEFT JOIN "FogPlatformSpecs" s ON s."fog_uuid" = f."uuid"
            LEFT JOIN "FogPlatformStatuses" t ON t."fog_uuid" = f."uuid"
            WHERE (t."phase" = 'Deleting'
                OR (s."fog_uuid" IS NOT NULL AND (t."fog_uuid" IS NULL OR t."phase" <> 'Ready' OR t."observed_generation" < s."generation")))
              AND NOT EXISTS (SELECT 1 FROM "FogPlatformReconcileTasks" k WHERE k."fog_uuid" = f."uuid" AND k."status" IN ('pending', 'in_progress'))
            ORDER BY f."uuid"
            """,
            r => (r.Text(), r.Int() == 1, r.IntOrNull()));

    private static SqlParams Times(DateTimeOffset now, DateTimeOffset stale, DateTimeOffset deleteStale) =>
        new() { { "now", now }, { "stale", stale }, { "deleteStale", deleteStale } };

    private sealed record ActiveTask(long Id, string Reason, string Status);
}
