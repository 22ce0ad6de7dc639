using Controller.Agents;
using Controller.Hosting;
using Controller.Sql;
using Controller.Sql.Stores;

namespace Controller.Microservices;

/// <summary>
/// All microservices as JSON, kept once for the lists of microservices and of applications. After a change only those that
/// changed are read and rendered again.
/// </summary>
internal sealed class KeptMicroservices
{
    /// <summary>From so many on, reading all of them costs less than reading these.</summary>
    private const int MostRenewed = 500;

    private readonly Database _database;
    private readonly MicroserviceJson _json;
    private readonly Fleet _fleet;
    private readonly Telemetry _telemetry;
    private readonly Kept<RenderedMicroservices> _user;
    private readonly Kept<RenderedMicroservices> _system;
    private readonly Lock _lock = new();

    public KeptMicroservices(Database database, MicroserviceJson json, Fleet fleet, Telemetry telemetry, TimeProvider time)
    {
        (_database, _json, _fleet, _telemetry) = (database, json, fleet, telemetry);
        (_user, _system) = (Keep(false), Keep(true));

        Kept<RenderedMicroservices> Keep(bool isSystem) =>
            new(database, time, s => ReadAsync(s, isSystem), (s, old, changed) => RenewAsync(s, isSystem, old, changed));
    }

    /// <summary>Hands out the microservices of one kind with their newest status, for as long as <paramref name="use"/> runs.</summary>
    public async Task UseAsync(bool isSystem, Action<RenderedMicroservices> use, CancellationToken cancel)
    {
        var all = await (isSystem ? _system : _user).GetAsync(cancel);
        // Older and newer sets share microservices: nobody shows an older status in between.
        lock (_lock)
        {
            all.ShowNewest(_fleet, _telemetry);
            use(all);
        }
    }

    private async Task<RenderedMicroservices> ReadAsync(DbSession session, bool isSystem) =>
        new(await _json.RenderAsync(session, await MicroserviceStore.ListAsync(session, isSystem)));

    private async Task<RenderedMicroservices> RenewAsync(DbSession session, bool isSystem, RenderedMicroservices old, IReadOnlySet<string> changed)
    {
        var revision = _database.Revision;
        var known = old.ByName.Where(m => !changed.Contains(m.Uuid)).ToDictionary(m => m.Uuid, StringComparer.Ordinal);
        var uuids = await MicroserviceStore.ListUuidsAsync(session, isSystem);
        var unknown = uuids.Where(u => !known.ContainsKey(u)).ToList();
        if (unknown.Count > MostRenewed)
        {
            return await ReadAsync(session, isSystem);
        }

        if (unknown.Count > 0)
        {
            foreach (var microservice in await _json.RenderAsync(session, await MicroserviceStore.ListAsync(session, unknown)))
            {
                known.Add(microservice.Uuid, microservice);
            }
        }

        // One may have gone since its uuid was read.
        var renewed = new RenderedMicroservices([.. uuids.Select(known.GetValueOrDefault).OfType<RenderedMicroservice>()]);
        await CheckAsync(session, isSystem, renewed, revision);
        return renewed;
    }

    /// <summary>Debug builds look whether any change went unnamed (<see cref="DbSession.Changes"/>).</summary>
    private async Task CheckAsync(DbSession session, bool isSystem, RenderedMicroservices renewed, long? revision)
    {
#if DEBUG
        var all = await ReadAsync(session, isSystem);
        if (_database.Revision == revision && !all.ByName.SequenceEqual(renewed.ByName, RenderedMicroservice.SameRows))
        {
            throw new InvalidOperationException("A transaction changed more of what lists keep than it named");
        }
#else
        await Task.CompletedTask;
#endif
    }
}
