using Controller.Hosting;
using Controller.Sql;
using Controller.Sql.Stores;

namespace Controller.Identity;

/// <summary>The rules for local accounts (auth-rbac 8.1).</summary>
internal sealed class UserService(Database database, PasswordHasher hasher, TimeProvider time)
{
    private const int TemporaryPasswordLength = 12;

    private static readonly TimeSpan ResetTokenLifetime = TimeSpan.FromHours(1);

    public async Task<IReadOnlyList<UserBody>> ListAsync(CancellationToken cancel) =>
        (await database.ReadAsync(AccountStore.ListAsync, cancel)).ConvertAll(BodyOf);

    /// <exception cref="ApiException">404 when there is none.</exception>
    public async Task<UserBody> GetAsync(string id, CancellationToken cancel) =>
        BodyOf(await database.ReadAsync(s => AccountStore.FindAsync(s, id), cancel) ?? throw NotFound());

    /// <summary>Adds an account whose user has to change the password first.</summary>
    /// <param name="body">A body of <see cref="AccountSchemas.CreateUser"/>.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="ApiException">400, or 409 when the address is taken.</exception>
    public async Task<UserBody> CreateAsync(JsonFields body, CancellationToken cancel)
    {
        const string missing = "email and password are required";
        if (body.Text("password") is not { Length: > 0 } password)
        {
            throw ApiException.Validation(missing);
        }

        var email = AccountNames.ReadEmail(body.Text("email"), missing);
        var policy = PasswordPolicy.Of(await database.ReadAsync(AuthPolicyStore.ReadAsync, cancel));
        if (policy.Validate(password) is { } violation)
        {
            throw ApiException.Validation(violation);
        }

        var user = new UserRow
        {
            Id = Guid.NewGuid().ToString("D"),
            Email = email,
            PasswordHash = await hasher.HashAsync(password, cancel),
            MustChangePassword = true,
        };
        return await WriteAsync(
            async s =>
            {
                await ClaimAsync(s, email, user.Id);
                await UserStore.InsertAsync(s, user, time.GetUtcNow());
                await SetGroupsAsync(s, user.Id, GroupsOf(body) ?? []);
                return user.Id;
            },
            cancel);
    }

    /// <param name="id">The id in the path.</param>
    /// <param name="body">A body of <see cref="AccountSchemas.UpdateUser"/>; only what it names changes, groups as a whole.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="ApiException">400, 404, or 409 when the address is taken.</exception>
    public Task<UserBody> UpdateAsync(string id, JsonFields body, CancellationToken cancel)
    {
        var email = body.Has("email") ? AccountNames.ReadEmail(body.Text("email"), "email is required") : null;
        var groups = GroupsOf(body);
        return WriteAsync(
            async s =>
            {
                var user = await LockAsync(s, id);
                if (email is not null || groups is not null)
                {
                    await ClaimAsync(s, email ?? user.Email, id);
                    await UserStore.SetEmailAsync(s, id, email ?? user.Email, time.GetUtcNow());
                }

                if (groups is not null)
                {
                    await SetGroupsAsync(s, id, groups);
                }

                return id;
            },
            cancel);
    }

    /// <summary>Deletes an account and ends its sessions; access tokens that are out live until they expire.</summary>
    /// <param name="id">The id in the path.</param>
    /// <param name="self">The operator's own id.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="ApiException">404, or 403 for the bootstrap administrator and for oneself.</exception>
    public Task DeleteAsync(string id, string self, CancellationToken cancel) => database.WriteAsync(
        async s =>
        {
            var user = await LockAsync(s, id);
            if (user.IsBootstrap)
            {
                throw ApiException.Forbidden("Bootstrap admin user cannot be deleted");
            }

            if (user.Id == self)
            {
                throw ApiException.Forbidden("Users cannot delete their own account");
            }

            var now = time.GetUtcNow();
            await UserStore.MarkDeletedAsync(s, id, now);
            await UserSessions.EndAllAsync(s, id, now);
            await PasswordResetStore.ClearAsync(s, id, now);
        },
        cancel: cancel);

