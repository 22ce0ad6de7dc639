namespace Controller.Sql.Stores;

/// <summary>A stored signing key of the embedded issuer.</summary>
/// <param name="Id">Row id; the first usable active one signs.</param>
/// <param name="Kid">Key id in token headers.</param>
/// <param name="Material">Encrypted private JWK; null when the key is in a vault.</param>
/// <param name="VaultReference">Where in a vault it is.</param>
/// <param name="IsActive">False = signs nothing any more.</param>
/// <param name="UpdatedAt">For an inactive key: when it was retired.</param>
public sealed record SigningKeyRow(long Id, string Kid, string? Material, string? VaultReference, bool IsActive, DateTimeOffset? UpdatedAt);

/// <summary>Signing keys of the embedded issuer (<c>AuthOidcKeys</c>).</summary>
public static class SigningKeyStore
{
    /// <summary>All active keys and those retired after a point in time, in the order of their ids.</summary>
    public static Task<List<SigningKeyRow>> ListAsync(DbSession session, DateTimeOffset retiredAfter) => session.QueryAsync(
        """
        SELECT "id", "kid", "key_material_encrypted", "vault_ref", "active", "updated_at" FROM "AuthOidcKeys"
        WHERE "active" = TRUE OR "updated_at" > @after ORDER BY "id"
        """,
        r => new SigningKeyRow(r.Long(), r.Text(), r.TextOrNull(), r.TextOrNull(), r.Bool(), r.TimeOrNull()),
        new() { { "after", retiredAfter } });

    /// <summary>Adds an active key.</summary>
    public static Task InsertAsync(DbSession session, string kid, string material, DateTimeOffset now) => session.ExecuteAsync(
        """
        INSERT INTO "AuthOidcKeys" ("kid", "key_material_encrypted", "active", "created_at", "updated_at")
        VALUES (@kid, @material, TRUE, @now, @now)
        """,
        new() { { "kid", kid }, { "material", material }, { "now", now } });

    /// <summary>Retires every active key.</summary>
    public static Task RetireAllAsync(DbSession session, DateTimeOffset now) => session.ExecuteAsync(
        "UPDATE \"AuthOidcKeys\" SET \"active\" = FALSE, \"updated_at\" = @now WHERE \"active\" = TRUE", new() { { "now", now } });
}
