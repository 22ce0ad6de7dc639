using System.Data;
using System.Data.Common;
using MySqlConnector;
using Npgsql;

namespace Controller.Sql;

/// <summary>PostgreSQL or MySQL: a connection pool shared with other replicas.</summary>
internal sealed class ServerDatabase : Database
{
    private readonly DbDataSource _source;

    /// <summary>Connections that do not wait for the server's disk; the same as <see cref="_source"/> on MySQL.</summary>
    private readonly DbDataSource _relaxed;
    private readonly DatabaseOptions _options;

    private ServerDatabase(Dialect dialect, DbDataSource source, DatabaseOptions options)
        : base(dialect)
    {
        _source = source;
        _relaxed = options.Flavor == SqlFlavor.Postgres ? PostgresSource(options, options.Name, "-c synchronous_commit=off") : source;
        _options = options;
    }

    public override bool IsSoleOwner => false;

    public static async Task<ServerDatabase> ConnectAsync(DatabaseOptions options, CancellationToken cancel)
    {
        var dialect = Dialect.For(options.Flavor);
        var source = Source(options, options.Name);
        try
        {
            await using var connection = await source.OpenConnectionAsync(cancel).ConfigureAwait(false);
        }
        catch (Exception e) when (options.MayCreate && IsMissingDatabase(e))
        {
            await CreateAsync(options, dialect, cancel).ConfigureAwait(false);
        }
        catch (Exception e) when (dialect.Classify(e) is { } classified)
        {
            await source.DisposeAsync().ConfigureAwait(false);
            throw new DatabaseException(
                DatabaseFault.Unavailable, $"Cannot reach the database {options.Name} on {options.Host}: {classified.Message}", e);
        }

        return new ServerDatabase(dialect, source, options);
    }

    public override async Task<T> ReadAsync<T>(Func<DbSession, Task<T>> work, CancellationToken cancel = default)
    {
        var connection = await OpenConnectionAsync(cancel).ConfigureAwait(false);
        try
        {
            return await work(new DbSession(connection, this, null, null)).ConfigureAwait(false);
        }
        finally
        {
            await ReleaseAsync(connection).ConfigureAwait(false);
        }
    }

