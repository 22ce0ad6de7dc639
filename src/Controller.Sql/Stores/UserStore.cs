namespace Controller.Sql.Stores;

/// <summary>A local operator account (<c>AuthUsers</c>).</summary>
public sealed record UserRow
{
    /// <summary>UUID.</summary>
    public required string Id { get; init; }

    /// <summary>Login name, lower case; need not be an e-mail address.</summary>
    public required string Email { get; init; }

    /// <summary>Argon2id hash as a PHC string.</summary>
    public required string PasswordHash { get; init; }

    /// <summary>Must change the password before doing anything else.</summary>
    public bool MustChangePassword { get; init; }

    /// <summary>The administrator made at start.</summary>
    public bool IsBootstrap { get; init; }

    /// <summary>Wrong passwords since the last success.</summary>
    public int FailedAttempts { get; init; }

    /// <summary>No login succeeds before.</summary>
    public DateTimeOffset? LockedUntil { get; init; }

    /// <summary>Set on accounts that were deleted; such a row only keeps its id.</summary>
    public DateTimeOffset? DeletedAt { get; init; }
}

/// <summary>A group of a user.</summary>
public sealed record MembershipRow(string Group, bool MfaRequired);

/// <summary>Local operator accounts and their groups.</summary>
public static class UserStore
{
    private const string Select =
        """
        SELECT "id", "email", "password_hash", "must_change_password", "is_bootstrap", "failed_attempts", "locked_until", "deleted_at"
        FROM "AuthUsers"
        """;

    /// <summary>The account with a login name, deleted ones included.</summary>
    public static Task<UserRow?> FindByEmailAsync(DbSession session, string email) =>
        session.QueryOneAsync($"{Select} WHERE \"email\" = @email", Map, new() { { "email", email } });

    /// <summary>An account, deleted ones included.</summary>
    public static Task<UserRow?> FindAsync(DbSession session, string id) =>
        session.QueryOneAsync($"{Select} WHERE \"id\" = @id", Map, new() { { "id", id } });

    /// <summary>As <see cref="FindAsync"/>, locking the row until the transaction ends.</summary>
    public static Task<UserRow?> LockAsync(DbSession session, string id) =>
        session.QueryOneAsync($"{Select} WHERE \"id\" = @id{session.Dialect.ForUpdate}", Map, new() { { "id", id } });

    /// <summary>The administrators made at start; there should be at most one.</summary>
    public static Task<List<UserRow>> ListBootstrapAsync(DbSession session) =>
        session.QueryAsync($"{Select} WHERE \"is_bootstrap\" = TRUE ORDER BY \"created_at\", \"id\"", Map);

    /// <summary>Whether there is any account, deleted ones included.</summary>
    public static async Task<bool> AnyAsync(DbSession session) =>
        await session.QueryOneAsync("SELECT COUNT(*) FROM \"AuthUsers\"", r => r.Long()).ConfigureAwait(false) > 0;

    /// <summary>Adds an account.</summary>
    public static Task InsertAsync(DbSession session, UserRow user, DateTimeOffset now) => session.ExecuteAsync(
        """
        INSERT INTO "AuthUsers" ("id", "email", "password_hash", "must_change_password", "is_bootstrap", "failed_attempts", "created_at", "updated_at")
        VALUES (@id, @email, @hash, @change, @bootstrap, 0, @now, @now)
        """,
        new()
        {
            { "id", user.Id }, { "email", user.Email }, { "hash", user.PasswordHash }, { "change", user.MustChangePassword },
            { "bootstrap", user.IsBootstrap }, { "now", now },
        });

    /// <summary>Removes an account with everything that hangs on it.</summary>
    public static Task DeleteAsync(DbSession session, string id) =>
        session.ExecuteAsync("DELETE FROM \"AuthUsers\" WHERE \"id\" = @id", new() { { "id", id } });

    /// <summary>Sets what lockout counts.</summary>
    public static Task SetFailuresAsync(DbSession session, string id, int attempts, DateTimeOffset? lockedUntil, DateTimeOffset now) =>
        session.ExecuteAsync(
            "UPDATE \"AuthUsers\" SET \"failed_attempts\" = @attempts, \"locked_until\" = @until, \"updated_at\" = @now WHERE \"id\" = @id",
            new() { { "id", id }, { "attempts", attempts }, { "until", lockedUntil }, { "now", now } });

