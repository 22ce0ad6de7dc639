namespace Controller.Sql.Stores;

/// <summary>A live record of the embedded issuer.</summary>
/// <param name="Payload">Compact JSON.</param>
/// <param name="GrantId">The grant it belongs to; null for none.</param>
/// <param name="IsConsumed">It was used and may not be used again.</param>
public sealed record IssuerStateRow(string Payload, string? GrantId, bool IsConsumed);

/// <summary>A record of the embedded issuer to be written.</summary>
/// <param name="Model">Its kind, such as <c>Session</c>.</param>
/// <param name="Id">Unique within the kind.</param>
/// <param name="Payload">Compact JSON; names its user as <c>accountId</c>.</param>
/// <param name="ExpiresAt">It reads as absent from then on. Whole seconds: PostgreSQL keeps no more.</param>
/// <param name="GrantId">The grant with which it ends.</param>
/// <param name="Uid">The browser session with which it ends.</param>
public sealed record IssuerState(string Model, string Id, string Payload, DateTimeOffset ExpiresAt, string? GrantId = null, string? Uid = null);

/// <summary>
/// Sessions, grants, interactions, codes and tokens of the embedded issuer (<c>AuthOidcProviderStates</c>, auth-rbac
/// 4). What has expired reads as absent.
/// </summary>
public static class IssuerStateStore
{
    private const string Live =
        """
        FROM "AuthOidcProviderStates" WHERE "model" = @model AND "record_id" = @id AND "expires_at" > @now
        """;

    private const string Select = $"SELECT \"payload\", \"grant_id\", \"consumed\" {Live}";

    /// <summary>Writes a record, in place of one with the same id.</summary>
    public static Task PutAsync(DbSession session, IssuerState state, DateTimeOffset now) => session.ExecuteAsync(
        session.Dialect.Upsert(
            "AuthOidcProviderStates",
            ["model", "record_id"],
            ["payload", "expires_at", "grant_id", "uid", "consumed", "updated_at"],
            ["created_at"]),
        new()
        {
            { "model", state.Model }, { "record_id", state.Id }, { "payload", state.Payload }, { "expires_at", state.ExpiresAt },
            { "grant_id", state.GrantId }, { "uid", state.Uid }, { "consumed", false }, { "updated_at", now }, { "created_at", now },
        });

    /// <summary>A live record; null when absent.</summary>
    public static Task<IssuerStateRow?> FindAsync(DbSession session, string model, string id, DateTimeOffset now) =>
        session.QueryOneAsync(Select, Map, Key(model, id, now));

    /// <summary>As <see cref="FindAsync"/>, locking the row until the transaction ends.</summary>
    public static Task<IssuerStateRow?> LockAsync(DbSession session, string model, string id, DateTimeOffset now) =>
        session.QueryOneAsync(Select + session.Dialect.ForUpdate, Map, Key(model, id, now));

    /// <summary>Marks a record as used.</summary>
    public static Task ConsumeAsync(DbSession session, string model, string id, DateTimeOffset now) => session.ExecuteAsync(
        """
        UPDATE "AuthOidcProviderStates" SET "consumed" = TRUE, "consumed_at" = @now, "updated_at" = @now
        WHERE "model" = @model AND "record_id" = @id
        """,
        Key(model, id, now));

    /// <summary>Lets a record live longer; never shorter.</summary>
    public static Task ExtendAsync(DbSession session, string model, string id, DateTimeOffset expiresAt, DateTimeOffset now)
    {
        var parameters = Key(model, id, now);
        parameters.Add("expires", expiresAt);
        return session.ExecuteAsync(
            """
            UPDATE "AuthOidcProviderStates" SET "expires_at" = @expires, "updated_at" = @now
            WHERE "model" = @model AND "record_id" = @id AND "expires_at" < @expires
            """,
            parameters);
    }

    /// <summary>Removes a record.</summary>
    public static Task DeleteAsync(DbSession session, string model, string id) => session.ExecuteAsync(
        "DELETE FROM \"AuthOidcProviderStates\" WHERE \"model\" = @model AND \"record_id\" = @id", new() { { "model", model }, { "id", id } });

    /// <summary>Removes everything that belongs to a grant.</summary>
    public static Task RevokeGrantAsync(DbSession session, string grantId) => session.ExecuteAsync(
        "DELETE FROM \"AuthOidcProviderStates\" WHERE \"grant_id\" = @grant", new() { { "grant", grantId } });

    /// <summary>Removes everything that ends with a browser session.</summary>
    public static Task DeleteByUidAsync(DbSession session, string uid) => session.ExecuteAsync(
        "DELETE FROM \"AuthOidcProviderStates\" WHERE \"uid\" = @uid", new() { { "uid", uid } });

    /// <summary>Ends a user's sessions, grants and interactions (auth-rbac 6.4).</summary>
    /// <param name="session">A transaction.</param>
    /// <param name="userId">A UUID: the payloads are compact JSON, in which its text is searched.</param>
    public static Task EndSessionsAsync(DbSession session, Guid userId) => session.ExecuteAsync(
        """
        DELETE FROM "AuthOidcProviderStates" WHERE "model" IN ('Session', 'Grant', 'Interaction') AND "payload" LIKE @account
        """,
        new() { { "account", $"%\"accountId\":\"{userId:D}\"%" } });

    private static SqlParams Key(string model, string id, DateTimeOffset now) => new() { { "model", model }, { "id", id }, { "now", now } };

    private static IssuerStateRow Map(SqlRow row) => new(row.Text(), row.TextOrNull(), row.Bool());
}
