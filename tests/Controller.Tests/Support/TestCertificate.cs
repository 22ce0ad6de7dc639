using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Controller.Tests.Support;

/// <summary>A self-signed certificate for localhost, in files.</summary>
internal static class TestCertificate
{
    /// <returns>Settings that make both listeners speak TLS with it.</returns>
    public static async Task<Dictionary<string, string>> SettingsAsync(string directory)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        var settings = new Dictionary<string, string>
        {
            ["SERVER_DEV_MODE"] = "false",
            ["CONTROLLER_PUBLIC_URL"] = "https://localhost:51121",
            ["TLS_PATH_KEY"] = Path.Combine(directory, "key.pem"),
            ["TLS_PATH_CERT"] = Path.Combine(directory, "cert.pem"),
        };
        await File.WriteAllTextAsync(settings["TLS_PATH_KEY"], key.ExportPkcs8PrivateKeyPem());
        await File.WriteAllTextAsync(settings["TLS_PATH_CERT"], certificate.ExportCertificatePem());
        return settings;
    }
}
