using System.Text.Json;
using Controller.Hosting;
using Controller.Sql;
using Controller.Sql.Stores;

namespace Controller.Identity;

/// <summary>The rules for groups of local accounts (auth-rbac 8.2). Names in paths are taken in any case.</summary>
internal sealed class GroupService(Database database, TimeProvider time)
{
    public async Task<IReadOnlyList<GroupBody>> ListAsync(CancellationToken cancel) =>
        (await database.ReadAsync(GroupStore.ListAsync, cancel)).ConvertAll(BodyOf);

    /// <exception cref="ApiException">404 when there is none.</exception>
    public async Task<GroupBody> GetAsync(string name, CancellationToken cancel) =>
        BodyOf(await database.ReadAsync(s => GroupStore.FindAsync(s, AccountNames.Normalize(name)), cancel) ?? throw NotFound());

    /// <param name="body">A body of <see cref="AccountSchemas.CreateGroup"/>.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="ApiException">400, or 409 when the name is taken.</exception>
    public Task<GroupBody> CreateAsync(JsonFields body, CancellationToken cancel)
    {
        var name = AccountNames.ReadGroup(body.Text("name"));
        var mfaRequired = MfaRequired(body) ?? false;
        return WriteAsync(
            async s =>
            {
                await ClaimAsync(s, name);
                await GroupStore.InsertAsync(s, name, mfaRequired, time.GetUtcNow());
                return name;
            },
            cancel);
    }

    /// <param name="name">The name in the path.</param>
    /// <param name="body">A body of <see cref="AccountSchemas.UpdateGroup"/>; only what it names changes.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="ApiException">400, 404, 403 for renaming a system group, or 409 when the new name is taken.</exception>
    public Task<GroupBody> UpdateAsync(string name, JsonFields body, CancellationToken cancel)
    {
        var mfaRequired = MfaRequired(body);
        var newName = body.Has("name") ? AccountNames.ReadGroup(body.Text("name")) : null;
        if (newName is null && mfaRequired is null)
        {
            throw ApiException.Validation("At least one of name or mfaRequired is required");
        }

        return WriteAsync(
            async s =>
            {
                var group = await LockAsync(s, name);
                if (newName is not null && group.IsSystem)
                {
                    throw ApiException.Forbidden("System group names cannot be changed");
                }

                if (newName is not null && newName != group.Name)
                {
                    await ClaimAsync(s, newName);
                }

                await GroupStore.UpdateAsync(s, group.Id, newName ?? group.Name, mfaRequired ?? group.MfaRequired, time.GetUtcNow());
                return newName ?? group.Name;
            },
            cancel);
    }

    /// <exception cref="ApiException">404, or 403 for a system group.</exception>
    public Task DeleteAsync(string name, CancellationToken cancel) => database.WriteAsync(
        async s =>
        {
            var group = await LockAsync(s, name);
            if (group.IsSystem)
            {
                throw ApiException.Forbidden("System groups cannot be deleted");
            }

            await GroupStore.DeleteAsync(s, group.Id);
        },
        cancel: cancel);

    private static GroupBody BodyOf(GroupRow row)
    {
        var created = row.CreatedAt ?? row.UpdatedAt ?? DateTimeOffset.UnixEpoch;
        return new GroupBody(row.Id, row.Name, row.IsSystem, row.MfaRequired, created, row.UpdatedAt ?? created);
    }

    private static bool? MfaRequired(JsonFields body) =>
        !body.TryGet("mfaRequired", out var value) ? null
        : value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean()
        : throw ApiException.Validation("mfaRequired must be a boolean");

    private static async Task<GroupRow> LockAsync(DbSession session, string name) =>
        await GroupStore.LockAsync(session, AccountNames.Normalize(name)) ?? throw NotFound();

    private static async Task ClaimAsync(DbSession session, string name)
    {
        if (SystemGroups.Names.Contains(name))
        {
            throw ApiException.Conflict("A system group with this name already exists");
        }

        if (await GroupStore.FindAsync(session, name) is not null)
        {
            throw Taken();
        }
    }

    private static ApiException NotFound() => ApiException.NotFound("Group not found");

    private static ApiException Taken() => ApiException.Conflict("A group with this name already exists");

    private async Task<GroupBody> WriteAsync(Func<DbSession, Task<string>> work, CancellationToken cancel)
    {
        try
        {
            return BodyOf(await database.WriteAsync(async s => (await GroupStore.FindAsync(s, await work(s)))!, cancel: cancel));
        }
        catch (DatabaseException e) when (e.Fault == DatabaseFault.UniqueViolation)
        {
            // Another request took the name after we looked.
            throw Taken();
        }
    }
}
