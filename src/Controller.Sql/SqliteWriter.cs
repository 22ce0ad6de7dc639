using System.Data.Common;
using System.Threading.Channels;
using Microsoft.Data.Sqlite;

namespace Controller.Sql;

/// <summary>
/// The only writer of a SQLite database. Callers queue; one thread takes all that is waiting, runs it in a single
/// transaction (a savepoint each, so that one failure undoes only itself) and completes every caller after the
/// commit. Under load many callers share one fsync; alone, a caller waits for nobody.
/// </summary>
internal sealed class SqliteWriter : IAsyncDisposable
{
    private const int MostPerCommit = 256;

    private readonly SqliteConnection _connection;
    private readonly Database _database;
    private readonly Channel<Item> _queue = Channel.CreateUnbounded<Item>(new() { SingleReader = true });
    private readonly Dictionary<string, DbCommand> _commands = new(StringComparer.Ordinal);
    private readonly Thread _thread;
    private Durability _synchronous = Durability.Durable;
    private int _waiting;

    public SqliteWriter(SqliteConnection connection, Database database)
    {
        _connection = connection;
        _database = database;
        _database.Metrics.WatchQueue(() => Volatile.Read(ref _waiting));
        // A thread of its own: SQLite blocks on fsync, which must not eat a pool thread on a two-core box.
        _thread = new Thread(Loop) { IsBackground = true, Name = "sqlite-writer" };
        _thread.Start();
    }

    /// <summary>See <see cref="Database.Revision"/>.</summary>
    public RevisionLog Revisions { get; } = new();

    public Task<T> RunAsync<T>(Func<DbSession, Task<T>> work, Durability durability, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        return Enqueue(new WorkItem<T>(work, durability, cancel));
    }

    /// <summary>Runs work that manages its own transaction on the writer's connection, alone.</summary>
    public Task<T> ExclusiveAsync<T>(Func<DbConnection, Task<T>> work) => Enqueue(new ExclusiveItem<T>(work));

    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await Task.Run(_thread.Join).ConfigureAwait(false);
        foreach (var command in _commands.Values)
        {
            command.Dispose();
        }

