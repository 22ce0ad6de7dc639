using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Controller.Hosting;
using Controller.Secrets;
using Controller.Sql;
using Controller.Sql.Stores;

namespace Controller.Certificates;

/// <summary>
/// Renews certificates (api-platform 12.3): same subject, same hosts, same authority, five years from now. The key is new,
/// but for an authority that signed certificates: these stay valid.
/// </summary>
internal sealed class CertificateRenewal(Database database, CertificateKeeper keeper, DataConsumers consumers, TimeProvider time)
{
    /// <summary>What is renewed, as it was read.</summary>
    /// <param name="Row">What is known of it; with id 0 when it is a secret that nobody knew to be a certificate.</param>
    /// <param name="Secret">Its secret.</param>
    /// <param name="Present">What the secret holds.</param>
    /// <param name="Signer">Its authority; null = it signs itself.</param>
    /// <param name="HasSigned">It is an authority that signed certificates.</param>
    private sealed record Candidate(
        CertificateRow Row, SecretRow Secret, IssuedCertificate Present, (CertificateRow Row, IssuedCertificate Certificate)? Signer, bool HasSigned);

    /// <summary>Renews a certificate, an authority, or what a <c>tls</c> secret holds.</summary>
    /// <exception cref="ApiException">404 for an unknown one, or one whose authority is unknown; 400 for an authority that has expired.</exception>
    public async Task<CertificateRenewedBody> RenewAsync(string name, CancellationToken cancel)
    {
        while (true)
        {
            var candidate = await database.ReadAsync(s => FindAsync(s, name), cancel);
            var (row, issued) = Issue(candidate);
            if (await database.WriteAsync(s => ReplaceAsync(s, candidate, row, issued), Durability.Durable, cancel))
            {
                return new(row.Name, row.Subject, row.Hosts, row.ValidFrom, row.ValidTo, true);
            }
        }
    }

    private (CertificateRow Row, IssuedCertificate Issued) Issue(Candidate candidate)
    {
        var row = candidate.Row;
        var lifetime = CertificateLifetime.Of(time.GetUtcNow());
        IssuedCertificate issued;
        if (row.IsCa)
        {
            try
            {
                issued = CertificateIssuer.Authority(row.Subject, lifetime.From, lifetime.To, candidate.HasSigned ? candidate.Present : null);
            }
            catch (CryptographicException)
            {
                throw CertificateErrors.UnusableAuthority(row.Name, "holds no certificate with the key that belongs to it");
            }
        }
        else
        {
            issued = CertificateService.Issue(
                row.Subject, row.Hosts?.Split(',') ?? [], lifetime, candidate.Signer?.Row.Name, candidate.Signer?.Certificate);
        }

        return (CertificateKeeper.Describe(row.Name, issued, row.IsCa, row.SignedById, row.Hosts) with { Id = row.Id }, issued);
    }

    /// <returns>False when something of it is no longer what it was.</returns>
    private async Task<bool> ReplaceAsync(DbSession session, Candidate candidate, CertificateRow row, IssuedCertificate issued)
    {
        var secret = await SecretStore.FindForUpdateAsync(session, row.Name);
        var known = await CertificateStore.FindForUpdateAsync(session, row.Name);
        if (secret?.Data != candidate.Secret.Data
            || (known?.Id ?? 0) != row.Id
            || (candidate.Signer is { } signer && (await CertificateStore.FindForUpdateAsync(session, signer.Row.Name))?.SerialNumber != signer.Row.SerialNumber)
            || (known is { IsCa: true } && !candidate.HasSigned && (await CertificateStore.ListSignedByAsync(session, known.Id)).Count > 0))
        {
            return false;
        }

        await keeper.ReplaceAsync(session, secret!, issued);
        var now = time.GetUtcNow();
        await (known is null
            ? CertificateStore.InsertAsync(session, row with { SecretId = secret!.Id }, now)
            : CertificateStore.UpdateAsync(session, row, now));
        await consumers.ChangedAsync(session, DataKind.Secret, row.Name);
        return true;
    }

    private async Task<Candidate> FindAsync(DbSession session, string name)
    {
        if (await SecretStore.FindAsync(session, name) is not { } secret || keeper.Read(secret) is not { } present)
        {
            throw CertificateErrors.Unknown(name);
        }

        using var certificate = Parse(name, present);
        var row = await CertificateStore.FindAsync(session, name) ?? await CertificateKeeper.RecognizeAsync(session, name, present);
        if (row.SignedById is null && !CertificateKeeper.IsSelfSigned(certificate))
        {
            throw CertificateErrors.NoSigner(name);
        }

        var hasSigned = row.IsCa && row.Id > 0 && (await CertificateStore.ListSignedByAsync(session, row.Id)).Count > 0;
        return new(row, secret, present, row.SignedById is null ? null : await SignerAsync(session, row), hasSigned);
    }

    private async Task<(CertificateRow, IssuedCertificate)> SignerAsync(DbSession session, CertificateRow row)
    {
        var signer = row.CaName is { } ca && await CertificateStore.FindAsync(session, ca) is { IsCa: true } found
            ? found
            : throw CertificateErrors.NoSigner(row.Name);
        return signer.IsExpired(time.GetUtcNow())
            ? throw CertificateErrors.ExpiredToRenew(signer.Name)
            : (signer, await keeper.FindAsync(session, signer.Name) ?? throw CertificateErrors.NoSigner(row.Name));
    }

    private static X509Certificate2 Parse(string name, IssuedCertificate present)
    {
        try
        {
            return X509Certificate2.CreateFromPem(present.Certificate);
        }
        catch (CryptographicException)
        {
            throw CertificateErrors.Unknown(name);
        }
    }
}
