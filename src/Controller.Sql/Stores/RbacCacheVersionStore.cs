namespace Controller.Sql.Stores;

/// <summary>The generation counter of roles and bindings, one row for all replicas (auth-rbac 10.4).</summary>
public static class RbacCacheVersionStore
{
    /// <summary>Makes the row when it is missing; done at every start (runtime 2.2).</summary>
    public static Task EnsureAsync(DbSession session, DateTimeOffset now) => session.ExecuteAsync(
        session.Dialect.InsertIfAbsent("RbacCacheVersion", "id", "version", "created_at", "updated_at"),
        new() { { "id", 1 }, { "version", 1 }, { "created_at", now }, { "updated_at", now } });

    /// <summary>The counter; 0 when the row is missing.</summary>
    public static Task<long> ReadAsync(DbSession session) =>
        session.QueryOneAsync("SELECT \"version\" FROM \"RbacCacheVersion\" WHERE \"id\" = 1", r => r.Long());

    /// <summary>
    /// Counts one change. Belongs at the end of its transaction: the row is locked from here to the commit. The column
    /// has 32 bits; at its end it starts over.
    /// </summary>
    public static async Task IncrementAsync(DbSession session, DateTimeOffset now)
    {
        const string increment =
            """
            UPDATE "RbacCacheVersion" SET "version" = CASE WHEN "version" >= 2147483647 THEN 2 ELSE "version" + 1 END, "updated_at" = @now
            WHERE "id" = 1
            """;
        if (await session.ExecuteAsync(increment, new() { { "now", now } }).ConfigureAwait(false) == 0)
        {
            await EnsureAsync(session, now).ConfigureAwait(false);
        }
    }
}
