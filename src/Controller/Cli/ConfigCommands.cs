using System.CommandLine;
using System.Globalization;
using Controller.Configuration;

namespace Controller.Cli;

/// <summary>
/// <c>iofog-controller config …</c> (runtime 6.3). In the original, <c>add</c> and <c>dev-mode</c> change only the
/// memory of their own process; here they say so instead of pretending.
/// </summary>
internal static class ConfigCommands
{
    private const string NotHere =
        "Settings are read from the environment and the configuration file when the Controller starts and cannot be changed from here: set ";

    public static Command Create(CommandHost host)
    {
        var list = new Command("list", "Show the main settings");
        list.SetAction(_ => List(host));
        return ApiCommand.Group(
            "config",
            "Settings",
            list,
            Refusing("add", "API_PORT, TLS_PATH_CERT, TLS_PATH_KEY, TLS_PATH_INTERMEDIATE_CERT, LOG_DIRECTORY, LOG_FILE_SIZE or LOG_FILE_COUNT"),
            Refusing("dev-mode", "SERVER_DEV_MODE"));
    }

    private static Command Refusing(string name, string variables)
    {
        var command = new Command(name, "Not possible: " + variables) { Hidden = true, TreatUnmatchedTokensAsErrors = false };
        command.SetAction(int (_) => throw new CommandException(NotHere + variables));
        return command;
    }

    private static void List(CommandHost host)
    {
        var rows = Rows(host.Settings).Where(row => row.Value is { Length: > 0 }).ToList();
        host.Say(string.Join('\n', rows.Select(row => $"{row.Label}: {row.Value}")), writer =>
        {
            foreach (var (label, value) in rows)
            {
                writer.WriteString(label, value);
            }
        });
    }

    private static IEnumerable<(string Label, string? Value)> Rows(ControllerSettings settings) =>
    [
        ("Configuration file", settings.ConfigFile),
        ("Port", settings.Server.Port.ToString(CultureInfo.InvariantCulture)),
        ("Public URL", settings.Server.PublicUrl),
        ("Console port", settings.Console.Port.ToString(CultureInfo.InvariantCulture)),
        ("SSL key directory", settings.Server.Tls.KeyPath),
        ("SSL certificate directory", settings.Server.Tls.CertificatePath),
        ("Intermediate key directory", settings.Server.Tls.IntermediatePath),
        ("Log files directory", settings.Log.Directory),
        ("Log files size", settings.Log.FileSizeBytes.ToString(CultureInfo.InvariantCulture)),
        ("Log files count", settings.Log.FileCount.ToString(CultureInfo.InvariantCulture)),
        ("Data directory", settings.Data.Directory),
        ("Database", settings.Database.Provider.ToString().ToLowerInvariant()),
        ("Dev mode", settings.Server.DevMode ? "on" : "off"),
    ];
}
