using System.CommandLine;

namespace Controller.Cli;

/// <summary>
/// <c>completion</c>: a script for the shell that asks the binary itself, so that it can never be out of date.
/// </summary>
internal static class CompletionCommand
{
    private const string Bash = """
        # iofog-controller completion for bash: eval "$(iofog-controller completion bash)"
        _iofog_controller() {
            local IFS=$'\n'
            COMPREPLY=($("${COMP_WORDS[0]}" complete -- "${COMP_LINE:0:COMP_POINT}" 2>/dev/null))
        }
        complete -o default -F _iofog_controller iofog-controller controller
        """;

    private const string Zsh = """
        #compdef iofog-controller controller
        # iofog-controller completion for zsh: source <(iofog-controller completion zsh)
        _iofog_controller() {
            local -a found
            found=("${(@f)$("${words[1]}" complete -- "${BUFFER[1,CURSOR]}" 2>/dev/null)}")
            compadd -- $found
        }
        compdef _iofog_controller iofog-controller controller
        """;

    private const string Fish = """
        # iofog-controller completion for fish: iofog-controller completion fish | source
        complete -c iofog-controller -f -a '(iofog-controller complete -- (commandline -cp) 2>/dev/null)'
        complete -c iofog-controller -n '__fish_seen_subcommand_from backup restore' -F
        """;

    public static void AddTo(Command root, CommandHost host)
    {
        root.Subcommands.Add(Scripts(host));
        root.Subcommands.Add(Candidates(root, host));
    }

    private static Command Scripts(CommandHost host)
    {
        var shell = new Argument<string>("shell") { Description = "bash, zsh or fish" };
        shell.AcceptOnlyFromAmong("bash", "zsh", "fish");
        var command = new Command("completion", "Print the completion script of a shell") { shell };
        command.SetAction(given => host.Output.WriteLine(given.GetRequiredValue(shell) switch
        {
            "bash" => Bash,
            "zsh" => Zsh,
            _ => Fish,
        }));
        return command;
    }

    /// <summary>What the scripts call: the words that may end the line typed so far, one a line.</summary>
    private static Command Candidates(Command root, CommandHost host)
    {
        var line = new Argument<string>("line");
        var command = new Command("complete") { line };
        command.Hidden = true;
        command.SetAction(given =>
        {
            // Without the program's name, under whatever path it was called.
            var typed = given.GetRequiredValue(line).TrimStart();
            var words = typed.IndexOf(' ', StringComparison.Ordinal) is >= 0 and var end ? typed[(end + 1)..] : "";
            foreach (var candidate in root.Parse(words).GetCompletions(words.Length).Select(c => c.InsertText ?? c.Label))
            {
                // The library's Windows spellings of --help.
                if (candidate is not ("/?" or "/h"))
                {
                    host.Output.WriteLine(candidate);
                }
            }
        });
        return command;
    }
}
