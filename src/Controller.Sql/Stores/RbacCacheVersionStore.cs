namespace Controller.Sql.Stores;

/// <summary>The generation counter of cached roles, one row for all replicas.</summary>
public static class RbacCacheVersionStore
{
    /// <summary>Makes the row when it is missing; done at every start (runtime 2.2).</summary>
    public static Task EnsureAsync(DbSession session, DateTimeOffset now) => session.ExecuteAsync(
        session.Dialect.InsertIfAbsent("RbacCacheVersion", "id", "version", "created_at", "updated_at"),
        new() { { "id", 1 }, { "version", 1 }, { "created_at", now }, { "updated_at", now } });
}
