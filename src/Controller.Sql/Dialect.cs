using System.Globalization;

namespace Controller.Sql;

/// <summary>
/// Everything in which the engines differ. All three take <c>"quoted"</c> identifiers (MySQL sessions run with
/// ANSI_QUOTES) and <c>@named</c> parameters, so most SQL is written once.
/// </summary>
public abstract class Dialect
{
    /// <summary>The engine this dialect speaks.</summary>
    public abstract SqlFlavor Flavor { get; }

    /// <summary>Suffix of a SELECT that locks its rows until commit; empty where one writer makes it needless.</summary>
    public abstract string ForUpdate { get; }

    /// <summary>As <see cref="ForUpdate"/>, passing over rows that another transaction holds.</summary>
    public abstract string ForUpdateSkipLocked { get; }

    /// <summary>Whether <c>INSERT … RETURNING</c> is understood; otherwise the driver tells the new id.</summary>
    internal abstract bool HasReturning { get; }

    /// <summary>An INSERT that updates the other columns when a row with the same key exists.</summary>
    /// <param name="table">Table name, unquoted.</param>
    /// <param name="key">Columns of the unique key.</param>
    /// <param name="update">Columns that are overwritten.</param>
    /// <param name="insertOnly">Columns that are set only when the row is new.</param>
    /// <returns>SQL with one parameter per column, named like the column.</returns>
    public abstract string Upsert(string table, string[] key, string[] update, string[]? insertOnly = null);

    /// <summary>An INSERT that does nothing when the row exists; its row count tells which happened.</summary>
    public abstract string InsertIfAbsent(string table, params string[] columns);

    /// <summary>The parameter value of a point in time for a DATETIME column.</summary>
    internal abstract object ToDatabase(DateTimeOffset time);

    /// <summary>The point in time that a DATETIME column holds.</summary>
    internal abstract DateTimeOffset FromDatabase(object value);

    /// <summary>Finds the class of an engine failure; null when the exception is not the engine's.</summary>
    internal abstract DatabaseException? Classify(Exception exception);

    private protected static string Insert(string table, IEnumerable<string> columns)
    {
        var names = columns as IReadOnlyCollection<string> ?? [.. columns];
        return $"INSERT INTO \"{table}\" ({Quoted(names)}) VALUES ({string.Join(", ", names.Select(c => "@" + c))})";
    }

    private protected static string Quoted(IEnumerable<string> columns) =>
        string.Join(", ", columns.Select(c => $"\"{c}\""));

    /// <summary>The dialect of an engine.</summary>
    public static Dialect For(SqlFlavor flavor) => flavor switch
    {
        SqlFlavor.Sqlite => new SqliteDialect(),
        SqlFlavor.Postgres => new PostgresDialect(),
        SqlFlavor.MySql => new MySqlDialect(),
        _ => throw new ArgumentOutOfRangeException(nameof(flavor)),
    };
}

/// <summary>The ON CONFLICT family that SQLite took from PostgreSQL.</summary>
internal abstract class OnConflictDialect : Dialect
{
    internal override bool HasReturning => true;

    public override string Upsert(string table, string[] key, string[] update, string[]? insertOnly = null) =>
        Insert(table, [.. key, .. update, .. insertOnly ?? []])
        + $" ON CONFLICT ({Quoted(key)}) DO UPDATE SET "
        + string.Join(", ", update.Select(c => $"\"{c}\" = excluded.\"{c}\""));

    public override string InsertIfAbsent(string table, params string[] columns) =>
        Insert(table, columns) + " ON CONFLICT DO NOTHING";
}

internal sealed class SqliteDialect : OnConflictDialect
{
    private const string TimeFormat = "yyyy-MM-dd HH:mm:ss.fff +00:00";

    public override SqlFlavor Flavor => SqlFlavor.Sqlite;

    public override string ForUpdate => "";

    public override string ForUpdateSkipLocked => "";