    public override async Task<T> WriteAsync<T>(
        Func<DbSession, Task<T>> work, Durability durability = Durability.Durable, CancellationToken cancel = default)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await TransactAsync(work, durability, cancel).ConfigureAwait(false);
            }
            catch (DatabaseException e) when (e.Fault == DatabaseFault.Conflict && attempt <= _options.RetryMaxAttempts)
            {
                Metrics.Retried();
                await Task.Delay(_options.RetryBaseDelay * (1 << (attempt - 1)), cancel).ConfigureAwait(false);
            }
            catch (DatabaseException e) when (e.Fault == DatabaseFault.Conflict)
            {
                throw new DatabaseException(DatabaseFault.Unavailable, e.Message, e);
            }
        }
    }

    public override async Task<T> AutoCommitAsync<T>(
        Func<DbSession, Task<T>> work, CancellationToken cancel = default, Durability durability = Durability.Relaxed)
    {
        var connection = await OpenConnectionAsync(cancel, durability).ConfigureAwait(false);
        try
        {
            var session = new DbSession(connection, this, null, null);
            var result = await work(session).ConfigureAwait(false);
            await session.CompleteAsync().ConfigureAwait(false);
            session.RunCommitted();
            return result;
        }
        finally
        {
            await ReleaseAsync(connection).ConfigureAwait(false);
        }
    }

    public override async Task<IReadOnlyList<AppliedMigration>> MigrateAsync(CancellationToken cancel = default)
    {
        var connection = await OpenConnectionAsync(cancel).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            return await new Migrator(TimeProvider.System).MigrateAsync(connection, Dialect.Flavor, cancel).ConfigureAwait(false);
        }
    }

    public override async Task<string?> PendingMigrationAsync(CancellationToken cancel = default)
    {
        var connection = await OpenConnectionAsync(cancel).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            return await new Migrator(TimeProvider.System).FindPendingAsync(connection, Dialect.Flavor, cancel).ConfigureAwait(false);
        }
    }

    public override async ValueTask DisposeAsync()
    {
        await _relaxed.DisposeAsync().ConfigureAwait(false);
        await _source.DisposeAsync().ConfigureAwait(false);
        Metrics.Dispose();
    }

    private async Task<T> TransactAsync<T>(Func<DbSession, Task<T>> work, Durability durability, CancellationToken cancel)
    {
        var connection = await OpenConnectionAsync(cancel, durability).ConfigureAwait(false);
        var began = Metrics.TransactionBegins();
        try
        {
            // Named here, because MySqlConnector asks for REPEATABLE READ when no level is named: what is read after
            // waiting for a lock must be what the lock's holder has written.
            var transaction = await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, cancel).ConfigureAwait(false);
            await using (transaction.ConfigureAwait(false))
            {
                var session = new DbSession(connection, this, transaction, null);
                var result = await work(session).ConfigureAwait(false);
                await session.CompleteAsync().ConfigureAwait(false);
                await transaction.CommitAsync(CancellationToken.None).ConfigureAwait(false);
                session.RunCommitted();
                return result;
            }
        }
        catch (Exception e) when (Dialect.Classify(e) is { } classified)
        {
            throw classified;
        }
        finally
        {
            Metrics.TransactionEnded(began);
            await ReleaseAsync(connection).ConfigureAwait(false);
        }
    }

    private async Task<DbConnection> OpenConnectionAsync(CancellationToken cancel, Durability durability = Durability.Durable)
    {
        try
        {
            return await (durability == Durability.Relaxed ? _relaxed : _source).OpenConnectionAsync(cancel).ConfigureAwait(false);
        }
        catch (Exception e) when (Dialect.Classify(e) is { } classified)
        {
            throw classified;
        }
    }

    /// <summary>Gives a connection back to its pool, which drops one that is not open any more.</summary>
    private ValueTask ReleaseAsync(DbConnection connection)
    {
        if (connection.State != ConnectionState.Open)
        {
            Metrics.ConnectionInvalidated();
        }

        return connection.DisposeAsync();
    }

    private static bool IsMissingDatabase(Exception e) =>
        e is PostgresException { SqlState: "3D000" } or MySqlException { ErrorCode: MySqlErrorCode.UnknownDatabase };

    private static async Task CreateAsync(DatabaseOptions options, Dialect dialect, CancellationToken cancel)
    {
        await using var admin = Source(options, options.Flavor == SqlFlavor.Postgres ? "postgres" : "");
        try
        {
            await using var connection = await admin.OpenConnectionAsync(cancel).ConfigureAwait(false);
            await using var command = connection.CreateCommand();
            command.CommandText = options.Flavor == SqlFlavor.Postgres
                ? $"CREATE DATABASE \"{options.Name.Replace("\"", "\"\"", StringComparison.Ordinal)}\""
                : $"CREATE DATABASE IF NOT EXISTS \"{options.Name.Replace("\"", "\"\"", StringComparison.Ordinal)}\" CHARACTER SET utf8mb4";
            await command.ExecuteNonQueryAsync(cancel).ConfigureAwait(false);
        }
        catch (PostgresException e) when (e.SqlState is "42P04" or "23505")
        {
            // Another replica was first.
        }
        catch (Exception e) when (dialect.Classify(e) is { } classified)
        {
            throw classified;
        }
    }

    private static DbDataSource Source(DatabaseOptions options, string database) =>
        options.Flavor == SqlFlavor.Postgres ? PostgresSource(options, database) : MySqlSource(options, database);

    private static NpgsqlDataSource PostgresSource(DatabaseOptions options, string database, string? serverOptions = null)
    {
        var builder = new NpgsqlSlimDataSourceBuilder(new NpgsqlConnectionStringBuilder
        {
            Host = options.Host,
            Port = options.Port == 0 ? 5432 : options.Port,
            Username = options.Username,
            Password = options.Password,
            Database = database,
            MaxPoolSize = options.MaxPoolSize,
            Timeout = 10,
            Timezone = "UTC",
            Options = serverOptions,
            MaxAutoPrepare = 200,
            SslMode = !options.UseSsl ? SslMode.Prefer : options.SslCaPem is null ? SslMode.Require : SslMode.VerifyFull,
        }.ToString());
        builder.EnableTransportSecurity();
        if (options is { UseSsl: true, SslCaPem: { } pem })
        {
            builder.UseRootCertificateCallback(() =>
                System.Security.Cryptography.X509Certificates.X509Certificate2.CreateFromPem(pem));
        }

        return builder.Build();
    }

    private static MySqlDataSource MySqlSource(DatabaseOptions options, string database)
    {
        var settings = new MySqlConnectionStringBuilder
        {
            Server = options.Host,
            Port = (uint)(options.Port == 0 ? 3306 : options.Port),
            UserID = options.Username,
            Password = options.Password,
            Database = database,
            MaximumPoolSize = (uint)options.MaxPoolSize,
            ConnectionTimeout = 10,
            DateTimeKind = MySqlDateTimeKind.Utc,
            // Keeps the session settings below; nothing here changes them again.
            ConnectionReset = false,
            UseAffectedRows = false,
            SslMode = !options.UseSsl ? MySqlSslMode.Preferred : options.SslCaPem is null ? MySqlSslMode.Required : MySqlSslMode.VerifyFull,
        };
        var builder = new MySqlDataSourceBuilder(settings.ToString());
        if (options is { UseSsl: true, SslCaPem: { } pem })
        {
            builder.UseRemoteCertificateValidationCallback(new PinnedAuthority(pem).Accepts);
        }

        return builder.UseConnectionOpenedCallback(static async (context, cancel) =>
        {
            if ((context.Conditions & MySqlConnectionOpenedConditions.New) != 0)
            {
                await using var command = context.Connection.CreateCommand();
                command.CommandText = "SET SESSION sql_mode = CONCAT(@@sql_mode, ',ANSI_QUOTES'), time_zone = '+00:00'; "
                    + "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED";
                await command.ExecuteNonQueryAsync(cancel).ConfigureAwait(false);
            }
        }).Build();
    }
}
