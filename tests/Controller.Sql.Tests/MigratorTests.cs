using System.Data.Common;

namespace Controller.Sql.Tests;

public class MigratorTests
{
    private static readonly string[] AllMigrations =
        ["0001_schema.sql", "0002_seed.sql", "0003_controller.sql", "0004_second_factor.sql", "0005_session_owners.sql"];

    [Test]
    [Arguments(SqlFlavor.Sqlite)]
    [Arguments(SqlFlavor.Postgres)]
    [Arguments(SqlFlavor.MySql)]
    public async Task Fresh_database_gets_the_whole_schema(SqlFlavor flavor)
    {
        await using var database = await TestDatabase.CreateAsync(flavor);
        await using var connection = await database.OpenAsync();

        var applied = await MigrateAsync(connection, flavor);

        await Assert.That(applied).IsEquivalentTo(AllMigrations);
        await Assert.That(await SchemaDump.ActualAsync(connection, flavor)).IsEqualTo(SchemaDump.Expected(flavor));
        await Assert.That(await SchemaVersionsAsync(connection, flavor)).IsEquivalentTo(["3.8.0|3.8.0"]);
        await Assert.That(await RecordsAsync(connection, flavor)).IsEquivalentTo(
            ["1|0001_schema.sql", "2|0002_seed.sql", "3|0003_controller.sql", "4|0004_second_factor.sql", "5|0005_session_owners.sql"]);
    }

    [Test]
    public async Task Expected_schema_has_the_82_tables_of_the_original_and_3_of_ours()
    {
        var tables = SchemaDump.Expected(SqlFlavor.Sqlite).Split('\n').Count(line => !line.StartsWith(' '));
        await Assert.That(tables).IsEqualTo(85);
    }

    [Test]
    [Arguments(SqlFlavor.Sqlite)]
    [Arguments(SqlFlavor.Postgres)]
    [Arguments(SqlFlavor.MySql)]
    public async Task Second_run_changes_nothing(SqlFlavor flavor)
    {
        await using var database = await TestDatabase.CreateAsync(flavor);
        await using (var first = await database.OpenAsync())
        {
            await MigrateAsync(first, flavor);
        }

        await using var connection = await database.OpenAsync();
        await Assert.That(await MigrateAsync(connection, flavor)).IsEmpty();
        await Assert.That(await MigrateAsync(connection, flavor)).IsEmpty();
        await Assert.That(await SchemaDump.ActualAsync(connection, flavor)).IsEqualTo(SchemaDump.Expected(flavor));
        await Assert.That(await CountAsync(connection, Table(flavor, "CatalogItemImages"))).IsEqualTo("20");
    }

    [Test]
    [Arguments(SqlFlavor.Sqlite, 2)]
    [Arguments(SqlFlavor.Sqlite, 8)]
    [Arguments(SqlFlavor.Postgres, 2)]
    [Arguments(SqlFlavor.Postgres, 8)]
    [Arguments(SqlFlavor.MySql, 2)]
    [Arguments(SqlFlavor.MySql, 8)]
    public async Task Concurrent_first_starts_apply_each_migration_once(SqlFlavor flavor, int starts)
    {
        await using var database = await TestDatabase.CreateAsync(flavor);
        var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var runs = Enumerable.Range(0, starts).Select(_ => Task.Run(async () =>
        {
            await ready.Task;
            await using var connection = await database.OpenAsync();
            return await MigrateAsync(connection, flavor);
        })).ToArray();
        ready.SetResult();

        var applied = (await Task.WhenAll(runs)).SelectMany(names => names).Order();

        await Assert.That(applied).IsEquivalentTo(AllMigrations);
        await using var after = await database.OpenAsync();
        await Assert.That(await SchemaDump.ActualAsync(after, flavor)).IsEqualTo(SchemaDump.Expected(flavor));
        await Assert.That(await SchemaVersionsAsync(after, flavor)).IsEquivalentTo(["3.8.0|3.8.0"]);
        await Assert.That(await CountAsync(after, Table(flavor, "Registries"))).IsEqualTo("2");
    }

