using System.Security.Cryptography;
using System.Text;
using Controller.Configuration;
using Controller.Identity.Browser;
using Controller.Sql;
using Controller.Sql.Stores;

namespace Controller.Identity.Issuer;

/// <summary>
/// Browser login at the embedded issuer. The code is redeemed in this process, since the public URL need not be
/// reachable from here; what the Console gets is an API token pair of ours (auth-rbac 5.2).
/// </summary>
internal sealed class EmbeddedBrowserSignIn(
    IssuerClients clients, AuthorizationCodes codes, SessionTokens tokens, Database database, ControllerSettings settings, TimeProvider time)
    : IBrowserSignIn
{
    public ValueTask<string> AuthorizationUrlAsync(SignInAttempt attempt, CancellationToken cancel) => new(
        $"{settings.Auth.IssuerUrl}/auth?" + FormEncoding.Encode(
        [
            ("redirect_uri", OAuthCallback.UrlOf(settings)),
            ("scope", OAuthCallback.Scope),
            ("state", attempt.State),
            ("nonce", attempt.Nonce),
            ("code_challenge", attempt.CodeChallenge),
            ("code_challenge_method", "S256"),
            ("prompt", "login"),
            ("client_id", clients.Own.Id),
            ("response_type", "code"),
        ]));

    public async Task<BrowserTokens> ExchangeAsync(SignInAttempt attempt, string code, string? issuer, CancellationToken cancel)
    {
        if (issuer != settings.Auth.IssuerUrl)
        {
            throw OAuthCallback.Failed();
        }

        // A used code must be recorded as used even if the browser hangs up.
        var (grant, refusal) = await database.WriteAsync(s => RedeemAsync(s, attempt, code), cancel: CancellationToken.None);
        var pair = await tokens.SignAsync(grant ?? throw OAuthCallback.Failed(refusal), cancel);
        return new BrowserTokens(pair.AccessToken, pair.RefreshToken);
    }

    /// <summary>Uses the code up and records a session, or says why not. Committed either way.</summary>
    private async Task<(SessionGrant? Grant, string Refusal)> RedeemAsync(DbSession session, SignInAttempt attempt, string code)
    {
        if (await codes.RedeemAsync(session, clients.Own, code, OAuthCallback.UrlOf(settings), attempt.CodeVerifier) is not { } redemption)
        {
            return (null, OAuthCallback.FailedMessage);
        }

        // The grant's own tokens are not wanted.
        await IssuerStateStore.RevokeGrantAsync(session, redemption.GrantId);
        if (redemption.Code.Nonce is not { } nonce
            || !CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(nonce), Encoding.UTF8.GetBytes(attempt.Nonce)))
        {
            return (null, OAuthCallback.FailedMessage);
        }

        if (redemption.User is not { } user)
        {
            return (null, "OAuth user not found");
        }

        var subject = SessionTokens.SubjectOf(user, await UserStore.MembershipsAsync(session, user.Id), time.GetUtcNow());
        return (await tokens.RecordAsync(session, subject, await AuthPolicyStore.ReadAsync(session)), "");
    }
}