    internal override object ToDatabase(DateTimeOffset time) =>
        time.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture);

    internal override DateTimeOffset FromDatabase(object value) =>
        Parse((string)value);

    /// <summary>Lists hold thousands of times, nearly all of them in the form that is written here.</summary>
    private static DateTimeOffset Parse(string text)
    {
        ReadOnlySpan<char> t = text;
        return t.Length == TimeFormat.Length
            && t[4] == '-' && t[7] == '-' && t[10] == ' ' && t[13] == ':' && t[16] == ':' && t[19] == '.' && t[23..] is " +00:00"
            && Digits(t[..4]) is >= 1 and var year && Digits(t[5..7]) is >= 1 and <= 12 and var month && Digits(t[8..10]) is >= 1 and var day && day <= DateTime.DaysInMonth(year, month)
            && Digits(t[11..13]) is >= 0 and <= 23 and var hour && Digits(t[14..16]) is >= 0 and <= 59 and var minute
            && Digits(t[17..19]) is >= 0 and <= 59 and var second && Digits(t[20..23]) is >= 0 and var millisecond
            ? new DateTimeOffset(year, month, day, hour, minute, second, millisecond, TimeSpan.Zero)
            : DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
    }

    /// <summary>The number of a few digits; -1 when there is anything else.</summary>
    private static int Digits(ReadOnlySpan<char> text)
    {
        var number = 0;
        foreach (var c in text)
        {
            if (!char.IsAsciiDigit(c))
            {
                return -1;
            }

            number = (number * 10) + (c - '0');
        }

        return number;
    }

    internal override DatabaseException? Classify(Exception exception)
    {
        if (exception is not Microsoft.Data.Sqlite.SqliteException e)
        {
            return null;
        }

        const int constraintUnique = 2067, constraintPrimaryKey = 1555, constraintRowId = 2579, constraintForeignKey = 787;
        var fault = (e.SqliteErrorCode, e.SqliteExtendedErrorCode) switch
        {
            (19, constraintUnique or constraintPrimaryKey or constraintRowId) => DatabaseFault.UniqueViolation,
            (19, constraintForeignKey) => DatabaseFault.ForeignKeyViolation,
            // PERM, BUSY, LOCKED, NOMEM, READONLY, INTERRUPT, IOERR, CORRUPT, FULL, CANTOPEN, PROTOCOL, NOLFS, NOTADB
            (3 or 5 or 6 or 7 or 8 or 9 or 10 or 11 or 13 or 14 or 15 or 22 or 26, _) => DatabaseFault.Unavailable,
            _ => DatabaseFault.Other,
        };
        return new DatabaseException(fault, e.Message, e);
    }
}

internal sealed class PostgresDialect : OnConflictDialect
{
    public override SqlFlavor Flavor => SqlFlavor.Postgres;

    public override string ForUpdate => " FOR UPDATE";

    public override string ForUpdateSkipLocked => " FOR UPDATE SKIP LOCKED";

    internal override object ToDatabase(DateTimeOffset time) => time.UtcDateTime;

    internal override DateTimeOffset FromDatabase(object value) =>
        new(DateTime.SpecifyKind((DateTime)value, DateTimeKind.Utc));

    internal override DatabaseException? Classify(Exception exception)
    {
        if (exception is Npgsql.PostgresException e)
        {
            var fault = e.SqlState switch
            {
                "23505" => DatabaseFault.UniqueViolation,
                "23503" => DatabaseFault.ForeignKeyViolation,
                "22001" or "22003" or "22021" or "22P05" => DatabaseFault.InvalidValue,
                "40001" or "40P01" or "55P03" => DatabaseFault.Conflict,
                // 08 connection, 53 resources, 57 operator intervention, 58 system, 25006 read-only transaction
                var s when s is "25006" || s[..2] is "08" or "53" or "57" or "58" or "XX" => DatabaseFault.Unavailable,
                _ => DatabaseFault.Other,
            };
            return new DatabaseException(fault, e.MessageText, e);
        }

        return exception is Npgsql.NpgsqlException or System.Net.Sockets.SocketException or TimeoutException
            ? new DatabaseException(DatabaseFault.Unavailable, exception.Message, exception)
            : null;
    }
}

internal sealed class MySqlDialect : Dialect
{
    public override SqlFlavor Flavor => SqlFlavor.MySql;

    public override string ForUpdate => " FOR UPDATE";

    public override string ForUpdateSkipLocked => " FOR UPDATE SKIP LOCKED";

    // MariaDB has RETURNING, MySQL has not; the driver knows the id on both.
    internal override bool HasReturning => false;

    public override string Upsert(string table, string[] key, string[] update, string[]? insertOnly = null) =>
        Insert(table, [.. key, .. update, .. insertOnly ?? []])
        + " ON DUPLICATE KEY UPDATE "
        + string.Join(", ", update.Select(c => $"\"{c}\" = VALUES(\"{c}\")"));

    public override string InsertIfAbsent(string table, params string[] columns) =>
        Insert(table, columns).Replace("INSERT INTO", "INSERT IGNORE INTO", StringComparison.Ordinal);

    internal override object ToDatabase(DateTimeOffset time) => time.UtcDateTime;

    internal override DateTimeOffset FromDatabase(object value) =>
        new(DateTime.SpecifyKind((DateTime)value, DateTimeKind.Utc));

    internal override DatabaseException? Classify(Exception exception)
    {
        if (exception is MySqlConnector.MySqlException e)
        {
            var fault = e.Number switch
            {
                1062 => DatabaseFault.UniqueViolation,
                1451 or 1452 or 1216 or 1217 => DatabaseFault.ForeignKeyViolation,
                1406 or 1264 or 1366 => DatabaseFault.InvalidValue,
                // 1467: a deadlock that came to light while waiting to number a row.
                1213 or 1205 or 1020 or 1467 => DatabaseFault.Conflict,
                // no connection, too many connections, shutdown, disk full, table full, read-only
                0 or 1040 or 1042 or 1045 or 1053 or 1021 or 1114 or 1129 or 1130 or 1203 or 1290 or 1792 or 1836 or 2002 or 2003
                    or 2006 or 2013 => DatabaseFault.Unavailable,
                _ => DatabaseFault.Other,
            };
            return new DatabaseException(fault, e.Message, e);
        }

        return exception is System.Net.Sockets.SocketException or TimeoutException
            ? new DatabaseException(DatabaseFault.Unavailable, exception.Message, exception)
            : null;
    }
}
