using Controller.Hosting;
using Controller.Sql;
using Controller.Sql.Stores;

namespace Controller.Identity;

/// <summary>A new token pair for a refresh token, once each (auth-rbac 3.2, 6.2).</summary>
internal sealed class TokenRefresh(Database database, TokenVerifier verifier, TokenIssuer issuer, SessionTokens tokens, TimeProvider time)
{
    /// <exception cref="ApiException">401 <c>Invalid credentials</c>.</exception>
    public async Task<TokenPair> RefreshAsync(string refreshToken, CancellationToken cancel)
    {
        if (await verifier.VerifyAsync(refreshToken, acceptExpired: false, cancel) is not { Use: TokenClaims.Refresh, Id: not null, FamilyId: not null } claims)
        {
            throw Refusal();
        }

        var (subject, lifetimes, grant) = await database.WriteAsync(s => RotateAsync(s, claims), cancel: cancel);
        return grant is not null
            ? await tokens.SignAsync(grant, cancel)
            : new TokenPair(await issuer.AccessTokenAsync(subject, lifetimes.Access, cancel), refreshToken);
    }

    private static ApiException Refusal() => ApiException.InvalidCredentials("Invalid credentials");

    private async Task<(TokenSubject Subject, TokenLifetimes Lifetimes, SessionGrant? Grant)> RotateAsync(DbSession session, TokenClaims claims)
    {
        var now = time.GetUtcNow();
        var row = await RefreshTokenStore.LockAsync(session, SessionTokens.HashOf(claims.Id!));
        if (row is null || row.IsRevoked || row.ExpiresAt <= now || row.UserId != claims.Subject || row.FamilyId != claims.FamilyId
            || await UserStore.FindAsync(session, row.UserId) is not { DeletedAt: null } user)
        {
            throw Refusal();
        }

        var policy = await AuthPolicyStore.ReadAsync(session);
        var subject = SessionTokens.SubjectOf(user, await UserStore.MembershipsAsync(session, user.Id), now);
        if (!policy.RefreshRotation)
        {
            return (subject, tokens.LifetimesBy(policy), null);
        }

        await RefreshTokenStore.RevokeAsync(session, row.Id, now);
        var grant = await tokens.RecordAsync(session, subject, policy, row.FamilyId);
        return (subject, grant.Lifetimes, grant);
    }
}
