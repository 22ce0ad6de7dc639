namespace Controller.Sql.Stores;

/// <summary>Records of the browser sign-in flow (<c>AuthOidcProviderStates</c>).</summary>
public static class IssuerStateStore
{
    /// <summary>Ends a user's sessions, grants and interactions (auth-rbac 6.4).</summary>
    /// <param name="session">A transaction.</param>
    /// <param name="userId">A UUID: the payloads are compact JSON, in which its text is searched.</param>
    public static Task EndSessionsAsync(DbSession session, Guid userId) => session.ExecuteAsync(
        """
        DELETE FROM "AuthOidcProviderStates" WHERE "model" IN ('Session', 'Grant', 'Interaction') AND "payload" LIKE @account
        """,
        new() { { "account", $"%\"accountId\":\"{userId:D}\"%" } });
}
