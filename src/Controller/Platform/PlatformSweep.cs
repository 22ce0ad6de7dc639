using Controller.Configuration;
using Controller.Hosting;
using Controller.Sql;
using Controller.Sql.Stores;

namespace Controller.Platform;

/// <summary>
/// Finds fogs that are not what they should be and that nobody works on, stuck deletions included, and empties the
/// outbox of old rows (reconcile 17).
/// </summary>
internal sealed class PlatformSweep(
    Database database, PlatformQueue queue, ControllerSettings settings, TimeProvider time, ILogger<PlatformSweep> log)
    : PeriodicJob(time, log)
{
    private static readonly TimeSpan KeepOutbox = TimeSpan.FromDays(1);

    private readonly TimeProvider _time = time;

    protected override string Name => "fog-platform-sweep";

    protected override TimeSpan FirstAfter => settings.Jobs.StartupDelay;

    protected override TimeSpan Interval => settings.Jobs.PlatformSweepInterval;

    protected override async Task RunAsync(CancellationToken cancel)
    {
        var drifted = await database.ReadAsync(ReconcileStore.ListDriftedAsync, cancel);
        foreach (var some in drifted.Chunk(settings.Jobs.OutboxBatchSize))
        {
            await database.WriteAsync(
                async s =>
                {
                    foreach (var (fog, isDeleting, generation) in some)
                    {
                        var reason = isDeleting ? FogTaskReason.Delete : FogTaskReason.PeriodicSweep;
                        await ReconcileStore.EnqueueFogAsync(s, fog, reason, isDeleting ? null : generation, _time.GetUtcNow());
                    }
                },
                Durability.Relaxed,
                cancel);
        }

        if (drifted.Count > 0)
        {
            queue.TasksAdded.Set();
        }

        await database.WriteAsync(s => ReconcileStore.PurgeOutboxAsync(s, _time.GetUtcNow() - KeepOutbox), Durability.Relaxed, cancel);
    }
}
