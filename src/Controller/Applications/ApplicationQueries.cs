using Controller.Hosting;
using Controller.Microservices;
using Controller.Sql;
using Controller.Sql.Stores;

namespace Controller.Applications;

/// <summary>Single applications as operators see them.</summary>
internal sealed class ApplicationQueries(Database database, MicroserviceJson microservices)
{
    /// <exception cref="ApiException">404 when there is none of this kind.</exception>
    public Task<ApplicationBody> GetAsync(string name, bool isSystem, CancellationToken cancel) => database.ReadAsync(
        async s => await ApplicationStore.FindAsync(s, name) is { } row && row.IsSystem == isSystem
            ? await ToBodyAsync(s, row, inApplication: true)
            : throw ApplicationErrors.Unknown(name),
        cancel);

    /// <summary>An operator's application, its microservices as they are listed by themselves; null when there is none.</summary>
    public Task<ApplicationBody?> FindForTemplateAsync(string name, CancellationToken cancel) => database.ReadAsync(
        async s => await ApplicationStore.FindAsync(s, name) is { IsSystem: false } row ? await ToBodyAsync(s, row, inApplication: false) : null, cancel);

    public static ApplicationBody ToBody(ApplicationRow row, IReadOnlyList<MicroserviceBody> microservices) => new(
        row.Id, row.Name, row.Description, row.IsActivated, row.IsSystem, row.NatsAccess, row.CreatedAt, row.UpdatedAt,
        new NatsConfigBody(row.NatsAccess, row.NatsRule), microservices);

    private async Task<ApplicationBody> ToBodyAsync(DbSession session, ApplicationRow row, bool inApplication)
    {
        var members = await MicroserviceStore.ListByApplicationAsync(session, row.Id);
        return ToBody(row, await microservices.ToBodiesAsync(session, members, inApplication));
    }
}
