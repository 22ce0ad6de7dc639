using Controller.Configuration;
using Controller.Sql;

namespace Controller.Hosting;

/// <summary>Opens the configured database and brings its schema up to date.</summary>
internal static class DatabaseStartup
{
    /// <exception cref="StartupException">It cannot be opened, is in use, or has a schema we cannot bring up to date.</exception>
    public static async Task<Database> OpenAsync(ControllerSettings settings, CancellationToken cancel)
    {
        Database? database = null;
        try
        {
            database = await Database.OpenAsync(Options(settings.Database), cancel);
            await database.MigrateAsync(cancel);
            return database;
        }
        catch (Exception e) when (e is DatabaseException or DatabaseInUseException or SchemaException or System.Data.Common.DbException)
        {
            if (database is not null)
            {
                await database.DisposeAsync();
            }

            throw new StartupException(e.Message, e);
        }
    }

    private static DatabaseOptions Options(DatabaseSettings settings)
    {
        var retries = new DatabaseOptions
        {
            RetryMaxAttempts = settings.Limits.BusyRetryMaxAttempts,
            RetryBaseDelay = settings.Limits.BusyRetryBase,
        };
        return settings.Server is not { } server
            ? retries with { Flavor = SqlFlavor.Sqlite, SqlitePath = settings.Sqlite.FilePath }
            : retries with
            {
                Flavor = settings.Provider == DatabaseProvider.Postgres ? SqlFlavor.Postgres : SqlFlavor.MySql,
                Host = server.Host,
                Port = server.Port,
                Username = server.UserName,
                Password = server.Password?.Reveal() ?? "",
                Name = server.Name,
                UseSsl = server.UseTls,
                SslCaPem = server.CertificateAuthorityPem,
                MaxPoolSize = settings.Pool.Maximum,
            };
    }
}
