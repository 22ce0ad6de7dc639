using System.Data.Common;
using System.Globalization;
using Microsoft.Data.Sqlite;
using MySqlConnector;

namespace Controller.Sql;

/// <summary>One migration that a call to <see cref="Migrator.MigrateAsync"/> brought into the database.</summary>
/// <param name="Number">The number its file starts with.</param>
/// <param name="Name">The file name, for example <c>0001_schema.sql</c>.</param>
public sealed record AppliedMigration(int Number, string Name);

/// <summary>
/// Brings a database to the schema of this build. Any number of processes may start at once on the same database: one
/// migrates, the others wait for it and find nothing left to do.
/// </summary>
/// <remarks>
/// <para>
/// Applied files are recorded in <c>ControllerMigrations</c>. <c>SchemaVersion</c>, the bookkeeping of the original
/// controller, is kept as well, by the files themselves: migration and seeder version 3.8.0 are set by the last
/// statements of 0001 and 0002. So a database the original made is taken over by the same rule that recognises our own:
/// what <c>SchemaVersion</c> says is done counts as applied.
/// </para>
/// <para>
/// On SQLite and PostgreSQL a file and its record are one transaction that holds the lock. On MySQL a schema change
/// commits by itself, so how many statements of the file are done is recorded after each of them, in the same
/// transaction for a statement that does not commit by itself. Should the process end between a schema change and its
/// record, the next start meets that one change again and takes "exists already" as done.
/// </para>
/// </remarks>
public sealed class Migrator
{
    /// <summary>The schema version of the original controller that this build reads and writes.</summary>
    public const string SupportedSchemaVersion = "3.8.0";

    private const int SchemaMigration = 1;
    private const int SeedMigration = 2;

    // PostgreSQL advisory locks are per database. The number only has to differ from other users' numbers.
    private const long AdvisoryLock = 0x636f6e74726f6c6c;

    private static readonly TimeSpan LockPoll = TimeSpan.FromMilliseconds(100);

    private readonly TimeProvider _time;
    private readonly Func<SqlFlavor, IReadOnlyList<Migration>> _load;

    /// <param name="time">The clock of the <c>applied_at</c> column and of the wait for the lock.</param>
    public Migrator(TimeProvider time)
        : this(time, Migration.Load)
    {
    }

    internal Migrator(TimeProvider time, Func<SqlFlavor, IReadOnlyList<Migration>> load)
    {
        _time = time;
        _load = load;
    }

    /// <summary>How long to wait for another process that is migrating the same database.</summary>
    public TimeSpan LockTimeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Applies what the database lacks.</summary>
    /// <param name="openConnection">An open connection of the flavor, with no transaction. It stays open.</param>
    /// <param name="flavor">The dialect of the connection.</param>
    /// <param name="ct">Ends the wait or the migration; what was being applied is rolled back or, on MySQL, resumed by
    /// the next start.</param>
    /// <returns>What this call applied, in order; empty when the database was up to date.</returns>
    /// <exception cref="SchemaException">The database is newer than this build, older than 3.8.0, half made, or holds
    /// data that a migration cannot accept; or another process kept the lock for <see cref="LockTimeout"/>.</exception>
    /// <exception cref="DbException">The database failed in a way that has nothing to do with its schema.</exception>
    public async Task<IReadOnlyList<AppliedMigration>> MigrateAsync(
        DbConnection openConnection, SqlFlavor flavor, CancellationToken ct)
    {
        var run = new Run(openConnection, flavor, _load(flavor), _time, LockTimeout);
        return flavor == SqlFlavor.MySql
            ? await MigrateStepwiseAsync(run, ct).ConfigureAwait(false)
            : await MigrateInTransactionsAsync(run, ct).ConfigureAwait(false);
    }

    /// <summary>File name of the first migration that the database lacks; null when it is up to date. Changes nothing.</summary>
    /// <exception cref="SchemaException">As of <see cref="MigrateAsync"/>.</exception>
    public async Task<string?> FindPendingAsync(DbConnection openConnection, SqlFlavor flavor, CancellationToken ct) =>
        (await new Run(openConnection, flavor, _load(flavor), _time, LockTimeout).FindNextAsync(ct, keepRecords: false).ConfigureAwait(false))?.Name;

