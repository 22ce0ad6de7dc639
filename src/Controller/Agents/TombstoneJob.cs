using Controller.Configuration;
using Controller.Hosting;
using Controller.Sql;
using Controller.Sql.Stores;

namespace Controller.Agents;

/// <summary>Forgets deleted fogs whose agent never came back (decision 8).</summary>
internal sealed class TombstoneJob(Database database, Fleet fleet, ControllerSettings settings, TimeProvider time, ILogger<TombstoneJob> log)
    : PeriodicJob(time, log)
{
    private readonly TimeProvider _time = time;

    protected override string Name => "fog-tombstones";

    protected override TimeSpan FirstAfter => settings.Jobs.StartupDelay + TimeSpan.FromSeconds(2.5);

    protected override TimeSpan Interval => TimeSpan.FromHours(1);

    protected override Task RunAsync(CancellationToken cancel) => ExpireAsync(cancel);

    /// <summary>Removes the tombstones that are old enough.</summary>
    public async Task ExpireAsync(CancellationToken cancel)
    {
        var before = _time.GetUtcNow() - settings.Jobs.FogTombstone;
        foreach (var uuid in await database.ReadAsync(s => TombstoneStore.ListBeforeAsync(s, before), cancel))
        {
            await database.WriteAsync(
                async s =>
                {
                    await TombstoneStore.DeleteAsync(s, uuid);
                    s.OnCommitted(() => fleet.Remove(uuid));
                },
                Durability.Relaxed,
                cancel);
        }
    }
}
