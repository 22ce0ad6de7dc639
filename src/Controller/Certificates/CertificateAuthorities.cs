using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Controller.Configuration;
using Controller.Hosting;
using Controller.Secrets;
using Controller.Sql;
using Controller.Sql.Stores;

namespace Controller.Certificates;

/// <summary>The rules for authorities (api-platform 12.1).</summary>
internal sealed class CertificateAuthorities(
    Database database, CertificateKeeper keeper, SecretService secrets, ControllerSettings settings, TimeProvider time)
{
    public async Task<AuthorityListBody> ListAsync(CancellationToken cancel)
    {
        var now = time.GetUtcNow();
        return new((await database.ReadAsync(CertificateStore.ListAuthoritiesAsync, cancel)).ConvertAll(c => new AuthorityListItem(
            c.Name, c.Subject, c.ValidFrom, c.ValidTo, c.DaysRemaining(now), c.IsExpired(now))));
    }

    /// <exception cref="ApiException">404, for a certificate that is no authority too.</exception>
    public Task<AuthorityBody> GetAsync(string name, CancellationToken cancel) => database.ReadAsync(
        async s =>
        {
            var row = await FindAsync(s, name);
            return new AuthorityBody(
                row.Name, row.Subject, true, row.ValidFrom, row.ValidTo, row.SerialNumber, CertificateDataBody.Of(await keeper.FindAsync(s, name)));
        },
        cancel);

    /// <summary>Makes an authority, or takes the certificate in a secret for one.</summary>
    /// <param name="body">A body of <see cref="CertificateSchemas.Authority"/>.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="ApiException">400 for what is missing or no authority's certificate, 404 for an unknown secret, 409 for a name that is taken.</exception>
    public async Task<AuthorityCreatedBody> CreateAsync(JsonFields body, CancellationToken cancel)
    {
        var type = body.Text("type")!;
        var row = type switch
        {
            CertificateSchemas.SelfSigned => await MakeAsync(body, cancel),
            CertificateSchemas.Direct => await ImportAsync(Required(body, "secretName"), cancel),
            _ => throw NoKubernetes(Required(body, "secretName")),
        };
        return new(row.Name, row.Subject, type, row.ValidFrom, row.ValidTo);
    }

    /// <summary>Deletes an authority with its secret.</summary>
    /// <exception cref="ApiException">404; 400 when it signed certificates.</exception>
    public Task DeleteAsync(string name, CancellationToken cancel) => database.WriteAsync(
        async s =>
        {
            // The secret first, as whoever changes a secret has it.
            var secret = await SecretStore.FindForUpdateAsync(s, name);
            await FindAsync(s, name);
            await (secret is null ? CertificateKeeper.ForgetAsync(s, name) : secrets.DeleteAsync(s, secret));
        },
        Durability.Durable,
        cancel);

    /// <summary>The authority by which a certificate is to be signed, and its key.</summary>
    /// <exception cref="ApiException">404; 400 when it has expired, or its secret is of no use.</exception>
    public async Task<(CertificateRow Row, IssuedCertificate Certificate)> RequireSignerAsync(DbSession session, string name)
    {
        var row = await FindAsync(session, name);
        return row.IsExpired(time.GetUtcNow()) ? throw CertificateErrors.ExpiredToSign(name)
            : (row, await keeper.FindAsync(session, name) ?? throw CertificateErrors.UnusableAuthority(name, "has no tls.crt and tls.key"));
    }

    public ApiException NoKubernetes(string secret) => settings.App.ControlPlane == ControlPlane.Kubernetes
        ? CertificateErrors.NoKubernetesSecrets(secret)
        : CertificateErrors.NotKubernetes();

    public static string Required(JsonFields body, string field) =>
        body.Text(field) is { Length: > 0 } text ? text : throw CertificateErrors.Missing(field);

    private static async Task<CertificateRow> FindAsync(DbSession session, string name) =>
        await CertificateStore.FindAsync(session, name) is { IsCa: true } row ? row : throw CertificateErrors.UnknownAuthority(name);

    private async Task<CertificateRow> MakeAsync(JsonFields body, CancellationToken cancel)
    {
        var name = body.Text("name")!;
        var subject = CertificateIssuer.CommonName(Required(body, "subject"));
        if (!body.Has("expiration"))
        {
            throw CertificateErrors.Missing("expiration");
        }

        var (from, to) = CertificateLifetime.Of(time.GetUtcNow(), body.Long("expiration"));
        if (await database.ReadAsync(s => SecretStore.FindAsync(s, name), cancel) is not null)
        {
            throw CertificateErrors.DuplicateAuthority(name);
        }

        var issued = CertificateIssuer.Authority(subject, from, to);
        var row = CertificateKeeper.Describe(name, issued, isAuthority: true);
        try
        {
            await database.WriteAsync(s => keeper.AddAsync(s, row, issued), Durability.Durable, cancel);
            return row;
        }
        catch (DatabaseException e) when (e.Fault == DatabaseFault.UniqueViolation)
        {
            throw CertificateErrors.DuplicateAuthority(name);
        }
    }

    private Task<CertificateRow> ImportAsync(string secretName, CancellationToken cancel) => database.WriteAsync(
        async s =>
        {
            var secret = await SecretStore.FindForUpdateAsync(s, secretName) ?? throw CertificateErrors.NoSecret(secretName);
            if (await CertificateStore.FindAsync(s, secretName) is { } known)
            {
                throw known.IsCa ? CertificateErrors.DuplicateAuthority(secretName) : CertificateErrors.Duplicate(secretName);
            }

            var issued = keeper.Read(secret) ?? throw CertificateErrors.UnusableAuthority(secretName, "has no tls.crt and tls.key");
            RequireAuthority(secretName, issued);
            var row = CertificateKeeper.Describe(secretName, issued, isAuthority: true) with { SecretId = secret.Id };
            await CertificateStore.InsertAsync(s, row, time.GetUtcNow());
            return row;
        },
        Durability.Durable,
        cancel);

    /// <summary>Old authorities do not say what they are; one that says it is none is refused.</summary>
    private static void RequireAuthority(string name, IssuedCertificate issued)
    {
        try
        {
            using var certificate = issued.Load();
            if (certificate.Extensions.OfType<X509BasicConstraintsExtension>().Any(c => !c.CertificateAuthority))
            {
                throw CertificateErrors.UnusableAuthority(name, "holds a certificate that may not sign others");
            }
        }
        catch (CryptographicException)
        {
            // The reason is left out: it may quote what the secret holds.
            throw CertificateErrors.UnusableAuthority(name, "holds no certificate with the key that belongs to it");
        }
    }
}
