using Controller.Sql;
using Controller.Sql.Stores;

namespace Controller.Identity;

/// <summary>A password compared with an account as it was then.</summary>
/// <param name="User">The account; null when it did not exist or could not be tried.</param>
/// <param name="Matches">Whether the password was right.</param>
internal sealed record PasswordProof(UserRow? User, bool Matches);

/// <summary>
/// Compares a password with an account's, and counts wrong ones (auth-rbac 7.3). Usage: <see cref="ProveAsync"/>
/// before the transaction, since hashing takes long; <see cref="ConfirmAsync"/> inside it.
/// </summary>
internal sealed partial class PasswordCheck(PasswordHasher hasher, TimeProvider time, ILogger<PasswordCheck> log)
{
    /// <summary>
    /// Compares. Costs one hash whoever the account is and whether it exists or is locked, so that time does not tell.
    /// </summary>
    public async Task<PasswordProof> ProveAsync(UserRow? user, string password, CancellationToken cancel)
    {
        if (user is null || !MayTry(user))
        {
            await hasher.VerifyDummyAsync(password, cancel);
            return new PasswordProof(null, false);
        }

        return new PasswordProof(user, await hasher.VerifyAsync(password, user.PasswordHash, cancel));
    }

    /// <summary>
    /// The account, locked until the transaction ends, when the proof still holds; otherwise null. A wrong password is
    /// counted: commit the transaction in either case, and do not let the client's hanging up cancel it.
    /// </summary>
    public async Task<UserRow?> ConfirmAsync(DbSession session, PasswordProof proof, AuthPolicy policy)
    {
        if (proof.User is not { } seen
            || await UserStore.LockAsync(session, seen.Id) is not { } user
            || !MayTry(user)
            || user.PasswordHash != seen.PasswordHash)
        {
            return null;
        }

        if (proof.Matches)
        {
            return user;
        }

        var now = time.GetUtcNow();
        var attempts = user.FailedAttempts + 1;
        var until = Lockout.After(attempts, policy, now);
        await UserStore.SetFailuresAsync(session, user.Id, attempts, until, now);
        if (until is not null)
        {
            session.OnCommitted(() => Locked(log, user.Id, attempts));
        }

        return null;
    }

    /// <summary>Whether an account may sign in at all: it is neither deleted nor locked.</summary>
    public bool MayTry(UserRow user) => user.DeletedAt is null && !(user.LockedUntil > time.GetUtcNow());

    [LoggerMessage(Level = LogLevel.Warning, Message = "Account {userId} is locked after {attempts} wrong passwords")]
    private static partial void Locked(ILogger log, string userId, int attempts);
}
