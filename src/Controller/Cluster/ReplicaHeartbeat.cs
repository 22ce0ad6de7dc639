using Controller.Configuration;
using Controller.Sql;
using Controller.Sql.Stores;

namespace Controller.Cluster;

/// <summary>The jobs controller-heartbeat and controller-cleanup (runtime 2.5).</summary>
internal sealed partial class ReplicaHeartbeat(
    Replica replica, Database database, ControllerSettings settings, TimeProvider time, ILogger<ReplicaHeartbeat> log) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Nothing of it before the Controller serves.
        await Task.Yield();
        var sweptAt = (long?)null;
        using var timer = new PeriodicTimer(settings.Jobs.HeartbeatInterval, time);
        try
        {
            do
            {
                try
                {
                    // The registration at start was the first beat.
                    if (sweptAt is not null)
                    {
                        await replica.BeatAsync(stoppingToken);
                    }

                    if (sweptAt is not { } last || time.GetElapsedTime(last) >= settings.Jobs.ReplicaCleanupInterval)
                    {
                        sweptAt = time.GetTimestamp();
                        await SweepAsync(stoppingToken);
                    }
                }
                catch (DatabaseException e)
                {
                    Failed(log, e.Message);
                }
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
    }

    private Task SweepAsync(CancellationToken cancel)
    {
        var now = time.GetUtcNow();
        return database.WriteAsync(
            async s =>
            {
                await ReplicaStore.SweepAsync(s, now - settings.Jobs.ReplicaInactiveThreshold, now);
                await ReplicaStore.ForgetSilentAsync(s, now - settings.Jobs.ReplicaInactiveThreshold);
            },
            Durability.Relaxed,
            cancel);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The replica's heartbeat failed, will be tried again: {message}")]
    private static partial void Failed(ILogger log, string message);
}
