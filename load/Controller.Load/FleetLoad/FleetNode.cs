using System.Diagnostics;
using Edgelet.Simulator;

namespace Controller.Load;

/// <summary>
/// One node at an Edgelet's cadence. Reports go out when they are due, whether or not the one before was answered, and
/// are timed from that moment: a slow server does not slow its own measurement down.
/// </summary>
internal sealed class FleetNode(LoadFog fog, FleetMeter meter, TimeSpan statusPeriod, TimeSpan hold, int seed)
{
    /// <summary>What an Edgelet waits between two polls where polls are held.</summary>
    public static readonly TimeSpan PollPause = TimeSpan.FromSeconds(1);

    private readonly DateTimeOffset _started = DateTimeOffset.UtcNow;

    public Task RunAsync(CancellationToken stop) => Task.WhenAll(ReportAsync(stop), PollAsync(stop));

    private async Task ReportAsync(CancellationToken stop)
    {
        // Spread over the period, as nodes are that were started at different times.
        var due = Stopwatch.GetTimestamp() + (long)(Random.Shared.NextDouble() * statusPeriod.TotalSeconds * Stopwatch.Frequency);
        while (await WaitAsync(Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), due), stop))
        {
            _ = SendStatusAsync(due, stop);
            due += (long)(statusPeriod.TotalSeconds * Stopwatch.Frequency);
        }
    }

    private async Task SendStatusAsync(long due, CancellationToken stop)
    {
        try
        {
            await fog.Client.PutStatusAsync(StatusReport.Realistic(DateTimeOffset.UtcNow, _started, [], seed: seed), stop);
            meter.Status(Stopwatch.GetElapsedTime(due));
        }
        catch (Exception error) when (error is AgentCallException or HttpRequestException or OperationCanceledException or AgentDecodeException)
        {
            Failed(error, stop);
        }
    }

    private async Task PollAsync(CancellationToken stop)
    {
        if (!await WaitAsync(PollPause * Random.Shared.NextDouble(), stop))
        {
            return;
        }

        do
        {
            try
            {
                var asked = Stopwatch.GetTimestamp();
                var changes = await fog.Client.GetChangesAsync((int)hold.TotalSeconds, stop);
                meter.Poll(Stopwatch.GetElapsedTime(asked), hold, changes.Any);
                if (changes.Config)
                {
                    await fog.Client.GetConfigAsync(stop);
                }

                if (changes.Prune)
                {
                    meter.Seen(fog.Uuid);
                }

                await fog.Client.AcknowledgeChangesAsync(changes.LastUpdated, stop);
            }
            catch (Exception error) when (error is AgentCallException or HttpRequestException or OperationCanceledException or AgentDecodeException)
            {
                Failed(error, stop);
            }
        }
        while (await WaitAsync(PollPause, stop));
    }

    private void Failed(Exception error, CancellationToken stop)
    {
        if (!stop.IsCancellationRequested)
        {
            meter.Failed(error.Message);
        }
    }

    private static async Task<bool> WaitAsync(TimeSpan time, CancellationToken stop)
    {
        await Task.Delay(time > TimeSpan.Zero ? time : TimeSpan.Zero, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return !stop.IsCancellationRequested;
    }
}
