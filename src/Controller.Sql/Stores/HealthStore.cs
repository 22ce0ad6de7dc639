namespace Controller.Sql.Stores;

/// <summary>Whether the database answers.</summary>
public static class HealthStore
{
    /// <summary>The cheapest query there is; outside any write queue (runtime 2.7).</summary>
    public static Task PingAsync(DbSession session) => session.QueryOneAsync("SELECT 1", r => r.Int());
}
