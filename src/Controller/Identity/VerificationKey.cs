using System.Security.Cryptography;
using Microsoft.IdentityModel.Tokens;

namespace Controller.Identity;

/// <summary>The public half of a signing key, as token validation takes it.</summary>
internal sealed class VerificationKey(string kid, RSAParameters publicKey, DateTimeOffset? usableUntil)
{
    /// <summary>Null for an active key; a retired one verifies as long as a token it signed may live.</summary>
    public DateTimeOffset? UsableUntil => usableUntil;

    /// <summary>Its signature providers are not kept in the library's global cache: verified tokens are cached instead.</summary>
    public RsaSecurityKey Key { get; } = new(publicKey)
    {
        KeyId = kid,
        CryptoProviderFactory = new CryptoProviderFactory { CacheSignatureProviders = false },
    };
}
