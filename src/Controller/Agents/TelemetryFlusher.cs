using Controller.Configuration;
using Controller.Sql;

namespace Controller.Agents;

/// <summary>Writes telemetry behind, drops expired token ids, and leaves a clean database at stop (decision 26).</summary>
internal sealed partial class TelemetryFlusher(
    Fleet fleet, Telemetry telemetry, ITokenLedger ledger, ControllerSettings settings, TimeProvider time, ILogger<TelemetryFlusher> log)
    : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var forgotten = time.GetTimestamp();
        using var timer = new PeriodicTimer(settings.Jobs.TelemetryFlush, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                try
                {
                    await telemetry.FlushAsync(fleet.Known, stoppingToken);
                    if (time.GetElapsedTime(forgotten) >= settings.Jobs.FogTokenCleanupInterval)
                    {
                        forgotten = time.GetTimestamp();
                        await ledger.ForgetExpiredAsync(stoppingToken);
                    }
                }
                catch (DatabaseException e)
                {
                    Failed(log, e.Message);
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
    }

    /// <summary>The last act of a graceful stop, after the listeners are closed.</summary>
    public async Task FinishAsync(CancellationToken cancel)
    {
        try
        {
            await telemetry.FlushAsync(fleet.Known, cancel);
            await fleet.StoppedCleanlyAsync();
        }
        catch (DatabaseException e)
        {
            Failed(log, e.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Writing telemetry failed, will be tried again: {message}")]
    private static partial void Failed(ILogger log, string message);
}
