using System.Globalization;
using Npgsql;

namespace Controller.Testing;

/// <summary>
/// A PostgreSQL server of our own: new data directory, own port on 127.0.0.1, superuser <c>postgres</c> without a
/// password, fsync on. Removed without trace on dispose or when this process ends.
/// </summary>
public sealed class PostgresServer : IAsyncDisposable
{
    private const string Bin = "/usr/lib/postgresql/15/bin/";

    private static readonly Lazy<Task<PostgresServer>> Shared = new(StartAsync);

    private readonly ServerProcess _process;

    private PostgresServer(ServerProcess process, int port)
    {
        _process = process;
        Port = port;
    }

    public int Port { get; }

    /// <summary>The user, who needs no password.</summary>
    public const string User = "postgres";

    /// <summary>The one server of this test process, started at the first call. Nobody disposes it.</summary>
    public static Task<PostgresServer> SharedAsync() => Shared.Value;

    /// <summary>Starts another server, for a test that needs to break it.</summary>
    /// <exception cref="InvalidOperationException">PostgreSQL is missing and cannot be installed, or does not
    /// start.</exception>
    public static async Task<PostgresServer> StartAsync()
    {
        var initdb = await TestDependencies.FindAsync("postgresql-15", Bin + "initdb");
        var directory = await ServerProcess.CreateDirectoryAsync("controller-pg-", "postgres");
        var data = Path.Combine(directory, "data");
        var create = ServerProcess.AsUser(
            "postgres", initdb, "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync");
        await TestDependencies.RunAsync(create[0], create[1..]);

        var port = ServerProcess.FreePort();
        var serve = ServerProcess.AsUser(
            "postgres",
            Bin + "postgres",
            "-D", data,
            "-p", port.ToString(CultureInfo.InvariantCulture),
            "-h", "127.0.0.1",
            "-k", directory,
            "-c", "max_connections=200");
        var process = await ServerProcess.StartAsync(directory, "QUIT", serve, async () =>
        {
            await using var connection = new NpgsqlConnection(Describe(port, "postgres") + ";Pooling=false");
            await connection.OpenAsync();
        });
        return new PostgresServer(process, port);
    }

    /// <summary>An Npgsql connection string for a database of this server.</summary>
    public string ConnectionString(string databaseName) => Describe(Port, databaseName);

    /// <summary>Creates an empty database, or a copy of one that nobody is connected to.</summary>
    /// <param name="databaseName">Its name; when missing, one that nobody else has.</param>
    /// <param name="template">What to copy.</param>
    /// <returns>The name.</returns>
    public async Task<string> CreateDatabaseAsync(string? databaseName = null, string? template = null)
    {
        databaseName ??= $"test_{Guid.NewGuid():N}";
        await using var connection = new NpgsqlConnection(Describe(Port, "postgres") + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = $"CREATE DATABASE \"{databaseName}\"" + (template is null ? "" : $" TEMPLATE \"{template}\"");
        await command.ExecuteNonQueryAsync();
        return databaseName;
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private static string Describe(int port, string databaseName) =>
        $"Host=127.0.0.1;Port={port};Username=postgres;Database={databaseName}";
}
