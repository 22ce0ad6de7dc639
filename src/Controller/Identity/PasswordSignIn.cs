using Controller.Hosting;
using Controller.Sql;
using Controller.Sql.Stores;

namespace Controller.Identity;

/// <summary>Login by name and password (auth-rbac 6.1). Every refusal reads the same.</summary>
internal sealed class PasswordSignIn(PasswordCheck passwords, SessionTokens tokens, TimeProvider time)
{
    /// <exception cref="ApiException">401 <c>Invalid credentials</c>.</exception>
    public async Task<TokenPair> SignInAsync(string name, string password, CancellationToken cancel)
    {
        var grant = await passwords.CheckAsync(name, password, OpenAsync, cancel);
        return grant is null ? throw ApiException.InvalidCredentials("Invalid credentials") : await tokens.SignAsync(grant, cancel);
    }

    /// <summary>Opens a session for an account whose password is right; null when a second factor is missing.</summary>
    private async Task<SessionGrant?> OpenAsync(DbSession session, UserRow user, AuthPolicy policy)
    {
        var memberships = await UserStore.MembershipsAsync(session, user.Id);
        if (await NeedsSecondFactorAsync(session, user, memberships))
        {
            return null;
        }

        await passwords.ForgetFailuresAsync(session, user);
        return await tokens.RecordAsync(session, SessionTokens.SubjectOf(user, memberships, time.GetUtcNow()), policy);
    }

    /// <summary>Whether a password alone is not enough: a second factor is on, or a group demands one (auth-rbac 7.4).</summary>
    private static async Task<bool> NeedsSecondFactorAsync(DbSession session, UserRow user, List<MembershipRow> memberships) =>
        !user.IsBootstrap && (memberships.Exists(m => m.MfaRequired) || await UserStore.HasMfaAsync(session, user.Id));
}
