namespace Controller.Sql.Stores;

/// <summary>A local account as operators see it.</summary>
/// <param name="Id">UUID.</param>
/// <param name="Email">Login name.</param>
/// <param name="MustChangePassword">Must choose another password first.</param>
/// <param name="IsBootstrap">The administrator made at start.</param>
/// <param name="HasMfa">A second factor is on.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="UpdatedAt">When it was last changed.</param>
public sealed record AccountRow(
    string Id, string Email, bool MustChangePassword, bool IsBootstrap, bool HasMfa, DateTimeOffset? CreatedAt, DateTimeOffset? UpdatedAt)
{
    /// <summary>Names of its groups, in order.</summary>
    public IReadOnlyList<string> Groups { get; init; } = [];
}

/// <summary>Local accounts for display; deleted ones do not exist here.</summary>
public static class AccountStore
{
    private const string Select =
        """
        SELECT u."id", u."email", u."must_change_password", u."is_bootstrap", m."enabled", u."created_at", u."updated_at"
        FROM "AuthUsers" u LEFT JOIN "AuthMfa" m ON m."user_id" = u."id"
        WHERE u."deleted_at" IS NULL
        """;

    /// <summary>All accounts by login name, in two queries however many there are.</summary>
    public static async Task<List<AccountRow>> ListAsync(DbSession session)
    {
        var accounts = await session.QueryAsync($"{Select} ORDER BY u.\"email\"", Map).ConfigureAwait(false);
        var memberships = await session.QueryAsync(
            """
            SELECT ug."user_id", g."name" FROM "AuthUserGroups" ug JOIN "AuthGroups" g ON g."id" = ug."group_id" ORDER BY g."name"
            """,
            r => (User: r.Text(), Group: r.Text())).ConfigureAwait(false);
        var groups = memberships.ToLookup(m => m.User, m => m.Group);
        return accounts.ConvertAll(a => a with { Groups = [.. groups[a.Id]] });
    }

    /// <summary>One account.</summary>
    public static async Task<AccountRow?> FindAsync(DbSession session, string id)
    {
        var account = await session.QueryOneAsync($"{Select} AND u.\"id\" = @id", Map, new() { { "id", id } }).ConfigureAwait(false);
        return account is null
            ? null
            : account with { Groups = [.. (await UserStore.MembershipsAsync(session, id).ConfigureAwait(false)).Select(m => m.Group)] };
    }

    private static AccountRow Map(SqlRow row) =>
        new(row.Text(), row.Text(), row.Bool(), row.Bool(), row.Bool(), row.TimeOrNull(), row.TimeOrNull());
}