    [Test]
    [Arguments(SqlFlavor.Sqlite)]
    [Arguments(SqlFlavor.Postgres)]
    [Arguments(SqlFlavor.MySql)]
    public async Task Database_of_the_original_is_taken_over_with_its_data(SqlFlavor flavor)
    {
        await using var database = await TestDatabase.CreateAsync(flavor);
        await using var connection = await database.OpenAsync();
        await ApplyAsOriginalAsync(connection, flavor, AllMigrations[..2]);
        await connection.ExecuteAsync($"INSERT INTO {Table(flavor, "Fogs")} (uuid, name) VALUES ('u1', 'kept')");
        await InsertTokenAsync(connection, flavor, "seen twice");
        await InsertTokenAsync(connection, flavor, "seen twice");
        await InsertTokenAsync(connection, flavor, "seen once");

        var applied = await MigrateAsync(connection, flavor);

        await Assert.That(applied).IsEquivalentTo(AllMigrations[2..]);
        await Assert.That(await SchemaDump.ActualAsync(connection, flavor)).IsEqualTo(SchemaDump.Expected(flavor));
        await Assert.That(await RecordsAsync(connection, flavor)).IsEquivalentTo(
            ["1|0001_schema.sql", "2|0002_seed.sql", "3|0003_controller.sql", "4|0004_second_factor.sql", "5|0005_session_owners.sql"]);
        await Assert.That(await connection.RowsAsync($"SELECT name FROM {Table(flavor, "Fogs")}")).IsEquivalentTo(["kept"]);
        await Assert.That(await connection.RowsAsync($"SELECT jti FROM {Table(flavor, "FogUsedTokens")} ORDER BY id"))
            .IsEquivalentTo(["seen twice", "seen once"]);
        await Assert.That(await MigrateAsync(connection, flavor)).IsEmpty();
    }

    [Test]
    [Arguments(SqlFlavor.Sqlite)]
    [Arguments(SqlFlavor.Postgres)]
    [Arguments(SqlFlavor.MySql)]
    public async Task Original_that_stopped_before_its_seeds_gets_them(SqlFlavor flavor)
    {
        await using var database = await TestDatabase.CreateAsync(flavor);
        await using var connection = await database.OpenAsync();
        await ApplyAsOriginalAsync(connection, flavor, AllMigrations[..1]);

        var applied = await MigrateAsync(connection, flavor);

        await Assert.That(applied).IsEquivalentTo(AllMigrations[1..]);
        await Assert.That(await SchemaVersionsAsync(connection, flavor)).IsEquivalentTo(["3.8.0|3.8.0"]);
    }

