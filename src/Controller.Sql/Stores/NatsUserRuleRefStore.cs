namespace Controller.Sql.Stores;

/// <summary>Finds the rules that a microservice's NATS user follows.</summary>
public static class NatsUserRuleRefStore
{
    /// <summary>The id of a rule; null when there is none of this name.</summary>
    public static Task<long?> FindAsync(DbSession session, string name) =>
        session.QueryOneAsync("SELECT \"id\" FROM \"NatsUserRules\" WHERE \"name\" = @name", r => r.LongOrNull(), new() { { "name", name } });

    /// <summary>Adds a built-in rule unless it is there, and returns its id.</summary>
    /// <param name="session">Session.</param>
    /// <param name="name">Its name.</param>
    /// <param name="isBearer">Its users connect by token alone.</param>
    /// <param name="connectionTypes">JSON array of texts.</param>
    /// <param name="subjects">JSON array of the subjects its users are confined to; null = all.</param>
    /// <param name="now">Time of the row.</param>
    public static async Task<long> EnsureAsync(
        DbSession session, string name, bool isBearer, string connectionTypes, string? subjects, DateTimeOffset now)
    {
        await session.ExecuteAsync(
            session.Dialect.InsertIfAbsent(
                "NatsUserRules", "name", "bearer_token", "allowed_connection_types", "max_subscriptions", "max_payload", "max_data",
                "pub_allow", "sub_allow", "created_at", "updated_at"),
            new()
            {
                { "name", name }, { "bearer_token", isBearer }, { "allowed_connection_types", connectionTypes }, { "max_subscriptions", -1 },
                { "max_payload", -1 }, { "max_data", -1 }, { "pub_allow", subjects }, { "sub_allow", subjects }, { "created_at", now },
                { "updated_at", now },
            }).ConfigureAwait(false);
        return (await FindAsync(session, name).ConfigureAwait(false))!.Value;
    }
}
