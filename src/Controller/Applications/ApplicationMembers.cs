using System.Text.Json;
using Controller.Agents;
using Controller.Hosting;
using Controller.Microservices;
using Controller.Sql;
using Controller.Sql.Stores;

namespace Controller.Applications;

/// <summary>The microservices of an application as a set, inside the caller's transaction.</summary>
internal sealed class ApplicationMembers(MicroserviceService microservices, ChangeNotifier changes)
{
    public static ApplicationRef Ref(ApplicationRow row) => new(row.Id, row.Name, row.IsSystem, row.IsActivated, row.NatsAccess);

    /// <summary>
    /// Makes the set what the items say, by name: what is not among them goes first, so that its ports are free, then
    /// what is there changes, then the new ones come.
    /// </summary>
    /// <exception cref="ApiException">409 for a name given twice, or what is wrong with an item.</exception>
    public async Task ReplaceAsync(DbSession session, ApplicationRow application, IReadOnlyList<JsonElement> items)
    {
        var wanted = new Dictionary<string, JsonFields>(StringComparer.Ordinal);
        foreach (var item in items.Select(i => new JsonFields(i)))
        {
            if (!wanted.TryAdd(item.Text("name")!, item))
            {
                throw MicroserviceErrors.DuplicateName(item.Text("name")!);
            }
        }

        var existing = await MicroserviceStore.ListByApplicationAsync(session, application.Id);
        await DeleteAsync(session, existing.Where(m => !wanted.ContainsKey(m.Name)));
        foreach (var row in existing.Where(m => wanted.ContainsKey(m.Name)))
        {
            if (row.IsFromSystemCatalog || row.IsController)
            {
                throw MicroserviceErrors.IsSystem(row.Uuid);
            }

            // Again under its lock, for a change of the microservice alone may be under way.
            if (await MicroserviceStore.FindForUpdateAsync(session, row.Uuid) is { } current)
            {
                wanted.Remove(row.Name, out var body);
                await microservices.UpdateAsync(session, current, body, system: false);
            }
        }

        foreach (var item in wanted.Values)
        {
            await microservices.CreateAsync(session, Ref(application), item);
        }
    }

    /// <summary>Removes every microservice of an application, those marked for deletion too.</summary>
    public async Task DeleteAllAsync(DbSession session, long applicationId)
    {
        foreach (var uuid in await ApplicationStore.ListMicroservicesAsync(session, applicationId))
        {
            if (await MicroserviceStore.FindAsync(session, uuid) is { } row)
            {
                await DeleteAsync(session, [row]);
            }
        }
    }

    private async Task DeleteAsync(DbSession session, IEnumerable<MicroserviceRow> rows)
    {
        var fogs = new HashSet<string>(StringComparer.Ordinal);
        foreach (var row in rows)
        {
            await microservices.DeleteAsync(session, row);
            if (row.FogUuid is { } fog)
            {
                fogs.Add(fog);
            }
        }

        await changes.RaiseAsync(session, fogs, ChangeFlags.Microservices);
    }
}
