using Controller.Hosting;
using Controller.Sql;
using Controller.Sql.Stores;

namespace Controller.Identity;

/// <summary>New passwords by the account's owner (auth-rbac 6.5 and 7.2).</summary>
internal sealed class PasswordChange(Database database, PasswordCheck passwords, PasswordHasher hasher, TimeProvider time)
{
    /// <summary>For somebody who knows the current password. A wrong one counts like a wrong one at login.</summary>
    /// <exception cref="ApiException">404 without such an account, 401 for a wrong password, 400 for one that is not acceptable.</exception>
    public async Task ChangeAsync(string userId, string currentPassword, string newPassword, CancellationToken cancel)
    {
        var user = await database.ReadAsync(s => UserStore.FindAsync(s, userId), cancel);
        if (user is not { DeletedAt: null })
        {
            throw ApiException.NotFound("User not found");
        }

        var proof = await passwords.ProveAsync(user, currentPassword, cancel);
        if (!proof.Matches)
        {
            await database.WriteAsync(
                async s => await passwords.ConfirmAsync(s, proof, await AuthPolicyStore.ReadAsync(s)), cancel: CancellationToken.None);
            throw Refusal();
        }

        await ReplaceAsync(user, newPassword, cancel);
    }

    /// <summary>For the holder of a reset token, which is used up even when the password is not acceptable (auth-rbac 6.5).</summary>
    /// <exception cref="ApiException">401 for an unknown or expired token, 400 for a password that is not acceptable.</exception>
    public async Task RedeemAsync(string resetToken, string newPassword, CancellationToken cancel)
    {
        var user = await database.WriteAsync(
            async s => await PasswordResetStore.TakeAsync(s, resetToken, time.GetUtcNow()) is { } id ? await UserStore.FindAsync(s, id) : null,
            cancel: cancel);
        await ReplaceAsync(user is { DeletedAt: null } ? user : throw ApiException.InvalidCredentials("Invalid or expired reset token"), newPassword, cancel);
    }

    /// <summary>
    /// Sets a password for somebody who has already shown who they are: checks it against policy and history, ends any
    /// lockout, and withdraws refresh and reset tokens.
    /// </summary>
    /// <param name="user">The account as it was when they did.</param>
    /// <param name="newPassword">The password.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="ApiException">400 for a password that is not acceptable; 401 when the account changed meanwhile.</exception>
    public async Task ReplaceAsync(UserRow user, string newPassword, CancellationToken cancel)
    {
        var (stored, history) = await database.ReadAsync(
            async s => (await AuthPolicyStore.ReadAsync(s), TextList.Read(await UserStore.PasswordHistoryAsync(s, user.Id))), cancel);
        var policy = PasswordPolicy.Of(stored);
        if (policy.Validate(newPassword) is { } violation)
        {
            throw ApiException.Validation(violation);
        }

        // The current one is refused as well, whatever the history's length: a change to the same is none.
        if (await hasher.VerifyAsync(newPassword, user.PasswordHash, cancel) || await policy.WasUsedAsync(newPassword, history, hasher, cancel))
        {
            throw ApiException.Validation(PasswordPolicy.ReusedMessage);
        }

        var hash = await hasher.HashAsync(newPassword, cancel);
        var former = TextList.Write([.. history.Prepend(user.PasswordHash).Take(policy.HistoryCount)]);
        await database.WriteAsync(
            async s =>
            {
                if (await UserStore.LockAsync(s, user.Id) is not { DeletedAt: null } current || current.PasswordHash != user.PasswordHash)
                {
                    throw Refusal();
                }

                var now = time.GetUtcNow();
                await UserStore.SetPasswordAsync(s, user.Id, hash, former, mustChange: false, now);

                // Not the issuer's own sessions: the change may be a step of signing in through one.
                await RefreshTokenStore.RevokeAllAsync(s, user.Id, now);
                await PasswordResetStore.ClearAsync(s, user.Id, now);
            },
            cancel: cancel);
    }

    private static ApiException Refusal() => ApiException.InvalidCredentials("Invalid credentials");
}