    private static async Task<IReadOnlyList<AppliedMigration>> MigrateInTransactionsAsync(Run run, CancellationToken ct)
    {
        var applied = new List<AppliedMigration>();
        while (true)
        {
            await run.BeginLockedAsync(ct).ConfigureAwait(false);
            Migration? next;
            try
            {
                // Read anew in every transaction: between two of them another process may have gone on.
                next = await run.FindNextAsync(ct).ConfigureAwait(false);
                if (next is not null)
                {
                    for (var i = 0; i < next.Statements.Count; i++)
                    {
                        await run.ApplyAsync(next, i, ct).ConfigureAwait(false);
                    }

                    await run.RecordAsync(next, ct).ConfigureAwait(false);
                }

                await run.ExecuteAsync("COMMIT", ct).ConfigureAwait(false);
            }
            catch
            {
                await run.TryExecuteAsync("ROLLBACK").ConfigureAwait(false);
                throw;
            }

            if (next is null)
            {
                return applied;
            }

            applied.Add(new AppliedMigration(next.Number, next.Name));
        }
    }

    private static async Task<IReadOnlyList<AppliedMigration>> MigrateStepwiseAsync(Run run, CancellationToken ct)
    {
        var applied = new List<AppliedMigration>();
        await run.LockSessionAsync(ct).ConfigureAwait(false);
        try
        {
            while (await run.FindNextAsync(ct).ConfigureAwait(false) is { } next)
            {
                var (done, resumed) = await run.ReadProgressAsync(next, ct).ConfigureAwait(false);
                for (var i = done; i < next.Statements.Count; i++)
                {
                    await run.ExecuteAsync("START TRANSACTION", ct).ConfigureAwait(false);
                    try
                    {
                        await run.ApplyAsync(next, i, ct, mayExist: resumed && i == done).ConfigureAwait(false);
                        await run.WriteProgressAsync(next, i + 1, ct).ConfigureAwait(false);
                        await run.ExecuteAsync("COMMIT", ct).ConfigureAwait(false);
                    }
                    catch
                    {
                        await run.TryExecuteAsync("ROLLBACK").ConfigureAwait(false);
                        throw;
                    }
                }

                await run.RecordAsync(next, ct).ConfigureAwait(false);
                applied.Add(new AppliedMigration(next.Number, next.Name));
            }

            await run.ExecuteAsync("DROP TABLE IF EXISTS `ControllerMigrationProgress`", ct).ConfigureAwait(false);
            return applied;
        }
        finally
        {
            await run.TryExecuteAsync($"DO RELEASE_LOCK({Run.MySqlLockName})").ConfigureAwait(false);
        }
    }

