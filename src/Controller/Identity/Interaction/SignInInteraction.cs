using Controller.Hosting;
using Controller.Identity.Issuer;
using Controller.Sql;
using Controller.Sql.Stores;

namespace Controller.Identity.Interaction;

/// <summary>
/// Signing in step by step on a page of the Console (auth-rbac 5.3). Whoever has the uid may do the steps; what they
/// prove is of use only to the browser that began (see <see cref="IssuerInteractions"/>).
/// </summary>
internal sealed class SignInInteraction(
    Database database,
    IssuerInteractions interactions,
    InteractionStates states,
    PasswordCheck passwords,
    SecondFactor secondFactor,
    MfaEnrolment enrolment,
    PasswordChange passwordChange,
    TimeProvider time)
{
    /// <summary>The next step.</summary>
    /// <exception cref="ApiException">401 for an unknown or expired interaction.</exception>
    public async Task<string> StepAsync(string uid, CancellationToken cancel) => (await LoadAsync(uid, cancel)).Step;

    /// <summary>Begins anew with this user.</summary>
    /// <exception cref="ApiException">401 for an unknown interaction or wrong credentials.</exception>
    public async Task<string> LoginAsync(string uid, string name, string password, CancellationToken cancel)
    {
        var email = name.Trim().ToLowerInvariant();
        var seen = await database.ReadAsync(
            async s =>
            {
                await RequireAsync(s, uid);
                return await UserStore.FindByEmailAsync(s, email);
            },
            cancel);
        var proof = await passwords.ProveAsync(seen, password, cancel);

        // A client that hangs up must not keep its failure from being counted.
        var user = await database.WriteAsync(
            async s => await passwords.ConfirmAsync(s, proof, await AuthPolicyStore.ReadAsync(s)), cancel: CancellationToken.None)
            ?? throw Refusal();
        return await AdvanceAsync(uid, new InteractionState(UserId: user.Id, Stamp: IssuerAccounts.StampOf(user)), cancel);
    }

    /// <summary>Takes a TOTP or recovery code.</summary>
    /// <exception cref="ApiException">401 for a wrong code, or before <see cref="LoginAsync"/>.</exception>
    public async Task<string> VerifyCodeAsync(string uid, string code, CancellationToken cancel)
    {
        var (state, user) = await LoadUserAsync(uid, cancel);
        var offered = await secondFactor.PrepareAsync(user.Id, code, cancel);
        var isRight = await database.WriteAsync(
            async s => await UserStore.LockAsync(s, user.Id) is { } current
                && passwords.MayTry(current)
                && await MfaStore.FindAsync(s, user.Id) is { IsEnabled: true } mfa
                && await secondFactor.VerifyAsync(s, mfa, offered, await AuthPolicyStore.ReadAsync(s)),
            cancel: CancellationToken.None);
        return isRight ? await AdvanceAsync(uid, state with { MfaVerified = true }, cancel) : throw Refusal();
    }

    /// <summary>Makes a second factor, to be confirmed.</summary>
    /// <exception cref="ApiException">400 when one is on, 401 before <see cref="LoginAsync"/>.</exception>
    public async Task<NewTotp> EnrollAsync(string uid, CancellationToken cancel)
    {
        var (state, user) = await LoadUserAsync(uid, cancel);
        var totp = await enrolment.BeginAsync(user.Id, cancel);
        await states.SaveAsync(uid, state with { EnrollmentStarted = true }, cancel);
        return totp;
    }

    /// <summary>Switches the new second factor on.</summary>
    /// <exception cref="ApiException">400 before <see cref="EnrollAsync"/>, 401 for a wrong code.</exception>
    public async Task<(string Step, string[] RecoveryCodes)> ConfirmEnrollAsync(string uid, string code, CancellationToken cancel)
    {
        var (state, user) = await LoadUserAsync(uid, cancel);
        var codes = await enrolment.ConfirmAsync(user.Id, code, cancel);
        return (await AdvanceAsync(uid, state with { EnrollmentConfirmed = true, MfaVerified = true }, cancel), codes);
    }

    /// <summary>Changes a password that must be changed.</summary>
    /// <exception cref="ApiException">400 when it is not due or the new one is not acceptable, 401 for a wrong current one.</exception>
    public async Task<string> ChangePasswordAsync(string uid, string? currentPassword, string newPassword, CancellationToken cancel)
    {
        var (state, user, step) = await LoadAsync(uid, cancel);
        if (user is null)
        {
            throw Refusal();
        }

        if (step != InteractionStep.ChangePassword)
        {
            throw ApiException.Validation($"Interaction step \"{step}\" is required before password change");
        }

        await passwordChange.ChangeAsync(
            user.Id, currentPassword ?? throw ApiException.Validation("currentPassword and newPassword are required"), newPassword, cancel);
        var changed = await database.ReadAsync(s => UserStore.FindAsync(s, user.Id), cancel) ?? throw Expired();
        return await AdvanceAsync(uid, state with { PasswordChanged = true, Stamp = IssuerAccounts.StampOf(changed) }, cancel);
    }

    /// <summary>Signs the user in.</summary>
    /// <returns>Where the browser goes on.</returns>
    /// <exception cref="ApiException">400 while a step is missing.</exception>
    public async Task<string> CompleteAsync(string uid, CancellationToken cancel)
    {
        var state = await states.FindAsync(uid, cancel);
        var url = await database.WriteAsync(
            async s =>
            {
                var interaction = await interactions.LockAsync(s, uid) is { AccountId: null } live ? live : throw Expired();
                var user = state.UserId is null ? null : await UserStore.LockAsync(s, state.UserId);
                var step = await StepAsync(s, state, user);
                if (step != InteractionStep.Complete || user is null)
                {
                    throw ApiException.Validation($"Interaction step \"{step}\" is required before completion");
                }

                if (user.FailedAttempts != 0 || user.LockedUntil is not null)
                {
                    await UserStore.SetFailuresAsync(s, user.Id, 0, null, time.GetUtcNow());
                }

                return await interactions.CompleteAsync(s, uid, interaction, user);
            },
            cancel: cancel);
        await states.RemoveAsync(uid, cancel);
        return url;
    }

    private static ApiException Refusal() => ApiException.InvalidCredentials("Invalid credentials");

    private static ApiException Expired() => ApiException.Authentication("Interaction session not found or expired");

    /// <summary>Saves a state and says what comes next.</summary>
    private async Task<string> AdvanceAsync(string uid, InteractionState state, CancellationToken cancel)
    {
        await states.SaveAsync(uid, state, cancel);
        return await StepAsync(uid, cancel);
    }

    private async Task<(InteractionState State, UserRow User)> LoadUserAsync(string uid, CancellationToken cancel)
    {
        var (state, user, _) = await LoadAsync(uid, cancel);
        return (state, user ?? throw Refusal());
    }

    private async Task<(InteractionState State, UserRow? User, string Step)> LoadAsync(string uid, CancellationToken cancel)
    {
        var state = await states.FindAsync(uid, cancel);
        return await database.ReadAsync(
            async s =>
            {
                await RequireAsync(s, uid);
                var user = state.UserId is null ? null : await UserStore.FindAsync(s, state.UserId);
                return (state, user, await StepAsync(s, state, user));
            },
            cancel);
    }

    /// <summary>The next step of an interaction.</summary>
    /// <param name="session">A connection.</param>
    /// <param name="state">How far it has come.</param>
    /// <param name="user">The user of the state.</param>
    /// <exception cref="ApiException">401 when the account is gone, or locked or given another password since.</exception>
    private async Task<string> StepAsync(DbSession session, InteractionState state, UserRow? user)
    {
        if (state.UserId is null)
        {
            return InteractionStep.Login;
        }

        if (user is not { DeletedAt: null })
        {
            throw Expired();
        }

        if (!passwords.MayTry(user) || IssuerAccounts.StampOf(user) != state.Stamp)
        {
            throw Refusal();
        }

        var memberships = await UserStore.MembershipsAsync(session, user.Id);
        return InteractionStep.Next(state, user, memberships, await MfaStore.FindAsync(session, user.Id));
    }

    private async Task RequireAsync(DbSession session, string uid)
    {
        if (await interactions.FindAsync(session, uid) is not { AccountId: null })
        {
            throw Expired();
        }
    }
}
