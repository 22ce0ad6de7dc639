using Controller.Agents;
using Controller.Configuration;
using Controller.Hosting;
using Controller.Sql;
using Controller.Sql.Stores;

namespace Controller.Applications;

/// <summary>
/// What was stopped shows as stopped: its agent removes the container and reports it as deleted (reconcile 18.3).
/// </summary>
internal sealed class StoppedApplicationsJob(
    Database database, Fleet fleet, Telemetry telemetry, ControllerSettings settings, TimeProvider time, ILogger<StoppedApplicationsJob> log)
    : PeriodicJob(time, log)
{
    private const string Stopped = "STOPPED";

    private readonly TimeProvider _time = time;

    protected override string Name => "stopped-app-status";

    protected override TimeSpan FirstAfter => settings.Jobs.StartupDelay + TimeSpan.FromSeconds(1);

    protected override TimeSpan Interval => settings.Jobs.FogStatusInterval;

    protected override Task RunAsync(CancellationToken cancel) => SettleAsync(cancel);

    /// <summary>Settles every microservice that is off and reported as gone; writes nothing when there is none.</summary>
    public async Task SettleAsync(CancellationToken cancel)
    {
        foreach (var deactivatedApplications in new[] { true, false })
        {
            var gone = await database.ReadAsync(s => StoppedMicroserviceStore.ListAsync(s, deactivatedApplications), cancel);
            if (gone.Count > 0)
            {
                await database.WriteAsync(s => StoppedMicroserviceStore.SettleAsync(s, gone, _time.GetUtcNow()), Durability.Relaxed, cancel);
                await FollowAsync(gone, cancel);
            }
        }
    }

    /// <summary>
    /// Where this process owns the database the newest values are in memory and are written over the rows later: they
    /// change along.
    /// </summary>
    private async Task FollowAsync(List<StoppedMicroservice> gone, CancellationToken cancel)
    {
        if (!database.IsSoleOwner)
        {
            return;
        }

        foreach (var group in gone.Where(m => m.FogUuid is not null).GroupBy(m => m.FogUuid!, StringComparer.Ordinal))
        {
            if (fleet.Find(group.Key) is { } fog)
            {
                var uuids = group.Select(m => m.Uuid).ToHashSet(StringComparer.Ordinal);
                await telemetry.TransitionAsync(
                    fog,
                    new FogStatus(),
                    m => uuids.Contains(m.MicroserviceUuid) && m.Status is "DELETED" or "DELETING"
                        ? m with { Status = Stopped, ExecSessionIds = "[]" }
                        : null,
                    cancel);
            }
        }
    }
}