    /// <summary>One migration run on one connection: the SQL of the bookkeeping and of the locks.</summary>
    private sealed class Run(
        DbConnection connection,
        SqlFlavor flavor,
        IReadOnlyList<Migration> migrations,
        TimeProvider time,
        TimeSpan lockTimeout)
    {
        // MySQL locks are named for the whole server and a name has at most 64 characters.
        public const string MySqlLockName = "CONCAT('controller-schema:', MD5(DATABASE()))";

        private readonly long _started = time.GetTimestamp();

        /// <summary>Begins a transaction that no second migrating process can begin at the same time.</summary>
        public async Task BeginLockedAsync(CancellationToken ct)
        {
            if (flavor == SqlFlavor.Sqlite)
            {
                // The provider itself waits out a busy database for as long as the command may take: one second a try.
                while (!await TryBeginImmediateAsync(ct).ConfigureAwait(false))
                {
                    await WaitForLockAsync(ct).ConfigureAwait(false);
                }

                return;
            }

            // Read committed, whatever the server's default: what is read after the lock must be what others committed.
            await ExecuteAsync("BEGIN ISOLATION LEVEL READ COMMITTED", ct).ConfigureAwait(false);
            try
            {
                await ExecuteAsync("SET LOCAL statement_timeout = 0", ct).ConfigureAwait(false);
                while (!await TryAdvisoryLockAsync(ct).ConfigureAwait(false))
                {
                    await WaitForLockAsync(ct).ConfigureAwait(false);
                }
            }
            catch
            {
                await TryExecuteAsync("ROLLBACK").ConfigureAwait(false);
                throw;
            }
        }

        /// <summary>Takes the MySQL lock, which belongs to the session and outlives its transactions.</summary>
        public async Task LockSessionAsync(CancellationToken ct)
        {
            while (true)
            {
                var taken = await ScalarAsync($"SELECT GET_LOCK({MySqlLockName}, 1)", ct).ConfigureAwait(false);
                if (taken is not null && Convert.ToInt64(taken, CultureInfo.InvariantCulture) == 1)
                {
                    return;
                }

                await WaitForLockAsync(ct).ConfigureAwait(false);
            }
        }

        /// <summary>Checks that the database is one we can serve, and names the first migration it lacks.</summary>
        /// <param name="ct">Cancels.</param>
        /// <param name="keepRecords">Writes down what was learnt of a database that the original controller made.</param>
        public async Task<Migration?> FindNextAsync(CancellationToken ct, bool keepRecords = true)
        {
            var recorded = await TableExistsAsync("ControllerMigrations", ct).ConfigureAwait(false)
                ? await ReadRecordedAsync(ct).ConfigureAwait(false)
                : null;
            var (schema, seed) = await TableExistsAsync("SchemaVersion", ct).ConfigureAwait(false)
                ? await ReadSchemaVersionAsync(ct).ConfigureAwait(false)
                : (null, null);

            var newest = migrations[^1].Number;
            if (recorded is not null && recorded.Count > 0 && recorded.Max > newest)
            {
                throw new SchemaException(
                    $"The database has migration {recorded.Max}, this controller knows migrations up to {newest}. " +
                    "A newer controller has used this database; start that version or a later one.");
            }

            CheckVersion("schema", schema);
            CheckVersion("seed", seed);

            if (schema is null && recorded?.Contains(SchemaMigration) != true)
            {
                await CheckNotHalfMadeAsync(ct).ConfigureAwait(false);
            }

            if (recorded is null && keepRecords)
            {
                await CreateRecordsAsync(ct).ConfigureAwait(false);
            }

            recorded ??= [];

            // A database of the original controller, or our own on MySQL when the record was not written in time.
            await AdoptAsync(SchemaMigration, schema, recorded, keepRecords, ct).ConfigureAwait(false);
            await AdoptAsync(SeedMigration, seed, recorded, keepRecords, ct).ConfigureAwait(false);

            foreach (var migration in migrations)
            {
                if (!recorded.Contains(migration.Number))
                {
                    return migration;
                }
            }

            return null;
        }

        /// <summary>Runs one statement of a migration.</summary>
        /// <param name="migration">The file.</param>
        /// <param name="index">The statement's place in it, from 0.</param>
        /// <param name="ct">Cancels the statement.</param>
        /// <param name="mayExist">Whether the statement may have been carried out by a run that ended right after it.</param>
        public async Task ApplyAsync(Migration migration, int index, CancellationToken ct, bool mayExist = false)
        {
            var statement = migration.Statements[index];
            try
            {
                await ExecuteAsync(statement, ct).ConfigureAwait(false);
            }
            catch (MySqlException e) when (mayExist && e.ErrorCode
                is MySqlErrorCode.TableExists or MySqlErrorCode.DuplicateFieldName or MySqlErrorCode.DuplicateKeyName)
            {
            }
            catch (DbException e) when (IsDuplicate(e))
            {
                // Without the database's own message: it may quote the value, and keys and tokens are secrets.
                throw new SchemaException(
                    $"Migration {migration.Name} cannot be applied: the database holds rows that this statement does " +
                    $"not allow, because they are equal where they must differ: {OneLine(statement)}. " +
                    "Remove or rename the duplicates and start again.");
            }
            catch (DbException e) when (!e.IsTransient && connection.State == System.Data.ConnectionState.Open)
            {
                throw new SchemaException(
                    $"Migration {migration.Name} failed at statement {index + 1} of {migration.Statements.Count} " +
                    $"({OneLine(statement)}): {e.Message}",
                    e);
            }
        }

        /// <summary>Records a file as applied; on MySQL also forgets its progress, in one transaction.</summary>
        public async Task RecordAsync(Migration migration, CancellationToken ct)
        {
            if (flavor != SqlFlavor.MySql)
            {
                await InsertRecordAsync(migration.Number, ct).ConfigureAwait(false);
                return;
            }

            await ExecuteAsync("START TRANSACTION", ct).ConfigureAwait(false);
            try
            {
                await InsertRecordAsync(migration.Number, ct).ConfigureAwait(false);
                await ExecuteAsync(
                    "DELETE FROM `ControllerMigrationProgress` WHERE `number` = @number", ct, ("@number", migration.Number))
                    .ConfigureAwait(false);
                await ExecuteAsync("COMMIT", ct).ConfigureAwait(false);
            }
            catch
            {
                await TryExecuteAsync("ROLLBACK").ConfigureAwait(false);
                throw;
            }
        }

        /// <summary>How many statements of a file are done, and whether an earlier run began with it.</summary>
        public async Task<(int Done, bool Resumed)> ReadProgressAsync(Migration migration, CancellationToken ct)
        {
            await ExecuteAsync(
                "CREATE TABLE IF NOT EXISTS `ControllerMigrationProgress` " +
                "(`number` INT NOT NULL PRIMARY KEY, `statements` INT NOT NULL) ENGINE=InnoDB",
                ct).ConfigureAwait(false);
            var done = await ScalarAsync(
                "SELECT `statements` FROM `ControllerMigrationProgress` WHERE `number` = @number",
                ct,
                ("@number", migration.Number)).ConfigureAwait(false);
            if (done is not null)
            {
                return (Convert.ToInt32(done, CultureInfo.InvariantCulture), true);
            }

            // Written before the first statement, so that a run that ends right after it is known to have begun.
            await WriteProgressAsync(migration, 0, ct).ConfigureAwait(false);
            return (0, false);
        }

        public Task WriteProgressAsync(Migration migration, int statements, CancellationToken ct) =>
            ExecuteAsync(
                "INSERT INTO `ControllerMigrationProgress` (`number`, `statements`) VALUES (@number, @statements) " +
                "ON DUPLICATE KEY UPDATE `statements` = VALUES(`statements`)",
                ct,
                ("@number", migration.Number),
                ("@statements", statements));

        /// <summary>Runs a statement. Without a time limit: an index over many rows takes as long as it takes.</summary>
        public async Task ExecuteAsync(string sql, CancellationToken ct, params (string Name, object Value)[] parameters)
        {
            await using var command = CreateCommand(sql, parameters);
            await command.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
        }

        /// <summary>Runs a clean-up statement while an error is on its way out, which a second error must not hide.</summary>
        public async Task TryExecuteAsync(string sql)
        {
            try
            {
                await ExecuteAsync(sql, CancellationToken.None).ConfigureAwait(false);
            }
            catch (Exception e) when (e is DbException or InvalidOperationException)
            {
                // The connection is gone, and with it the transaction and the lock.
            }
        }

        private static bool IsDuplicate(DbException e) => e switch
        {
            SqliteException sqlite => sqlite.SqliteExtendedErrorCode is 2067 or 1555, // CONSTRAINT_UNIQUE, _PRIMARYKEY
            MySqlException mysql => mysql.ErrorCode == MySqlErrorCode.DuplicateKeyEntry,
            _ => e.SqlState == "23505",
        };

        private static string OneLine(string statement)
        {
            var line = string.Join(' ', statement.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
            return line.Length <= 160 ? line : line[..160] + "...";
        }

        private static void CheckVersion(string what, string? version)
        {
            if (version is null or SupportedSchemaVersion)
            {
                return;
            }

            var core = version.Split('-', '+')[0];
            var newer = Version.TryParse(core, out var parsed) && parsed > Version.Parse(SupportedSchemaVersion);
            throw new SchemaException(newer
                ? $"The database has {what} version {version}, this controller supports {SupportedSchemaVersion}. " +
                  "A newer controller has used this database; start that version or a later one."
                : $"The database has {what} version {version}, this controller supports {SupportedSchemaVersion} and " +
                  "cannot upgrade from an earlier version. Use a new, empty database.");
        }

        private async Task CheckNotHalfMadeAsync(CancellationToken ct)
        {
            // On MySQL our own unfinished run leaves tables behind; its progress tells them from anybody else's.
            var ours = flavor == SqlFlavor.MySql
                && await TableExistsAsync("ControllerMigrationProgress", ct).ConfigureAwait(false);
            if (!ours && await TableExistsAsync("Fogs", ct).ConfigureAwait(false))
            {
                throw new SchemaException(
                    "The database holds tables of a controller but SchemaVersion does not say which version: its set-up " +
                    "was interrupted. Use a new, empty database.");
            }
        }

        private async Task AdoptAsync(int number, string? version, SortedSet<int> recorded, bool keep, CancellationToken ct)
        {
            if (version is not null && recorded.Add(number) && keep)
            {
                await InsertRecordAsync(number, ct).ConfigureAwait(false);
            }
        }

        private async Task WaitForLockAsync(CancellationToken ct)
        {
            if (time.GetElapsedTime(_started) >= lockTimeout)
            {
                throw new SchemaException(
                    $"Another process has been migrating this database, or writing to it, for {lockTimeout}. " +
                    "Start again when it is done.");
            }

            await Task.Delay(LockPoll, time, ct).ConfigureAwait(false);
        }

        private async Task<bool> TryBeginImmediateAsync(CancellationToken ct)
        {
            const int busy = 5;
            await using var command = CreateCommand("BEGIN IMMEDIATE", []);
            command.CommandTimeout = 1;
            try
            {
                await command.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
                return true;
            }
            catch (SqliteException e) when (e.SqliteErrorCode == busy)
            {
                return false;
            }
        }

        private async Task<bool> TryAdvisoryLockAsync(CancellationToken ct) =>
            await ScalarAsync("SELECT pg_try_advisory_xact_lock(@key)", ct, ("@key", AdvisoryLock))
                .ConfigureAwait(false) is true;

        private async Task<bool> TableExistsAsync(string table, CancellationToken ct)
        {
            var sql = flavor switch
            {
                SqlFlavor.Sqlite => "SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name = @name",
                SqlFlavor.Postgres => "SELECT COUNT(*) FROM pg_catalog.pg_class WHERE oid = to_regclass(quote_ident(@name))",
                _ => "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = @name",
            };
            var count = await ScalarAsync(sql, ct, ("@name", table)).ConfigureAwait(false);
            return Convert.ToInt64(count, CultureInfo.InvariantCulture) > 0;
        }

        private Task CreateRecordsAsync(CancellationToken ct) => ExecuteAsync(
            flavor switch
            {
                SqlFlavor.Sqlite =>
                    "CREATE TABLE ControllerMigrations (number INT NOT NULL PRIMARY KEY, name VARCHAR(255) NOT NULL, " +
                    "applied_at BIGINT NOT NULL)",
                SqlFlavor.Postgres =>
                    "CREATE TABLE \"ControllerMigrations\" (number INT PRIMARY KEY, name VARCHAR(255) NOT NULL, " +
                    "applied_at BIGINT NOT NULL)",
                _ =>
                    "CREATE TABLE `ControllerMigrations` (`number` INT NOT NULL PRIMARY KEY, `name` VARCHAR(255) NOT NULL, " +
                    "`applied_at` BIGINT NOT NULL) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin",
            },
            ct);

        private Task InsertRecordAsync(int number, CancellationToken ct) => ExecuteAsync(
            $"INSERT INTO {Quote("ControllerMigrations")} (number, name, applied_at) VALUES (@number, @name, @applied_at)",
            ct,
            ("@number", number),
            ("@name", migrations.First(m => m.Number == number).Name),
            ("@applied_at", time.GetUtcNow().ToUnixTimeMilliseconds()));

        private async Task<SortedSet<int>> ReadRecordedAsync(CancellationToken ct)
        {
            await using var command = CreateCommand($"SELECT number FROM {Quote("ControllerMigrations")}", []);
            await using var reader = await command.ExecuteReaderAsync(ct).ConfigureAwait(false);
            var numbers = new SortedSet<int>();
            while (await reader.ReadAsync(ct).ConfigureAwait(false))
            {
                numbers.Add(reader.GetInt32(0));
            }

            return numbers;
        }

        private async Task<(string? Schema, string? Seed)> ReadSchemaVersionAsync(CancellationToken ct)
        {
            return (await NewestAsync("migration_version").ConfigureAwait(false),
                await NewestAsync("seeder_version").ConfigureAwait(false));

            async Task<string?> NewestAsync(string column) => (string?)await ScalarAsync(
                $"SELECT {column} FROM {Quote("SchemaVersion")} WHERE {column} IS NOT NULL ORDER BY id DESC LIMIT 1", ct)
                .ConfigureAwait(false);
        }

        private string Quote(string table) => flavor switch
        {
            SqlFlavor.Postgres => $"\"{table}\"",
            SqlFlavor.MySql => $"`{table}`",
            _ => table,
        };

        private async Task<object?> ScalarAsync(
            string sql, CancellationToken ct, params (string Name, object Value)[] parameters)
        {
            await using var command = CreateCommand(sql, parameters);
            var value = await command.ExecuteScalarAsync(ct).ConfigureAwait(false);
            return value is DBNull ? null : value;
        }

        private DbCommand CreateCommand(string sql, (string Name, object Value)[] parameters)
        {
            var command = connection.CreateCommand();
            command.CommandText = sql;
            command.CommandTimeout = 0;
            foreach (var (name, value) in parameters)
            {
                var parameter = command.CreateParameter();
                parameter.ParameterName = name;
                parameter.Value = value;
                command.Parameters.Add(parameter);
            }

            return command;
        }
    }
}
