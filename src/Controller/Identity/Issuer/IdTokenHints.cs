namespace Controller.Identity.Issuer;

/// <summary>Reads ID tokens that clients bring back as hints. An expired one still says who it was (OpenID Connect RP-Initiated Logout 4).</summary>
internal sealed class IdTokenHints(TokenVerifier verifier, IssuerClients clients)
{
    /// <summary>Whom an ID token of ours is about and whose it is.</summary>
    /// <exception cref="OidcException">It is no ID token that we signed for one of our clients.</exception>
    public async Task<(string Subject, IssuerClient Client)> ReadAsync(string token, CancellationToken cancel)
    {
        foreach (var client in clients.All)
        {
            // API tokens have the same signer and audience, and a use of their own.
            if (await verifier.VerifyAsync(token, acceptExpired: true, cancel, client.Id) is { Use: null } claims)
            {
                return (claims.Subject, client);
            }
        }

        throw OidcException.InvalidRequest("invalid id_token_hint");
    }
}
