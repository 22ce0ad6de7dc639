using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Controller.Configuration;

/// <summary>The certificate that clients of our listeners must trust.</summary>
internal static class TrustAnchor
{
    /// <summary>
    /// Base64 of PEM: the intermediate certificates if readable, else the certificate itself when it is self-signed, else empty.
    /// Works in development mode too, where the listeners do without TLS but a proxy may use the same certificates.
    /// </summary>
    public static string Read(TlsSettings settings)
    {
        var intermediates = IntermediateCertificates.Read(settings, out _);
        if (intermediates.Count > 0)
        {
            return ToBase64(intermediates);
        }

        var pem = settings.UsesFiles ? settings.CertificatePath : settings.CertificateBase64;
        if (pem is null || !settings.IsComplete)
        {
            return "";
        }

        try
        {
            using var leaf = X509Certificate2.CreateFromPem(settings.UsesFiles ? PemSource.FromFile(pem) : PemSource.FromBase64(pem));
            return Of(leaf, []);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or FormatException or CryptographicException)
        {
            return "";
        }
    }

    /// <summary>The same, from certificates that are already read.</summary>
    public static string Of(X509Certificate2 leaf, X509Certificate2Collection intermediates)
    {
        if (intermediates.Count > 0)
        {
            return ToBase64(intermediates);
        }

        var isSelfSigned = leaf.IssuerName.RawData.AsSpan().SequenceEqual(leaf.SubjectName.RawData);
        return isSelfSigned ? ToBase64([leaf]) : "";
    }

    // Written anew from the parsed certificates: a file may also hold a private key, which must not travel.
    private static string ToBase64(X509Certificate2Collection certificates) =>
        Convert.ToBase64String(Encoding.ASCII.GetBytes(string.Concat(certificates.Select(certificate => certificate.ExportCertificatePem() + "\n"))));
}
