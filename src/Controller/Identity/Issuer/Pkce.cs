using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Controller.Identity.Issuer;

/// <summary>Proof key for code exchange, S256 only (RFC 7636).</summary>
internal static partial class Pkce
{
    /// <summary>The challenge of a request; null when a client that need not use PKCE does not.</summary>
    /// <exception cref="OidcException">It is missing, malformed, or not S256.</exception>
    public static string? ReadChallenge(OidcParameters parameters, IssuerClient client)
    {
        var challenge = parameters["code_challenge"];
        var method = parameters["code_challenge_method"];
        if (challenge is null)
        {
            return client.IsPublic ? throw OidcException.InvalidRequest("code_challenge is required")
                : method is not null ? throw OidcException.InvalidRequest("code_challenge_method without code_challenge")
                : null;
        }

        // No method means plain, which shows the secret to whoever sees the request.
        return method != "S256" ? throw OidcException.InvalidRequest("code_challenge_method must be S256")
            : Challenge().IsMatch(challenge) ? challenge
            : throw OidcException.InvalidRequest("malformed code_challenge");
    }

    /// <summary>Whether the verifier is the challenge's. A verifier for a request without a challenge is refused (RFC 9700 2.1.1).</summary>
    public static bool Matches(string? challenge, string? verifier)
    {
        if (challenge is null || verifier is null)
        {
            return challenge is null && verifier is null;
        }

        return Verifier().IsMatch(verifier)
            && CryptographicOperations.FixedTimeEquals(
                Encoding.ASCII.GetBytes(Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(verifier)))),
                Encoding.ASCII.GetBytes(challenge));
    }

    [GeneratedRegex(@"^[A-Za-z0-9_-]{43}\z")]
    private static partial Regex Challenge();

    [GeneratedRegex(@"^[A-Za-z0-9._~-]{43,128}\z")]
    private static partial Regex Verifier();
}
