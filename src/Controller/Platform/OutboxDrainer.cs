using System.Text.Json;
using Controller.Configuration;
using Controller.Hosting;
using Controller.Sql;
using Controller.Sql.Stores;

namespace Controller.Platform;

/// <summary>Turns outbox rows into tasks (reconcile 6.3).</summary>
internal sealed class OutboxDrainer(
    Database database, PlatformQueue queue, ControllerSettings settings, TimeProvider time, ILogger<OutboxDrainer> log)
    : PeriodicJob(time, log)
{
    private static readonly string[] Kinds = [PlatformQueue.FogKind];

    private readonly TimeProvider _time = time;

    protected override string Name => "reconcile-outbox-drainer";

    protected override TimeSpan FirstAfter => settings.Jobs.StartupDelay + TimeSpan.FromSeconds(2);

    protected override TimeSpan Interval => settings.Jobs.OutboxDrainInterval;

    protected override WakeSignal Wake => queue.OutboxFilled;

    protected override async Task RunAsync(CancellationToken cancel)
    {
        while (await database.ReadAsync(s => ReconcileStore.HasOutboxAsync(s, Kinds), cancel))
        {
            if (await DrainAsync(cancel) < settings.Jobs.OutboxBatchSize)
            {
                return;
            }
        }
    }

    /// <summary>Processes one batch and returns how many rows are done with.</summary>
    private async Task<int> DrainAsync(CancellationToken cancel)
    {
        var done = 0;
        try
        {
            done = await TransactAsync(null, cancel);
        }
        catch (Exception e) when (e is JsonException or DatabaseException { Fault: not DatabaseFault.Unavailable })
        {
            // One bad row undoes the whole batch: the others go one by one.
            var rows = await database.ReadAsync(s => ReconcileStore.ListOutboxAsync(s, Kinds, settings.Jobs.OutboxBatchSize), cancel);
            foreach (var row in rows)
            {
                done += await DrainOneAsync(row, cancel);
            }
        }

        if (done > 0)
        {
            queue.TasksAdded.Set();
        }

        return done;
    }

    private async Task<int> DrainOneAsync(OutboxRow row, CancellationToken cancel)
    {
        try
        {
            return await TransactAsync(row.Id, cancel);
        }
        catch (Exception e) when (e is JsonException or DatabaseException { Fault: not DatabaseFault.Unavailable })
        {
            await database.WriteAsync(s => ReconcileStore.FailOutboxAsync(s, row.Id, e.Message), Durability.Relaxed, cancel);
            return 0;
        }
    }

    private Task<int> TransactAsync(long? id, CancellationToken cancel) => database.WriteAsync(
        async s =>
        {
            var rows = await ReconcileStore.TakeOutboxAsync(s, Kinds, settings.Jobs.OutboxBatchSize, id);
            var now = _time.GetUtcNow();
            foreach (var row in rows)
            {
                var task = JsonSerializer.Deserialize(row.Payload, PlatformJson.Default.FogTaskPayload);
                if (string.IsNullOrEmpty(task?.FogUuid))
                {
                    throw new JsonException("fogUuid is required to enqueue fog platform reconcile task");
                }

                // False: the fog is gone, and its task with it.
                await ReconcileStore.EnqueueFogAsync(s, task.FogUuid, task.Reason, task.SpecGeneration, now);
            }

            await ReconcileStore.CloseOutboxAsync(s, rows.Select(r => r.Id), now);
            return rows.Count;
        },
        Durability.Relaxed,
        cancel);
}