    [Test]
    [Arguments(SqlFlavor.Sqlite)]
    [Arguments(SqlFlavor.Postgres)]
    [Arguments(SqlFlavor.MySql)]
    public async Task Seeds_are_present(SqlFlavor flavor)
    {
        await using var database = await TestDatabase.CreateAsync(flavor);
        await using var connection = await database.OpenAsync();
        await MigrateAsync(connection, flavor);

        string T(string table) => Table(flavor, table);
        await Assert.That(await connection.RowsAsync($"SELECT id, url FROM {T("Registries")} WHERE is_public ORDER BY id"))
            .IsEquivalentTo(["1|docker.io", "2|from_cache"]);
        await Assert.That(await connection.RowsAsync(
                $"SELECT id, name, category, publisher, picture, registry_id FROM {T("CatalogItems")} ORDER BY id"))
            .IsEquivalentTo([
                "1|Router|SYSTEM|Eclipse ioFog|none.png|1",
                "2|RESTBlue|SYSTEM|Eclipse ioFog|none.png|1",
                "3|HAL|SYSTEM|Eclipse ioFog|none.png|1",
                "4|Debug|SYSTEM|Eclipse ioFog|none.png|1",
                "5|NATs|SYSTEM|Eclipse ioFog|none.png|1",
            ]);
        await Assert.That(await connection.RowsAsync($"SELECT id FROM {T("CatalogItems")} WHERE is_public ORDER BY id"))
            .IsEquivalentTo(["2", "3", "5"]);
        await Assert.That(await connection.RowsAsync(
                $"SELECT catalog_item_id, MIN(arch_id), MAX(arch_id), COUNT(*), MAX(container_image) " +
                $"FROM {T("CatalogItemImages")} GROUP BY catalog_item_id ORDER BY catalog_item_id"))
            .IsEquivalentTo([
                "1|1|4|4|ghcr.io/eclipse-iofog/router:latest",
                "2|1|4|4|ghcr.io/eclipse-iofog/restblue:latest",
                "3|1|4|4|ghcr.io/eclipse-iofog/hal:latest",
                "4|1|4|4|ghcr.io/eclipse-iofog/debugger:latest",
                "5|1|4|4|ghcr.io/eclipse-iofog/nats:latest",
            ]);
        await Assert.That(await connection.RowsAsync(
                $"SELECT id, name, network_catalog_item_id, hal_catalog_item_id, bluetooth_catalog_item_id " +
                $"FROM {T("Architectures")} ORDER BY id"))
            .IsEquivalentTo(["0|auto|1|3|2", "1|amd64|1|3|2", "2|arm64|1|3|2", "3|riscv64|1|3|2", "4|arm|1|3|2"]);
        await Assert.That(await connection.RowsAsync(
                $"SELECT name FROM {T("AuthGroups")} WHERE is_system AND NOT mfa_required ORDER BY id"))
            .IsEquivalentTo(["admin", "sre", "developer", "viewer"]);
        await Assert.That(await connection.RowsAsync(
                $"SELECT id, min_password_length, password_history_count, max_failed_attempts, lockout_duration_minutes, " +
                $"access_token_ttl_seconds, refresh_token_ttl_seconds, max_concurrent_sessions FROM {T("AuthPolicy")} " +
                "WHERE require_uppercase AND require_lowercase AND require_digit AND refresh_rotation"))
            .IsEquivalentTo(["1|12|5|5|15|900|3600|null"]);
        await Assert.That(await connection.RowsAsync($"SELECT id, completed_at FROM {T("AuthBootstrapMeta")}"))
            .IsEquivalentTo(["1|null"]);
        await Assert.That(await CountAsync(connection, T("Config"))).IsEqualTo("0");

        // Numbers go on after the seeded ones.
        await connection.ExecuteAsync($"INSERT INTO {T("Registries")} (url) VALUES ('example.org')");
        await connection.ExecuteAsync($"INSERT INTO {T("CatalogItems")} (name) VALUES ('mine')");
        await Assert.That(await connection.RowsAsync($"SELECT MAX(id) FROM {T("Registries")}")).IsEquivalentTo(["3"]);
        await Assert.That(await connection.RowsAsync($"SELECT MAX(id) FROM {T("CatalogItems")}")).IsEquivalentTo(["6"]);
    }

    [Test]
    [Arguments(SqlFlavor.Sqlite, "/var/log/iofog-agent/")]
    [Arguments(SqlFlavor.Postgres, "/var/log/iofog/")]
    [Arguments(SqlFlavor.MySql, "/var/log/iofog/")]
    public async Task Fog_defaults_and_fractions_survive(SqlFlavor flavor, string logDirectory)
    {
        await using var database = await TestDatabase.CreateAsync(flavor);
        await using var connection = await database.OpenAsync();
        await MigrateAsync(connection, flavor);
        var fogs = Table(flavor, "Fogs");

        await connection.ExecuteAsync($"INSERT INTO {fogs} (uuid, latitude) VALUES ('u1', 52.520007123456)");

        await Assert.That(await connection.RowsAsync(
                "SELECT name, daemon_status, latitude, disk_limit, log_directory, status_frequency, change_frequency, " +
                $"gps_scan_frequency, time_zone, arch_id, router_id, nats_id, warning_message FROM {fogs}"))
            .IsEquivalentTo(
                [$"Unnamed ioFog 1|NOT_PROVISIONED|52.520007123456|50|{logDirectory}|10|20|60|Etc/UTC|0|0|null|null"]);
        await connection.ExecuteAsync($"DELETE FROM {fogs}");
    }

    [Test]
    [Arguments(SqlFlavor.Sqlite)]
    [Arguments(SqlFlavor.Postgres)]
    [Arguments(SqlFlavor.MySql)]
    public async Task Busy_tables_count_beyond_31_bits(SqlFlavor flavor)
    {
        await using var database = await TestDatabase.CreateAsync(flavor);
        await using var connection = await database.OpenAsync();
        await MigrateAsync(connection, flavor);
        await InsertTokenAsync(connection, flavor, "first");
        await connection.ExecuteAsync(flavor switch
        {
            SqlFlavor.Postgres => "SELECT setval(pg_get_serial_sequence('\"FogUsedTokens\"', 'id'), 3000000000)",
            SqlFlavor.MySql => "ALTER TABLE FogUsedTokens AUTO_INCREMENT = 3000000001",
            _ => "UPDATE sqlite_sequence SET seq = 3000000000 WHERE name = 'FogUsedTokens'",
        });

        await InsertTokenAsync(connection, flavor, "second");

        await Assert.That(await connection.RowsAsync($"SELECT MAX(id) FROM {Table(flavor, "FogUsedTokens")}"))
            .IsEquivalentTo(["3000000001"]);
    }

