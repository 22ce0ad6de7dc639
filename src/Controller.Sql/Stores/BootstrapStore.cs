namespace Controller.Sql.Stores;

/// <summary>What identity sets up at start, one replica at a time (auth-rbac 7.5).</summary>
public static class BootstrapStore
{
    /// <summary>Holds every other replica's set-up back until this transaction ends.</summary>
    public static Task LockAsync(DbSession session) =>
        session.QueryOneAsync($"SELECT \"id\" FROM \"AuthBootstrapMeta\" WHERE \"id\" = 1{session.Dialect.ForUpdate}", r => r.Long());

    /// <summary>Creates the groups that are missing and marks all of them as the system's.</summary>
    public static async Task EnsureSystemGroupsAsync(DbSession session, IReadOnlyList<string> names, DateTimeOffset now)
    {
        var insert = session.Dialect.InsertIfAbsent("AuthGroups", "name", "is_system", "mfa_required", "created_at", "updated_at");
        foreach (var name in names)
        {
            await session.ExecuteAsync(
                insert,
                new() { { "name", name }, { "is_system", true }, { "mfa_required", false }, { "created_at", now }, { "updated_at", now } })
                .ConfigureAwait(false);
        }

        var parameters = new SqlParams { { "now", now } };
        await session.ExecuteAsync(
            $"""
            UPDATE "AuthGroups" SET "is_system" = TRUE, "updated_at" = @now
            WHERE "is_system" = FALSE AND "name" IN {parameters.In("name", names)}
            """,
            parameters).ConfigureAwait(false);
    }

    /// <summary>Records who the first administrator is.</summary>
    public static Task CompleteAsync(DbSession session, string userId, DateTimeOffset now) => session.ExecuteAsync(
        """
        UPDATE "AuthBootstrapMeta" SET "completed_at" = @now, "bootstrap_admin_user_id" = @user, "updated_at" = @now WHERE "id" = 1
        """,
        new() { { "user", userId }, { "now", now } });

    /// <summary>The recorded administrator; null before the first.</summary>
    public static Task<string?> AdministratorAsync(DbSession session) =>
        session.QueryOneAsync("SELECT \"bootstrap_admin_user_id\" FROM \"AuthBootstrapMeta\" WHERE \"id\" = 1", r => r.TextOrNull());

    /// <summary>The encrypted secret of browser sign-in sessions; null before the first.</summary>
    public static Task<string?> SessionSecretAsync(DbSession session) =>
        session.QueryOneAsync("SELECT \"session_secret_ref\" FROM \"AuthBootstrapMeta\" WHERE \"id\" = 1", r => r.TextOrNull());

    /// <summary>Sets that secret.</summary>
    public static Task SetSessionSecretAsync(DbSession session, string secret, DateTimeOffset now) => session.ExecuteAsync(
        "UPDATE \"AuthBootstrapMeta\" SET \"session_secret_ref\" = @secret, \"updated_at\" = @now WHERE \"id\" = 1",
        new() { { "secret", secret }, { "now", now } });
}
