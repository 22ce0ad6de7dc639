using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Controller.Ws.Relay.Brokers;

/// <summary>TLS to brokers.</summary>
internal static class BrokerTls
{
    /// <summary>Whether a broker's certificate is signed by one of the authorities, and made for the host.</summary>
    public static RemoteCertificateValidationCallback? TrustOnly(X509Certificate2Collection? authorities) =>
        authorities is null ? null : (_, certificate, _, errors) => IsTrusted(certificate, errors, authorities);

    private static bool IsTrusted(X509Certificate? certificate, SslPolicyErrors errors, X509Certificate2Collection authorities)
    {
        if (certificate is null || (errors & ~SslPolicyErrors.RemoteCertificateChainErrors) != SslPolicyErrors.None)
        {
            return false;
        }

        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        using var own = certificate as X509Certificate2 is null ? X509CertificateLoader.LoadCertificate(certificate.GetRawCertData()) : null;
        return chain.Build(own ?? (X509Certificate2)certificate);
    }
}