    [Test]
    [Arguments(SqlFlavor.Sqlite)]
    [Arguments(SqlFlavor.Postgres)]
    [Arguments(SqlFlavor.MySql)]
    public async Task Names_differ_by_case(SqlFlavor flavor)
    {
        await using var database = await TestDatabase.CreateAsync(flavor);
        await using var connection = await database.OpenAsync();
        await MigrateAsync(connection, flavor);
        var fogs = Table(flavor, "Fogs");

        await connection.ExecuteAsync($"INSERT INTO {fogs} (uuid, name) VALUES ('u1', 'node'), ('u2', 'Node')");

        await Assert.That(await connection.RowsAsync($"SELECT uuid FROM {fogs} WHERE name = 'Node'")).IsEquivalentTo(["u2"]);
        await Assert.That(async () => await connection.ExecuteAsync($"INSERT INTO {fogs} (uuid, name) VALUES ('u3', 'node')"))
            .Throws<DbException>();
    }

    [Test]
    [Arguments(SqlFlavor.Sqlite)]
    [Arguments(SqlFlavor.Postgres)]
    [Arguments(SqlFlavor.MySql)]
    public async Task Database_of_a_newer_controller_is_refused(SqlFlavor flavor)
    {
        await using var database = await TestDatabase.CreateAsync(flavor);
        await using var connection = await database.OpenAsync();
        await MigrateAsync(connection, flavor);

        var records = Table(flavor, "ControllerMigrations");
        await connection.ExecuteAsync($"INSERT INTO {records} (number, name, applied_at) VALUES (9999, '9999_later.sql', 1)");
        var refusal = await Assert.That(async () => await MigrateAsync(connection, flavor)).Throws<SchemaException>();
        await Assert.That(refusal!.Message).Contains("9999").And.Contains("newer controller");

        await connection.ExecuteAsync($"DELETE FROM {records} WHERE number = 9999");
        await connection.ExecuteAsync($"INSERT INTO {Table(flavor, "SchemaVersion")} (migration_version) VALUES ('3.10.0')");
        refusal = await Assert.That(async () => await MigrateAsync(connection, flavor)).Throws<SchemaException>();
        await Assert.That(refusal!.Message).Contains("3.10.0").And.Contains("newer controller");
    }

    [Test]
    [Arguments(SqlFlavor.Sqlite)]
    [Arguments(SqlFlavor.Postgres)]
    [Arguments(SqlFlavor.MySql)]
    public async Task Database_of_an_older_controller_or_half_made_is_refused_untouched(SqlFlavor flavor)
    {
        await using var database = await TestDatabase.CreateAsync(flavor);
        await using var connection = await database.OpenAsync();
        await ApplyAsOriginalAsync(connection, flavor, AllMigrations[..1]);
        var version = Table(flavor, "SchemaVersion");

        await connection.ExecuteAsync($"UPDATE {version} SET migration_version = '3.7.4'");
        var refusal = await Assert.That(async () => await MigrateAsync(connection, flavor)).Throws<SchemaException>();
        await Assert.That(refusal!.Message).Contains("3.7.4").And.Contains("cannot upgrade");

        await connection.ExecuteAsync($"DELETE FROM {version}");
        refusal = await Assert.That(async () => await MigrateAsync(connection, flavor)).Throws<SchemaException>();
        await Assert.That(refusal!.Message).Contains("interrupted");
        await Assert.That(await SchemaDump.ActualAsync(connection, flavor)).DoesNotContain("ControllerMigration");
    }

