using Controller.Hosting;
using Controller.Sql;
using Controller.Sql.Stores;

namespace Controller.Identity;

/// <summary>A secret to put into an authenticator app.</summary>
/// <param name="Secret">Base32.</param>
/// <param name="OtpauthUrl">The same as a QR code would hold it.</param>
internal sealed record NewTotp(string Secret, string OtpauthUrl);

/// <summary>How users switch their second factor on and off (auth-rbac 6.6).</summary>
internal sealed class MfaEnrolment(
    Database database, TotpSecrets secrets, RecoveryCodes recovery, PasswordCheck passwords, SecondFactor secondFactor, TimeProvider time)
{
    /// <summary>Makes a new secret, which counts once it is confirmed. Beginning again replaces it.</summary>
    /// <exception cref="ApiException">404 without such an account, 400 when the second factor is on.</exception>
    public Task<NewTotp> BeginAsync(string userId, CancellationToken cancel) => database.WriteAsync(
        async s =>
        {
            var user = await LockUserAsync(s, userId);
            if (await MfaStore.FindAsync(s, userId) is { IsEnabled: true })
            {
                throw AlreadyEnabled();
            }

            var secret = Totp.NewSecret();
            await MfaStore.BeginAsync(s, userId, secrets.Seal(userId, secret), time.GetUtcNow());
            return new NewTotp(secret, Totp.Url(user.Email, secret));
        },
        cancel: cancel);

    /// <summary>
    /// Switches the second factor on for somebody whose app shows the right code. Wrong codes are not counted: whoever
    /// may call this has been given the secret.
    /// </summary>
    /// <returns>Ten recovery codes, readable here and never again.</returns>
    /// <exception cref="ApiException">404, 400 when not begun or on already, 401 for a wrong code.</exception>
    public async Task<string[]> ConfirmAsync(string userId, string code, CancellationToken cancel)
    {
        var mfa = await database.ReadAsync(
            async s => await UserStore.FindAsync(s, userId) is { DeletedAt: null }
                ? await MfaStore.FindAsync(s, userId)
                : throw NotFound(),
            cancel);
        var step = mfa switch
        {
            null => throw ApiException.Validation("MFA enrollment has not been started"),
            { IsEnabled: true } => throw AlreadyEnabled(),
            _ => Totp.Match(secrets.Open(userId, mfa.Secret), code.Trim(), time.GetUtcNow(), mfa.LastStep) ?? throw WrongCode(),
        };

        // Ten hashes take long, so they come before the transaction.
        var codes = RecoveryCodes.Create();
        var hashes = await recovery.HashAsync(codes, cancel);
        await database.WriteAsync(
            async s =>
            {
                await LockUserAsync(s, userId);
                var current = await MfaStore.FindAsync(s, userId);
                if (current is { IsEnabled: true })
                {
                    throw AlreadyEnabled();
                }

                if (current?.Secret != mfa.Secret)
                {
                    throw WrongCode();
                }

                await MfaStore.EnableAsync(s, userId, hashes, step, time.GetUtcNow());
            },
            cancel: cancel);
        return codes;
    }

    /// <summary>Switches the second factor off. Wrong passwords and codes count like those at login.</summary>
    /// <param name="userId">Whose.</param>
    /// <param name="password">The account's password; null = not asked for (the Console's form of the request).</param>
    /// <param name="code">TOTP or recovery code.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="ApiException">404 without such an account, 400 when the second factor is off, 401 for a wrong password or code.</exception>
    public async Task DisableAsync(string userId, string? password, string code, CancellationToken cancel)
    {
        var user = await database.ReadAsync(
            async s => await UserStore.FindAsync(s, userId) is not { DeletedAt: null } user ? throw NotFound()
                : await MfaStore.FindAsync(s, userId) is { IsEnabled: true } ? user
                : throw NotEnabled(),
            cancel);
        var proof = password is null ? null : await passwords.ProveAsync(user, password, cancel);
        var offered = await secondFactor.PrepareAsync(userId, code, cancel);
        var done = await database.WriteAsync(
            async s =>
            {
                var policy = await AuthPolicyStore.ReadAsync(s);
                if (proof is null)
                {
                    await LockUserAsync(s, userId);
                }
                else if (await passwords.ConfirmAsync(s, proof, policy) is null)
                {
                    return false;
                }

                var mfa = await MfaStore.FindAsync(s, userId);
                if (mfa is not { IsEnabled: true })
                {
                    throw NotEnabled();
                }

                if (!await secondFactor.VerifyAsync(s, mfa, offered, policy))
                {
                    return false;
                }

                await MfaStore.DeleteAsync(s, userId);
                return true;
            },
            cancel: CancellationToken.None);
        if (!done)
        {
            throw WrongCode();
        }
    }

    private static async Task<UserRow> LockUserAsync(DbSession session, string userId) =>
        await UserStore.LockAsync(session, userId) is { DeletedAt: null } user ? user : throw NotFound();

    private static ApiException NotFound() => ApiException.NotFound("User not found");

    private static ApiException AlreadyEnabled() => ApiException.Validation("MFA is already enabled");

    private static ApiException NotEnabled() => ApiException.Validation("MFA is not enabled");

    private static ApiException WrongCode() => ApiException.InvalidCredentials("Invalid credentials");
}
