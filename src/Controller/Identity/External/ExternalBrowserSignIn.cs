using Controller.Configuration;
using Controller.Hosting;
using Controller.Identity.Browser;
using Microsoft.AspNetCore.WebUtilities;

namespace Controller.Identity.External;

/// <summary>The browser login at an external identity provider: authorization code with PKCE (auth-rbac 5, 14).</summary>
internal sealed partial class ExternalBrowserSignIn(
    ProviderDiscovery discovery, ProviderTokenEndpoint tokens, IdTokenCheck idTokens, ControllerSettings settings, ILogger<ExternalBrowserSignIn> log)
    : IBrowserSignIn
{
    /// <inheritdoc/>
    /// <exception cref="IdentityProviderException">The provider cannot be reached.</exception>
    public async ValueTask<string> AuthorizationUrlAsync(SignInAttempt attempt, CancellationToken cancel)
    {
        var provider = await discovery.GetAsync(cancel);
        var endpoint = provider.AuthorizationEndpoint ?? throw ProviderMetadata.Missing("authorization_endpoint");
        return QueryHelpers.AddQueryString(endpoint.AbsoluteUri, new Dictionary<string, string?>
        {
            ["client_id"] = settings.Auth.ClientId,
            ["redirect_uri"] = OAuthCallback.UrlOf(settings),
            ["response_type"] = "code",
            ["scope"] = OAuthCallback.Scope,
            ["state"] = attempt.State,
            ["nonce"] = attempt.Nonce,
            ["code_challenge"] = attempt.CodeChallenge,
            ["code_challenge_method"] = "S256",
        });
    }

    /// <inheritdoc/>
    /// <exception cref="IdentityProviderException">The provider cannot be reached.</exception>
    public async Task<BrowserTokens> ExchangeAsync(SignInAttempt attempt, string code, string? issuer, CancellationToken cancel)
    {
        var provider = await discovery.GetAsync(cancel);
        if (issuer != provider.Issuer && (issuer is not null || provider.NamesItselfInResponses))
        {
            throw Deny("the answer is another issuer's", OAuthCallback.Failed());
        }

        var grant = await tokens.RequestAsync(
            [
                new("grant_type", "authorization_code"),
                new("code", code),
                new("redirect_uri", OAuthCallback.UrlOf(settings)),
                new("code_verifier", attempt.CodeVerifier),
            ],
            reason => reason is null ? OAuthCallback.Failed() : OAuthCallback.Failed(reason),
            cancel);
        if (grant.IdToken is null)
        {
            throw Deny("there is no ID token", OAuthCallback.Failed("OAuth response missing id_token"));
        }

        return await idTokens.PassesAsync(grant.IdToken, attempt.Nonce, grant.AccessToken, cancel)
            ? new BrowserTokens(grant.AccessToken, grant.RefreshToken)
            : throw Deny("the ID token is not valid for it", OAuthCallback.Failed());
    }

    private ApiException Deny(string reason, ApiException answer)
    {
        Refused(log, reason);
        return answer;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "A browser login at the identity provider was refused: {reason}")]
    private static partial void Refused(ILogger log, string reason);
}
