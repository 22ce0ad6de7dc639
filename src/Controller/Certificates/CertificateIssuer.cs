using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Controller.Certificates;

/// <summary>Makes keys and certificates (api-platform 13.2): RSA 2048, SHA-256.</summary>
internal static class CertificateIssuer
{
    private const int KeyBits = 2048;
    private const int SerialBytes = 16;
    private static readonly Oid ServerAuthentication = new("1.3.6.1.5.5.7.3.1"), ClientAuthentication = new("1.3.6.1.5.5.7.3.2");

    /// <summary>A subject as clients write it: the common name, with <c>/CN=</c> before it or not.</summary>
    public static string CommonName(string subject) => subject.StartsWith("/CN=", StringComparison.Ordinal) && subject.Length > 4 ? subject[4..] : subject;

    /// <summary>A self-signed authority.</summary>
    /// <param name="name">Common name.</param>
    /// <param name="from">Valid from; to the second.</param>
    /// <param name="to">Valid until; to the second.</param>
    /// <param name="present">The authority that it renews with the same key, so that what that one signed stays valid; null = a new key.</param>
    /// <exception cref="CryptographicException">The present one cannot be used.</exception>
    public static IssuedCertificate Authority(string name, DateTimeOffset from, DateTimeOffset to, IssuedCertificate? present = null)
    {
        using var before = present?.Load();
        using var key = before is null ? RSA.Create(KeyBits) : KeyOf(before);
        var request = Request(before?.SubjectName ?? Name(name), key);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        request.CertificateExtensions.Add(before is null ? new X509SubjectKeyIdentifierExtension(request.PublicKey, false) : KeyIdentifierOf(before));
        using var certificate = request.Create(request.SubjectName, Signer(key), from, to, SerialNumber());
        return Pem(certificate, key, null);
    }

    /// <summary>A certificate for servers and clients.</summary>
    /// <param name="name">Common name.</param>
    /// <param name="hosts">Names and addresses.</param>
    /// <param name="from">Valid from; to the second.</param>
    /// <param name="to">Valid until; to the second.</param>
    /// <param name="authority">Who signs it; null = it signs itself.</param>
    /// <exception cref="ArgumentException">A host is no name.</exception>
    /// <exception cref="CryptographicException">The authority cannot be used.</exception>
    public static IssuedCertificate Leaf(string name, IEnumerable<string> hosts, DateTimeOffset from, DateTimeOffset to, IssuedCertificate? authority)
    {
        using var key = RSA.Create(KeyBits);
        var request = Request(Name(name), key);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.KeyEncipherment, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([ServerAuthentication, ClientAuthentication], false));
        request.CertificateExtensions.Add(Names(hosts));
        if (authority is null)
        {
            request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
            using var own = request.Create(request.SubjectName, Signer(key), from, to, SerialNumber());
            return Pem(own, key, null);
        }

        using var signer = authority.Load();
        using var signingKey = KeyOf(signer);
        request.CertificateExtensions.Add(AuthorityIdentifier(signer));
        using var certificate = request.Create(signer.SubjectName, Signer(signingKey), from, to, SerialNumber());
        return Pem(certificate, key, signer);
    }

    private static CertificateRequest Request(X500DistinguishedName subject, AsymmetricAlgorithm key) => key switch
    {
        RSA rsa => new(subject, rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1),
        ECDsa ec => new(subject, ec, HashAlgorithmName.SHA256),
        _ => throw Unknown(),
    };

    private static X509SignatureGenerator Signer(AsymmetricAlgorithm key) => key switch
    {
        RSA rsa => X509SignatureGenerator.CreateForRSA(rsa, RSASignaturePadding.Pkcs1),
        ECDsa ec => X509SignatureGenerator.CreateForECDsa(ec),
        _ => throw Unknown(),
    };

    /// <summary>Imported authorities may have a key of another kind than ours.</summary>
    private static AsymmetricAlgorithm KeyOf(X509Certificate2 certificate) =>
        (AsymmetricAlgorithm?)certificate.GetRSAPrivateKey() ?? certificate.GetECDsaPrivateKey() ?? throw Unknown();

    private static X500DistinguishedName Name(string commonName)
    {
        var name = new X500DistinguishedNameBuilder();
        name.AddCommonName(commonName);
        return name.Build();
    }

    private static byte[] SerialNumber()
    {
        var serial = RandomNumberGenerator.GetBytes(SerialBytes);
        serial[0] = (byte)((serial[0] & 0x7F) | 0x01); // positive, and as long as it is
        return serial;
    }

    private static X509Extension Names(IEnumerable<string> hosts)
    {
        var names = new SubjectAlternativeNameBuilder();
        foreach (var host in hosts.Distinct(StringComparer.OrdinalIgnoreCase))
        {
            var isAddress = IPAddress.TryParse(host, out var address);
            if (isAddress)
            {
                names.AddIpAddress(address!);
            }

            // Some clients look for an IPv4 address among the names.
            if (!isAddress || address!.AddressFamily == AddressFamily.InterNetwork)
            {
                names.AddDnsName(host);
            }
        }

        return names.Build();
    }

    /// <summary>Old authorities have none.</summary>
    private static X509SubjectKeyIdentifierExtension KeyIdentifierOf(X509Certificate2 certificate) =>
        certificate.Extensions.OfType<X509SubjectKeyIdentifierExtension>().FirstOrDefault() ?? new(certificate.PublicKey, false);

    /// <summary>
    /// By the authority's key, not by its serial number: a renewed authority has the same key and another number, and what
    /// it signed before must stay valid.
    /// </summary>
    private static X509AuthorityKeyIdentifierExtension AuthorityIdentifier(X509Certificate2 authority) =>
        X509AuthorityKeyIdentifierExtension.CreateFromSubjectKeyIdentifier(KeyIdentifierOf(authority));

    private static IssuedCertificate Pem(X509Certificate2 certificate, AsymmetricAlgorithm key, X509Certificate2? signer)
    {
        var own = certificate.ExportCertificatePem() + "\n";
        var keyText = key switch
        {
            RSA rsa => rsa.ExportRSAPrivateKeyPem(),
            ECDsa ec => ec.ExportECPrivateKeyPem(),
            _ => throw Unknown(),
        };
        return new(own, keyText + "\n", signer is null ? own : signer.ExportCertificatePem() + "\n");
    }

    private static CryptographicException Unknown() => new("The key is neither RSA nor EC");
}
