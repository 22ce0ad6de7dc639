using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Controller.Sessions.Relay;

/// <summary>The certificate by which this replica signs in at the router.</summary>
internal static class RelayCertificate
{
    private const int ExpiryMonths = 36;
    private const int SerialBytes = 16;
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    /// <exception cref="CryptographicException">They do not fit together.</exception>
    public static X509Certificate2 Load(string certificatePem, string keyPem) => X509Certificate2.CreateFromPem(certificatePem, keyPem);

    /// <summary>
    /// Signs one by the router's authority (websocket 15). It stays in memory: whoever may read the authority's key can
    /// sign another, so there is nothing to keep.
    /// </summary>
    /// <param name="name">Subject.</param>
    /// <param name="hosts">Names and addresses it is for.</param>
    /// <param name="authorityPem">Certificate of the authority.</param>
    /// <param name="authorityKeyPem">Its key.</param>
    /// <param name="now">Valid from shortly before, for 36 months but no longer than the authority.</param>
    /// <exception cref="CryptographicException">The authority cannot be used.</exception>
    public static X509Certificate2 Issue(string name, IEnumerable<string> hosts, string authorityPem, string authorityKeyPem, DateTimeOffset now)
    {
        using var authority = Load(authorityPem, authorityKeyPem);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var subject = new X500DistinguishedNameBuilder();
        subject.AddCommonName(name);
        var request = new CertificateRequest(subject.Build(), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(ClientAuthentication)], false));
        request.CertificateExtensions.Add(Names(hosts));
        var start = Later(now.AddMinutes(-5), authority.NotBefore);
        var end = Earlier(now.AddMonths(ExpiryMonths), authority.NotAfter);
        using var certificate = request.Create(authority.SubjectName, Signer(authority), start, end, RandomNumberGenerator.GetBytes(SerialBytes));
        return certificate.CopyWithPrivateKey(key);
    }

    /// <summary>The authority may have a key of another kind than ours.</summary>
    private static X509SignatureGenerator Signer(X509Certificate2 authority) => authority.GetRSAPrivateKey() is { } rsa
        ? X509SignatureGenerator.CreateForRSA(rsa, RSASignaturePadding.Pkcs1)
        : X509SignatureGenerator.CreateForECDsa(authority.GetECDsaPrivateKey() ?? throw new CryptographicException("The authority's key is neither RSA nor EC"));

    private static X509Extension Names(IEnumerable<string> hosts)
    {
        var names = new SubjectAlternativeNameBuilder();
        foreach (var host in hosts.Distinct())
        {
            if (IPAddress.TryParse(host, out var address))
            {
                names.AddIpAddress(address);
            }
            else
            {
                names.AddDnsName(host);
            }
        }

        return names.Build();
    }

    private static DateTimeOffset Later(DateTimeOffset a, DateTimeOffset b) => a > b ? a : b;

    private static DateTimeOffset Earlier(DateTimeOffset a, DateTimeOffset b) => a < b ? a : b;
}
