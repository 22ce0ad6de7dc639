using System.Globalization;
using System.Security.Cryptography;
using Controller.Hosting;
using Controller.Secrets;
using Controller.Sql;
using Controller.Sql.Stores;

namespace Controller.Certificates;

/// <summary>The rules for certificates that are no authorities' (api-platform 12.2).</summary>
internal sealed class CertificateService(
    Database database, CertificateKeeper keeper, CertificateAuthorities authorities, SecretService secrets, TimeProvider time)
{
    private const int LongestChain = 16, UsualDays = 30, MostDays = 36_500;

    /// <summary>All certificates, authorities included.</summary>
    public async Task<CertificateListBody> ListAsync(CancellationToken cancel)
    {
        var now = time.GetUtcNow();
        return new((await database.ReadAsync(CertificateStore.ListAsync, cancel)).ConvertAll(c => new CertificateListItem(
            c.Name, c.Subject, c.Hosts, c.IsCa, c.ValidFrom, c.ValidTo, c.DaysRemaining(now), c.IsExpired(now), c.CaName)));
    }

    /// <summary>Those that are still valid and end within a number of days.</summary>
    /// <param name="days">As it was asked for; 30 without.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="ApiException">400 for no number of days.</exception>
    public async Task<EndingCertificateListBody> ListEndingAsync(string? days, CancellationToken cancel)
    {
        var number = UsualDays;
        if (days is not null && (!int.TryParse(days, NumberStyles.None, CultureInfo.InvariantCulture, out number) || number > MostDays))
        {
            throw ApiException.Validation($"Field 'days' must be a whole number from 0 to {MostDays}");
        }

        var now = time.GetUtcNow();
        var rows = await database.ReadAsync(s => CertificateStore.ListEndingAsync(s, now, now.AddDays(number)), cancel);
        return new(rows.ConvertAll(c => new EndingCertificateItem(
            c.Name, c.Subject, c.Hosts, c.IsCa, c.ValidFrom, c.ValidTo, c.DaysRemaining(now), c.CaName)));
    }

    /// <summary>A certificate or an authority.</summary>
    /// <exception cref="ApiException">404.</exception>
    public Task<CertificateBody> GetAsync(string name, CancellationToken cancel) => database.ReadAsync(
        async s =>
        {
            var row = await CertificateStore.FindAsync(s, name) ?? throw CertificateErrors.Unknown(name);
            var now = time.GetUtcNow();
            return new CertificateBody(
                row.Name, row.Subject, row.Hosts, row.IsCa, row.ValidFrom, row.ValidTo, row.SerialNumber, row.CaName, await ChainAsync(s, row),
                row.DaysRemaining(now), row.IsExpired(now), CertificateDataBody.Of(await keeper.FindAsync(s, name)));
        },
        cancel);

    /// <param name="body">A body of <see cref="CertificateSchemas.Certificate"/>.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="ApiException">400 for what cannot be signed, 404 for an unknown authority, 409 for a name that is taken.</exception>
    public async Task<CertificateCreatedBody> CreateAsync(JsonFields body, CancellationToken cancel)
    {
        var name = body.Text("name")!;
        var hosts = Hosts(body.Text("hosts")!);
        var lifetime = CertificateLifetime.Of(time.GetUtcNow(), body.Long("expiration"));
        while (true)
        {
            var (isTaken, signer) = await database.ReadAsync(
                async s => (await SecretStore.FindAsync(s, name) is not null, await SignerAsync(s, body.Object("ca")!.Value)), cancel);
            if (isTaken)
            {
                throw CertificateErrors.Duplicate(name);
            }

            var issued = Issue(CertificateIssuer.CommonName(body.Text("subject")!), hosts, lifetime, signer?.Row.Name, signer?.Certificate);
            var row = CertificateKeeper.Describe(name, issued, isAuthority: false, signer?.Row.Id, string.Join(',', hosts));
            try
            {
                if (await database.WriteAsync(s => AddAsync(s, row, issued, signer?.Row), Durability.Durable, cancel))
                {
                    return new(row.Name, row.Subject, row.Hosts, row.ValidFrom, row.ValidTo, signer?.Row.Name);
                }
            }
            catch (DatabaseException e) when (e.Fault == DatabaseFault.UniqueViolation)
            {
                throw CertificateErrors.Duplicate(name);
            }
        }
    }

    /// <summary>Deletes a certificate with its secret.</summary>
    /// <exception cref="ApiException">404, for an authority too.</exception>
    public Task DeleteAsync(string name, CancellationToken cancel) => database.WriteAsync(
        async s =>
        {
            var secret = await SecretStore.FindForUpdateAsync(s, name);
            if (await CertificateStore.FindAsync(s, name) is not { IsCa: false })
            {
                throw CertificateErrors.Unknown(name);
            }

            await (secret is null ? CertificateKeeper.ForgetAsync(s, name) : secrets.DeleteAsync(s, secret));
        },
        Durability.Durable,
        cancel);

    /// <summary>Signs a certificate.</summary>
    /// <exception cref="ApiException">400 for hosts that are none, or an authority that is of no use.</exception>
    public static IssuedCertificate Issue(
        string subject, IEnumerable<string> hosts, CertificateLifetime lifetime, string? authorityName, IssuedCertificate? authority)
    {
        try
        {
            return CertificateIssuer.Leaf(subject, hosts, lifetime.From, lifetime.To, authority);
        }
        catch (ArgumentException)
        {
            throw CertificateErrors.BadHosts();
        }
        catch (CryptographicException) when (authorityName is not null)
        {
            throw CertificateErrors.UnusableAuthority(authorityName, "holds no certificate with the key that belongs to it");
        }
    }

    private static List<string> Hosts(string text)
    {
        var hosts = text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).ToList();
        return hosts.Count > 0 ? hosts : throw CertificateErrors.BadHosts();
    }

    private async Task<(CertificateRow Row, IssuedCertificate Certificate)?> SignerAsync(DbSession session, JsonFields ca)
    {
        var type = ca.Text("type")!;
        if (type == CertificateSchemas.SelfSigned)
        {
            return null;
        }

        var name = CertificateAuthorities.Required(ca, "secretName");
        return type == CertificateSchemas.KubernetesSecret && await CertificateStore.FindAsync(session, name) is null
            ? throw authorities.NoKubernetes(name)
            : await authorities.RequireSignerAsync(session, name);
    }

    /// <returns>False when the authority is no longer what it was.</returns>
    private async Task<bool> AddAsync(DbSession session, CertificateRow row, IssuedCertificate issued, CertificateRow? signer)
    {
        if (signer is not null && (await CertificateStore.FindForUpdateAsync(session, signer.Name))?.SerialNumber != signer.SerialNumber)
        {
            return false;
        }

        await keeper.AddAsync(session, row, issued);
        return true;
    }

    private static async Task<List<CertificateSignerBody>> ChainAsync(DbSession session, CertificateRow row)
    {
        var chain = new List<CertificateSignerBody>();
        while (row.CaName is { } name && chain.Count < LongestChain && await CertificateStore.FindAsync(session, name) is { } signer)
        {
            chain.Add(new(signer.Name, signer.Subject));
            row = signer;
        }

        return chain;
    }
}
