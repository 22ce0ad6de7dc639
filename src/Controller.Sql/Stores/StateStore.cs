namespace Controller.Sql.Stores;

/// <summary>Small facts the Controller keeps about itself (<c>ControllerState</c>, ours).</summary>
public static class StateStore
{
    /// <summary>The stored text; null when never set.</summary>
    public static Task<string?> GetAsync(DbSession session, string name) =>
        session.QueryOneAsync("SELECT \"value\" FROM \"ControllerState\" WHERE \"name\" = @name", r => r.TextOrNull(), new() { { "name", name } });

    /// <summary>Sets a fact.</summary>
    public static Task SetAsync(DbSession session, string name, string value, DateTimeOffset now) =>
        session.ExecuteAsync(
            session.Dialect.Upsert("ControllerState", ["name"], ["value", "updated_at"]),
            new() { { "name", name }, { "value", value }, { "updated_at", now.ToUnixTimeMilliseconds() } });
}
