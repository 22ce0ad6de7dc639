using Controller.AccessControl;
using Controller.Agents;
using Controller.Hosting;
using Controller.Sql;
using Controller.Sql.Stores;

namespace Controller.Roles;

/// <summary>
/// The rules for service accounts (auth-rbac 9.3). Those of microservices come and go with them; no operator's rights
/// depend on any account, so that their writes do not count as a change of roles.
/// </summary>
internal sealed class ServiceAccountService(Database database, GrantCache grants, ChangeNotifier changes, TimeProvider time)
{
    /// <param name="application">Name of the application to list; null = all. An unknown one has no accounts.</param>
    /// <param name="cancel">Gives up.</param>
    public async Task<ServiceAccountListAnswer> ListAsync(string? application, CancellationToken cancel) =>
        new((await database.ReadAsync(s => ServiceAccountStore.ListAsync(s, application), cancel)).ConvertAll(v => ToBody(v.Account, v.Application)));

    /// <exception cref="ApiException">404.</exception>
    public Task<ServiceAccountAnswer> GetAsync(string application, string name, CancellationToken cancel) => database.ReadAsync(
        async s =>
        {
            var owner = await ApplicationAsync(s, application);
            return new ServiceAccountAnswer(ToBody(await ServiceAccountStore.FindAsync(s, owner.Id, name) ?? throw NotFound(application, name), owner.Name));
        },
        cancel);

    /// <param name="body">A body of <see cref="RoleSchemas.AccountCreate"/>.</param>
    /// <exception cref="ApiException">400, 404 or 409.</exception>
    public Task<ServiceAccountAnswer> CreateAsync(JsonFields body, CancellationToken cancel) => database.WriteAsync(
        async s =>
        {
            var name = body.Text("name")!;
            var application = await ApplicationAsync(s, body.Text("applicationName")!);
            var role = await RoleResolver.ResolveAsync(s, body);
            await UniqueAsync(
                application.Name, name, () => ServiceAccountStore.InsertAsync(s, application.Id, name, role.Reference.ToJson(), role.Id, time.GetUtcNow()));
            return await FinishAsync(s, application, name);
        },
        Durability.Durable,
        cancel);

    /// <param name="applicationName">The application in the path.</param>
    /// <param name="name">The name in the path.</param>
    /// <param name="body">A body of <see cref="RoleSchemas.AccountUpdate"/>.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="ApiException">400, 404 or 409.</exception>
    public Task<ServiceAccountAnswer> UpdateAsync(string applicationName, string name, JsonFields body, CancellationToken cancel) => database.WriteAsync(
        async s =>
        {
            var application = await ApplicationAsync(s, applicationName);
            var row = await ServiceAccountStore.LockAsync(s, application.Id, name) ?? throw NotFound(applicationName, name);
            var role = await RoleResolver.ResolveAsync(s, body);
            var newName = body.Text("name")!;
            await UniqueAsync(
                application.Name, newName, () => ServiceAccountStore.UpdateAsync(s, row.Id, newName, role.Reference.ToJson(), role.Id, time.GetUtcNow()));
            if (await OwnerAsync(s, row) is { FogUuid: { } fog })
            {
                await changes.RaiseAsync(s, fog, ChangeFlags.MicroserviceList);
            }

            return await FinishAsync(s, application, newName);
        },
        Durability.Durable,
        cancel);

    /// <exception cref="ApiException">404, or 409 while a microservice has it.</exception>
    public Task DeleteAsync(string applicationName, string name, CancellationToken cancel) => database.WriteAsync(
        async s =>
        {
            var application = await ApplicationAsync(s, applicationName);
            var row = await ServiceAccountStore.LockAsync(s, application.Id, name) ?? throw NotFound(applicationName, name);
            if (await OwnerAsync(s, row) is { } owner)
            {
                throw ApiException.Conflict(
                    $"Cannot delete ServiceAccount '{name}' because it is referenced by microservice '{owner.Name}' (uuid: {owner.Uuid}). "
                    + "Please delete or update the microservice first.");
            }

            await ServiceAccountStore.DeleteAsync(s, row.Id);
            await grants.ChangedAsync(s);
        },
        Durability.Durable,
        cancel);

    private static async Task<ApplicationRef> ApplicationAsync(DbSession session, string name) =>
        await ApplicationRefStore.FindByNameAsync(session, name) ?? throw ApiException.NotFound($"Application '{name}' not found");

    private static async Task<ServiceAccountOwner?> OwnerAsync(DbSession session, ServiceAccountRow row) =>
        row.MicroserviceUuid is { } uuid ? await ServiceAccountStore.FindOwnerAsync(session, uuid) : null;

    private async Task<ServiceAccountAnswer> FinishAsync(DbSession session, ApplicationRef application, string name)
    {
        var stored = await ServiceAccountStore.FindAsync(session, application.Id, name);
        await grants.ChangedAsync(session);
        return new(ToBody(stored!, application.Name));
    }

    private static async Task UniqueAsync(string application, string name, Func<Task> write)
    {
        try
        {
            await write();
        }
        catch (DatabaseException e) when (e.Fault == DatabaseFault.UniqueViolation)
        {
            throw ApiException.Conflict($"ServiceAccount '{name}' already exists in application '{application}'");
        }
    }

    private static ApplicationAccountBody ToBody(ServiceAccountRow row, string? application) => new(
        row.Id,
        row.ApplicationId,
        row.Name,
        RoleRef.Parse(row.RoleRef),
        row.RoleId,
        row.CreatedAt,
        row.UpdatedAt,
        row.MicroserviceUuid,
        application is null ? null : new(application),
        application);

    private static ApiException NotFound(string application, string name) =>
        ApiException.NotFound($"ServiceAccount '{name}' not found in application '{application}'");
}
