using Controller.Hosting;
using Controller.Sql;
using Controller.Sql.Stores;

namespace Controller.Identity;

/// <summary>
/// Login by name, password and, where one is on, second factor (auth-rbac 6.1). Every refusal reads the same, and its
/// cost depends on the form of the request alone, so that neither text nor time tells who exists or is locked.
/// </summary>
internal sealed class PasswordSignIn(
    Database database, PasswordCheck passwords, SecondFactor secondFactor, SessionTokens tokens, TimeProvider time)
{
    /// <param name="name">Login name in any case.</param>
    /// <param name="password">Password.</param>
    /// <param name="code">TOTP or recovery code; null or empty = none.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="ApiException">401 <c>Invalid credentials</c>.</exception>
    public async Task<TokenPair> SignInAsync(string name, string password, string? code, CancellationToken cancel)
    {
        var email = name.Trim().ToLowerInvariant();
        var user = await database.ReadAsync(s => UserStore.FindByEmailAsync(s, email), cancel);
        var proof = await passwords.ProveAsync(user, password, cancel);
        var offered = await secondFactor.PrepareAsync(proof.User?.Id, code, cancel);
        if (proof.User is null)
        {
            throw Refusal();
        }

        // A client that hangs up must not keep its failure from being counted.
        var grant = await database.WriteAsync(s => DecideAsync(s, proof, offered), cancel: CancellationToken.None);
        return grant is null ? throw Refusal() : await tokens.SignAsync(grant, cancel);
    }

    private static ApiException Refusal() => ApiException.InvalidCredentials("Invalid credentials");

    /// <summary>Counts a failure or opens a session; null = refused. Committed either way.</summary>
    private async Task<SessionGrant?> DecideAsync(DbSession session, PasswordProof proof, OfferedCode? offered)
    {
        var policy = await AuthPolicyStore.ReadAsync(session);
        if (await passwords.ConfirmAsync(session, proof, policy) is not { } user)
        {
            return null;
        }

        var memberships = await UserStore.MembershipsAsync(session, user.Id);
        var mfa = await MfaStore.FindAsync(session, user.Id);
        var passed = SecondFactor.NeedOf(user, memberships, mfa) switch
        {
            SecondFactorNeed.None => true,
            SecondFactorNeed.Code => await secondFactor.VerifyAsync(session, mfa!, offered, policy),
            _ => false,
        };
        if (!passed)
        {
            return null;
        }

        var now = time.GetUtcNow();
        if (user.FailedAttempts != 0 || user.LockedUntil is not null)
        {
            await UserStore.SetFailuresAsync(session, user.Id, 0, null, now);
        }

        return await tokens.RecordAsync(session, SessionTokens.SubjectOf(user, memberships, now), policy);
    }
}
