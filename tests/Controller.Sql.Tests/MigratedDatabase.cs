using Controller.Testing;

namespace Controller.Sql.Tests;

/// <summary>A migrated <see cref="Database"/> of its own on a real server of the flavor, for the stores' conformance suite.</summary>
internal sealed class MigratedDatabase : IAsyncDisposable
{
    private readonly TempDirectory? _directory;

    private MigratedDatabase(Database database, DatabaseOptions options, TempDirectory? directory)
    {
        Database = database;
        Options = options;
        _directory = directory;
    }

    public Database Database { get; }

    /// <summary>To open the same database once more (not SQLite's).</summary>
    public DatabaseOptions Options { get; }

    public static async Task<MigratedDatabase> OpenAsync(SqlFlavor flavor)
    {
        TempDirectory? directory = null;
        DatabaseOptions options;
        switch (flavor)
        {
            case SqlFlavor.Postgres:
                var postgres = await PostgresServer.SharedAsync();
                options = new()
                {
                    Flavor = flavor, Host = "127.0.0.1", Port = postgres.Port, Username = PostgresServer.User,
                    Name = await postgres.CreateDatabaseAsync(), MaxPoolSize = 5,
                };
                break;
            case SqlFlavor.MySql:
                var mariaDb = await MariaDbServer.SharedAsync();
                options = new()
                {
                    Flavor = flavor, Host = "127.0.0.1", Port = mariaDb.Port, Username = MariaDbServer.User,
                    Name = await mariaDb.CreateDatabaseAsync(), MaxPoolSize = 5,
                };
                break;
            default:
                directory = new TempDirectory();
                options = new() { SqlitePath = directory.File("controller.sqlite") };
                break;
        }

        var database = await Database.OpenAsync(options);
        await database.MigrateAsync();
        return new MigratedDatabase(database, options, directory);
    }

    public async ValueTask DisposeAsync()
    {
        await Database.DisposeAsync();
        _directory?.Dispose();
    }
}
