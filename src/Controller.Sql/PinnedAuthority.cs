using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Controller.Sql;

/// <summary>Accepts a server certificate that chains to one configured authority, and no other.</summary>
internal sealed class PinnedAuthority(string pem)
{
    public bool Accepts(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (certificate is null || (errors & ~SslPolicyErrors.RemoteCertificateChainErrors) != SslPolicyErrors.None)
        {
            return false;
        }

        using var pinned = new X509Chain();
        pinned.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        pinned.ChainPolicy.CustomTrustStore.ImportFromPem(pem);
        pinned.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        using var leaf = X509CertificateLoader.LoadCertificate(certificate.GetRawCertData());
        return pinned.Build(leaf);
    }
}
