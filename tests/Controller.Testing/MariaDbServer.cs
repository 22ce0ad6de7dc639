using System.Globalization;
using MySqlConnector;

namespace Controller.Testing;

/// <summary>
/// A MariaDB server of our own: new data directory, own port on 127.0.0.1, user <c>root</c> without a password. Removed
/// without trace on dispose or when this process ends.
/// </summary>
public sealed class MariaDbServer : IAsyncDisposable
{
    private static readonly Lazy<Task<MariaDbServer>> Shared = new(StartAsync);

    private readonly ServerProcess _process;

    private MariaDbServer(ServerProcess process, int port)
    {
        _process = process;
        Port = port;
    }

    public int Port { get; }

    /// <summary>The user, who needs no password.</summary>
    public const string User = "root";

    /// <summary>The one server of this test process, started at the first call. Nobody disposes it.</summary>
    public static Task<MariaDbServer> SharedAsync() => Shared.Value;

    /// <summary>Starts another server, for a test that needs to break it.</summary>
    /// <exception cref="InvalidOperationException">MariaDB is missing and cannot be installed, or does not
    /// start.</exception>
    public static async Task<MariaDbServer> StartAsync()
    {
        var install = await TestDependencies.FindAsync("mariadb-server", "/usr/bin/mariadb-install-db");
        var program = await TestDependencies.FindAsync("mariadb-server", "/usr/sbin/mariadbd");
        var directory = await ServerProcess.CreateDirectoryAsync("controller-my-", "mysql");
        var data = Path.Combine(directory, "data");
        var create = ServerProcess.AsUser(
            "mysql",
            install,
            "--no-defaults",
            $"--datadir={data}",
            "--auth-root-authentication-method=normal",
            "--skip-test-db");
        await TestDependencies.RunAsync(create[0], create[1..]);

        var port = ServerProcess.FreePort();
        var serve = ServerProcess.AsUser(
            "mysql",
            program,
            "--no-defaults",
            $"--datadir={data}",
            $"--port={port.ToString(CultureInfo.InvariantCulture)}",
            "--bind-address=127.0.0.1",
            $"--socket={Path.Combine(directory, "server.sock")}",
            $"--pid-file={Path.Combine(directory, "server.pid")}",
            "--skip-name-resolve",
            "--character-set-server=utf8mb4",
            "--max-connections=300",
            "--innodb-buffer-pool-size=128M");
        var process = await ServerProcess.StartAsync(directory, "KILL", serve, async () =>
        {
            await using var connection = new MySqlConnection(Describe(port, "mysql") + ";Pooling=false");
            await connection.OpenAsync();
        });
        return new MariaDbServer(process, port);
    }

    /// <summary>A MySqlConnector connection string for a database of this server.</summary>
    public string ConnectionString(string databaseName) => Describe(Port, databaseName);

    /// <summary>Creates an empty database.</summary>
    /// <param name="databaseName">Its name; when missing, one that nobody else has.</param>
    /// <returns>The name.</returns>
    public async Task<string> CreateDatabaseAsync(string? databaseName = null)
    {
        databaseName ??= $"test_{Guid.NewGuid():N}";
        await using var connection = new MySqlConnection(Describe(Port, "mysql") + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = $"CREATE DATABASE `{databaseName}`";
        await command.ExecuteNonQueryAsync();
        return databaseName;
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private static string Describe(int port, string databaseName) =>
        $"Server=127.0.0.1;Port={port};User ID=root;Database={databaseName};SslMode=None";
}
