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
        try
        {
            if (ReadPem(settings) is not { } pem)
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

    // Beside a certificate only its own kind counts; alone (TLS ends at a proxy) either does.
    private static string? ReadPem(TlsSettings settings)
    {
        var path = settings.UsesFiles || !settings.IsComplete ? settings.IntermediatePath : null;
        if (path is not null)
        {
            return PemSource.FromFile(path);
        }

        return !settings.UsesFiles && settings.IntermediateBase64 is { } base64 ? PemSource.FromBase64(base64) : null;
    }
}
