namespace Controller.Sql.Stores;

/// <summary>A table of texts by key that expire.</summary>
/// <param name="Name">Table.</param>
/// <param name="Key">Key column.</param>
/// <param name="Value">Text column.</param>
public sealed record ShortLivedTable(string Name, string Key, string Value)
{
    /// <summary>Sessions of browsers that are signing in.</summary>
    public static readonly ShortLivedTable BrowserSessions = new("AuthBffSessions", "sid", "data");

    /// <summary>How far sign-in interactions have come.</summary>
    public static readonly ShortLivedTable Interactions = new("AuthInteractionStates", "uid", "payload");
}

/// <summary>Texts that live for minutes and are shared by the replicas (auth-rbac 5). What has expired reads as absent.</summary>
public static class ShortLivedStore
{
    /// <summary>A live text; null when absent.</summary>
    public static Task<string?> FindAsync(DbSession session, ShortLivedTable table, string key, DateTimeOffset now) => session.QueryOneAsync(
        $"SELECT \"{table.Value}\" FROM \"{table.Name}\" WHERE \"{table.Key}\" = @key AND \"expires_at\" > @now",
        r => r.TextOrNull(),
        new() { { "key", key }, { "now", now } });

    /// <summary>As <see cref="FindAsync"/>, locking the row until the transaction ends.</summary>
    public static Task<string?> LockAsync(DbSession session, ShortLivedTable table, string key, DateTimeOffset now) => session.QueryOneAsync(
        $"SELECT \"{table.Value}\" FROM \"{table.Name}\" WHERE \"{table.Key}\" = @key AND \"expires_at\" > @now{session.Dialect.ForUpdate}",
        r => r.TextOrNull(),
        new() { { "key", key }, { "now", now } });

    /// <summary>Sets a text and how long it lives.</summary>
    public static Task PutAsync(DbSession session, ShortLivedTable table, string key, string value, DateTimeOffset expiresAt, DateTimeOffset now) =>
        session.ExecuteAsync(
            session.Dialect.Upsert(table.Name, [table.Key], [table.Value, "expires_at", "updated_at"], ["created_at"]),
            new() { { table.Key, key }, { table.Value, value }, { "expires_at", expiresAt }, { "updated_at", now }, { "created_at", now } });

    /// <summary>Removes a text.</summary>
    public static Task<int> DeleteAsync(DbSession session, ShortLivedTable table, string key) => session.ExecuteAsync(
        $"DELETE FROM \"{table.Name}\" WHERE \"{table.Key}\" = @key", new() { { "key", key } });
}
