using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Controller.Configuration;
using Microsoft.IdentityModel.JsonWebTokens;

namespace Controller.Identity.External;

/// <summary>
/// Whether an ID token belongs to an attempt and its access token (OpenID Connect Core 3.1.3.7 and 3.1.3.8): signature,
/// issuer, audience and expiry as for any token, then <c>azp</c>, <c>nonce</c> and <c>at_hash</c>.
/// </summary>
internal sealed class IdTokenCheck(TokenVerifier verifier, ControllerSettings settings)
{
    /// <exception cref="IdentityProviderException">The provider's keys are not known.</exception>
    public async ValueTask<bool> PassesAsync(string idToken, string nonce, string accessToken, CancellationToken cancel) =>
        await verifier.ReadAsync(idToken, acceptExpired: false, cancel) is { } jwt
        && Equal(Text(jwt, "nonce"), nonce)
        && IsForUs(jwt)
        && (Text(jwt, "at_hash") is not { } hash || Equal(hash, HashOf(accessToken, jwt.Alg)));

    /// <summary>The left half of the hash that the ID token's own algorithm uses.</summary>
    private static string HashOf(string accessToken, string algorithm)
    {
        var bytes = Encoding.ASCII.GetBytes(accessToken);
        var hash = algorithm[^3..] switch
        {
            "384" => SHA384.HashData(bytes),
            "512" => SHA512.HashData(bytes),
            _ => SHA256.HashData(bytes),
        };
        return Base64Url.EncodeToString(hash.AsSpan(0, hash.Length / 2));
    }

    /// <summary>A token for several audiences says which of them asked for it.</summary>
    private bool IsForUs(JsonWebToken jwt) => jwt.Audiences.Count() == 1 || Text(jwt, "azp") == settings.Auth.ClientId;

    private static string? Text(JsonWebToken jwt, string claim) =>
        jwt.TryGetPayloadValue<string>(claim, out var value) ? value : null;

    private static bool Equal(string? left, string right) =>
        left is not null && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(left), Encoding.UTF8.GetBytes(right));
}
