using Controller.Agents;
using Controller.Cluster;
using Controller.Configuration;
using Controller.Hosting;
using Controller.Sql;
using Controller.Sql.Stores;

namespace Controller.Platform;

/// <summary>Works off the queue of fog tasks, one at a time (reconcile 7).</summary>
internal sealed partial class FogPlatformWorker(
    Database database, PlatformQueue queue, FogReconciler reconciler, FogRemoval removal, Fleet fleet, Replica replica,
    ControllerSettings settings, TimeProvider time, ILogger<FogPlatformWorker> log)
    : PeriodicJob(time, log)
{
    private const int LongestWarning = 200;

    private readonly TimeProvider _time = time;
    private readonly ILogger _log = log;
    private bool _released;

    protected override string Name => "platform-reconcile-worker";

    protected override TimeSpan FirstAfter => settings.Jobs.StartupDelay + TimeSpan.FromSeconds(1.5);

    protected override TimeSpan Interval => settings.Jobs.PlatformWorkerInterval;

    protected override WakeSignal Wake => queue.TasksAdded;

    protected override async Task RunAsync(CancellationToken cancel)
    {
        if (!_released && database.IsSoleOwner)
        {
            await database.WriteAsync(s => ReconcileStore.ReleaseFogTasksAsync(s, replica.Id), Durability.Relaxed, cancel);
            _released = true;
        }

        while (!cancel.IsCancellationRequested && await ClaimAsync(cancel) is { } task)
        {
            await HandleAsync(task);
        }
    }

    private async Task<FogTaskRow?> ClaimAsync(CancellationToken cancel)
    {
        var now = _time.GetUtcNow();
        var stale = now - settings.Jobs.PlatformTaskStaleness;
        var deleteStale = now - settings.Jobs.PlatformDeleteTaskStaleness;
        // Looking costs no write, so that an idle Controller leaves its disk alone.
        return await database.ReadAsync(s => ReconcileStore.HasFogTaskAsync(s, now, stale, deleteStale), cancel)
            ? await database.WriteAsync(s => ReconcileStore.ClaimFogTaskAsync(s, replica.Id, now, stale, deleteStale), Durability.Relaxed, cancel)
            : null;
    }

    /// <summary>A claimed task is finished even when the process is asked to stop: it is short.</summary>
    private async Task HandleAsync(FogTaskRow task)
    {
        try
        {
            if (task.Reason == FogTaskReason.Delete || !await reconciler.ReconcileAsync(task.FogUuid, CancellationToken.None))
            {
                await removal.RemoveAsync(task.FogUuid, tellAgent: true, CancellationToken.None);
                return;
            }

            await database.WriteAsync(s => ReconcileStore.CompleteFogTaskAsync(s, task, replica.Id, _time.GetUtcNow()), Durability.Relaxed);
        }
        catch (Exception e)
        {
            Failed(_log, task.Reason, task.FogUuid, e.Message);
            await RecordAsync(task, e.Message);
        }
    }

    private Task RecordAsync(FogTaskRow task, string error) => database.WriteAsync(
        async s =>
        {
            var now = _time.GetUtcNow();
            await ReconcileStore.FailFogTaskAsync(s, task, replica.Id, error, NextAttempt(task, now), now);
            if (!await FogStore.LockAsync(s, task.FogUuid))
            {
                return;
            }

            await FogPlatformStore.SetFailedAsync(s, task.FogUuid, error, now);
            if (task.Reason != FogTaskReason.Delete)
            {
                var warning = "Platform reconcile: " + (error.Length > LongestWarning ? error[..LongestWarning] : error);
                await FogStore.UpdateAsync(s, task.FogUuid, new Dictionary<string, object?> { ["warningMessage"] = warning }, now);
                s.OnCommitted(() => fleet.Forget(task.FogUuid));
            }
        });

    private DateTimeOffset? NextAttempt(FogTaskRow task, DateTimeOffset now) =>
        task.Attempts + 1 >= settings.Jobs.FogTaskMaxAttempts
            ? null
            : now + settings.Jobs.TaskBackoffBase * Math.Pow(2, Math.Min(task.Attempts, 20));

    [LoggerMessage(Level = LogLevel.Warning, Message = "Platform task {reason} of fog {fog} failed: {message}")]
    private static partial void Failed(ILogger log, string reason, string fog, string message);
}
