using Controller.Configuration;
using Controller.Hosting;
using Controller.Sql;
using Controller.Sql.Stores;

namespace Controller.Identity.Browser;

/// <summary>Removes what has expired in the tables of operator identity, in small transactions (auth-rbac 12).</summary>
internal sealed class ExpiredIdentityJob(Database database, ControllerSettings settings, TimeProvider time, ILogger<ExpiredIdentityJob> log)
    : PeriodicJob(time, log)
{
    private const int Batch = 500;

    private readonly TimeProvider _time = time;

    protected override string Name => "expired-identity";

    protected override TimeSpan FirstAfter => settings.Jobs.StartupDelay + TimeSpan.FromSeconds(4);

    protected override TimeSpan Interval => TimeSpan.FromMinutes(10);

    protected override Task RunAsync(CancellationToken cancel) => PurgeAsync(cancel);

    /// <summary>Removes all that has expired by now.</summary>
    public async Task PurgeAsync(CancellationToken cancel)
    {
        var now = _time.GetUtcNow();
        foreach (var table in ExpiredStore.Tables)
        {
            while (await database.WriteAsync(s => ExpiredStore.PurgeAsync(s, table, now, Batch), Durability.Relaxed, cancel) == Batch)
            {
            }
        }
    }
}
