namespace Controller.Sql.Stores;

/// <summary>Finds the rules that an application's NATS account follows.</summary>
public static class NatsAccountRuleRefStore
{
    private static readonly string[] Texts =
    [
        "name", "description", "info_url", "response_permissions", "imports", "exports", "tiered_limits", "pub_allow", "pub_deny", "sub_allow",
        "sub_deny",
    ];

    private static readonly string FindSql =
        $"SELECT \"id\", {string.Join(", ", Texts.Select(t => $"\"{t}\""))} FROM \"NatsAccountRules\" WHERE \"name\" = @name";

    /// <summary>The id of a rule and every text in it; null when there is none of this name.</summary>
    public static Task<(long Id, IReadOnlyList<string> Texts)?> FindAsync(DbSession session, string name) =>
        session.QueryOneAsync(
            FindSql,
            r => ((long, IReadOnlyList<string>)?)(r.Long(), [.. Texts.Select(_ => r.Text())]),
            new() { { "name", name } });

    /// <summary>Adds a built-in rule unless it is there, and returns its id. Every limit is open (−1).</summary>
    /// <param name="session">Session.</param>
    /// <param name="name">Its name.</param>
    /// <param name="hasJetStream">Whether its accounts may store.</param>
    /// <param name="exports">JSON array of what its accounts export; null = nothing.</param>
    /// <param name="now">Time of the row.</param>
    public static async Task<long> EnsureAsync(DbSession session, string name, bool hasJetStream, string? exports, DateTimeOffset now)
    {
        const int open = -1;
        int? storage = hasJetStream ? open : null;
        await session.ExecuteAsync(
            session.Dialect.InsertIfAbsent(
                "NatsAccountRules", "name", "max_connections", "max_leaf_node_connections", "max_data", "max_exports", "max_imports",
                "max_msg_payload", "max_subscriptions", "exports_allow_wildcards", "exports", "mem_storage", "disk_storage", "streams", "consumer",
                "max_ack_pending", "mem_max_stream_bytes", "disk_max_stream_bytes", "created_at", "updated_at"),
            new()
            {
                { "name", name }, { "max_connections", open }, { "max_leaf_node_connections", open }, { "max_data", open }, { "max_exports", open },
                { "max_imports", open }, { "max_msg_payload", open }, { "max_subscriptions", open }, { "exports_allow_wildcards", true },
                { "exports", exports }, { "mem_storage", storage }, { "disk_storage", storage }, { "streams", storage }, { "consumer", storage },
                { "max_ack_pending", storage }, { "mem_max_stream_bytes", storage }, { "disk_max_stream_bytes", storage }, { "created_at", now },
                { "updated_at", now },
            }).ConfigureAwait(false);
        return (await FindAsync(session, name).ConfigureAwait(false))!.Value.Id;
    }
}
