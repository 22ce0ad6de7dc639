using System.CommandLine;
using System.Text.Json;
using Controller.Configuration;
using Controller.Hosting;
using Controller.Secrets;
using Controller.Sql;

namespace Controller.Cli;

/// <summary><c>check</c>: whether a Controller with this configuration would start and find its data whole. Changes nothing.</summary>
internal static class CheckCommand
{
    public static Command Create(CommandHost host)
    {
        var command = new Command("check", "Check configuration, certificates, keys and database; exit code 0 when all is well");
        command.SetAction((_, cancel) => RunAsync(host, cancel));
        return command;
    }

    /// <summary><c>init</c>: opens the database and nothing else (runtime 6.2).</summary>
    public static Command CreateInit(CommandHost host)
    {
        var command = new Command("init", "Open the database") { Hidden = true };
        command.SetAction(async (_, cancel) =>
        {
            if (await DatabaseAsync(host.Settings, cancel) is { Ok: false } finding)
            {
                throw new CommandException($"Unable to initialize the database. Error: {finding.Message}", "DatabaseError");
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static async Task<int> RunAsync(CommandHost host, CancellationToken cancel)
    {
        var loaded = host.Load();
        List<Finding> findings =
        [
            .. loaded.Errors.Select(error => new Finding("configuration", false, error)),
            .. loaded.Warnings.Select(warning => new Finding("configuration", true, $"warning: {warning}")),
        ];
        if (loaded.Settings is { } settings)
        {
            findings.Add(new("configuration", true, loaded.ConfigFile ?? "environment and defaults"));
            findings.Add(Certificates(settings));
            findings.Add(Key(settings.Data));
            findings.Add(await DatabaseAsync(settings, cancel));
        }

        host.Say(
            string.Join('\n', findings.Select(f => $"{(f.Ok ? "ok    " : "FAILED")} {f.Name}: {f.Message}")),
            writer => Write(writer, findings));
        return findings.TrueForAll(f => f.Ok) ? ExitCode.Done : ExitCode.Failed;
    }

    private static void Write(Utf8JsonWriter writer, List<Finding> findings)
    {
        writer.WriteBoolean("ok", findings.TrueForAll(f => f.Ok));
        writer.WriteStartArray("checks");
        foreach (var finding in findings)
        {
            writer.WriteStartObject();
            writer.WriteString("name", finding.Name);
            writer.WriteBoolean("ok", finding.Ok);
            writer.WriteString("message", finding.Message);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static Finding Certificates(ControllerSettings settings)
    {
        try
        {
            using var tls = TlsMaterial.Load(settings.Server);
            return new("tls", true, tls is null ? "plain HTTP" : $"{tls.Certificate.Subject}, valid until {tls.Certificate.NotAfter.ToUniversalTime():u}{(tls.Warning is { } w ? $"; warning: {w}" : "")}");
        }
        catch (TlsMaterialException e)
        {
            return new("tls", false, $"{e.Message} {e.InnerException?.Message}");
        }
    }

    private static Finding Key(DataSettings data)
    {
        var file = data.EncryptionKeyFileIsGiven ? data.EncryptionKeyFile : null;
        if (data.EncryptionKey is null && file is null && !File.Exists(Path.Combine(data.Directory, MasterKey.FileName)))
        {
            return new("key", true, "the first start will make one");
        }

        try
        {
            MasterKey.Load(data.EncryptionKey?.Reveal(), file, data.Directory);
            return new("key", true, data.EncryptionKey is not null ? "from the environment" : file ?? Path.Combine(data.Directory, MasterKey.FileName));
        }
        catch (MasterKeyException e)
        {
            return new("key", false, e.Message);
        }
    }

    private static async Task<Finding> DatabaseAsync(ControllerSettings settings, CancellationToken cancel)
    {
        var options = DatabaseStartup.Options(settings.Database) with { MayCreate = false };
        try
        {
            string? pending;
            if (options.Flavor == SqlFlavor.Sqlite)
            {
                if (!File.Exists(options.SqlitePath))
                {
                    return new("database", true, $"{options.SqlitePath}: the first start will make it");
                }

                // Beside the lock, so that a serving Controller is no obstacle.
                pending = await SqliteFile.InspectAsync(options.SqlitePath, cancel);
            }
            else
            {
                await using var database = await Database.OpenAsync(options, cancel);
                pending = await database.PendingMigrationAsync(cancel);
            }

            var where = options.Flavor == SqlFlavor.Sqlite ? options.SqlitePath : $"{options.Name} on {options.Host}";
            return new("database", true, pending is null ? $"{where}, up to date" : $"{where}: the next start will apply {pending}");
        }
        catch (Exception e) when (e is DatabaseException or SchemaException or System.Data.Common.DbException)
        {
            return new("database", false, e.Message);
        }
    }

    private sealed record Finding(string Name, bool Ok, string Message);
}
