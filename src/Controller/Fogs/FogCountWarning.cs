using Controller.Configuration;
using Controller.Sql;
using Controller.Sql.Stores;

namespace Controller.Fogs;

/// <summary>Warns at start when a fleet has outgrown SQLite (runtime 2.2, step 7). Nothing is refused.</summary>
internal sealed partial class FogCountWarning(Database database, ControllerSettings settings, ILogger<FogCountWarning> log)
{
    public async Task CheckAsync(CancellationToken cancel)
    {
        if (settings.Database.Server is not null)
        {
            return;
        }

        var threshold = settings.Database.Sqlite.FogWarningThreshold;
        var count = await database.ReadAsync(FogStore.CountAsync, cancel);
        if (count > threshold)
        {
            Outgrown(log, count, threshold);
            database.Metrics.FogCountWarned();
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{count} agents on SQLite, more than {threshold}: PostgreSQL or MySQL is advised")]
    private static partial void Outgrown(ILogger log, long count, int threshold);
}
