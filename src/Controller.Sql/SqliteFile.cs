using System.Globalization;
using Microsoft.Data.Sqlite;

namespace Controller.Sql;

/// <summary>
/// A SQLite database as a file: looked at, copied and put back. Looking and copying work beside the process that owns
/// the database, each as one read transaction; putting back takes its place and needs the lock.
/// </summary>
public static class SqliteFile
{
    /// <summary>Reads the whole file and compares its schema with that of this build. Changes nothing.</summary>
    /// <returns>File name of the first migration that it lacks; null when it is up to date.</returns>
    /// <exception cref="DatabaseException">It is damaged or cannot be read.</exception>
    /// <exception cref="SchemaException">Its schema is not one that this build can use.</exception>
    public static async Task<string?> InspectAsync(string path, CancellationToken cancel)
    {
        try
        {
            await using var connection = Open(path, SqliteOpenMode.ReadOnly);
            if (Scalar(connection, "PRAGMA quick_check(1)") is var found and not "ok")
            {
                throw new DatabaseException(DatabaseFault.Other, $"The database {path} is damaged: {found}");
            }

            return await new Migrator(TimeProvider.System).FindPendingAsync(connection, SqlFlavor.Sqlite, cancel).ConfigureAwait(false);
        }
        catch (SqliteException e)
        {
            throw Failure(path, e);
        }
    }

    /// <summary>
    /// Copies the database, in use or not, to a file of its own: everything that was committed when it began, checked
    /// and on stable storage when it returns.
    /// </summary>
    /// <param name="path">The database.</param>
    /// <param name="copy">The copy; must not exist.</param>
    /// <param name="cancel">Ends the check of the copy.</param>
    /// <exception cref="DatabaseException">Either file fails.</exception>
    public static async Task BackUpAsync(string path, string copy, CancellationToken cancel)
    {
        if (File.Exists(copy))
        {
            throw new DatabaseException(DatabaseFault.Other, $"{copy} exists already");
        }

        if (!Directory.Exists(Path.GetDirectoryName(Path.GetFullPath(copy))))
        {
            throw new DatabaseException(DatabaseFault.Other, $"There is no directory for {copy}");
        }

        // Under another name until it is whole.
        var unfinished = copy + ".unfinished";
        try
        {
            Remove(unfinished);
            await Task.Run(() => Copy(path, unfinished), cancel).ConfigureAwait(false);
            await InspectAsync(unfinished, cancel).ConfigureAwait(false);
            Sync(unfinished);
            File.Move(unfinished, copy, overwrite: false);
        }
        catch (SqliteException e)
        {
            throw Failure(path, e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DatabaseException(DatabaseFault.Unavailable, $"Cannot write {copy}: {e.Message}", e);
        }
        finally
        {
            Remove(unfinished);
        }
    }

    /// <summary>Puts a copy in the database's place. What was there is kept beside it.</summary>
    /// <param name="copy">Made by <see cref="BackUpAsync"/>; stays.</param>
    /// <param name="path">The database; need not exist.</param>
    /// <param name="now">Part of the name of what is kept.</param>
    /// <param name="cancel">Ends the check of the copy.</param>
    /// <returns>Where the former database is now; null when there was none.</returns>
    /// <exception cref="DatabaseInUseException">A process owns the database.</exception>
    /// <exception cref="DatabaseException">The copy is damaged, or a file fails.</exception>
    /// <exception cref="SchemaException">The copy is of a Controller that this build cannot follow.</exception>
    public static async Task<string?> RestoreAsync(string copy, string path, DateTimeOffset now, CancellationToken cancel)
    {
        if (!File.Exists(copy))
        {
            throw new DatabaseException(DatabaseFault.Other, $"There is no file {copy}");
        }

        await InspectAsync(copy, cancel).ConfigureAwait(false);
        var incoming = path + ".restoring";
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            using var owner = SqliteFileLock.Take(path);
            Remove(incoming);
            await Task.Run(() => Copy(copy, incoming), cancel).ConfigureAwait(false);
            Sync(incoming);
            return Replace(path, incoming, now);
        }
        catch (SqliteException e)
        {
            throw Failure(path, e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DatabaseException(DatabaseFault.Unavailable, $"Cannot replace {path}: {e.Message}", e);
        }
        finally
        {
            Remove(incoming);
        }
    }

    private static string? Replace(string path, string incoming, DateTimeOffset now)
    {
        if (!File.Exists(path))
        {
            // A log without its database would be taken for the new one's.
            File.Delete(path + "-wal");
            File.Delete(path + "-shm");
            File.Move(incoming, path);
            return null;
        }

        // Into the file, so that it is whole without its log.
        using (var former = Open(path, SqliteOpenMode.ReadWrite))
        {
            Scalar(former, "PRAGMA journal_mode = DELETE");
        }

        var kept = string.Create(CultureInfo.InvariantCulture, $"{path}.before-restore-{now.UtcDateTime:yyyyMMdd'T'HHmmss'Z'}");
        File.Replace(incoming, path, kept);
        return kept;
    }

    /// <summary>All pages in one read transaction; the owner goes on writing to its log meanwhile.</summary>
    private static void Copy(string from, string to)
    {
        using var source = Open(from, SqliteOpenMode.ReadOnly);
        using var target = Open(to, SqliteOpenMode.ReadWriteCreate);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(to, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        source.BackupDatabase(target);
        // One file, without a log beside it.
        Scalar(target, "PRAGMA journal_mode = DELETE");
    }

    private static SqliteConnection Open(string path, SqliteOpenMode mode)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Mode = mode, Pooling = false }.ToString());
        try
        {
            connection.Open();
            Scalar(connection, "PRAGMA busy_timeout = 10000");
            return connection;
        }
        catch (SqliteException e)
        {
            connection.Dispose();
            throw Failure(path, e);
        }
    }

    private static string? Scalar(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar()?.ToString();
    }

    private static void Sync(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite);
        file.Flush(flushToDisk: true);
    }

    private static void Remove(string path)
    {
        foreach (var suffix in (ReadOnlySpan<string>)["", "-journal", "-wal", "-shm"])
        {
            File.Delete(path + suffix);
        }
    }

    private static DatabaseException Failure(string path, SqliteException e) =>
        new(DatabaseFault.Unavailable, $"The database {path} cannot be used: {e.Message}", e);
}
