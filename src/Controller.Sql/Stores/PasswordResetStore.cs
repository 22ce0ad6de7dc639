namespace Controller.Sql.Stores;

/// <summary>One-time tokens with which a user may set a password (<c>AuthPasswordResetSessions</c>).</summary>
public static class PasswordResetStore
{
    /// <summary>Adds a token.</summary>
    public static Task InsertAsync(DbSession session, string token, string userId, DateTimeOffset expiresAt, DateTimeOffset now) =>
        session.ExecuteAsync(
            """
            INSERT INTO "AuthPasswordResetSessions" ("id", "user_id", "expires_at", "created_at") VALUES (@token, @user, @expires, @now)
            """,
            new() { { "token", token }, { "user", userId }, { "expires", expiresAt }, { "now", now } });

    /// <summary>Uses a token up; of several callers one gets the answer.</summary>
    /// <returns>Whose token it was; null when there is none or its time is over.</returns>
    public static async Task<string?> TakeAsync(DbSession session, string token, DateTimeOffset now)
    {
        var userId = await session.QueryOneAsync(
            $"""
            SELECT "user_id" FROM "AuthPasswordResetSessions" WHERE "id" = @token AND "expires_at" > @now{session.Dialect.ForUpdate}
            """,
            r => r.Text(),
            new() { { "token", token }, { "now", now } }).ConfigureAwait(false);
        var taken = await session.ExecuteAsync("DELETE FROM \"AuthPasswordResetSessions\" WHERE \"id\" = @token", new() { { "token", token } })
            .ConfigureAwait(false);
        return taken == 1 ? userId : null;
    }

    /// <summary>Removes a user's tokens, and everybody's that have expired.</summary>
    public static Task ClearAsync(DbSession session, string userId, DateTimeOffset now) => session.ExecuteAsync(
        "DELETE FROM \"AuthPasswordResetSessions\" WHERE \"user_id\" = @user OR \"expires_at\" <= @now", new() { { "user", userId }, { "now", now } });
}