    /// <summary>Gives an account a password that its user must replace, ends its lockout, sessions and reset tokens.</summary>
    /// <exception cref="ApiException">404 when there is none.</exception>
    public async Task<TemporaryPasswordBody> ResetPasswordAsync(string id, CancellationToken cancel)
    {
        var policy = PasswordPolicy.Of(await database.ReadAsync(AuthPolicyStore.ReadAsync, cancel));
        var password = GeneratedPassword.Create(policy, TemporaryPasswordLength);
        var hash = await hasher.HashAsync(password, cancel);
        await database.WriteAsync(
            async s =>
            {
                await LockAsync(s, id);
                var now = time.GetUtcNow();
                await UserStore.SetPasswordAsync(s, id, hash, history: null, mustChange: true, now);
                await UserSessions.EndAllAsync(s, id, now);
                await PasswordResetStore.ClearAsync(s, id, now);
            },
            cancel: cancel);
        return new TemporaryPasswordBody(password, true);
    }

    /// <summary>A token with which the user can set a password; earlier ones are void.</summary>
    /// <exception cref="ApiException">404 when there is none.</exception>
    public Task<ResetTokenBody> CreateResetTokenAsync(string id, CancellationToken cancel) => database.WriteAsync(
        async s =>
        {
            await LockAsync(s, id);
            var now = time.GetUtcNow();
            var token = Guid.NewGuid().ToString("D");
            await PasswordResetStore.ClearAsync(s, id, now);
            await PasswordResetStore.InsertAsync(s, token, id, now + ResetTokenLifetime, now);
            return new ResetTokenBody(token, (int)ResetTokenLifetime.TotalSeconds);
        },
        cancel: cancel);

    private static UserBody BodyOf(AccountRow row)
    {
        var created = row.CreatedAt ?? row.UpdatedAt ?? DateTimeOffset.UnixEpoch;
        return new UserBody(
            row.Id, row.Email, row.Groups, row.MustChangePassword, row.HasMfa, row.IsBootstrap, created, row.UpdatedAt ?? created);
    }

    private static HashSet<string>? GroupsOf(JsonFields body) =>
        body.Texts("groups")?.Select(AccountNames.Normalize).Where(g => g.Length > 0).ToHashSet(StringComparer.Ordinal);

    private static async Task<UserRow> LockAsync(DbSession session, string id) =>
        await UserStore.LockAsync(session, id) is { DeletedAt: null } user ? user : throw NotFound();

    /// <summary>Makes sure that nobody else has the address; a deleted account that still holds it gives way.</summary>
    private static async Task ClaimAsync(DbSession session, string email, string id)
    {
        switch (await UserStore.FindByEmailAsync(session, email))
        {
            case { } holder when holder.Id != id && holder.DeletedAt is not null:
                await UserStore.DeleteAsync(session, holder.Id);
                break;
            case { } holder when holder.Id != id:
                throw Taken();
        }
    }

    private static ApiException NotFound() => ApiException.NotFound("User not found");

    private static ApiException Taken() => ApiException.Conflict("A user with this email already exists");

    private async Task SetGroupsAsync(DbSession session, string id, HashSet<string> groups)
    {
        var existing = await GroupStore.ExistingAsync(session, groups);
        if (existing.Count < groups.Count)
        {
            throw ApiException.Validation($"Unknown groups: {string.Join(", ", groups.Except(existing))}");
        }

        await UserStore.SetGroupsAsync(session, id, groups, time.GetUtcNow());
    }

    private async Task<UserBody> WriteAsync(Func<DbSession, Task<string>> work, CancellationToken cancel)
    {
        try
        {
            return BodyOf(await database.WriteAsync(async s => (await AccountStore.FindAsync(s, await work(s)))!, cancel: cancel));
        }
        catch (DatabaseException e) when (e.Fault == DatabaseFault.UniqueViolation)
        {
            // Another request took the address after we looked.
            throw Taken();
        }
    }
}
