using Controller.Sql;
using Controller.Sql.Stores;

namespace Controller.Status;

/// <summary>The database answers.</summary>
internal sealed partial class DatabaseCheck(Database database, ILogger<DatabaseCheck> log) : IReadinessCheck
{
    public async Task<string?> CheckAsync(CancellationToken cancel)
    {
        try
        {
            await database.ReadAsync(async s => { await HealthStore.PingAsync(s); return true; }, cancel);
            return null;
        }
        catch (DatabaseException e)
        {
            Failed(log, e.Message);
            return "Database unavailable";
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Not ready, the database does not answer: {message}")]
    private static partial void Failed(ILogger log, string message);
}
