namespace Controller.Sql;

/// <summary>
/// The one way to the database: reads on a pooled connection, writes in a transaction. The callbacks do nothing but
/// database work, since they hold a connection (on SQLite: the only writer). Failures come as
/// <see cref="DatabaseException"/>.
/// </summary>
public abstract class Database : IAsyncDisposable
{
    private protected Database(Dialect dialect)
    {
        Dialect = dialect;
        Metrics = new(dialect.Flavor);
    }

    /// <summary>The dialect of this database.</summary>
    public Dialect Dialect { get; }

    /// <summary>
    /// True when this process is the only one that writes the database, so that what it keeps in memory is the truth.
    /// </summary>
    public abstract bool IsSoleOwner { get; }

    /// <summary>
    /// Grows with each commit that changed rows, before its caller hears of it; not with one that says that nothing kept
    /// in memory is among them (<see cref="DbSession.NothingElseChanges"/>). What was read after taking the revision stays
    /// true until the next one. Null where others write too.
    /// </summary>
    public virtual long? Revision => null;

    /// <summary>
    /// What changed after a revision, as <see cref="DbSession.Changes"/> names it; null when anything may have.
    /// </summary>
    public virtual IReadOnlySet<string>? ChangedSince(long revision) => null;

    /// <summary>What this database measures of itself.</summary>
    public DatabaseMetrics Metrics { get; }

    /// <summary>Told of each statement: how tests see what a request costs.</summary>
    internal Action<string>? StatementRuns { get; set; }

    /// <summary>Opens the database described by <paramref name="options"/>, creating it when missing. No migration.</summary>
    /// <exception cref="DatabaseException">It cannot be reached or opened.</exception>
    /// <exception cref="DatabaseInUseException">SQLite: another process has it.</exception>
    public static async Task<Database> OpenAsync(DatabaseOptions options, CancellationToken cancel = default) =>
        options.Flavor == SqlFlavor.Sqlite
            ? SqliteDatabase.Open(options)
            : await ServerDatabase.ConnectAsync(options, cancel).ConfigureAwait(false);

    /// <summary>Runs queries on one connection, outside a transaction.</summary>
    public abstract Task<T> ReadAsync<T>(Func<DbSession, Task<T>> work, CancellationToken cancel = default);

    /// <summary>
    /// Runs <paramref name="work"/> in a transaction and returns its result after the commit. An exception rolls the
    /// whole of it back. The work may run more than once (serialisation failures), so it changes nothing but the
    /// database; what must follow a commit goes through <see cref="DbSession.OnCommitted"/>.
    /// </summary>
    public abstract Task<T> WriteAsync<T>(
        Func<DbSession, Task<T>> work, Durability durability = Durability.Durable, CancellationToken cancel = default);

    /// <summary>As <see cref="WriteAsync{T}"/>, for work without a result.</summary>
    public Task WriteAsync(
        Func<DbSession, Task> work, Durability durability = Durability.Durable, CancellationToken cancel = default) =>
        WriteAsync(async s => { await work(s).ConfigureAwait(false); return true; }, durability, cancel);

    /// <summary>
    /// Runs statements that need no common transaction: one round trip each on a server, the writer's next group
    /// commit on SQLite. For the hot path, where begin and commit would cost more than the statement.
    /// </summary>
    public abstract Task<T> AutoCommitAsync<T>(
        Func<DbSession, Task<T>> work, CancellationToken cancel = default, Durability durability = Durability.Relaxed);

    /// <summary>Brings the schema up to date (see <see cref="Migrator"/>).</summary>
    public abstract Task<IReadOnlyList<AppliedMigration>> MigrateAsync(CancellationToken cancel = default);

    /// <summary>File name of the first migration that the database lacks; null when it is up to date. Changes nothing.</summary>
    /// <exception cref="SchemaException">The schema is not one that this build can use.</exception>
    public abstract Task<string?> PendingMigrationAsync(CancellationToken cancel = default);

    /// <inheritdoc/>
    public abstract ValueTask DisposeAsync();
}

/// <summary>A second process tried to open a SQLite database that one process owns.</summary>
public sealed class DatabaseInUseException(string message) : Exception(message);
