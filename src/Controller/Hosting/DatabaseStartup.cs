using Controller.Configuration;
using Controller.Sql;

namespace Controller.Hosting;

/// <summary>Opens the configured database and brings its schema up to date.</summary>
internal static class DatabaseStartup
{
    /// <exception cref="StartupException">It cannot be opened, is in use, or has a schema we cannot bring up to date.</exception>
    public static Task<Database> OpenAsync(ControllerSettings settings, CancellationToken cancel) =>
        OpenAsync(Options(settings.Database), database => database.MigrateAsync(cancel), cancel);

    /// <summary>Opens the configured database as it is, for a command: nothing is created and nothing migrated.</summary>
    /// <exception cref="StartupException">It is missing, cannot be opened, is in use, or is not up to date.</exception>
    public static Task<Database> OpenCurrentAsync(ControllerSettings settings, CancellationToken cancel) =>
        OpenAsync(
            Options(settings.Database) with { MayCreate = false },
            async database =>
            {
                if (await database.PendingMigrationAsync(cancel) is { } pending)
                {
                    throw new SchemaException($"The database is not up to date ({pending} is missing): start the Controller once");
                }
            },
            cancel);

    /// <summary>The configured database, as the SQL layer wants to know it.</summary>
    public static DatabaseOptions Options(DatabaseSettings settings)
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

    private static async Task<Database> OpenAsync(DatabaseOptions options, Func<Database, Task> prepare, CancellationToken cancel)
    {
        Database? database = null;
        try
        {
            database = await Database.OpenAsync(options, cancel);
            await prepare(database);
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
}
