namespace Controller.Sql.Stores;

/// <summary>What is known of a certificate; the certificate and its key are in the secret of the same name.</summary>
/// <param name="Id">Row id; 0 for one that is yet to be inserted.</param>
/// <param name="Name">Unique; its secret's name too.</param>
/// <param name="Subject">Common name.</param>
/// <param name="IsCa">It signs others.</param>
/// <param name="SignedById">The authority's row; null when it is self-signed or imported.</param>
/// <param name="Hosts">Names and addresses, separated by commas; null for none.</param>
/// <param name="ValidFrom">From when it is valid.</param>
/// <param name="ValidTo">Until when.</param>
/// <param name="SerialNumber">Lower-case hexadecimal.</param>
/// <param name="SecretId">Its secret.</param>
/// <param name="CaName">Name of the authority; read only.</param>
public sealed record CertificateRow(
    long Id, string Name, string Subject, bool IsCa, long? SignedById, string? Hosts, DateTimeOffset ValidFrom, DateTimeOffset ValidTo,
    string SerialNumber, long? SecretId, string? CaName = null);

/// <summary>The certificates, authorities included.</summary>
public static class CertificateStore
{
    private const string Select =
        """
        SELECT c."id", c."name", c."subject", c."is_ca", c."signed_by_id", c."hosts", c."valid_from", c."valid_to", c."serial_number", c."secret_id",
          (SELECT ca."name" FROM "Certificates" ca WHERE ca."id" = c."signed_by_id")
        FROM "Certificates" c
        """;

    /// <summary>All certificates, by name.</summary>
    public static Task<List<CertificateRow>> ListAsync(DbSession session) => session.QueryAsync(Select + " ORDER BY c.\"name\"", Map);

    /// <summary>The authorities, by name.</summary>
    public static Task<List<CertificateRow>> ListAuthoritiesAsync(DbSession session) =>
        session.QueryAsync(Select + " WHERE c.\"is_ca\" = @yes ORDER BY c.\"name\"", Map, new() { { "yes", true } });

    /// <summary>Certificates that are valid now and end before a time, the first to end first.</summary>
    public static Task<List<CertificateRow>> ListEndingAsync(DbSession session, DateTimeOffset now, DateTimeOffset before) =>
        session.QueryAsync(
            Select + " WHERE c.\"valid_to\" > @now AND c.\"valid_to\" < @before ORDER BY c.\"valid_to\", c.\"name\"",
            Map,
            new() { { "now", now }, { "before", before } });

    /// <summary>The certificates that an authority signed, by name.</summary>
    public static Task<List<CertificateRow>> ListSignedByAsync(DbSession session, long authorityId) =>
        session.QueryAsync(
            Select + " WHERE c.\"signed_by_id\" = @id AND c.\"id\" <> @id ORDER BY c.\"name\"", Map, new() { { "id", authorityId } });

    /// <summary>The certificate of a name; null when there is none.</summary>
    public static Task<CertificateRow?> FindAsync(DbSession session, string name) =>
        session.QueryOneAsync(Select + " WHERE c.\"name\" = @name", Map, new() { { "name", name } });

    /// <summary>As <see cref="FindAsync"/>, keeping other writers of the row away until the transaction ends.</summary>
    public static Task<CertificateRow?> FindForUpdateAsync(DbSession session, string name) =>
        session.QueryOneAsync(Select + " WHERE c.\"name\" = @name" + session.Dialect.ForUpdate, Map, new() { { "name", name } });

    /// <summary>Adds a certificate.</summary>
    public static Task InsertAsync(DbSession session, CertificateRow certificate, DateTimeOffset now)
    {
        var values = Values(certificate, now);
        values.Add("name", certificate.Name);
        values.Add("secret", certificate.SecretId);
        return session.InsertAsync(
            """
            INSERT INTO "Certificates"
              ("name", "subject", "is_ca", "signed_by_id", "hosts", "valid_from", "valid_to", "serial_number", "secret_id", "created_at", "updated_at")
            VALUES (@name, @subject, @is_ca, @signed_by, @hosts, @valid_from, @valid_to, @serial, @secret, @now, @now)
            """,
            values);
    }

    /// <summary>Writes what a renewal changes.</summary>
    public static Task UpdateAsync(DbSession session, CertificateRow certificate, DateTimeOffset now)
    {
        var values = Values(certificate, now);
        values.Add("id", certificate.Id);
        return session.ExecuteAsync(
            """
            UPDATE "Certificates" SET "subject" = @subject, "is_ca" = @is_ca, "signed_by_id" = @signed_by, "hosts" = @hosts,
              "valid_from" = @valid_from, "valid_to" = @valid_to, "serial_number" = @serial, "updated_at" = @now
            WHERE "id" = @id
            """,
            values);
    }

    /// <summary>Forgets a certificate.</summary>
    public static Task DeleteAsync(DbSession session, long id) =>
        session.ExecuteAsync("DELETE FROM \"Certificates\" WHERE \"id\" = @id", new() { { "id", id } });

    private static SqlParams Values(CertificateRow certificate, DateTimeOffset now) => new()
    {
        { "subject", certificate.Subject },
        { "is_ca", certificate.IsCa },
        { "signed_by", certificate.SignedById },
        { "hosts", certificate.Hosts },
        { "valid_from", certificate.ValidFrom },
        { "valid_to", certificate.ValidTo },
        { "serial", certificate.SerialNumber },
        { "now", now },
    };

    private static CertificateRow Map(SqlRow r) => new(
        r.Long(), r.Text(), r.Text(), r.Bool(), r.LongOrNull(), r.TextOrNull(), r.Time(), r.Time(), r.Text(), r.LongOrNull(), r.TextOrNull());
}
