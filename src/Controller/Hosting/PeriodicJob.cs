using Controller.Sql;

namespace Controller.Hosting;

/// <summary>
/// Background work that repeats: run, wait, run again, so that runs of one job never overlap. A failed run is logged and
/// the next one tries again (reconcile 1).
/// </summary>
internal abstract partial class PeriodicJob(TimeProvider time, ILogger log) : BackgroundService
{
    private static readonly TimeSpan ShortestWait = TimeSpan.FromMilliseconds(10);

    /// <summary>For the log.</summary>
    protected abstract string Name { get; }

    /// <summary>From the process start to the first run; a wake-up shortens it.</summary>
    protected abstract TimeSpan FirstAfter { get; }

    /// <summary>From the end of a run to the next; a wake-up shortens it.</summary>
    protected abstract TimeSpan Interval { get; }

    /// <summary>Starts a run before its time; null when only time does.</summary>
    protected virtual WakeSignal? Wake => null;

    protected abstract Task RunAsync(CancellationToken cancel);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await WaitAsync(Wake?.Next, FirstAfter, stoppingToken);
        while (!stoppingToken.IsCancellationRequested)
        {
            // Taken before the run: what happens during it starts another.
            var wake = Wake?.Next;
            try
            {
                await RunAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (DatabaseException e)
            {
                Unavailable(log, Name, e.Message);
            }
            catch (Exception e)
            {
                Failed(log, e, Name);
            }

            await WaitAsync(wake, Interval, stoppingToken);
        }
    }

    private async Task WaitAsync(Task? wake, TimeSpan wait, CancellationToken cancel)
    {
        var pause = wait > ShortestWait ? wait : ShortestWait;
        var waiting = wake is null ? Task.Delay(pause, time, cancel) : wake.WaitAsync(pause, time, cancel);
        await waiting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Job {job} could not use the database: {message}")]
    private static partial void Unavailable(ILogger log, string job, string message);

    [LoggerMessage(Level = LogLevel.Error, Message = "Job {job} failed")]
    private static partial void Failed(ILogger log, Exception e, string job);
}
