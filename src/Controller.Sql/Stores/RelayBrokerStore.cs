namespace Controller.Sql.Stores;

/// <summary>A broker of the fleet.</summary>
/// <param name="Host">Where it is; null = not known.</param>
/// <param name="Port">Its port; null = the usual one.</param>
public sealed record RelayBrokerRow(string? Host, int? Port);

/// <summary>Finds the brokers of the fleet that can carry sessions between replicas (websocket 15 and 16).</summary>
public static class RelayBrokerStore
{
    /// <summary>The NATS hub; null when there is none.</summary>
    public static Task<RelayBrokerRow?> FindNatsHubAsync(DbSession session) => session.QueryOneAsync(
        "SELECT \"host\", \"server_port\" FROM \"NatsInstances\" WHERE \"is_hub\" = TRUE ORDER BY \"id\" LIMIT 1", Map);

    /// <summary>The default router; null when there is none.</summary>
    public static Task<RelayBrokerRow?> FindDefaultRouterAsync(DbSession session) => session.QueryOneAsync(
        "SELECT \"host\", \"messaging_port\" FROM \"Routers\" WHERE \"is_default\" = TRUE ORDER BY \"id\" LIMIT 1", Map);

    /// <summary>The secret with the credentials of the Controller's own NATS user; null when there is no such user.</summary>
    public static Task<string?> FindCredentialsSecretAsync(DbSession session) => session.QueryOneAsync(
        """
        SELECT u."creds_secret_name" FROM "NatsUsers" u JOIN "NatsAccounts" a ON a."id" = u."account_id"
        WHERE u."name" = 'controller' AND a."name" = 'controller' AND a."application_id" IS NULL
          AND a."is_system" = FALSE AND a."is_leaf_system" = FALSE
        ORDER BY u."id" LIMIT 1
        """,
        r => r.TextOrNull());

    private static RelayBrokerRow Map(SqlRow row) => new(row.TextOrNull(), row.IntOrNull());
}
