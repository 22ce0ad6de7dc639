using System.Collections.Concurrent;
using System.Data.Common;
using Microsoft.Data.Sqlite;

namespace Controller.Sql;

/// <summary>SQLite in WAL mode: one group-committing writer, a few read-only connections.</summary>
internal sealed class SqliteDatabase : Database
{
    private readonly SqliteFileLock _lock;
    private readonly SqliteWriter _writer;
    private readonly string _readerString;
    private readonly ConcurrentBag<Reader> _readers = [];
    private volatile bool _isClosed;

    private SqliteDatabase(SqliteFileLock fileLock, SqliteConnection writer, string readerString)
        : base(new SqliteDialect())
    {
        _lock = fileLock;
        _readerString = readerString;
        _writer = new SqliteWriter(writer, this);
    }

    public override bool IsSoleOwner => true;

    public override long? Revision => _writer.Revisions.Current;

    public override IReadOnlySet<string>? ChangedSince(long revision) => _writer.Revisions.Since(revision);

    public static SqliteDatabase Open(DatabaseOptions options)
    {
        var path = Path.GetFullPath(options.SqlitePath);
        SqliteFileLock? fileLock = null;
        SqliteConnection? writer = null;
        try
        {
            if (!options.MayCreate && !File.Exists(path))
            {
                throw new FileNotFoundException("there is no such file; start the Controller once to create it");
            }

            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            fileLock = SqliteFileLock.Take(path);
            // Pooling off: this class is the pool.
            writer = new SqliteConnection(ConnectionString(path, SqliteOpenMode.ReadWriteCreate));
            writer.Open();
            Execute(writer, "PRAGMA journal_mode = WAL");
            Execute(writer, "PRAGMA busy_timeout = 10000");
            Execute(writer, "PRAGMA foreign_keys = ON");
            Execute(writer, "PRAGMA synchronous = FULL");
            return new SqliteDatabase(fileLock, writer, ConnectionString(path, SqliteOpenMode.ReadOnly));
        }
        catch (Exception e) when (e is SqliteException or IOException or UnauthorizedAccessException)
        {
            writer?.Dispose();
            fileLock?.Dispose();
            throw new DatabaseException(DatabaseFault.Unavailable, $"Cannot open the database {path}: {e.Message}", e);
        }
    }

    public override async Task<T> ReadAsync<T>(Func<DbSession, Task<T>> work, CancellationToken cancel = default)
    {
        cancel.ThrowIfCancellationRequested();
        if (_isClosed)
        {
            throw new DatabaseException(DatabaseFault.Unavailable, "The database is closed");
        }

        if (!_readers.TryTake(out var reader))
        {
            reader = OpenReader();
        }

        var healthy = false;
        try
        {
            var result = await work(new DbSession(reader.Connection, this, null, reader.Commands)).ConfigureAwait(false);
            healthy = true;
            return result;
        }
        catch (DatabaseException e)
        {
            healthy = e.Fault != DatabaseFault.Unavailable;
            throw;
        }
        finally
        {
            // More than a handful of idle connections only costs memory: reads are short and the cores are few.
            if (healthy && !_isClosed && _readers.Count < Environment.ProcessorCount + 2)
            {
                _readers.Add(reader);
            }
            else
            {
                reader.Dispose();
                if (!healthy)
                {
                    Metrics.ConnectionInvalidated();
                }
            }
        }
    }

    public override Task<T> WriteAsync<T>(
        Func<DbSession, Task<T>> work, Durability durability = Durability.Durable, CancellationToken cancel = default) =>
        _writer.RunAsync(work, durability, cancel);

    public override Task<T> AutoCommitAsync<T>(
        Func<DbSession, Task<T>> work, CancellationToken cancel = default, Durability durability = Durability.Relaxed) =>
        _writer.RunAsync(work, durability, cancel);

    public override Task<IReadOnlyList<AppliedMigration>> MigrateAsync(CancellationToken cancel = default) =>
        _writer.ExclusiveAsync(c => new Migrator(TimeProvider.System).MigrateAsync(c, SqlFlavor.Sqlite, cancel));

    public override Task<string?> PendingMigrationAsync(CancellationToken cancel = default) =>
        _writer.ExclusiveAsync(c => new Migrator(TimeProvider.System).FindPendingAsync(c, SqlFlavor.Sqlite, cancel));

    public override async ValueTask DisposeAsync()
    {
        _isClosed = true;
        while (_readers.TryTake(out var reader))
        {
            reader.Dispose();
        }

        // Last, since only a writer takes the log into the file as it leaves.
        await _writer.DisposeAsync().ConfigureAwait(false);
        _lock.Dispose();
        Metrics.Dispose();
    }

    private static string ConnectionString(string path, SqliteOpenMode mode) =>
        new SqliteConnectionStringBuilder { DataSource = path, Mode = mode, Pooling = false }.ToString();

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private Reader OpenReader()
    {
        var connection = new SqliteConnection(_readerString);
        try
        {
            connection.Open();
            Execute(connection, "PRAGMA busy_timeout = 10000");
            return new Reader(connection);
        }
        catch (SqliteException e)
        {
            connection.Dispose();
            throw new DatabaseException(DatabaseFault.Unavailable, e.Message, e);
        }
    }

    private sealed class Reader(SqliteConnection connection) : IDisposable
    {
        public SqliteConnection Connection { get; } = connection;

        public Dictionary<string, DbCommand> Commands { get; } = new(StringComparer.Ordinal);

        public void Dispose()
        {
            foreach (var command in Commands.Values)
            {
                command.Dispose();
            }

            Connection.Dispose();
        }
    }
}
