using System.Text;
using System.Text.Json;
using Controller.AccessControl;
using Controller.Hosting;
using Controller.Sql;
using Controller.Sql.Stores;

namespace Controller.Roles;

/// <summary>The rules for role bindings (auth-rbac 9.2).</summary>
internal sealed class RoleBindingService(Database database, GrantCache grants, TimeProvider time)
{
    public async Task<RoleBindingListAnswer> ListAsync(CancellationToken cancel) =>
        new((await database.ReadAsync(RoleBindingStore.ListAsync, cancel)).ConvertAll(ToBody));

    /// <exception cref="ApiException">404.</exception>
    public async Task<RoleBindingAnswer> GetAsync(string name, CancellationToken cancel) =>
        new(ToBody(await database.ReadAsync(s => RoleBindingStore.FindAsync(s, name), cancel) ?? throw NotFound(name)));

    /// <param name="body">A body of <see cref="RoleSchemas.BindingCreate"/>.</param>
    /// <exception cref="ApiException">400 or 409.</exception>
    public Task<RoleBindingAnswer> CreateAsync(JsonFields body, CancellationToken cancel) => database.WriteAsync(
        async s => await SaveAsync(s, new RoleBindingRow(0, body.Text("name")!, "", null, ""), body, RoleBindingStore.InsertAsync),
        Durability.Durable,
        cancel);

    /// <param name="name">The name in the path.</param>
    /// <param name="body">A body of <see cref="RoleSchemas.BindingUpdate"/>; without a name the binding keeps its own.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="ApiException">400, 404 or 409.</exception>
    public Task<RoleBindingAnswer> UpdateAsync(string name, JsonFields body, CancellationToken cancel) => database.WriteAsync(
        async s =>
        {
            var row = await RoleBindingStore.LockAsync(s, name) ?? throw NotFound(name);
            return await SaveAsync(s, row with { Name = body.Text("name") ?? name }, body, RoleBindingStore.UpdateAsync);
        },
        Durability.Durable,
        cancel);

    /// <exception cref="ApiException">404.</exception>
    public Task DeleteAsync(string name, CancellationToken cancel) => database.WriteAsync(
        async s =>
        {
            if (!await RoleBindingStore.DeleteAsync(s, name))
            {
                throw NotFound(name);
            }

            await grants.ChangedAsync(s);
        },
        Durability.Durable,
        cancel);

    private async Task<RoleBindingAnswer> SaveAsync(
        DbSession session, RoleBindingRow row, JsonFields body, Func<DbSession, RoleBindingRow, DateTimeOffset, Task> write)
    {
        var role = await RoleResolver.ResolveAsync(session, body);
        row = row with { RoleRef = role.Reference.ToJson(), RoleId = role.Id, Subjects = Subjects(body) };
        try
        {
            await write(session, row, time.GetUtcNow());
        }
        catch (DatabaseException e) when (e.Fault == DatabaseFault.UniqueViolation)
        {
            throw ApiException.Conflict($"RoleBinding '{row.Name}' already exists");
        }

        var stored = await RoleBindingStore.FindAsync(session, row.Name);
        await grants.ChangedAsync(session);
        return new(ToBody(stored!));
    }

    private static string Subjects(JsonFields body)
    {
        var subjects = body.Array("subjects")!.Select(s => new JsonFields(s)).Select(s => new RoleSubject(s.Text("kind")!, s.Text("name")!, s.Text("apiGroup")));
        return Encoding.UTF8.GetString(JsonResponse.Bytes<IReadOnlyList<RoleSubject>>([.. subjects], AccessJson.Default.IReadOnlyListRoleSubject));
    }

    private static RoleBindingBody ToBody(RoleBindingRow row) => new(
        row.Id, row.Name, "RoleBinding", RoleRef.Parse(row.RoleRef), row.RoleId, RoleSubject.ParseList(row.Subjects), row.CreatedAt, row.UpdatedAt);

    private static ApiException NotFound(string name) => ApiException.NotFound($"RoleBinding '{name}' not found");
}
