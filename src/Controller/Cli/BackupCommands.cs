using System.CommandLine;
using Controller.Configuration;
using Controller.Hosting;
using Controller.Secrets;
using Controller.Sql;

namespace Controller.Cli;

/// <summary><c>backup</c> and <c>restore</c> of a SQLite database. The other databases come with tools of their own.</summary>
internal static class BackupCommands
{
    public static Command CreateBackup(CommandHost host)
    {
        var file = new Argument<string>("file") { Description = "Where the copy goes; must not exist" };
        var command = new Command("backup", "Copy the SQLite database, also while the Controller serves") { file };
        command.SetAction((given, cancel) => RunAsync(host, given.GetRequiredValue(file), BackUpAsync, cancel));
        return command;
    }

    public static Command CreateRestore(CommandHost host)
    {
        var file = new Argument<string>("file") { Description = "A copy made by backup" };
        var command = new Command("restore", "Put a copy in the SQLite database's place; the Controller must be stopped") { file };
        command.SetAction((given, cancel) => RunAsync(host, given.GetRequiredValue(file), RestoreAsync, cancel));
        return command;
    }

    private static async Task<int> RunAsync(
        CommandHost host, string file, Func<CommandHost, string, string, CancellationToken, Task> work, CancellationToken cancel)
    {
        var database = host.Settings.Database;
        if (database.Server is not null)
        {
            throw new CommandException(
                $"This is for SQLite only; the database is on {database.Provider}: use {(database.Provider == DatabaseProvider.Postgres ? "pg_dump and pg_restore" : "mariadb-dump and mariadb")}",
                "InvalidArgumentError");
        }

        try
        {
            await work(host, DatabaseStartup.Options(database).SqlitePath, host.FullPath(file), cancel);
            return ExitCode.Done;
        }
        catch (Exception e) when (e is DatabaseException or DatabaseInUseException or SchemaException)
        {
            throw new CommandException(e.Message, "DatabaseError");
        }
    }

    private static async Task BackUpAsync(CommandHost host, string database, string copy, CancellationToken cancel)
    {
        await SqliteFile.BackUpAsync(database, copy, cancel);
        var bytes = new FileInfo(copy).Length;
        var key = KeyFile(host.Settings.Data);
        host.Say(
            $"{copy}: {bytes} bytes." + (key is null ? "" : $" The secrets in it are only readable with {key}: keep a copy of that too, in another place."),
            writer =>
            {
                writer.WriteString("file", copy);
                writer.WriteNumber("bytes", bytes);
                writer.WriteString("keyFile", key);
            });
    }

    private static async Task RestoreAsync(CommandHost host, string database, string copy, CancellationToken cancel)
    {
        var kept = await SqliteFile.RestoreAsync(copy, database, TimeProvider.System.GetUtcNow(), cancel);
        host.Say(
            $"{database} is restored." + (kept is null ? "" : $" What was there is now {kept}."),
            writer =>
            {
                writer.WriteString("database", database);
                writer.WriteString("former", kept);
            });
    }

    /// <summary>Null when the key does not come from a file.</summary>
    private static string? KeyFile(DataSettings data) =>
        data.EncryptionKey is not null ? null
        : data.EncryptionKeyFileIsGiven ? data.EncryptionKeyFile
        : Path.Combine(data.Directory, MasterKey.FileName);
}
