namespace Controller.Sql.Stores;

/// <summary>Clients of the embedded issuer and their secrets (<c>AuthOidcClients</c>, auth-rbac 4).</summary>
public static class IssuerClientStore
{
    /// <summary>The encrypted secret of a client; null when there is none.</summary>
    public static Task<string?> SecretAsync(DbSession session, string clientId) => session.QueryOneAsync(
        "SELECT \"secret_ref\" FROM \"AuthOidcClients\" WHERE \"client_id\" = @id", r => r.TextOrNull(), new() { { "id", clientId } });

    /// <summary>Adds a client or replaces its secret.</summary>
    /// <param name="session">A transaction.</param>
    /// <param name="clientId">Its id.</param>
    /// <param name="type"><c>confidential</c> or <c>public</c>.</param>
    /// <param name="secret">Encrypted; null for a public client.</param>
    /// <param name="now">The time.</param>
    public static Task PutAsync(DbSession session, string clientId, string type, string? secret, DateTimeOffset now) => session.ExecuteAsync(
        session.Dialect.Upsert("AuthOidcClients", ["client_id"], ["secret_ref", "client_type", "updated_at"], ["created_at"]),
        new() { { "client_id", clientId }, { "secret_ref", secret }, { "client_type", type }, { "updated_at", now }, { "created_at", now } });
}
