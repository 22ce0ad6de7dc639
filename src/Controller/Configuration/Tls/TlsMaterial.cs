using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Controller.Configuration;

/// <summary>Certificate, key and chain of both listeners, read once at start.</summary>
internal sealed class TlsMaterial : IDisposable
{
    private TlsMaterial(X509Certificate2 certificate, X509Certificate2Collection chain, string trustAnchorBase64, string? warning)
    {
        Certificate = certificate;
        Chain = chain;
        Context = SslStreamCertificateContext.Create(certificate, chain, offline: true);
        TrustAnchorBase64 = trustAnchorBase64;
        Warning = warning;
    }

    /// <summary>The listeners' certificate with its private key.</summary>
    public X509Certificate2 Certificate { get; }

    /// <summary>What is sent after the certificate: the rest of its file, then the intermediates.</summary>
    public X509Certificate2Collection Chain { get; }

    /// <summary>For the server side of TLS handshakes. Nothing is fetched from the network to complete the chain.</summary>
    public SslStreamCertificateContext Context { get; }

    /// <summary>See <see cref="TrustAnchor"/>.</summary>
    public string TrustAnchorBase64 { get; }

    /// <summary>What is wrong with the intermediate certificates; null = nothing.</summary>
    public string? Warning { get; }

    /// <returns>Null when the listeners use plain HTTP.</returns>
    /// <exception cref="TlsMaterialException">Key or certificate cannot be read, or do not belong together.</exception>
    public static TlsMaterial? Load(ServerSettings server)
    {
        if (!server.UsesTls)
        {
            return null;
        }

        var settings = server.Tls;
        try
        {
            var certificatePem = settings.UsesFiles ? PemSource.FromFile(settings.CertificatePath!) : PemSource.FromBase64(settings.CertificateBase64!);
            var keyPem = settings.UsesFiles ? PemSource.FromFile(settings.KeyPath!) : PemSource.FromBase64(settings.KeyBase64!.Reveal());
            var certificate = X509Certificate2.CreateFromPem(certificatePem, keyPem);
            var intermediates = IntermediateCertificates.Read(settings, out var warning);
            var chain = new X509Certificate2Collection();
            chain.ImportFromPem(certificatePem);
            chain.RemoveAt(0);
            chain.AddRange(intermediates);
            return new TlsMaterial(certificate, chain, TrustAnchor.Of(certificate, intermediates), warning);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or FormatException or CryptographicException or ArgumentException)
        {
            throw new TlsMaterialException(error);
        }
    }

    public void Dispose()
    {
        Certificate.Dispose();
        foreach (var certificate in Chain)
        {
            certificate.Dispose();
        }
    }
}
