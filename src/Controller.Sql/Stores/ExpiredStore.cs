namespace Controller.Sql.Stores;

/// <summary>Removal of what has expired in the tables of operator identity (auth-rbac 12).</summary>
public static class ExpiredStore
{
    /// <summary>The tables that <see cref="PurgeAsync"/> takes: each has a column <c>expires_at</c> with an index.</summary>
    public static readonly IReadOnlyList<(string Name, string Key)> Tables =
    [
        ("AuthOidcProviderStates", "id"), ("AuthBffSessions", "sid"), ("AuthInteractionStates", "uid"), ("AuthRefreshTokens", "id"),
        ("AuthPasswordResetSessions", "id"),
    ];

    /// <summary>Removes expired rows of a table, at most <paramref name="limit"/> of them, so that no transaction is long.</summary>
    /// <returns>How many were removed.</returns>
    public static async Task<int> PurgeAsync(DbSession session, (string Name, string Key) table, DateTimeOffset now, int limit)
    {
        var (name, key) = table;

        // Looked up first: MySQL takes no LIMIT in the subquery of a DELETE.
        var keys = await session.QueryAsync(
            $"SELECT \"{key}\" FROM \"{name}\" WHERE \"expires_at\" <= @now ORDER BY \"expires_at\" LIMIT {limit}",
            r => r.Value(),
            new() { { "now", now } }).ConfigureAwait(false);
        if (keys.Count == 0)
        {
            return 0;
        }

        // Asked again: a session may have been prolonged meanwhile.
        var parameters = new SqlParams { { "now", now } };
        return await session.ExecuteAsync(
            $"DELETE FROM \"{name}\" WHERE \"{key}\" IN {parameters.In("key", keys)} AND \"expires_at\" <= @now", parameters).ConfigureAwait(false);
    }
}
