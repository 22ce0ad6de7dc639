using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Controller.Configuration;

/// <summary>The optional intermediate or CA certificates. Trouble with them is a warning, never an error.</summary>
internal static class IntermediateCertificates
{
    /// <returns>Empty when none are configured or they cannot be read; <paramref name="warning"/> then tells why.</returns>
    public static X509Certificate2Collection Read(TlsSettings settings, out string? warning)
    {
        warning = null;
        var certificates = new X509Certificate2Collection();
        var source = settings.UsesFiles || settings.KeyBase64 is null ? settings.IntermediatePath : null;
        try
        {
            var pem = source is not null ? PemSource.FromFile(source)
                : !settings.UsesFiles && settings.IntermediateBase64 is { } base64 ? PemSource.FromBase64(base64)
                : null;
            if (pem is null)
            {
                return certificates;
            }

            certificates.ImportFromPem(pem);
            if (certificates.Count == 0)
            {
                warning = "The intermediate certificate holds no certificate and is ignored";
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or FormatException or CryptographicException)
        {
            warning = $"The intermediate certificate cannot be read and is ignored: {error.Message}";
        }

        return certificates;
    }
}
