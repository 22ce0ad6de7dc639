using System.Text.Json;
using Controller.Agents;
using Controller.Hosting;
using Controller.Sql;
using Controller.Sql.Stores;

namespace Controller.Microservices;

/// <summary>
/// What operators do to microservices, one transaction each. The plain routes are for users' microservices, those
/// under <c>/system</c> for the Controller's own (api-workloads 6.1).
/// </summary>
internal sealed class MicroserviceOperations(
    Database database, MicroserviceService service, MicroserviceJson json, ChangeNotifier changes, TimeProvider time)
{
    /// <summary>Users' or the Controller's own microservices of one application.</summary>
    /// <param name="isSystem">Which.</param>
    /// <param name="application">A name, or the digits of an id.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="ApiException">404 for an unknown application.</exception>
    public Task<List<MicroserviceBody>> ListAsync(bool isSystem, string application, CancellationToken cancel) => database.ReadAsync(
        async s =>
        {
            var found = await ApplicationRefStore.FindByNameOrIdAsync(s, application, isSystem) ?? throw MicroserviceErrors.UnknownApplication(application);
            return await json.ToBodiesAsync(s, await MicroserviceStore.ListByApplicationAsync(s, found.Id), false);
        },
        cancel);

    /// <exception cref="ApiException">404 when there is none of this kind.</exception>
    public Task<MicroserviceBody> GetAsync(string uuid, bool isSystem, CancellationToken cancel) => database.ReadAsync(
        async s => await MicroserviceStore.FindAsync(s, uuid) is { } row && row.ApplicationIsSystem == isSystem
            ? (await json.ToBodiesAsync(s, [row], false))[0]
            : throw ApiException.NotFound("Invalid microservice user or UUID"),
        cancel);

    public async Task<MicroserviceCreated> CreateAsync(JsonFields body, CancellationToken cancel)
    {
        var (uuid, name) = await WriteAsync(s => service.CreateAsync(s, () => ApplicationOfAsync(s, body), body), cancel);
        return new MicroserviceCreated(uuid, name);
    }

    public Task UpdateAsync(string uuid, JsonFields body, bool isSystem, CancellationToken cancel) => WriteAsync(
        async s => await service.UpdateAsync(s, await FindAsync(s, uuid, isSystem), body, isSystem), cancel);

    /// <exception cref="ApiException">404 for an unknown one and the Controller's own, 403 for the Controller itself.</exception>
    public Task DeleteAsync(string uuid, CancellationToken cancel) => WriteAsync(
        async s =>
        {
            var row = await MicroserviceStore.FindForUpdateAsync(s, uuid) ?? throw MicroserviceErrors.UnknownUuid(uuid);
            if (row.IsController)
            {
                throw ApiException.Forbidden($"Microservice uuid {uuid} is the controller microservice and can't be deleted");
            }

            if (IsSystem(row))
            {
                throw ApiException.NotFound($"Microservice uuid {uuid} is system and can't be deleted");
            }

            await service.DeleteAsync(s, row);
        },
        cancel);

    public Task RebuildAsync(string uuid, bool isSystem, CancellationToken cancel) => WriteAsync(
        async s => await ChangedAsync(s, await FindAsync(s, uuid, isSystem), rebuild: true, ChangeFlags.Microservices), cancel);

    /// <summary>Starts or stops a user's microservice.</summary>
    /// <exception cref="ApiException">400 when its application is stopped.</exception>
    public Task ActivateAsync(string uuid, bool active, CancellationToken cancel) => WriteAsync(
        async s =>
        {
            var row = await FindAsync(s, uuid, false);
            if (active && !row.ApplicationIsActivated)
            {
                throw ApiException.Validation($"Application {row.ApplicationName} is not activated");
            }

            await MicroserviceStore.UpdateAsync(s, row with { IsActivated = active, UpdatedAt = time.GetUtcNow() });
            await ChangedAsync(s, row, rebuild: false, ChangeFlags.MicroserviceList);
        },
        cancel);

    public Task<JsonElement> GetConfigAsync(string uuid, bool isSystem, CancellationToken cancel) => database.ReadAsync(
        async s => JsonText.Parse(RequireConfigurable(await MicroserviceStore.FindAsync(s, uuid), uuid, isSystem).Config), cancel);

    /// <summary>Replaces the configuration as a whole.</summary>
    public Task SetConfigAsync(string uuid, string config, bool isSystem, CancellationToken cancel) => WriteAsync(
        async s =>
        {
            var row = RequireConfigurable(await MicroserviceStore.FindForUpdateAsync(s, uuid), uuid, isSystem);
            var now = time.GetUtcNow();
            await MicroserviceStore.UpdateAsync(
                s, row with { Config = config, ConfigLastUpdated = now.ToUnixTimeMilliseconds(), UpdatedAt = now });
            await ChangedAsync(s, row, rebuild: false, ChangeFlags.MicroserviceConfig);
        },
        cancel);

    /// <summary>The row, for the routes that read ports or volume mappings of any microservice.</summary>
    public Task<MicroserviceRow> ReadAnyAsync(string uuid, CancellationToken cancel) => database.ReadAsync(
        async s => await MicroserviceStore.FindAsync(s, uuid) ?? throw MicroserviceErrors.UnknownUuid(uuid), cancel);

    /// <summary>The row of this kind, for one change to it.</summary>
    /// <exception cref="ApiException">404 for an unknown one; 400 for the Controller's own on a plain route.</exception>
    public static async Task<MicroserviceRow> FindAsync(DbSession session, string uuid, bool isSystem)
    {
        var row = await MicroserviceStore.FindForUpdateAsync(session, uuid) ?? throw MicroserviceErrors.UnknownUuid(uuid);
        if (isSystem)
        {
            // Whoever may change the Controller's own microservices may not therefore change those of users.
            return row.ApplicationIsSystem ? row : throw MicroserviceErrors.UnknownUuid(uuid);
        }

        return IsSystem(row) ? throw MicroserviceErrors.IsSystem(uuid) : row;
    }

    /// <summary>Tells the agent of a change, and to recreate the container where that is needed.</summary>
    public async Task ChangedAsync(DbSession session, MicroserviceRow row, bool rebuild, ChangeFlags flags)
    {
        if (rebuild)
        {
            await MicroserviceStore.MarkForRebuildAsync(session, [row.Uuid]);
        }

        if (row.FogUuid is { } fog)
        {
            await changes.RaiseAsync(session, fog, flags);
        }
    }

    /// <summary>A transaction that changes microservices and nothing else that lists keep.</summary>
    private Task<T> WriteAsync<T>(Func<DbSession, Task<T>> work, CancellationToken cancel) => database.WriteAsync(
        s =>
        {
            s.NothingElseChanges();
            return work(s);
        },
        cancel: cancel);

    private Task WriteAsync(Func<DbSession, Task> work, CancellationToken cancel) =>
        WriteAsync(async s => { await work(s); return true; }, cancel);

    private static bool IsSystem(MicroserviceRow row) => row.ApplicationIsSystem || row.IsController || row.IsFromSystemCatalog;

    /// <summary>Under <c>/system</c> only what comes from the system catalog has a configuration to change (api-workloads 6.6).</summary>
    private static MicroserviceRow RequireConfigurable(MicroserviceRow? row, string uuid, bool isSystem)
    {
        if (row is null || (isSystem && !row.ApplicationIsSystem && !row.IsFromSystemCatalog))
        {
            throw MicroserviceErrors.UnknownUuid(uuid);
        }

        return isSystem == IsSystem(row) && (!isSystem || row.IsFromSystemCatalog) ? row : throw MicroserviceErrors.IsSystem(uuid);
    }

    /// <summary>The user's application that a body names; <c>flowId</c> is its old name.</summary>
    private static async Task<ApplicationRef> ApplicationOfAsync(DbSession session, JsonFields body)
    {
        var given = body.Text("application");
        if (given is null && body.TryGet("flowId", out var flow))
        {
            given = flow.ValueKind == JsonValueKind.String ? flow.GetString() : flow.GetRawText();
        }

        if (string.IsNullOrEmpty(given))
        {
            throw ApiException.Validation("Required field 'application' is missing");
        }

        return await ApplicationRefStore.FindByNameOrIdAsync(session, given, false) ?? throw MicroserviceErrors.UnknownApplication(given);
    }
}
