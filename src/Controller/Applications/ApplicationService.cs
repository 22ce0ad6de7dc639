using Controller.Agents;
using Controller.Hosting;
using Controller.Microservices;
using Controller.Sql;
using Controller.Sql.Stores;

namespace Controller.Applications;

/// <summary>Changes applications, each request in one transaction (api-workloads 4.4).</summary>
internal sealed class ApplicationService(
    Database database, MicroserviceService microservices, ApplicationMembers members, ChangeNotifier changes, TimeProvider time)
{
    /// <exception cref="ApiException">409 for a name that is taken, or what is wrong with a microservice: then nothing is created.</exception>
    public Task<ApplicationCreated> CreateAsync(JsonFields body, CancellationToken cancel) => database.WriteAsync(
        async s =>
        {
            s.NothingElseChanges();
            var name = body.Text("name")!;
            if (await ApplicationStore.FindAsync(s, name) is not null)
            {
                throw ApplicationErrors.Duplicate(name);
            }

            var now = time.GetUtcNow();
            var row = Apply(new ApplicationRow { Name = name }, body);
            row = await ApplicationNats.ApplyAsync(s, row, body, now);
            row = row with { Id = await InsertAsync(s, row, now) };
            await microservices.CreateAsync(
                s, ApplicationMembers.Ref(row), [.. (body.Array("microservices") ?? []).Select(i => new JsonFields(i))]);
            return new ApplicationCreated(row.Id, row.Name);
        },
        Durability.Durable,
        cancel);

    /// <summary>Changes what the body names; starting and stopping is this. May rename (decision 28).</summary>
    /// <exception cref="ApiException">404, or 409 for a new name that is taken.</exception>
    public Task PatchAsync(string name, JsonFields body, CancellationToken cancel) => database.WriteAsync(
        async s =>
        {
            var existing = await FindUserAsync(s, name) ?? throw ApplicationErrors.UnknownToPatch();
            var row = existing with { Name = body.Text("name") ?? existing.Name };
            if (row.Name == existing.Name)
            {
                // A rename shows in every one of its microservices.
                s.NothingElseChanges();
            }
            else if (await ApplicationStore.FindAsync(s, row.Name) is not null)
            {
                throw ApplicationErrors.Duplicate(row.Name);
            }

            await SaveAsync(s, existing, row, body);
        },
        Durability.Durable,
        cancel);

    /// <summary>As PATCH without a rename; <c>microservices</c>, when sent, is the complete new set.</summary>
    /// <exception cref="ApiException">404, 400 for another name, or what is wrong with a microservice: then nothing changes.</exception>
    public Task PutAsync(string name, JsonFields body, CancellationToken cancel) => database.WriteAsync(
        async s =>
        {
            var existing = await FindUserAsync(s, name) ?? throw ApplicationErrors.Unknown(name);
            if (body.Text("name") is { } given && given != name)
            {
                throw ApplicationErrors.NameIsImmutable();
            }

            s.NothingElseChanges();
            var row = await SaveAsync(s, existing, existing, body);
            if (body.Array("microservices") is { } items)
            {
                await members.ReplaceAsync(s, row, items);
            }
        },
        Durability.Durable,
        cancel);

    /// <exception cref="ApiException">404 for an unknown one, 400 for a system application.</exception>
    public Task DeleteAsync(string name, CancellationToken cancel) => database.WriteAsync(
        async s =>
        {
            var row = await ApplicationStore.FindForUpdateAsync(s, name) ?? throw ApplicationErrors.Unknown(name);
            if (row.IsSystem)
            {
                throw ApplicationErrors.IsSystem();
            }

            await DeleteAsync(s, row);
        },
        Durability.Durable,
        cancel);

    /// <summary>Deletes by name whoever owns it; an unknown one is gone already.</summary>
    public Task DeleteSystemAsync(string name, CancellationToken cancel) => database.WriteAsync(
        async s =>
        {
            if (await ApplicationStore.FindForUpdateAsync(s, name) is { } row)
            {
                await DeleteAsync(s, row);
            }
        },
        Durability.Durable,
        cancel);

    private async Task DeleteAsync(DbSession session, ApplicationRow row)
    {
        session.NothingElseChanges();
        await members.DeleteAllAsync(session, row.Id);
        await ApplicationStore.DeleteAsync(session, row.Id);
    }

    /// <summary>The operator's application of this name; a system application is none (as for GET).</summary>
    private static async Task<ApplicationRow?> FindUserAsync(DbSession session, string name) =>
        await ApplicationStore.FindForUpdateAsync(session, name) is { IsSystem: false } row ? row : null;

    /// <summary>Writes the metadata and tells the agents when what they see of it changed.</summary>
    private async Task<ApplicationRow> SaveAsync(DbSession session, ApplicationRow existing, ApplicationRow changed, JsonFields body)
    {
        var now = time.GetUtcNow();
        var row = await ApplicationNats.ApplyAsync(session, Apply(changed, body), body, now);
        if (row == existing)
        {
            return row;
        }

        await UpdateAsync(session, row, now);
        if (row.Name != existing.Name)
        {
            await ApplicationStore.RenameInTemplatesAsync(session, row.Id, existing.Name, row.Name);
        }

        if ((row.Name, row.IsActivated, row.IsSystem) != (existing.Name, existing.IsActivated, existing.IsSystem))
        {
            await changes.RaiseAsync(session, await ApplicationStore.ListFogsAsync(session, row.Id), ChangeFlags.Microservices);
        }

        return row;
    }

    private static ApplicationRow Apply(ApplicationRow row, JsonFields body) => row with
    {
        Description = body.Text("description") ?? row.Description,
        IsActivated = body.Flag("isActivated") ?? row.IsActivated,
        IsSystem = body.Flag("isSystem") ?? row.IsSystem,
    };

    /// <summary>The name was free a moment ago; another request may have taken it since.</summary>
    private static async Task<long> InsertAsync(DbSession session, ApplicationRow row, DateTimeOffset now)
    {
        try
        {
            return await ApplicationStore.InsertAsync(session, row, now);
        }
        catch (DatabaseException e) when (e.Fault == DatabaseFault.UniqueViolation)
        {
            throw ApplicationErrors.Duplicate(row.Name);
        }
    }

    private static async Task UpdateAsync(DbSession session, ApplicationRow row, DateTimeOffset now)
    {
        try
        {
            await ApplicationStore.UpdateAsync(session, row, now);
        }
        catch (DatabaseException e) when (e.Fault == DatabaseFault.UniqueViolation)
        {
            throw ApplicationErrors.Duplicate(row.Name);
        }
    }
}
