using Controller.Hosting;
using Controller.Sql;

namespace Controller.Identity.Issuer;

/// <summary><c>/token</c>: tokens for a code or a refresh token (RFC 6749 4.1.3, 6).</summary>
internal sealed class TokenEndpoint(
    ClientAuthentication authentication, AuthorizationCodes codes, OpaqueTokens tokens, TokenIssuer signer, Database database)
{
    public async Task GrantAsync(HttpContext context, OidcParameters parameters)
    {
        var client = authentication.Authenticate(context, parameters);
        var minted = parameters["grant_type"] switch
        {
            "authorization_code" => await ForCodeAsync(client, parameters),
            "refresh_token" => await ForRefreshTokenAsync(client, parameters),
            null => throw OidcException.InvalidRequest("grant_type is required"),
            _ => throw new OidcException("unsupported_grant_type", "grant_type must be authorization_code or refresh_token"),
        };
        var idToken = await signer.IdTokenAsync(minted.IdToken, minted.IdTokenLifetime, context.RequestAborted);
        await context.RespondAsync(
            200,
            new TokenBody(minted.AccessToken, (long)minted.AccessLifetime.TotalSeconds, idToken, minted.RefreshToken, minted.Scope),
            IssuerJson.Default.TokenBody);
    }

    // What a code or token is used for must be recorded even if the client hangs up.
    private async Task<MintedTokens> ForCodeAsync(IssuerClient client, OidcParameters parameters)
    {
        var code = parameters["code"] ?? throw OidcException.InvalidRequest("code is required");
        return await database.WriteAsync(
            async s => await codes.RedeemAsync(s, client, code, parameters["redirect_uri"], parameters["code_verifier"]) is { } redemption
                ? await tokens.MintAsync(s, code, redemption)
                : null,
            Durability.Relaxed,
            CancellationToken.None) ?? throw OidcException.InvalidGrant("the code is not valid for this client and these parameters");
    }

    private async Task<MintedTokens> ForRefreshTokenAsync(IssuerClient client, OidcParameters parameters)
    {
        var token = parameters["refresh_token"] ?? throw OidcException.InvalidRequest("refresh_token is required");
        return await database.WriteAsync(
            s => tokens.RefreshAsync(s, client, token, parameters["scope"]), cancel: CancellationToken.None)
            ?? throw OidcException.InvalidGrant("the refresh token is not valid for this client");
    }
}
