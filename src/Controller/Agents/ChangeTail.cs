using Controller.Sql;
using Controller.Sql.Stores;

namespace Controller.Agents;

/// <summary>
/// On a shared database: follows the change rows that other replicas write, so that polls held here wake up. One
/// query per half second, whatever the fleet's size.
/// </summary>
internal sealed partial class ChangeTail(Database database, Fleet fleet, TimeProvider time, ILogger<ChangeTail> log) : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(500);

    /// <summary>Ids are given before commits: a row may appear behind one that is already known.</summary>
    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(15);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (database.IsSoleOwner)
        {
            return;
        }

        var cursor = await database.ReadAsync(ChangeStore.LastIdAsync, stoppingToken);
        var recent = new Dictionary<long, DateTimeOffset>();
        using var timer = new PeriodicTimer(Period, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                var now = time.GetUtcNow();
                foreach (var (id, fog) in await database.ReadAsync(s => ChangeStore.TailAsync(s, cursor), stoppingToken))
                {
                    if (recent.TryAdd(id, now) && fleet.Find(fog) is { } entry)
                    {
                        Telemetry.MicroservicesChanged(entry);
                        entry.Changes.Ring();
                    }
                }

                foreach (var (id, _) in recent.Where(r => now - r.Value > Settled).OrderBy(r => r.Key).ToList())
                {
                    recent.Remove(id);
                    cursor = Math.Max(cursor, id);
                }
            }
            catch (DatabaseException e)
            {
                Failed(log, e.Message);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Following changes of other replicas failed: {message}")]
    private static partial void Failed(ILogger log, string message);
}
