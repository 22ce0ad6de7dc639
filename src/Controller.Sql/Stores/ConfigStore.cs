namespace Controller.Sql.Stores;

/// <summary>A text under a key.</summary>
public sealed record ConfigRow(long Id, string Key, string Value, DateTimeOffset? CreatedAt, DateTimeOffset? UpdatedAt);

/// <summary>Texts that operators keep with the fleet (<c>Config</c>); none of them has a meaning here.</summary>
public static class ConfigStore
{
    private const string Select = "SELECT \"id\", \"key\", \"value\", \"created_at\", \"updated_at\" FROM \"Config\"";

    /// <summary>All of them, by key.</summary>
    public static Task<List<ConfigRow>> ListAsync(DbSession session) => session.QueryAsync(Select + " ORDER BY \"key\"", Map);

    /// <summary>The text under a key; null when there is none.</summary>
    public static Task<ConfigRow?> FindAsync(DbSession session, string key) =>
        session.QueryOneAsync(Select + " WHERE \"key\" = @key", Map, new() { { "key", key } });

    /// <summary>Sets the text under a key.</summary>
    public static Task SetAsync(DbSession session, string key, string value, DateTimeOffset now) =>
        session.ExecuteAsync(
            session.Dialect.Upsert("Config", ["key"], ["value", "updated_at"], ["created_at"]),
            new() { { "key", key }, { "value", value }, { "updated_at", now }, { "created_at", now } });

    private static ConfigRow Map(SqlRow r) => new(r.Long(), r.Text(), r.Text(), r.TimeOrNull(), r.TimeOrNull());
}
