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

        var existing = await MicroserviceStore.ListForUpdateAsync(session, application.Id);
        await DeleteAsync(session, [.. existing.Where(m => !wanted.ContainsKey(m.Name))]);
        var references = new MicroserviceReferences(session, [.. wanted.Values]);
        foreach (var row in existing)
        {
            if (!wanted.Remove(row.Name, out var body))
            {
                continue;
            }

            if (row.IsFromSystemCatalog || row.IsController)
            {
                throw MicroserviceErrors.IsSystem(row.Uuid);
            }

            await microservices.UpdateAsync(references, row, body, UpdateRules.User);
        }

        await microservices.CreateAsync(references, Ref(application), [.. wanted.Values]);
    }

    /// <summary>Removes every microservice of an application, those marked for deletion too.</summary>
    public async Task DeleteAllAsync(DbSession session, long applicationId) =>
        await DeleteAsync(session, await MicroserviceStore.ListAllAsync(session, applicationId));

    private async Task DeleteAsync(DbSession session, List<MicroserviceRow> rows)
    {
        await microservices.DeleteAsync(session, rows);
        await changes.RaiseAsync(session, rows.Select(r => r.FogUuid).OfType<string>(), ChangeFlags.Microservices);
    }
}
