using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Controller.Testing;

/// <summary>A certificate authority of a test, and a server's certificate for 127.0.0.1 signed by it.</summary>
public sealed class TestAuthority
{
    public TestAuthority()
    {
        var (start, end) = (DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=default-router-local-ca", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        using var authority = request.CreateSelfSigned(start, end);
        CertificatePem = authority.ExportCertificatePem();
        KeyPem = key.ExportPkcs8PrivateKeyPem();

        using var serverKey = RSA.Create(2048);
        var server = new CertificateRequest("CN=127.0.0.1", serverKey, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        server.CertificateExtensions.Add(names.Build());
        using var certificate = server.Create(authority, start, end, [1, 2, 3]);
        ServerCertificatePem = certificate.ExportCertificatePem();
        ServerKeyPem = serverKey.ExportPkcs8PrivateKeyPem();
    }

    public string CertificatePem { get; }

    public string KeyPem { get; }

    public string ServerCertificatePem { get; }

    public string ServerKeyPem { get; }
}