        await _connection.DisposeAsync().ConfigureAwait(false);
    }

    private Task<T> Enqueue<T>(Item<T> item)
    {
        item.Queued = _database.Metrics.Queued();
        Interlocked.Increment(ref _waiting);
        if (_queue.Writer.TryWrite(item))
        {
            return item.Task;
        }

        Interlocked.Decrement(ref _waiting);
        return Task.FromException<T>(new DatabaseException(DatabaseFault.Unavailable, "The database is closing"));
    }

    private void Loop()
    {
        var batch = new List<Item>(MostPerCommit);
        while (Wait())
        {
            batch.Clear();
            while (batch.Count < MostPerCommit && _queue.Reader.TryPeek(out var next))
            {
                if (next.Exclusive && batch.Count > 0)
                {
                    break;
                }

                _queue.Reader.TryRead(out _);
                Interlocked.Decrement(ref _waiting);
                _database.Metrics.Dequeued(next.Queued);
                batch.Add(next);
                if (next.Exclusive)
                {
                    break;
                }
            }

            if (batch is [{ Exclusive: true } alone])
            {
                alone.Run(_connection, _database, _commands);
                Revisions.Next(null);
                alone.Complete(null);
            }
            else if (batch.Count > 0)
            {
                Commit(batch);
            }
        }
    }

    private bool Wait()
    {
        // This thread exists to block here.
        return _queue.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult();
    }

    private void Commit(List<Item> batch)
    {
        var began = _database.Metrics.TransactionBegins();
        var failure = TryCommit(batch);
        _database.Metrics.TransactionEnded(began);
        foreach (var item in batch)
        {
            item.Complete(failure);
        }
    }

    /// <summary>Returns what made the whole batch fail, or null.</summary>
    private DatabaseException? TryCommit(List<Item> batch)
    {
        try
        {
            SetSynchronous(batch.Exists(i => i.Durability == Durability.Durable) ? Durability.Durable : Durability.Relaxed);
            Execute("BEGIN IMMEDIATE");
            var changed = new List<IReadOnlyCollection<string>?>(0);
            foreach (var item in batch)
            {
                Execute("SAVEPOINT item");
                var rows = SQLitePCL.raw.sqlite3_total_changes(_connection.Handle);
                item.Run(_connection, _database, _commands);
                if (!item.Failed)
                {
                    if (item.Changed is not { Count: 0 } && SQLitePCL.raw.sqlite3_total_changes(_connection.Handle) != rows)
                    {
                        changed.Add(item.Changed);
                    }

                    Execute("RELEASE item");
                    continue;
                }

                // A full disk or an I/O error makes SQLite give up the whole transaction: nobody may be told "done".
                if (SQLitePCL.raw.sqlite3_get_autocommit(_connection.Handle) != 0)
                {
                    return new DatabaseException(DatabaseFault.Unavailable, "The transaction was rolled back by the database");
                }

                Execute("ROLLBACK TO item");
                Execute("RELEASE item");
            }

            Execute("COMMIT");
            changed.ForEach(Revisions.Next);

            return null;
        }
        catch (Exception e)
        {
            // Whatever it was, this thread goes on: it is the only one that can answer the callers.
            Rollback();
            return new DatabaseException(DatabaseFault.Unavailable, e.Message, e);
        }
    }

    private void Rollback()
    {
        if (SQLitePCL.raw.sqlite3_get_autocommit(_connection.Handle) != 0)
        {
            return;
        }

        try
        {
            Execute("ROLLBACK");
        }
        catch (SqliteException)
        {
            // The next BEGIN reports a connection that is beyond help.
        }
    }

    private void SetSynchronous(Durability durability)
    {
        if (_synchronous != durability)
        {
            Execute(durability == Durability.Durable ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL");
            _synchronous = durability;
        }
    }

    private void Execute(string sql)
    {
        if (!_commands.TryGetValue(sql, out var command))
        {
            _commands[sql] = command = _connection.CreateCommand();
            command.CommandText = sql;
        }

        command.ExecuteNonQuery();
    }

    private abstract class Item
    {
        /// <summary>See <see cref="DatabaseMetrics.Queued"/>.</summary>
        public long Queued { get; set; }

        public abstract Durability Durability { get; }

        public virtual bool Exclusive => false;

        public abstract bool Failed { get; }

        /// <summary>See <see cref="DbSession.Changed"/>.</summary>
        public virtual IReadOnlyCollection<string>? Changed => null;

        public abstract void Run(SqliteConnection connection, Database database, Dictionary<string, DbCommand> commands);

        /// <summary>Answers the caller: with <paramref name="failure"/> when the commit failed, else with what Run gave.</summary>
        public abstract void Complete(DatabaseException? failure);
    }

    private abstract class Item<T> : Item
    {
        private readonly TaskCompletionSource<T> _source = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private T? _result;
        private Exception? _error;

        public Task<T> Task => _source.Task;

        public override bool Failed => _error is not null;

        public override void Run(SqliteConnection connection, Database database, Dictionary<string, DbCommand> commands)
        {
            try
            {
                // SQLite's async methods complete before they return, so this does not block on anything but SQLite.
                _result = Start(connection, database, commands).GetAwaiter().GetResult();
            }
            catch (Exception e)
            {
                _error = e;
            }
        }

        public override void Complete(DatabaseException? failure)
        {
            if ((_error ?? failure) is { } error)
            {
                _source.SetException(error);
                return;
            }

            try
            {
                Committed();
                _source.SetResult(_result!);
            }
            catch (Exception e)
            {
                _source.SetException(e);
            }
        }

        protected abstract Task<T> Start(SqliteConnection connection, Database database, Dictionary<string, DbCommand> commands);

        protected virtual void Committed()
        {
        }
    }

    private sealed class WorkItem<T>(Func<DbSession, Task<T>> work, Durability durability, CancellationToken cancel) : Item<T>
    {
        private DbSession? _session;

        public override IReadOnlyCollection<string>? Changed => _session?.Changed;

        public override Durability Durability => durability;

        protected override Task<T> Start(SqliteConnection connection, Database database, Dictionary<string, DbCommand> commands)
        {
            cancel.ThrowIfCancellationRequested();
            _session = new DbSession(connection, database, null, commands);
            return RunAsync(_session);
        }

        private async Task<T> RunAsync(DbSession session)
        {
            var result = await work(session).ConfigureAwait(false);
            await session.CompleteAsync().ConfigureAwait(false);
            return result;
        }

        protected override void Committed() => _session?.RunCommitted();
    }

    private sealed class ExclusiveItem<T>(Func<DbConnection, Task<T>> work) : Item<T>
    {
        public override Durability Durability => Durability.Durable;

        public override bool Exclusive => true;

        protected override Task<T> Start(SqliteConnection connection, Database database, Dictionary<string, DbCommand> commands) =>
            work(connection);
    }
}
