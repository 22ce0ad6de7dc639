using Controller.Hosting;
using Controller.Sql;
using Controller.Sql.Stores;

namespace Controller.ApplicationTemplates;

/// <summary>Changes templates, each request in one transaction (api-workloads 5.2).</summary>
internal sealed class ApplicationTemplateService(Database database, TimeProvider time)
{
    /// <summary>What the column takes.</summary>
    private const int LongestDefaultValue = 255;

    /// <exception cref="ApiException">409 for a name that is taken.</exception>
    public Task<ApplicationTemplateSaved> CreateAsync(JsonFields body, CancellationToken cancel)
    {
        var variables = Variables(body);
        return database.WriteAsync(s => InsertAsync(s, body.Text("name")!, body, variables), Durability.Durable, cancel);
    }

    /// <summary>Creates the template when there is none of this name; otherwise replaces what the body has, and may rename.</summary>
    /// <exception cref="ApiException">409 for a new name that is taken.</exception>
    public Task<ApplicationTemplateSaved> PutAsync(string name, JsonFields body, CancellationToken cancel)
    {
        var variables = Variables(body);
        return database.WriteAsync(
            async s =>
            {
                if (await ApplicationTemplateStore.FindForUpdateAsync(s, name) is not { } existing)
                {
                    return await InsertAsync(s, name, body, variables);
                }

                var row = await SaveAsync(s, existing, existing with { ApplicationJson = Application(body) ?? existing.ApplicationJson }, body);
                if (variables is not null)
                {
                    await ApplicationTemplateStore.ReplaceVariablesAsync(s, row.Id, variables, time.GetUtcNow());
                }

                return new ApplicationTemplateSaved(row.Id, row.Name);
            },
            Durability.Durable,
            cancel);
    }

    /// <summary>Changes name and description.</summary>
    /// <exception cref="ApiException">404, or 409 for a new name that is taken.</exception>
    public Task PatchAsync(string name, JsonFields body, CancellationToken cancel) => database.WriteAsync(
        async s =>
        {
            var existing = await ApplicationTemplateStore.FindForUpdateAsync(s, name) ?? throw ApplicationTemplateErrors.UnknownToPatch();
            await SaveAsync(s, existing, existing, body);
        },
        Durability.Durable,
        cancel);

    /// <summary>An unknown template is gone already.</summary>
    public Task DeleteAsync(string name, CancellationToken cancel) =>
        database.WriteAsync(s => ApplicationTemplateStore.DeleteAsync(s, name), Durability.Durable, cancel);

    private async Task<ApplicationTemplateSaved> InsertAsync(
        DbSession session, string name, JsonFields body, List<TemplateVariableRow>? variables)
    {
        if (await ApplicationTemplateStore.FindAsync(session, name) is not null)
        {
            throw ApplicationTemplateErrors.Duplicate(name);
        }

        var now = time.GetUtcNow();
        var row = new ApplicationTemplateRow
        {
            Name = name,
            Description = body.Text("description") ?? "",
            ApplicationJson = Application(body) ?? "{}",
        };
        var id = await UniqueAsync(name, () => ApplicationTemplateStore.InsertAsync(session, row, now));
        await ApplicationTemplateStore.ReplaceVariablesAsync(session, id, variables ?? [], now);
        return new ApplicationTemplateSaved(id, name);
    }

    private async Task<ApplicationTemplateRow> SaveAsync(
        DbSession session, ApplicationTemplateRow existing, ApplicationTemplateRow changed, JsonFields body)
    {
        var row = changed with
        {
            Name = body.Text("name") ?? existing.Name,
            Description = body.Text("description") ?? existing.Description,
        };
        if (row.Name != existing.Name && await ApplicationTemplateStore.FindAsync(session, row.Name) is not null)
        {
            throw ApplicationTemplateErrors.Duplicate(row.Name);
        }

        if (row != existing)
        {
            await UniqueAsync(row.Name, async () =>
            {
                await ApplicationTemplateStore.UpdateAsync(session, row, time.GetUtcNow());
                return row.Id;
            });
        }

        return row;
    }

    /// <summary>The name was free a moment ago; another request may have taken it since.</summary>
    private static async Task<long> UniqueAsync(string name, Func<Task<long>> write)
    {
        try
        {
            return await write();
        }
        catch (DatabaseException e) when (e.Fault == DatabaseFault.UniqueViolation)
        {
            throw ApplicationTemplateErrors.Duplicate(name);
        }
    }

    /// <summary>The application as it is stored: without a name of its own.</summary>
    private static string? Application(JsonFields body) =>
        body.Object("application") is { } application ? TemplateText.Without("name", application.Element) : null;

    private static List<TemplateVariableRow>? Variables(JsonFields body)
    {
        if (body.Array("variables") is not { } items)
        {
            return null;
        }

        var rows = new List<TemplateVariableRow>(items.Count);
        foreach (var variable in items.Select(i => new JsonFields(i)))
        {
            var value = variable.TryGet("defaultValue", out var given) ? TemplateText.Of(given) : null;
            if (value?.Length > LongestDefaultValue)
            {
                throw ApplicationTemplateErrors.ValueTooLong(rows.Count, LongestDefaultValue);
            }

            rows.Add(new TemplateVariableRow(0, 0, variable.Text("key")!, variable.Text("description") ?? "", value));
        }

        return rows;
    }
}
