using Controller.Configuration;
using Controller.Hosting;
using Controller.Sql;
using Controller.Sql.Stores;

namespace Controller.Identity;

/// <summary>
/// Sees to it at every start that somebody can sign in (auth-rbac 7.5): the configured administrator, or on a new
/// database without one a generated one, whose password is shown once.
/// </summary>
internal sealed partial class BootstrapAdministrator(
    Database database,
    PasswordHasher hasher,
    ControllerSettings settings,
    TimeProvider time,
    OperatorConsole console,
    ILogger<BootstrapAdministrator> log)
{
    private const string GeneratedName = "admin";
    private const int GeneratedLength = 24;
    private const int LongestName = 255;

    private enum Outcome
    {
        Done,
        NameTaken,
        ChangedMeanwhile,
    }

    /// <exception cref="StartupException">The configured name or password is not acceptable.</exception>
    public async Task EnsureAsync(CancellationToken cancel)
    {
        var name = settings.Auth.Bootstrap.UserName?.Trim().ToLowerInvariant() ?? "";
        var password = settings.Auth.Bootstrap.Password?.Reveal() ?? "";
        var policy = PasswordPolicy.Of(await database.ReadAsync(AuthPolicyStore.ReadAsync, cancel));
        if (name.Length > 0 && password.Length > 0)
        {
            await EnsureConfiguredAsync(name, password, policy, cancel);
        }
        else
        {
            var mayGenerate = name.Length == 0 && password.Length == 0 && (settings.Server.DevMode || settings.Auth.Bootstrap.AllowLog);
            await EnsureAnyAsync(mayGenerate, policy, cancel);
        }
    }

    /// <summary>Without configuration: leaves everybody in place, and on an empty database makes the first administrator.</summary>
    private async Task EnsureAnyAsync(bool mayGenerate, PasswordPolicy policy, CancellationToken cancel)
    {
        var generated = mayGenerate && !await database.ReadAsync(UserStore.AnyAsync, cancel)
            ? GeneratedPassword.Create(policy, GeneratedLength)
            : null;
        var hash = generated is null ? null : await hasher.HashAsync(generated, cancel);
        var (created, administrators) = await database.WriteAsync(
            async s =>
            {
                await PrepareAsync(s);
                if (hash is not null && !await UserStore.AnyAsync(s))
                {
                    await CreateAsync(s, GeneratedName, hash);
                    return (true, 1);
                }

                return (false, (await UserStore.ListBootstrapAsync(s)).Count);
            },
            cancel: cancel);
        if (created)
        {
            await ShowAsync(GeneratedName, generated!);
        }
        else if (administrators == 0)
        {
            NotConfigured(log);
        }
    }

    private async Task EnsureConfiguredAsync(string name, string password, PasswordPolicy policy, CancellationToken cancel)
    {
        if (name.Length > LongestName)
        {
            throw new StartupException($"The bootstrap administrator's name is longer than {LongestName} characters");
        }

        if (policy.Validate(password) is { } violation)
        {
            throw new StartupException($"The bootstrap administrator's password is not acceptable: {violation}");
        }

        string? hash = null;
        Outcome outcome;
        bool keep;
        do
        {
            // Hashing comes before the transaction; should another replica change the account meanwhile, look again.
            var seen = await database.ReadAsync(UserStore.ListBootstrapAsync, cancel);
            keep = seen is [{ DeletedAt: null } only] && only.Email == name && await hasher.VerifyAsync(password, only.PasswordHash, cancel);
            hash = keep ? hash : hash ?? await hasher.HashAsync(password, cancel);
            outcome = await database.WriteAsync(s => ApplyAsync(s, name, keep ? null : hash, seen), cancel: cancel);
        }
        while (outcome == Outcome.ChangedMeanwhile);

        if (outcome == Outcome.NameTaken)
        {
            NameTaken(log);
        }
        else if (!keep && settings.Auth.Bootstrap.AllowLog)
        {
            await ShowAsync(name, password);
        }
    }

    /// <param name="session">The transaction.</param>
    /// <param name="name">Configured name.</param>
    /// <param name="hash">Hash for a new account; null = the one that is there is right.</param>
    /// <param name="seen">The bootstrap accounts from which that was concluded.</param>
    private async Task<Outcome> ApplyAsync(DbSession session, string name, string? hash, List<UserRow> seen)
    {
        await PrepareAsync(session);
        var now = time.GetUtcNow();
        var current = await UserStore.ListBootstrapAsync(session);
        if (!current.Select(u => (u.Id, u.PasswordHash)).SequenceEqual(seen.Select(u => (u.Id, u.PasswordHash))))
        {
            return Outcome.ChangedMeanwhile;
        }

        if (hash is null)
        {
            await BootstrapStore.CompleteAsync(session, current[0].Id, now);
            return Outcome.Done;
        }

        var holder = await UserStore.FindByEmailAsync(session, name);
        if (holder is { IsBootstrap: false, DeletedAt: null })
        {
            await BootstrapStore.CompleteAsync(session, holder.Id, now);
            return Outcome.NameTaken;
        }

        foreach (var old in current)
        {
            await UserStore.DeleteAsync(session, old.Id);
        }

        if (holder is { IsBootstrap: false })
        {
            // A deleted account that still holds the name.
            await UserStore.DeleteAsync(session, holder.Id);
        }

        await CreateAsync(session, name, hash);
        return Outcome.Done;
    }

    private Task ShowAsync(string name, string password) =>
        console.SayAsync($"Bootstrap administrator: {name} / {password} (shown once; change it after the first login)");

    private async Task PrepareAsync(DbSession session)
    {
        await BootstrapStore.LockAsync(session);
        await BootstrapStore.EnsureSystemGroupsAsync(session, SystemGroups.Names, time.GetUtcNow());
    }

    private async Task CreateAsync(DbSession session, string name, string hash)
    {
        var now = time.GetUtcNow();
        var user = new UserRow { Id = Guid.NewGuid().ToString("D"), Email = name, PasswordHash = hash, IsBootstrap = true };
        await UserStore.InsertAsync(session, user, now);
        await UserStore.JoinAsync(session, user.Id, SystemGroups.Admin, now);
        await BootstrapStore.CompleteAsync(session, user.Id, now);
    }

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "No bootstrap administrator is configured: set OIDC_BOOTSTRAP_ADMIN_USERNAME and OIDC_BOOTSTRAP_ADMIN_PASSWORD")]
    private static partial void NotConfigured(ILogger log);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "OIDC_BOOTSTRAP_ADMIN_USERNAME names an ordinary account: it stays as it is, and no bootstrap administrator is made or replaced")]
    private static partial void NameTaken(ILogger log);
}
