namespace Controller.Sql.Stores;

/// <summary>What is known of certificates; the certificates themselves are in the secrets of the same names.</summary>
public static class CertificateStore
{
    /// <summary>Names of the certificates that a CA signed, by name.</summary>
    public static Task<List<string>> ListSignedByAsync(DbSession session, string caName) =>
        session.QueryAsync(
            """
            SELECT c."name" FROM "Certificates" c JOIN "Certificates" ca ON ca."id" = c."signed_by_id"
            WHERE ca."name" = @name AND c."id" <> ca."id" ORDER BY c."name"
            """,
            r => r.Text(),
            new() { { "name", caName } });

    /// <summary>Forgets a certificate; nothing when there is none of this name.</summary>
    public static Task DeleteAsync(DbSession session, string name) =>
        session.ExecuteAsync("DELETE FROM \"Certificates\" WHERE \"name\" = @name", new() { { "name", name } });
}
