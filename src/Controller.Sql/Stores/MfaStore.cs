namespace Controller.Sql.Stores;

/// <summary>A user's second factor (<c>AuthMfa</c>).</summary>
public sealed record MfaRow
{
    /// <summary>Whose it is.</summary>
    public required string UserId { get; init; }

    /// <summary>Encrypted TOTP secret.</summary>
    public string? Secret { get; init; }

    /// <summary>False = enrolment was begun and not confirmed.</summary>
    public bool IsEnabled { get; init; }

    /// <summary>JSON array of the hashes of unused recovery codes.</summary>
    public string? RecoveryHashes { get; init; }

    /// <summary>Time step of the newest accepted code.</summary>
    public long? LastStep { get; init; }

    /// <summary>Wrong codes since the last right one.</summary>
    public int FailedCodes { get; init; }

    /// <summary>No code is taken before.</summary>
    public DateTimeOffset? LockedUntil { get; init; }
}

/// <summary>Second factors, one per user. Writers hold the user's row (<see cref="UserStore.LockAsync"/>).</summary>
public static class MfaStore
{
    /// <summary>The user's second factor, enabled or not.</summary>
    public static Task<MfaRow?> FindAsync(DbSession session, string userId) => session.QueryOneAsync(
        """
        SELECT "user_id", "totp_secret_encrypted", "enabled", "recovery_codes_hash", "last_totp_step", "failed_codes", "codes_locked_until"
        FROM "AuthMfa" WHERE "user_id" = @user
        """,
        r => new MfaRow
        {
            UserId = r.Text(),
            Secret = r.TextOrNull(),
            IsEnabled = r.Bool(),
            RecoveryHashes = r.TextOrNull(),
            LastStep = r.LongOrNull(),
            FailedCodes = r.Int(),
            LockedUntil = r.TimeOrNull(),
        },
        new() { { "user", userId } });

    /// <summary>Stores a new secret that is yet to be confirmed, in place of any before it.</summary>
    public static Task BeginAsync(DbSession session, string userId, string secret, DateTimeOffset now) => session.ExecuteAsync(
        session.Dialect.Upsert(
            "AuthMfa",
            ["user_id"],
            ["totp_secret_encrypted", "enabled", "recovery_codes_hash", "last_totp_step", "failed_codes", "codes_locked_until", "updated_at"],
            ["created_at"]),
        new()
        {
            { "user_id", userId }, { "totp_secret_encrypted", secret }, { "enabled", false }, { "recovery_codes_hash", null },
            { "last_totp_step", null }, { "failed_codes", 0 }, { "codes_locked_until", null }, { "updated_at", now }, { "created_at", now },
        });

    /// <summary>Switches the second factor on.</summary>
    public static Task EnableAsync(DbSession session, string userId, string recoveryHashes, long step, DateTimeOffset now) =>
        session.ExecuteAsync(
            """
            UPDATE "AuthMfa" SET "enabled" = TRUE, "recovery_codes_hash" = @hashes, "last_totp_step" = @step, "updated_at" = @now
            WHERE "user_id" = @user
            """,
            new() { { "user", userId }, { "hashes", recoveryHashes }, { "step", step }, { "now", now } });

    /// <summary>Records an accepted code: its time step, and which recovery codes are left.</summary>
    public static Task AcceptAsync(DbSession session, string userId, long? step, string? recoveryHashes, DateTimeOffset now) =>
        session.ExecuteAsync(
            """
            UPDATE "AuthMfa" SET "last_totp_step" = @step, "recovery_codes_hash" = @hashes, "failed_codes" = 0, "codes_locked_until" = NULL,
                "updated_at" = @now
            WHERE "user_id" = @user
            """,
            new() { { "user", userId }, { "step", step }, { "hashes", recoveryHashes }, { "now", now } });

    /// <summary>Sets what the lockout of codes counts.</summary>
    public static Task SetFailuresAsync(DbSession session, string userId, int failures, DateTimeOffset? lockedUntil, DateTimeOffset now) =>
        session.ExecuteAsync(
            """
            UPDATE "AuthMfa" SET "failed_codes" = @failures, "codes_locked_until" = @until, "updated_at" = @now WHERE "user_id" = @user
            """,
            new() { { "user", userId }, { "failures", failures }, { "until", lockedUntil }, { "now", now } });

    /// <summary>Removes the second factor.</summary>
    public static Task DeleteAsync(DbSession session, string userId) =>
        session.ExecuteAsync("DELETE FROM \"AuthMfa\" WHERE \"user_id\" = @user", new() { { "user", userId } });
}