    [Test]
    [Arguments(SqlFlavor.Sqlite)]
    [Arguments(SqlFlavor.Postgres)]
    [Arguments(SqlFlavor.MySql)]
    public async Task Duplicates_stop_the_migration_until_they_are_gone(SqlFlavor flavor)
    {
        await using var database = await TestDatabase.CreateAsync(flavor);
        await using var connection = await database.OpenAsync();
        await ApplyAsOriginalAsync(connection, flavor, AllMigrations[..2]);
        await connection.ExecuteAsync($"INSERT INTO {Table(flavor, "Fogs")} (uuid, name) VALUES ('u1', 'one'), ('u2', 'two')");
        var keys = Table(flavor, "FogProvisionKeys");
        await connection.ExecuteAsync(
            $"INSERT INTO {keys} (iofog_uuid, provisioning_string) VALUES ('u1', 'a-secret'), ('u2', 'a-secret')");

        var refusal = await Assert.That(async () => await MigrateAsync(connection, flavor)).Throws<SchemaException>();
        await Assert.That(refusal!.ToString())
            .Contains("0003_controller.sql").And.Contains("FogProvisionKeys").And.DoesNotContain("a-secret");

        await connection.ExecuteAsync($"DELETE FROM {keys} WHERE iofog_uuid = 'u2'");
        await Assert.That(await MigrateAsync(connection, flavor)).IsEquivalentTo(AllMigrations[2..]);
        await Assert.That(await SchemaDump.ActualAsync(connection, flavor)).IsEqualTo(SchemaDump.Expected(flavor));
    }

    [Test]
    [Arguments(SqlFlavor.Sqlite)]
    [Arguments(SqlFlavor.Postgres)]
    [Arguments(SqlFlavor.MySql)]
    public async Task Waiting_for_another_process_has_an_end(SqlFlavor flavor)
    {
        await using var database = await TestDatabase.CreateAsync(flavor);
        await using var other = await database.OpenAsync();
        var release = await HoldLockAsync(other, flavor);
        await using var connection = await database.OpenAsync();
        if (flavor == SqlFlavor.Sqlite)
        {
            await connection.ExecuteAsync("PRAGMA busy_timeout = 0");
        }

        var impatient = new Migrator(TimeProvider.System) { LockTimeout = TimeSpan.FromMilliseconds(300) };
        var refusal = await Assert.That(async () => await impatient.MigrateAsync(connection, flavor, CancellationToken.None))
            .Throws<SchemaException>();
        await Assert.That(refusal!.Message).Contains("Another process");

        await other.ExecuteAsync(release);
        await Assert.That(await MigrateAsync(connection, flavor)).IsEquivalentTo(AllMigrations);
    }

    [Test]
    [Arguments(SqlFlavor.Sqlite)]
    [Arguments(SqlFlavor.Postgres)]
    [Arguments(SqlFlavor.MySql)]
    public async Task Interrupted_migration_is_completed_by_the_next_start(SqlFlavor flavor)
    {
        await using var database = await TestDatabase.CreateAsync(flavor);
        await using var connection = await database.OpenAsync();
        foreach (var (number, statement) in new[] { (1, 0), (1, 1), (1, 40), (2, 0), (2, 3), (3, 0), (3, 1), (3, 7), (3, 12) })
        {
            var broken = new Migrator(TimeProvider.System, f => BreakAt(Migration.Load(f), number, statement));
            var failure = await Assert.That(async () => await broken.MigrateAsync(connection, flavor, CancellationToken.None))
                .Throws<SchemaException>();
            await Assert.That(failure!.Message).Contains($"statement {statement + 1} of").And.Contains("broken on purpose");
            await Assert.That(await CountAsync(connection, Table(flavor, "SchemaVersion"), number == 1 ? "none" : null))
                .IsEqualTo(number == 1 ? "none" : "1");
            if (flavor == SqlFlavor.MySql && statement > 0 && number != 2)
            {
                // As if the process had ended between a schema change, which commits by itself, and its record.
                await connection.ExecuteAsync(
                    $"UPDATE ControllerMigrationProgress SET statements = {statement - 1} WHERE number = {number}");
            }
        }

        await MigrateAsync(connection, flavor);

        await Assert.That(await SchemaDump.ActualAsync(connection, flavor)).IsEqualTo(SchemaDump.Expected(flavor));
        await Assert.That(await CountAsync(connection, Table(flavor, "CatalogItemImages"))).IsEqualTo("20");
        await Assert.That(await SchemaVersionsAsync(connection, flavor)).IsEquivalentTo(["3.8.0|3.8.0"]);
    }

