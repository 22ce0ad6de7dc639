using System.Text;
using System.Text.Json;
using Controller.AccessControl;
using Controller.Agents;
using Controller.Hosting;
using Controller.Sql;
using Controller.Sql.Stores;

namespace Controller.Roles;

/// <summary>The rules for roles (auth-rbac 9.1).</summary>
internal sealed class RoleService(Database database, GrantCache grants, ChangeNotifier changes, TimeProvider time)
{
    private static readonly JsonElement None = JsonDocument.Parse("null").RootElement;

    private static readonly RoleBody[] System =
    [
        .. SystemRoles.All.Select(r => new RoleBody(
            null, r.Name, RoleRef.RoleKind, [.. r.Rules.Select(rule => new RoleRuleBody(rule.ApiGroups, rule.Resources, rule.Verbs, null))], null, null)),
    ];

    /// <summary>The system roles, then the stored ones.</summary>
    public async Task<RoleListAnswer> ListAsync(CancellationToken cancel) =>
        new([.. System, .. (await database.ReadAsync(RoleStore.ListAsync, cancel)).Select(ToBody)]);

    /// <exception cref="ApiException">404.</exception>
    public async Task<RoleAnswer> GetAsync(string name, CancellationToken cancel) =>
        SystemRoles.Find(name) is { } system
            ? new(Array.Find(System, r => r.Name == system.Name)!)
            : new(ToBody(await database.ReadAsync(s => RoleStore.FindAsync(s, name), cancel) ?? throw NotFound(name)));

    /// <exception cref="ApiException">400 when the name is a system role's, in whatever case.</exception>
    public static void RefuseSystemName(string name)
    {
        if (SystemRoles.Find(name) is not null)
        {
            throw ApiException.Validation($"Cannot use role name '{name}'. '{name}' is a system role and cannot be created or used.");
        }
    }

    /// <param name="body">A body of <see cref="RoleSchemas.RoleCreate"/>.</param>
    /// <exception cref="ApiException">400 or 409.</exception>
    public Task<RoleAnswer> CreateAsync(JsonFields body, CancellationToken cancel) => database.WriteAsync(
        async s =>
        {
            var name = body.Text("name")!;
            var now = time.GetUtcNow();
            var id = await UniqueAsync(name, () => RoleStore.InsertAsync(s, name, now));
            await RoleStore.ReplaceRulesAsync(s, id, Rules(body), now);
            // References that a deleted role of this name left behind mean this one from now on.
            return await FinishAsync(s, name, name, id, now);
        },
        Durability.Durable,
        cancel);

    /// <param name="name">The name in the path.</param>
    /// <param name="body">A body of <see cref="RoleSchemas.RoleUpdate"/>; its rules replace all others.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="ApiException">400, 404 or 409.</exception>
    public Task<RoleAnswer> UpdateAsync(string name, JsonFields body, CancellationToken cancel)
    {
        if (SystemRoles.Find(name) is not null)
        {
            throw ApiException.Validation($"Cannot update role '{name}'. '{name}' is a system role and cannot be modified.");
        }

        var newName = body.Text("name") ?? name;
        RefuseSystemName(newName);
        return database.WriteAsync(
            async s =>
            {
                var id = await RoleStore.LockAsync(s, name) ?? throw NotFound(name);
                var now = time.GetUtcNow();
                await UniqueAsync(newName, async () =>
                {
                    await RoleStore.UpdateAsync(s, id, newName, now);
                    return id;
                });
                await RoleStore.ReplaceRulesAsync(s, id, Rules(body), now);
                return await FinishAsync(s, name, newName, id, now);
            },
            Durability.Durable,
            cancel);
    }

    /// <summary>Removes a role. What refers to it stays and grants nothing.</summary>
    /// <exception cref="ApiException">400 or 404.</exception>
    public Task DeleteAsync(string name, CancellationToken cancel)
    {
        if (SystemRoles.Find(name) is not null)
        {
            throw ApiException.Validation($"Cannot delete {name} role. {name} is a system role and cannot be deleted.");
        }

        return database.WriteAsync(
            async s =>
            {
                var id = await RoleStore.LockAsync(s, name) ?? throw NotFound(name);
                await RoleStore.DeleteAsync(s, id);
                await FollowAsync(s, name, name, null, time.GetUtcNow());
                await grants.ChangedAsync(s);
            },
            Durability.Durable,
            cancel);
    }

    private async Task<RoleAnswer> FinishAsync(DbSession session, string name, string newName, long id, DateTimeOffset now)
    {
        await FollowAsync(session, name, newName, id, now);
        var stored = await RoleStore.FindAsync(session, newName);
        await grants.ChangedAsync(session);
        return new(ToBody(stored!));
    }

    /// <summary>Has bindings and service accounts follow a role, and has the nodes load it whose microservices have it.</summary>
    private async Task FollowAsync(DbSession session, string name, string newName, long? id, DateTimeOffset now)
    {
        var texts = new List<string>();
        foreach (var table in RoleReferenceStore.Tables)
        {
            foreach (var text in await RoleReferenceStore.ListTextsAsync(session, table, name))
            {
                if (RoleRef.Parse(text) is { } reference && reference.Name == name)
                {
                    var followed = (reference with { Name = newName }).ToJson();
                    await RoleReferenceStore.ReplaceAsync(session, table, text, followed, id, now);
                    texts.Add(followed);
                }
            }
        }

        if (texts.Count > 0)
        {
            await changes.RaiseAsync(session, await RoleReferenceStore.ListFogsAsync(session, texts.Distinct()), ChangeFlags.Microservices);
        }
    }

    private static async Task<long> UniqueAsync(string name, Func<Task<long>> write)
    {
        try
        {
            return await write();
        }
        catch (DatabaseException e) when (e.Fault == DatabaseFault.UniqueViolation)
        {
            throw ApiException.Conflict($"Role '{name}' already exists");
        }
    }

    private static List<RoleRuleRow> Rules(JsonFields body) =>
    [
        .. body.Array("rules")!.Select(r => new JsonFields(r)).Select(r => new RoleRuleRow(
            Json(r.Texts("apiGroups")!), Json(r.Texts("resources")!), Json(r.Texts("verbs")!), r.Texts("resourceNames") is { } names ? Json(names) : null)),
    ];

    private static string Json(IReadOnlyList<string> texts) => Encoding.UTF8.GetString(JsonResponse.Bytes(texts, AccessJson.Default.IReadOnlyListString));

    private static RoleBody ToBody(RoleRow row) => new(
        row.Id, row.Name, RoleRef.RoleKind, [.. row.Rules.Select(RoleRule.Read).Select(ToBody)], row.CreatedAt, row.UpdatedAt);

    private static RoleRuleBody ToBody(RoleRule rule) => new(
        rule.ApiGroups,
        rule.Resources,
        rule.Verbs,
        rule.ResourceNames is { } names ? JsonSerializer.SerializeToElement(names, AccessJson.Default.IReadOnlyListString) : None);

    private static ApiException NotFound(string name) => ApiException.NotFound($"Role '{name}' not found");
}
