using Controller.Configuration;
using Controller.Hosting;
using Controller.Sql;
using Controller.Sql.Stores;

namespace Controller.Agents;

/// <summary>
/// Finds agents that fell silent, by the time the server heard of them last (agent-wire 22, decision 12). The time
/// before this process started does not count: nobody was there to hear.
/// </summary>
internal sealed class FogStatusJob(
    Database database, Fleet fleet, Telemetry telemetry, NodeTransitions nodes, ControllerSettings settings, TimeProvider time, ILogger<FogStatusJob> log)
    : PeriodicJob(time, log)
{
    /// <summary>Seconds; a fog that reports more often is judged as if it did not.</summary>
    private const int ShortestPeriod = 10;

    private readonly TimeProvider _time = time;
    private readonly long _started = time.GetUtcNow().ToUnixTimeMilliseconds();

    protected override string Name => "fog-status";

    protected override TimeSpan FirstAfter => settings.Jobs.StartupDelay + TimeSpan.FromSeconds(0.5);

    protected override TimeSpan Interval => settings.Jobs.FogStatusInterval;

    protected override Task RunAsync(CancellationToken cancel) => CheckAsync(cancel);

    /// <summary>Marks every silent fog.</summary>
    public async Task CheckAsync(CancellationToken cancel)
    {
        var now = _time.GetUtcNow().ToUnixTimeMilliseconds();
        var suspects = await database.ReadAsync(s => NodeStore.ListSilentAsync(s, now - Patience(ShortestPeriod)), cancel);
        foreach (var fog in suspects)
        {
            var since = now - Patience(fog.StatusFrequency);
            var newest = telemetry.Newest(fleet.Find(fog.Uuid), new FogStatus { LastActive = fog.LastActive }).LastActive ?? 0;
            if (Math.Max(newest, _started) < since)
            {
                await nodes.SilentAsync(fog.Uuid, since, cancel);
            }
        }
    }

    /// <summary>Milliseconds.</summary>
    private long Patience(int statusFrequency) => Math.Max(statusFrequency, ShortestPeriod) * 1000L * settings.Jobs.FogStatusTolerance;
}
