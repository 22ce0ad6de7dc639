using Controller.Hosting;

namespace Controller.Identity.Browser;

/// <summary>What the Console is handed at the end (auth-rbac 5.2).</summary>
/// <param name="AccessToken">API bearer.</param>
/// <param name="RefreshToken">Null when the issuer gave none.</param>
internal sealed record BrowserTokens(string AccessToken, string? RefreshToken);

/// <summary>
/// The issuer as the browser login sees it: the embedded one in this process, or an external one over HTTP. The
/// session, the comparison of <c>state</c> and the redirects to the Console are done by the caller.
/// </summary>
internal interface IBrowserSignIn
{
    /// <summary>
    /// Where to send the browser: the authorization endpoint with client, <see cref="OAuthCallback.UrlOf"/> as
    /// redirect URI, scope, state, nonce and S256 challenge of the attempt.
    /// </summary>
    /// <exception cref="ApiException">The issuer is not configured or cannot be reached.</exception>
    ValueTask<string> AuthorizationUrlAsync(SignInAttempt attempt, CancellationToken cancel);

    /// <summary>Tokens for the code of an answer whose <c>state</c> is the attempt's.</summary>
    /// <param name="attempt">The browser's attempt.</param>
    /// <param name="code">The answer's <c>code</c>.</param>
    /// <param name="issuer">The answer's <c>iss</c> (RFC 9207), to be compared with the issuer's own; null when absent.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="ApiException">401 with the reason, or <c>OAuth authorization failed</c>.</exception>
    Task<BrowserTokens> ExchangeAsync(SignInAttempt attempt, string code, string? issuer, CancellationToken cancel);
}