    /// <summary>JSON array of the hashes of a user's former passwords, newest first.</summary>
    public static Task<string?> PasswordHistoryAsync(DbSession session, string id) => session.QueryOneAsync(
        "SELECT \"password_history_hashes\" FROM \"AuthUsers\" WHERE \"id\" = @id", r => r.TextOrNull(), new() { { "id", id } });

    /// <summary>Sets a password and ends any lockout.</summary>
    /// <param name="session">A transaction.</param>
    /// <param name="id">Whose.</param>
    /// <param name="hash">Hash of the new password.</param>
    /// <param name="history">Hashes of former ones as <see cref="PasswordHistoryAsync"/> gives them; null leaves them.</param>
    /// <param name="mustChange">Whether the user must choose another one first.</param>
    /// <param name="now">The time.</param>
    public static Task SetPasswordAsync(DbSession session, string id, string hash, string? history, bool mustChange, DateTimeOffset now) =>
        session.ExecuteAsync(
            """
            UPDATE "AuthUsers" SET "password_hash" = @hash, "password_history_hashes" = COALESCE(@history, "password_history_hashes"),
                "must_change_password" = @change, "failed_attempts" = 0, "locked_until" = NULL, "updated_at" = @now
            WHERE "id" = @id
            """,
            new() { { "id", id }, { "hash", hash }, { "history", history }, { "change", mustChange }, { "now", now } });

    /// <summary>The groups of a user, by name.</summary>
    public static Task<List<MembershipRow>> MembershipsAsync(DbSession session, string id) => session.QueryAsync(
        """
        SELECT g."name", g."mfa_required" FROM "AuthUserGroups" ug JOIN "AuthGroups" g ON g."id" = ug."group_id"
        WHERE ug."user_id" = @id ORDER BY g."name"
        """,
        r => new MembershipRow(r.Text(), r.Bool()),
        new() { { "id", id } });

    /// <summary>Adds a user to a group by name.</summary>
    public static Task JoinAsync(DbSession session, string id, string group, DateTimeOffset now) => session.ExecuteAsync(
        """
        INSERT INTO "AuthUserGroups" ("user_id", "group_id", "created_at")
        SELECT @id, g."id", @now FROM "AuthGroups" g WHERE g."name" = @group
        """,
        new() { { "id", id }, { "group", group }, { "now", now } });

    /// <summary>Makes the named groups all groups of a user.</summary>
    public static async Task SetGroupsAsync(DbSession session, string id, IReadOnlyCollection<string> groups, DateTimeOffset now)
    {
        await session.ExecuteAsync("DELETE FROM \"AuthUserGroups\" WHERE \"user_id\" = @id", new() { { "id", id } }).ConfigureAwait(false);
        var parameters = new SqlParams { { "id", id }, { "now", now } };
        await session.ExecuteAsync(
            $"""
            INSERT INTO "AuthUserGroups" ("user_id", "group_id", "created_at")
            SELECT @id, g."id", @now FROM "AuthGroups" g WHERE g."name" IN {parameters.In("name", groups)}
            """,
            parameters).ConfigureAwait(false);
    }

    /// <summary>Sets the login name.</summary>
    public static Task SetEmailAsync(DbSession session, string id, string email, DateTimeOffset now) => session.ExecuteAsync(
        "UPDATE \"AuthUsers\" SET \"email\" = @email, \"updated_at\" = @now WHERE \"id\" = @id",
        new() { { "id", id }, { "email", email }, { "now", now } });

    /// <summary>Marks an account as deleted. Its row stays until somebody else takes the login name.</summary>
    public static Task MarkDeletedAsync(DbSession session, string id, DateTimeOffset now) => session.ExecuteAsync(
        "UPDATE \"AuthUsers\" SET \"deleted_at\" = @now, \"updated_at\" = @now WHERE \"id\" = @id", new() { { "id", id }, { "now", now } });

    /// <summary>Whether the user has a second factor switched on.</summary>
    public static Task<bool> HasMfaAsync(DbSession session, string id) =>
        session.QueryOneAsync("SELECT \"enabled\" FROM \"AuthMfa\" WHERE \"user_id\" = @id", r => r.Bool(), new() { { "id", id } });

    private static UserRow Map(SqlRow row) => new()
    {
        Id = row.Text(),
        Email = row.Text(),
        PasswordHash = row.Text(),
        MustChangePassword = row.Bool(),
        IsBootstrap = row.Bool(),
        FailedAttempts = row.Int(),
        LockedUntil = row.TimeOrNull(),
        DeletedAt = row.TimeOrNull(),
    };
}
