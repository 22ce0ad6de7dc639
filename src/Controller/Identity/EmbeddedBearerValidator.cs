using Controller.AccessControl;

namespace Controller.Identity;

/// <summary>Accepts access tokens of the embedded issuer. A token seen before costs a hash and a look-up.</summary>
internal sealed class EmbeddedBearerValidator(TokenVerifier verifier, VerifiedTokens verified) : IBearerValidator
{
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
        // Neither a refresh token nor an ID token is an access token, though the same key signs them.
        if (await verifier.VerifyAsync(token, acceptExpired: false, cancel) is not { Use: TokenClaims.Access } claims)
        {
            return null;
        }

        var identity = new OperatorIdentity(claims.Subject, claims.Username, claims.Groups, claims.PasswordChangeRequired);
        verified.Add(hash, identity, claims.Expires);
        return identity;
    }
}
