using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Controller.Certificates;

/// <summary>A certificate, its key and the certificate of who signed it, in PEM: what a <c>tls</c> secret holds (api-platform 13.3).</summary>
internal sealed record IssuedCertificate(string Certificate, string Key, string Authority)
{
    private const string CertificateKey = "tls.crt", KeyKey = "tls.key", AuthorityKey = "ca.crt";

    /// <summary>What a secret's values in base64 hold; null without certificate or key.</summary>
    public static IssuedCertificate? Read(IReadOnlyDictionary<string, string> data) =>
        Text(data, CertificateKey) is { } certificate && Text(data, KeyKey) is { } key
            ? new(certificate, key, Text(data, AuthorityKey) ?? "")
            : null;

    /// <summary>The values for a secret; others that it holds stay.</summary>
    public Dictionary<string, string> WriteTo(IReadOnlyDictionary<string, string>? data = null) => new(data ?? new Dictionary<string, string>(), StringComparer.Ordinal)
    {
        [CertificateKey] = Base64(Certificate),
        [KeyKey] = Base64(Key),
        [AuthorityKey] = Base64(Authority),
    };

    /// <summary>The certificate with its key.</summary>
    /// <exception cref="CryptographicException">They are no PEM, of an unknown kind, or do not fit together.</exception>
    public X509Certificate2 Load()
    {
        try
        {
            return X509Certificate2.CreateFromPem(Certificate, Key);
        }
        catch (ArgumentException e)
        {
            // Which is how a key that does not fit, or a text without a key, is told.
            throw new CryptographicException(e.Message, e);
        }
    }

    private static string? Text(IReadOnlyDictionary<string, string> data, string key)
    {
        if (!data.TryGetValue(key, out var value) || value.Length == 0)
        {
            return null;
        }

        var bytes = new byte[value.Length];
        return Convert.TryFromBase64String(value, bytes, out var length) ? Encoding.UTF8.GetString(bytes, 0, length).ReplaceLineEndings("\n") : null;
    }

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}
