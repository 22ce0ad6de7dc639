using Controller.AccessControl;
using Controller.Configuration;

namespace Controller.Identity;

/// <summary>Accepts access tokens of the issuer in use (auth-rbac 2). A token seen before costs a hash and a look-up.</summary>
internal sealed class BearerValidator(TokenVerifier verifier, VerifiedTokens verified, ControllerSettings settings) : IBearerValidator
{
    private readonly bool _isEmbedded = settings.Auth.Mode == AuthMode.Embedded;

    /// <inheritdoc/>
    /// <exception cref="Controller.Sql.DatabaseException">The token's key could not be looked up.</exception>
    /// <exception cref="External.IdentityProviderException">The same, of an external issuer.</exception>
    public ValueTask<OperatorIdentity?> ValidateAsync(string token, CancellationToken cancel)
    {
        if (token.Length > TokenVerifier.MaxLength)
        {
            return new((OperatorIdentity?)null);
        }

        var hash = TokenHash.Of(token);
        return verified.Find(hash) is { } known ? new(known) : VerifyAsync(token, hash, cancel);
    }

    private async ValueTask<OperatorIdentity?> VerifyAsync(string token, TokenHash hash, CancellationToken cancel)
    {
        if (await verifier.VerifyAsync(token, acceptExpired: false, cancel) is not { } claims || !IsAccessToken(claims))
        {
            return null;
        }

        // What an external issuer wants changed is changed there.
        var identity = new OperatorIdentity(claims.Subject, claims.Username, claims.Groups, _isEmbedded && claims.PasswordChangeRequired);
        verified.Add(hash, identity, claims.Expires);
        return identity;
    }

    /// <summary>
    /// Of our own tokens neither a refresh token nor an ID token is one, though the same key signs them. Other issuers
    /// may say nothing.
    /// </summary>
    private bool IsAccessToken(TokenClaims claims) =>
        _isEmbedded ? claims is { Use: TokenClaims.Access, Subject.Length: > 0 } : claims.Use != TokenClaims.Refresh;
}
