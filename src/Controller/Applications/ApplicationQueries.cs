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
        async s =>
        {
            if (await ApplicationStore.FindAsync(s, name) is not { } row || row.IsSystem != isSystem)
            {
                throw ApplicationErrors.Unknown(name);
            }

            var members = await MicroserviceStore.ListByApplicationAsync(s, row.Id);
            return ToBody(row, await microservices.ToBodiesAsync(s, members, inApplication: true));
        },
        cancel);

    public static ApplicationBody ToBody(ApplicationRow row, IReadOnlyList<MicroserviceBody> microservices) => new(
        row.Id, row.Name, row.Description, row.IsActivated, row.IsSystem, row.NatsAccess, row.CreatedAt, row.UpdatedAt,
        new NatsConfigBody(row.NatsAccess, row.NatsRule), microservices);
}
