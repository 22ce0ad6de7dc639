namespace Controller.Sql.Stores;

/// <summary>An issued refresh token.</summary>
/// <param name="Id">Row id.</param>
/// <param name="UserId">Whose it is.</param>
/// <param name="FamilyId">Common to a login and all refreshes that follow it.</param>
/// <param name="ExpiresAt">Of no use from then on.</param>
/// <param name="IsRevoked">Used, or withdrawn.</param>
public sealed record RefreshTokenRow(long Id, string UserId, string FamilyId, DateTimeOffset ExpiresAt, bool IsRevoked);

/// <summary>Issued refresh tokens, by the hash of their <c>jti</c> (<c>AuthRefreshTokens</c>, auth-rbac 3.2).</summary>
public static class RefreshTokenStore
{
    /// <summary>Records a token.</summary>
    public static Task InsertAsync(DbSession session, string hash, string userId, string familyId, DateTimeOffset expiresAt, DateTimeOffset now) =>
        session.ExecuteAsync(
            """
            INSERT INTO "AuthRefreshTokens" ("token_hash", "user_id", "family_id", "expires_at", "revoked", "created_at", "updated_at")
            VALUES (@hash, @user, @family, @expires, FALSE, @now, @now)
            """,
            new() { { "hash", hash }, { "user", userId }, { "family", familyId }, { "expires", expiresAt }, { "now", now } });

    /// <summary>A token by its hash, locked until the transaction ends.</summary>
    public static Task<RefreshTokenRow?> LockAsync(DbSession session, string hash) => session.QueryOneAsync(
        $"""
        SELECT "id", "user_id", "family_id", "expires_at", "revoked" FROM "AuthRefreshTokens"
        WHERE "token_hash" = @hash{session.Dialect.ForUpdate}
        """,
        r => new RefreshTokenRow(r.Long(), r.Text(), r.Text(), r.TimeOrNull() ?? DateTimeOffset.MinValue, r.Bool()),
        new() { { "hash", hash } });

    /// <summary>Withdraws one token.</summary>
    public static Task RevokeAsync(DbSession session, long id, DateTimeOffset now) => session.ExecuteAsync(
        "UPDATE \"AuthRefreshTokens\" SET \"revoked\" = TRUE, \"updated_at\" = @now WHERE \"id\" = @id", new() { { "id", id }, { "now", now } });

    /// <summary>Withdraws all tokens of a user.</summary>
    public static Task RevokeAllAsync(DbSession session, string userId, DateTimeOffset now) => session.ExecuteAsync(
        "UPDATE \"AuthRefreshTokens\" SET \"revoked\" = TRUE, \"updated_at\" = @now WHERE \"user_id\" = @user AND \"revoked\" = FALSE",
        new() { { "user", userId }, { "now", now } });

    /// <summary>Removes a user's tokens that have expired.</summary>
    public static Task PurgeAsync(DbSession session, string userId, DateTimeOffset now) => session.ExecuteAsync(
        "DELETE FROM \"AuthRefreshTokens\" WHERE \"user_id\" = @user AND \"expires_at\" <= @now", new() { { "user", userId }, { "now", now } });
}
