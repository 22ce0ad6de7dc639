using Controller.Sql;

namespace Controller.Identity;

/// <summary>Ends a user's sessions (auth-rbac 6.4).</summary>
internal sealed class SignOut(Database database, TokenVerifier verifier, TimeProvider time)
{
    /// <summary>Withdraws every refresh token of the token's user. A token that is not ours does nothing; an expired one does.</summary>
    public async Task EndAllAsync(string token, CancellationToken cancel)
    {
        if (await verifier.VerifyAsync(token, acceptExpired: true, cancel) is not { } claims)
        {
            return;
        }

        await database.WriteAsync(s => UserSessions.EndAllAsync(s, claims.Subject, time.GetUtcNow()), cancel: cancel);
    }
}
