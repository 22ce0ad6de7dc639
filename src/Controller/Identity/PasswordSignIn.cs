using Controller.Hosting;
using Controller.Sql;
using Controller.Sql.Stores;

namespace Controller.Identity;

/// <summary>
/// Login by name and password (auth-rbac 6.1, 7.3). Every refusal reads the same and costs one password hash, so that
/// neither text nor time tells who exists or is locked.
/// </summary>
internal sealed partial class PasswordSignIn(
    Database database, PasswordHasher hasher, SessionTokens tokens, TimeProvider time, ILogger<PasswordSignIn> log)
{
    /// <exception cref="ApiException">401 <c>Invalid credentials</c>.</exception>
    public async Task<TokenPair> SignInAsync(string name, string password, CancellationToken cancel)
    {
        var email = name.Trim().ToLowerInvariant();
        var user = await database.ReadAsync(s => UserStore.FindByEmailAsync(s, email), cancel);
        if (user is null || !MayTry(user))
        {
            await hasher.VerifyDummyAsync(password, cancel);
            throw Refusal();
        }

        // Hashing takes long, so it comes before the transaction; what it proved is checked again inside.
        var matches = await hasher.VerifyAsync(password, user.PasswordHash, cancel);

        // A client that hangs up must not keep its failure from being counted.
        var grant = await database.WriteAsync(s => DecideAsync(s, user, matches), cancel: CancellationToken.None);
        return grant is null ? throw Refusal() : await tokens.SignAsync(grant, cancel);
    }

    private static ApiException Refusal() => ApiException.InvalidCredentials("Invalid credentials");

    private bool MayTry(UserRow user) => user.DeletedAt is null && !(user.LockedUntil > time.GetUtcNow());

    /// <summary>Counts a failure or opens a session; null = refused. Committed either way.</summary>
    private async Task<SessionGrant?> DecideAsync(DbSession session, UserRow seen, bool matches)
    {
        var user = await UserStore.LockAsync(session, seen.Id);
        if (user is null || !MayTry(user) || user.PasswordHash != seen.PasswordHash)
        {
            return null;
        }

        var now = time.GetUtcNow();
        var policy = await AuthPolicyStore.ReadAsync(session);
        if (!matches)
        {
            await CountFailureAsync(session, user, policy, now);
            return null;
        }

        var memberships = await UserStore.MembershipsAsync(session, user.Id);
        if (await NeedsSecondFactorAsync(session, user, memberships))
        {
            return null;
        }

        if (user.FailedAttempts != 0 || user.LockedUntil is not null)
        {
            await UserStore.SetFailuresAsync(session, user.Id, 0, null, now);
        }

        return await tokens.RecordAsync(session, SessionTokens.SubjectOf(user, memberships, now), policy);
    }

    private async Task CountFailureAsync(DbSession session, UserRow user, AuthPolicy policy, DateTimeOffset now)
    {
        var attempts = user.FailedAttempts + 1;
        var locks = attempts >= policy.MaxFailedAttempts;
        DateTimeOffset? until = locks ? now.AddMinutes(policy.LockoutMinutes) : null;
        await UserStore.SetFailuresAsync(session, user.Id, attempts, until, now);
        if (locks)
        {
            session.OnCommitted(() => Locked(log, user.Id, attempts));
        }
    }

    /// <summary>Whether a password alone is not enough: a second factor is on, or a group demands one (auth-rbac 7.4).</summary>
    private static async Task<bool> NeedsSecondFactorAsync(DbSession session, UserRow user, List<MembershipRow> memberships) =>
        !user.IsBootstrap && (memberships.Exists(m => m.MfaRequired) || await UserStore.HasMfaAsync(session, user.Id));

    [LoggerMessage(Level = LogLevel.Warning, Message = "Account {userId} is locked after {attempts} wrong passwords")]
    private static partial void Locked(ILogger log, string userId, int attempts);
}
