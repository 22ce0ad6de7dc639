using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using Controller.Hosting;

namespace Controller.Cli;

/// <summary><c>iofog-controller</c>, the command line (runtime 6). Without arguments it serves.</summary>
internal static class CommandLine
{
    /// <summary>Runs what the arguments ask for.</summary>
    /// <returns>See <see cref="ExitCode"/>.</returns>
    public static async Task<int> RunAsync(string[] arguments, CommandHost host)
    {
        using var signals = new ProcessSignals();
        if (arguments.Length == 0)
        {
            // What nearly every process does; it needs none of the commands below in memory.
            return await Serving.RunAsync(host, signals.Stop);
        }

        var (root, json) = Create(host);
        var parsed = root.Parse(Help(arguments));
        host.Json = parsed.GetValue(json);
        try
        {
            var configuration = new InvocationConfiguration
            {
                Output = host.Output,
                Error = host.Error,
                EnableDefaultExceptionHandler = false,
                // The library's own would end a server that still drains.
                ProcessTerminationTimeout = null,
            };
            var code = await parsed.InvokeAsync(configuration, signals.Stop);
            return parsed.Errors.Count > 0 && parsed.Action is ParseErrorAction ? ExitCode.Misused : code;
        }
        catch (CommandException e)
        {
            host.Fail(e.Name, e.Message);
            return ExitCode.Failed;
        }
        catch (OperationCanceledException)
        {
            return ExitCode.Failed;
        }
    }

    /// <summary>All commands. Not a <see cref="RootCommand"/>: that one is named like the file, as is one of its commands.</summary>
    private static (Command Root, Option<bool> Json) Create(CommandHost host)
    {
        var json = new Option<bool>("--json") { Description = "Answer in JSON, failures too", Recursive = true };
        var root = new Command("iofog-controller", "Control plane of a fleet of Edgelet nodes. Without a command it serves.")
        {
            Serving.Create(host),
            Daemon.CreateStart(host),
            Daemon.CreateStop(host),
            HealthCheckCommand.Create(host),
            CheckCommand.Create(host),
            BackupCommands.CreateBackup(host),
            BackupCommands.CreateRestore(host),
            ControllerCommands.Create(host),
            ControllerCommands.CreateVersion(host),
            ConfigCommands.Create(host),
            IofogCommands.Create(host),
            ApplicationCommands.Create(host),
            MicroserviceCommands.Create(host),
            CatalogCommands.Create(host),
            RegistryCommands.Create(host),
            TunnelCommands.Create(host),
            RoutesCommand.Create(host),
            CheckCommand.CreateInit(host),
        };
        CompletionCommand.AddTo(root, host);
        root.Options.Add(json);
        root.Options.Add(new HelpOption());
        root.Options.Add(new VersionOption());
        return (root, json);
    }

    /// <summary>Every command takes the word <c>help</c> as well.</summary>
    private static string[] Help(string[] arguments) =>
        arguments[^1] == "help" ? [.. arguments[..^1], "--help"]
        : arguments[0] == "help" ? [.. arguments[1..], "--help"]
        : arguments;
}
