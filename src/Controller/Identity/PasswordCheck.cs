using Controller.Sql;
using Controller.Sql.Stores;

namespace Controller.Identity;

/// <summary>
/// Checks a name and password and counts failures (auth-rbac 7.3). Every refusal costs one password hash, so that time
/// does not tell who exists or is locked.
/// </summary>
internal sealed partial class PasswordCheck(Database database, PasswordHasher hasher, TimeProvider time, ILogger<PasswordCheck> log)
{
    /// <summary>Whether an account may sign in at all: it is not deleted and not locked.</summary>
    public bool MayTry(UserRow user) => user.DeletedAt is null && !(user.LockedUntil > time.GetUtcNow());

    /// <summary>What <paramref name="accept"/> makes of the account; null when name or password is wrong.</summary>
    /// <param name="name">Trimmed and compared without case.</param>
    /// <param name="password">As it was typed.</param>
    /// <param name="accept">Runs in the transaction that found the password right; its null is a refusal too, uncounted.</param>
    /// <param name="cancel">Gives up before the outcome is recorded.</param>
    public async Task<T?> CheckAsync<T>(
        string name, string password, Func<DbSession, UserRow, AuthPolicy, Task<T?>> accept, CancellationToken cancel)
        where T : class
    {
        var email = name.Trim().ToLowerInvariant();
        var user = await database.ReadAsync(s => UserStore.FindByEmailAsync(s, email), cancel);
        if (user is null || !MayTry(user))
        {
            await hasher.VerifyDummyAsync(password, cancel);
            return null;
        }

        // Hashing takes long, so it comes before the transaction; what it proved is checked again inside.
        var matches = await hasher.VerifyAsync(password, user.PasswordHash, cancel);

        // A client that hangs up must not keep its failure from being counted.
        return await database.WriteAsync(s => DecideAsync(s, user, matches, accept), cancel: CancellationToken.None);
    }

    /// <summary>Forgets the wrong passwords of an account that has signed in.</summary>
    public async Task ForgetFailuresAsync(DbSession session, UserRow user)
    {
        if (user.FailedAttempts != 0 || user.LockedUntil is not null)
        {
            await UserStore.SetFailuresAsync(session, user.Id, 0, null, time.GetUtcNow());
        }
    }

    /// <summary>Counts a failure or accepts; null = refused. Committed either way.</summary>
    private async Task<T?> DecideAsync<T>(DbSession session, UserRow seen, bool matches, Func<DbSession, UserRow, AuthPolicy, Task<T?>> accept)
        where T : class
    {
        var user = await UserStore.LockAsync(session, seen.Id);
        if (user is null || !MayTry(user) || user.PasswordHash != seen.PasswordHash)
        {
            return null;
        }

        var policy = await AuthPolicyStore.ReadAsync(session);
        if (matches)
        {
            return await accept(session, user, policy);
        }

        await CountFailureAsync(session, user, policy);
        return null;
    }

    private async Task CountFailureAsync(DbSession session, UserRow user, AuthPolicy policy)
    {
        var now = time.GetUtcNow();
        var attempts = user.FailedAttempts + 1;
        var locks = attempts >= policy.MaxFailedAttempts;
        DateTimeOffset? until = locks ? now.AddMinutes(policy.LockoutMinutes) : null;
        await UserStore.SetFailuresAsync(session, user.Id, attempts, until, now);
        if (locks)
        {
            session.OnCommitted(() => Locked(log, user.Id, attempts));
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Account {userId} is locked after {attempts} wrong passwords")]
    private static partial void Locked(ILogger log, string userId, int attempts);
}
