using System.Security.Cryptography;
using Microsoft.IdentityModel.Tokens;

namespace Controller.Identity;

/// <summary>The public half of a signing key, as token validation takes it.</summary>
internal sealed class VerificationKey
{
    /// <param name="issuer">Whose key it is: the only <c>iss</c> that it vouches for.</param>
    /// <param name="key">An asymmetric public key.</param>
    /// <param name="algorithms">The only values of <c>alg</c> that it verifies.</param>
    /// <param name="usableUntil">Null for an active key; a retired one verifies as long as a token it signed may live.</param>
    public VerificationKey(string issuer, SecurityKey key, IReadOnlyList<string> algorithms, DateTimeOffset? usableUntil = null)
    {
        Issuer = issuer;
        Key = key;
        Algorithms = algorithms;
        UsableUntil = usableUntil;

        // Its signature providers are not kept in the library's global cache: verified tokens are cached instead.
        key.CryptoProviderFactory = new CryptoProviderFactory { CacheSignatureProviders = false };
    }

    public string Issuer { get; }

    public SecurityKey Key { get; }

    public IReadOnlyList<string> Algorithms { get; }

    public DateTimeOffset? UsableUntil { get; }

    /// <summary>A key of the embedded issuer, which signs by RS256 only.</summary>
    public static VerificationKey Embedded(string issuer, string kid, RSAParameters publicKey, DateTimeOffset? usableUntil) =>
        new(issuer, new RsaSecurityKey(publicKey) { KeyId = kid }, [SecurityAlgorithms.RsaSha256], usableUntil);
}
