using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Controller.Hosting;
using Controller.Secrets;
using Controller.Sql;
using Controller.Sql.Stores;

namespace Controller.Certificates;

/// <summary>Certificates as they are kept: a row, and a <c>tls</c> secret of the same name (api-platform 13.3).</summary>
internal sealed class CertificateKeeper(SecretData data, TimeProvider time)
{
    /// <summary>The certificate in a secret; null when it holds none.</summary>
    public IssuedCertificate? Read(SecretRow secret) =>
        secret.Type == SecretSchemas.Tls && data.Open(secret.Name, secret.Data!) is { } values ? IssuedCertificate.Read(values) : null;

    /// <summary>The certificate in the secret of a name; null when there is none.</summary>
    public async Task<IssuedCertificate?> FindAsync(DbSession session, string name) =>
        await SecretStore.FindAsync(session, name) is { } secret ? Read(secret) : null;

    /// <summary>Keeps a new certificate.</summary>
    /// <exception cref="DatabaseException">Unique violation: a secret or certificate has this name.</exception>
    public async Task AddAsync(DbSession session, CertificateRow row, IssuedCertificate issued)
    {
        var now = time.GetUtcNow();
        var secret = new SecretRow(0, row.Name, SecretSchemas.Tls, data.Seal(row.Name, issued.WriteTo()));
        await CertificateStore.InsertAsync(session, row with { SecretId = await SecretStore.InsertAsync(session, secret, now) }, now);
    }

    /// <summary>Puts a certificate in place of the one that a secret holds; further keys of the secret stay.</summary>
    public Task ReplaceAsync(DbSession session, SecretRow secret, IssuedCertificate issued) => SecretStore.UpdateAsync(
        session, secret.Id, data.Seal(secret.Name, issued.WriteTo(data.Open(secret.Name, secret.Data!))), time.GetUtcNow());

    /// <summary>What is kept of a certificate beside its secret.</summary>
    public static CertificateRow Describe(string name, IssuedCertificate issued, bool isAuthority, long? signedById = null, string? hosts = null)
    {
        using var certificate = X509Certificate2.CreateFromPem(issued.Certificate);
        return new(
            0, name, certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false), isAuthority, signedById, hosts,
            certificate.NotBefore.ToUniversalTime(), certificate.NotAfter.ToUniversalTime(), certificate.SerialNumber.ToLowerInvariant(), null);
    }

    /// <summary>What a certificate that was put into a secret by hand says of itself.</summary>
    /// <exception cref="CryptographicException">It is no certificate.</exception>
    public static async Task<CertificateRow> RecognizeAsync(DbSession session, string name, IssuedCertificate present)
    {
        using var certificate = X509Certificate2.CreateFromPem(present.Certificate);
        var isAuthority = certificate.Extensions.OfType<X509BasicConstraintsExtension>().Any(c => c.CertificateAuthority);
        var names = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().FirstOrDefault();
        var hosts = names is null ? [] : names.EnumerateIPAddresses().Select(a => a.ToString()).Union(names.EnumerateDnsNames()).ToList();
        var issuer = certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: true);
        var signer = IsSelfSigned(certificate) ? null : (await CertificateStore.ListAuthoritiesAsync(session)).Find(a => a.Subject == issuer);
        return Describe(name, present, isAuthority, signer?.Id, hosts.Count == 0 ? null : string.Join(',', hosts)) with { CaName = signer?.Name };
    }

    /// <summary>
    /// Somebody wrote the secret of what may be a known certificate: what is known of it follows. An authority stays one,
    /// whatever it says of itself.
    /// </summary>
    public static async Task FollowAsync(DbSession session, string name, IReadOnlyDictionary<string, string> data, DateTimeOffset now)
    {
        if (await CertificateStore.FindForUpdateAsync(session, name) is not { } row || IssuedCertificate.Read(data) is not { } present)
        {
            return;
        }

        try
        {
            await CertificateStore.UpdateAsync(session, await RecognizeAsync(session, name, present) with { Id = row.Id, IsCa = row.IsCa }, now);
        }
        catch (CryptographicException)
        {
            // It holds no certificate any more; what is known stays.
        }
    }

    /// <summary>Deletes what is known of a certificate, if anything is.</summary>
    /// <exception cref="ApiException">400 for an authority that signed certificates.</exception>
    public static async Task ForgetAsync(DbSession session, string name)
    {
        if (await CertificateStore.FindForUpdateAsync(session, name) is not { } certificate)
        {
            return;
        }

        if (await CertificateStore.ListSignedByAsync(session, certificate.Id) is { Count: > 0 } signed)
        {
            throw SecretErrors.HasSigned(signed.Select(c => c.Name));
        }

        await CertificateStore.DeleteAsync(session, certificate.Id);
    }

    public static bool IsSelfSigned(X509Certificate2 certificate) =>
        certificate.SubjectName.RawData.AsSpan().SequenceEqual(certificate.IssuerName.RawData);
}
