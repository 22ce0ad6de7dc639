using System.Data.Common;
using Controller.Testing;
using Microsoft.Data.Sqlite;
using MySqlConnector;
using Npgsql;

namespace Controller.Sql.Tests;

/// <summary>An empty database of its own on a real server of the flavor.</summary>
internal sealed class TestDatabase : IAsyncDisposable
{
    private readonly string _connectionString;
    private readonly TempDirectory? _directory;

    private TestDatabase(SqlFlavor flavor, string connectionString, TempDirectory? directory)
    {
        Flavor = flavor;
        _connectionString = connectionString;
        _directory = directory;
    }

    public SqlFlavor Flavor { get; }

    public static async Task<TestDatabase> CreateAsync(SqlFlavor flavor)
    {
        switch (flavor)
        {
            case SqlFlavor.Postgres:
                var postgres = await PostgresServer.SharedAsync();
                var name = await postgres.CreateDatabaseAsync();
                return new TestDatabase(flavor, postgres.ConnectionString(name) + ";Pooling=false", null);
            case SqlFlavor.MySql:
                var mariaDb = await MariaDbServer.SharedAsync();
                name = await mariaDb.CreateDatabaseAsync();
                return new TestDatabase(flavor, mariaDb.ConnectionString(name) + ";Pooling=false", null);
            default:
                var directory = new TempDirectory();
                return new TestDatabase(flavor, $"Data Source={directory.File("test.sqlite")};Pooling=false", directory);
        }
    }

    /// <summary>A new connection; SQLite ones are set up as in production.</summary>
    public async Task<DbConnection> OpenAsync()
    {
        DbConnection connection = Flavor switch
        {
            SqlFlavor.Postgres => new NpgsqlConnection(_connectionString),
            SqlFlavor.MySql => new MySqlConnection(_connectionString),
            _ => new SqliteConnection(_connectionString),
        };
        await connection.OpenAsync();
        if (Flavor == SqlFlavor.Sqlite)
        {
            await connection.ExecuteAsync("PRAGMA busy_timeout = 10000");
            await connection.ExecuteAsync("PRAGMA journal_mode = WAL");
            await connection.ExecuteAsync("PRAGMA foreign_keys = ON");
        }

        return connection;
    }

    public ValueTask DisposeAsync()
    {
        _directory?.Dispose();
        return ValueTask.CompletedTask;
    }
}

internal static class DbConnectionExtensions
{
    public static async Task ExecuteAsync(this DbConnection connection, string sql)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>The rows of a query, columns joined by a bar, null as the word.</summary>
    public static async Task<List<string>> RowsAsync(this DbConnection connection, string sql)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<string>();
        while (await reader.ReadAsync())
        {
            rows.Add(string.Join('|', Enumerable.Range(0, reader.FieldCount).Select(i => reader.IsDBNull(i)
                ? "null"
                : Convert.ToString(reader.GetValue(i), System.Globalization.CultureInfo.InvariantCulture))));
        }

        return rows;
    }
}
