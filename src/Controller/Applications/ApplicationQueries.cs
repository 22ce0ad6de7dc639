using Controller.Hosting;
using Controller.Microservices;
using Controller.Sql;
using Controller.Sql.Stores;

namespace Controller.Applications;

/// <summary>Reads applications with their microservices, in a fixed number of queries.</summary>
internal sealed class ApplicationQueries(Database database, MicroserviceJson microservices)
{
    public Task<ApplicationList> ListAsync(bool isSystem, CancellationToken cancel) =>
        database.ReadAsync(s => ListAsync(s, isSystem), cancel);

    /// <exception cref="ApiException">404 when there is none of this kind.</exception>
    public Task<ApplicationBody> GetAsync(string name, bool isSystem, CancellationToken cancel) => database.ReadAsync(
        async s =>
        {
            var row = await ApplicationStore.FindAsync(s, name);
            return row is not null && row.IsSystem == isSystem
                ? (await ToBodiesAsync(s, [row]))[0]
                : throw ApplicationErrors.Unknown(name);
        },
        cancel);

    /// <summary>An operator's application, its microservices as they are listed by themselves; null when there is none.</summary>
    public Task<ApplicationBody?> FindForTemplateAsync(string name, CancellationToken cancel) => database.ReadAsync(
        async s => await ApplicationStore.FindAsync(s, name) is { IsSystem: false } row
            ? (await ToBodiesAsync(s, [row], inApplication: false))[0]
            : null,
        cancel);

    internal async Task<ApplicationList> ListAsync(DbSession session, bool isSystem) =>
        new(await ToBodiesAsync(session, await ApplicationStore.ListAsync(session, isSystem)));

    private async Task<List<ApplicationBody>> ToBodiesAsync(DbSession session, List<ApplicationRow> rows, bool inApplication = true)
    {
        if (rows.Count == 0)
        {
            return [];
        }

        var children = await MicroserviceStore.ListByApplicationsAsync(session, rows.Select(r => r.Id));
        var bodies = (await microservices.ToBodiesAsync(session, children, inApplication)).ToLookup(m => m.ApplicationId);
        return [.. rows.Select(r => new ApplicationBody(
            r.Id, r.Name, r.Description, r.IsActivated, r.IsSystem, r.NatsAccess, r.CreatedAt, r.UpdatedAt, [.. bodies[r.Id]],
            new NatsConfigBody(r.NatsAccess, r.NatsRule)))];
    }
}
