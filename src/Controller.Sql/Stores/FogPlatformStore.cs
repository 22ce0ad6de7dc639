namespace Controller.Sql.Stores;

/// <summary>The wanted platform of a fog (reconcile 8.1).</summary>
public sealed record FogSpecRow(string FogUuid, string Json, int Generation);

/// <summary>How far the platform of a fog has come (reconcile 8.2).</summary>
public sealed record FogPlatformStatusRow(
    int ObservedGeneration, string Phase, string? LastError, DateTimeOffset? LastTransitionAt, string? ConditionsJson);

/// <summary>The phases of a fog's platform.</summary>
public static class PlatformPhase
{
    public const string Pending = "Pending";
    public const string Progressing = "Progressing";
    public const string Ready = "Ready";
    public const string Failed = "Failed";

    /// <summary>Never left but by removal of the fog.</summary>
    public const string Deleting = "Deleting";
}

/// <summary>Specification and status of the platform of fogs.</summary>
public static class FogPlatformStore
{
    /// <summary>A fog's specification; null when it has none.</summary>
    public static Task<FogSpecRow?> FindSpecAsync(DbSession session, string fogUuid) =>
        session.QueryOneAsync(
            "SELECT \"fog_uuid\", \"spec_json\", \"generation\" FROM \"FogPlatformSpecs\" WHERE \"fog_uuid\" = @fog", MapSpec, new() { { "fog", fogUuid } });

    /// <summary>All specifications.</summary>
    public static Task<List<FogSpecRow>> ListSpecsAsync(DbSession session) =>
        session.QueryAsync("SELECT \"fog_uuid\", \"spec_json\", \"generation\" FROM \"FogPlatformSpecs\"", MapSpec);

    /// <summary>Writes a fog's specification.</summary>
    public static Task SetSpecAsync(DbSession session, FogSpecRow spec, DateTimeOffset now) =>
        session.ExecuteAsync(
            session.Dialect.Upsert("FogPlatformSpecs", ["fog_uuid"], ["spec_json", "generation", "updated_at"], ["created_at"]),
            new()
            {
                { "fog_uuid", spec.FogUuid }, { "spec_json", spec.Json }, { "generation", spec.Generation }, { "updated_at", now }, { "created_at", now },
            });

    /// <summary>A fog's status; null when it has none.</summary>
    public static Task<FogPlatformStatusRow?> FindStatusAsync(DbSession session, string fogUuid) =>
        session.QueryOneAsync(
            """
            SELECT "observed_generation", "phase", "last_error", "last_transition_at", "conditions_json"
            FROM "FogPlatformStatuses" WHERE "fog_uuid" = @fog
            """,
            r => new FogPlatformStatusRow(r.Int(), r.Text(), r.TextOrNull(), r.TimeOrNull(), r.TextOrNull()),
            new() { { "fog", fogUuid } });

    /// <summary>The specification changed: Pending, unless it is being deleted.</summary>
    public static async Task SetPendingAsync(DbSession session, string fogUuid, DateTimeOffset now)
    {
        await EnsureAsync(session, fogUuid, now).ConfigureAwait(false);
        await SetPhaseAsync(session, fogUuid, PlatformPhase.Pending, now, "").ConfigureAwait(false);
    }

    /// <summary>The operator wants a failed fog tried again.</summary>
    public static Task RetryAsync(DbSession session, string fogUuid, DateTimeOffset now) =>
        session.ExecuteAsync(
            """
            UPDATE "FogPlatformStatuses" SET "phase" = 'Pending', "last_error" = NULL, "last_transition_at" = @now, "updated_at" = @now
            WHERE "fog_uuid" = @fog AND "phase" = 'Failed'
            """,
            new() { { "fog", fogUuid }, { "now", now } });

    /// <summary>A reconcile began.</summary>
    public static async Task SetProgressingAsync(DbSession session, string fogUuid, DateTimeOffset now)
    {
        await EnsureAsync(session, fogUuid, now).ConfigureAwait(false);
        await SetPhaseAsync(session, fogUuid, PlatformPhase.Progressing, now, ", \"last_error\" = NULL").ConfigureAwait(false);
    }

    /// <summary>A reconcile of a generation ended well.</summary>
    /// <param name="session">Session.</param>
    /// <param name="fogUuid">Fog.</param>
    /// <param name="generation">What was reconciled.</param>
    /// <param name="isNewest">False when the specification has changed since: the phase stays what the change made it.</param>
    /// <param name="conditionsJson">JSON array.</param>
    /// <param name="now">Time of transition.</param>
    public static Task SetReadyAsync(
        DbSession session, string fogUuid, int generation, bool isNewest, string conditionsJson, DateTimeOffset now) =>
        session.ExecuteAsync(
            $"""
            UPDATE "FogPlatformStatuses" SET {(isNewest ? "\"phase\" = 'Ready', \"last_transition_at\" = @now, " : "")}
              "observed_generation" = @generation, "last_error" = NULL, "conditions_json" = @conditions, "updated_at" = @now
            WHERE "fog_uuid" = @fog AND "phase" <> 'Deleting'
            """,
            new() { { "fog", fogUuid }, { "generation", generation }, { "conditions", conditionsJson }, { "now", now } });

    /// <summary>A reconcile or a deletion failed; the phase of a fog that is being deleted stays.</summary>
    public static async Task SetFailedAsync(DbSession session, string fogUuid, string error, DateTimeOffset now)
    {
        await EnsureAsync(session, fogUuid, now).ConfigureAwait(false);
        await session.ExecuteAsync(
            """
            UPDATE "FogPlatformStatuses" SET "last_error" = @error, "last_transition_at" = @now, "updated_at" = @now,
              "phase" = CASE WHEN "phase" = 'Deleting' THEN 'Deleting' ELSE 'Failed' END
            WHERE "fog_uuid" = @fog
            """,
            new() { { "fog", fogUuid }, { "error", error }, { "now", now } }).ConfigureAwait(false);
    }

    /// <summary>The operator deleted the fog.</summary>
    public static async Task SetDeletingAsync(DbSession session, string fogUuid, DateTimeOffset now)
    {
        await EnsureAsync(session, fogUuid, now).ConfigureAwait(false);
        await SetPhaseAsync(session, fogUuid, PlatformPhase.Deleting, now, "").ConfigureAwait(false);
    }

    private static Task EnsureAsync(DbSession session, string fogUuid, DateTimeOffset now) =>
        session.ExecuteAsync(
            session.Dialect.InsertIfAbsent("FogPlatformStatuses", "fog_uuid", "observed_generation", "phase", "last_transition_at", "created_at", "updated_at"),
            new()
            {
                { "fog_uuid", fogUuid }, { "observed_generation", 0 }, { "phase", PlatformPhase.Pending }, { "last_transition_at", now },
                { "created_at", now }, { "updated_at", now },
            });

    private static Task SetPhaseAsync(DbSession session, string fogUuid, string phase, DateTimeOffset now, string more) =>
        session.ExecuteAsync(
            $"""
            UPDATE "FogPlatformStatuses" SET "phase" = @phase, "last_transition_at" = @now, "updated_at" = @now{more}
            WHERE "fog_uuid" = @fog AND "phase" <> 'Deleting'
            """,
            new() { { "fog", fogUuid }, { "phase", phase }, { "now", now } });

    private static FogSpecRow MapSpec(SqlRow r) => new(r.Text(), r.Text(), r.Int());
}
