namespace Controller.Sql.Stores;

/// <summary>
/// What is kept of a deleted fog (decision 8): its agent's key, so that the agent can be told instead of refused.
/// </summary>
public static class TombstoneStore
{
    /// <summary>Keeps a deleted fog's key in its stored form.</summary>
    public static Task InsertAsync(DbSession session, string uuid, string name, string publicKey, DateTimeOffset now) =>
        session.ExecuteAsync(
            session.Dialect.Upsert("FogTombstones", ["uuid"], ["name", "public_key", "deleted_at"]),
            new() { { "uuid", uuid }, { "name", name }, { "public_key", publicKey }, { "deleted_at", now.ToUnixTimeMilliseconds() } });

    /// <summary>The agent has heard of it.</summary>
    public static Task<int> DeleteAsync(DbSession session, string uuid) =>
        session.ExecuteAsync("DELETE FROM \"FogTombstones\" WHERE \"uuid\" = @uuid", new() { { "uuid", uuid } });

    /// <summary>Uuids of the tombstones set before a time.</summary>
    public static Task<List<string>> ListBeforeAsync(DbSession session, DateTimeOffset before) =>
        session.QueryAsync(
            "SELECT \"uuid\" FROM \"FogTombstones\" WHERE \"deleted_at\" < @before",
            r => r.Text(),
            new() { { "before", before.ToUnixTimeMilliseconds() } });
}