    [Test]
    public async Task Sqlite_file_is_sound()
    {
        await using var database = await TestDatabase.CreateAsync(SqlFlavor.Sqlite);
        await using var connection = await database.OpenAsync();
        await MigrateAsync(connection, SqlFlavor.Sqlite);

        await Assert.That(await connection.RowsAsync("PRAGMA integrity_check")).IsEquivalentTo(["ok"]);
        await Assert.That(await connection.RowsAsync("PRAGMA foreign_key_check")).IsEmpty();
    }

    [Test]
    public async Task Cancelled_wait_leaves_nothing_behind()
    {
        await using var database = await TestDatabase.CreateAsync(SqlFlavor.Postgres);
        await using var connection = await database.OpenAsync();
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();

        await Assert.That(async () => await new Migrator(TimeProvider.System)
            .MigrateAsync(connection, SqlFlavor.Postgres, cancelled.Token)).Throws<OperationCanceledException>();
        await Assert.That(await MigrateAsync(connection, SqlFlavor.Postgres)).IsEquivalentTo(AllMigrations);
    }

    private static async Task<string[]> MigrateAsync(DbConnection connection, SqlFlavor flavor) =>
        [.. (await new Migrator(TimeProvider.System).MigrateAsync(connection, flavor, CancellationToken.None))
            .Select(migration => migration.Name)];

    /// <summary>What the original controller leaves behind: its tables and rows, and no record but SchemaVersion.</summary>
    private static async Task ApplyAsOriginalAsync(DbConnection connection, SqlFlavor flavor, string[] names)
    {
        foreach (var migration in Migration.Load(flavor).Where(migration => names.Contains(migration.Name)))
        {
            foreach (var statement in migration.Statements)
            {
                await connection.ExecuteAsync(statement);
            }
        }
    }

    private static IReadOnlyList<Migration> BreakAt(IReadOnlyList<Migration> migrations, int number, int statement) =>
        [.. migrations.Select(migration => migration.Number != number ? migration : migration with
        {
            Statements =
            [
                .. migration.Statements.Take(statement),
                "SELECT 'broken on purpose' FROM no_such_table",
                .. migration.Statements.Skip(statement),
            ],
        })];

    private static async Task<string> HoldLockAsync(DbConnection connection, SqlFlavor flavor)
    {
        switch (flavor)
        {
            case SqlFlavor.Postgres:
                await connection.ExecuteAsync("SELECT pg_advisory_lock(x'636f6e74726f6c6c'::bigint)");
                return "SELECT pg_advisory_unlock_all()";
            case SqlFlavor.MySql:
                await connection.ExecuteAsync("DO GET_LOCK(CONCAT('controller-schema:', MD5(DATABASE())), 5)");
                return "DO RELEASE_ALL_LOCKS()";
            default:
                await connection.ExecuteAsync("BEGIN IMMEDIATE");
                return "ROLLBACK";
        }
    }

    private static Task InsertTokenAsync(DbConnection connection, SqlFlavor flavor, string jti) => connection.ExecuteAsync(
        $"INSERT INTO {Table(flavor, "FogUsedTokens")} (jti, expiry_time) VALUES ('{jti}', 1)");

    private static Task<List<string>> SchemaVersionsAsync(DbConnection connection, SqlFlavor flavor) => connection.RowsAsync(
        $"SELECT migration_version, seeder_version FROM {Table(flavor, "SchemaVersion")} ORDER BY id");

    private static Task<List<string>> RecordsAsync(DbConnection connection, SqlFlavor flavor) => connection.RowsAsync(
        $"SELECT number, name FROM {Table(flavor, "ControllerMigrations")} WHERE applied_at > 1700000000000 ORDER BY number");

    private static async Task<string> CountAsync(DbConnection connection, string table, string? whenEmptyOrMissing = null)
    {
        try
        {
            var count = (await connection.RowsAsync($"SELECT COUNT(*) FROM {table}"))[0];
            return count == "0" && whenEmptyOrMissing is not null ? whenEmptyOrMissing : count;
        }
        catch (DbException) when (whenEmptyOrMissing is not null)
        {
            return whenEmptyOrMissing;
        }
    }

    private static string Table(SqlFlavor flavor, string name) => flavor == SqlFlavor.Postgres ? $"\"{name}\"" : name;
}
