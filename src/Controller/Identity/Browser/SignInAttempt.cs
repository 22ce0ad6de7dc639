using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;

namespace Controller.Identity.Browser;

/// <summary>
/// One browser's way from <c>authorize</c> to <c>callback</c> (auth-rbac 5.1): what binds the answer of the issuer to
/// the browser that asked. Kept in the browser's session, used once.
/// </summary>
/// <param name="State">Comes back in the answer unchanged.</param>
/// <param name="Nonce">Comes back in the ID token.</param>
/// <param name="CodeVerifier">PKCE secret (RFC 7636).</param>
/// <param name="CreatedAt">Unix time in milliseconds.</param>
/// <param name="PostLoginRedirect">Hash route or path of the Console to go on to; no business of the issuer.</param>
internal sealed record SignInAttempt(string State, string Nonce, string CodeVerifier, long CreatedAt, string? PostLoginRedirect = null)
{
    /// <summary>The S256 challenge of <see cref="CodeVerifier"/>.</summary>
    [JsonIgnore]
    public string CodeChallenge => Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(CodeVerifier)));

    /// <summary>An attempt that nobody can guess.</summary>
    public static SignInAttempt Create(DateTimeOffset now, string? postLoginRedirect) =>
        new(RandomText.Create(), RandomText.Create(), RandomText.Create(), now.ToUnixTimeMilliseconds(), postLoginRedirect);
}
