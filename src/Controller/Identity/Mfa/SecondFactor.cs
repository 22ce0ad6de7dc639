using Controller.Secrets;
using Controller.Sql;
using Controller.Sql.Stores;

namespace Controller.Identity;

/// <summary>What a user needs beside the password (auth-rbac 7.4).</summary>
internal enum SecondFactorNeed
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>A code: a second factor is on.</summary>
    Code,

    /// <summary>To enrol first: a group demands a second factor and there is none.</summary>
    Enrolment,
}

/// <summary>A code as the user gave it, and the stored hash of the recovery code that it is.</summary>
internal sealed record OfferedCode(string Text, string? RecoveryHash);

/// <summary>
/// Checks second factors. Usage: <see cref="PrepareAsync"/> before the transaction, since a recovery code costs a
/// hash; <see cref="VerifyAsync"/> inside it, where the code is used up together with what it is given for.
/// </summary>
internal sealed partial class SecondFactor(
    Database database, RecoveryCodes recovery, TotpSecrets secrets, TimeProvider time, ILogger<SecondFactor> log)
{
    /// <summary>
    /// What a user needs. The bootstrap administrator never has to enrol, so that somebody can always sign in; once
    /// enrolled they are asked like everybody (decision 3).
    /// </summary>
    public static SecondFactorNeed NeedOf(UserRow user, IEnumerable<MembershipRow> memberships, MfaRow? mfa) =>
        mfa is { IsEnabled: true } ? SecondFactorNeed.Code
        : !user.IsBootstrap && memberships.Any(m => m.MfaRequired) ? SecondFactorNeed.Enrolment
        : SecondFactorNeed.None;

    /// <summary>
    /// Does the costly half of a check. The cost depends on the code's form alone, whoever the user is and whether
    /// there is one, so that time tells nothing.
    /// </summary>
    /// <param name="userId">Whose code it would be; null for an unknown user.</param>
    /// <param name="code">A TOTP or recovery code as typed; null or blank = none.</param>
    /// <param name="cancel">Gives up.</param>
    /// <returns>Null when no code was given.</returns>
    public async Task<OfferedCode?> PrepareAsync(string? userId, string? code, CancellationToken cancel)
    {
        var text = code?.Trim() ?? "";
        if (!RecoveryCodes.IsCode(text))
        {
            return text.Length == 0 ? null : new OfferedCode(text, null);
        }

        var mfa = userId is null ? null : await database.ReadAsync(s => MfaStore.FindAsync(s, userId), cancel);
        return new OfferedCode(text, await recovery.FindAsync(text, mfa?.RecoveryHashes, cancel));
    }

    /// <summary>
    /// Takes a code, which is then used up, or counts the failure: commit the transaction in either case. Wrong codes
    /// do not count as wrong passwords (auth-rbac 6.1), but six digits must not be open to guessing by whoever knows
    /// the password or has a token: after as many as the policy allows for passwords, no code is taken for the
    /// lockout time. Kept in the database, so that replicas and restarts give no further guesses.
    /// </summary>
    /// <param name="session">A transaction that holds the user's row.</param>
    /// <param name="mfa">The user's enabled second factor, read in this transaction.</param>
    /// <param name="offered">From <see cref="PrepareAsync"/>; null is refused and not counted.</param>
    /// <param name="policy">The policy in force.</param>
    /// <exception cref="SecretUnreadableException">The stored secret cannot be read.</exception>
    public async Task<bool> VerifyAsync(DbSession session, MfaRow mfa, OfferedCode? offered, AuthPolicy policy)
    {
        var now = time.GetUtcNow();
        if (offered is null || mfa.LockedUntil > now)
        {
            return false;
        }

        if (offered.RecoveryHash is { } hash && RecoveryCodes.Without(mfa.RecoveryHashes, hash) is { } left)
        {
            await MfaStore.AcceptAsync(session, mfa.UserId, mfa.LastStep, left, now);
            return true;
        }

        if (Totp.IsCode(offered.Text) && Totp.Match(secrets.Open(mfa.UserId, mfa.Secret), offered.Text, now, mfa.LastStep) is { } step)
        {
            await MfaStore.AcceptAsync(session, mfa.UserId, step, mfa.RecoveryHashes, now);
            return true;
        }

        var failures = mfa.FailedCodes + 1;
        var until = Lockout.After(failures, policy, now);
        await MfaStore.SetFailuresAsync(session, mfa.UserId, failures, until, now);
        if (until is not null)
        {
            session.OnCommitted(() => Locked(log, mfa.UserId, failures));
        }

        return false;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The second factor of account {userId} is locked after {attempts} wrong codes")]
    private static partial void Locked(ILogger log, string userId, int attempts);
}
