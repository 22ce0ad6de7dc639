using System.CommandLine;

namespace Controller.Cli;

/// <summary>
/// <c>completion</c>: a script for the shell that asks the binary itself, through its <c>[suggest]</c> directive, so
/// that it can never be out of date.
/// </summary>
internal static class CompletionCommand
{
    private const string Bash = """
        # iofog-controller completion for bash: eval "$(iofog-controller completion bash)"
        _iofog_controller() {
            local line="${COMP_LINE:0:COMP_POINT}"
            local words="${line#* }"
            local IFS=$'\n'
            COMPREPLY=($(compgen -W "$("${COMP_WORDS[0]}" "[suggest:${#words}]" "$words" 2>/dev/null)" -- "${COMP_WORDS[COMP_CWORD]}"))
        }
        complete -o default -F _iofog_controller iofog-controller controller
        """;

    private const string Zsh = """
        #compdef iofog-controller controller
        # iofog-controller completion for zsh: source <(iofog-controller completion zsh)
        _iofog_controller() {
            local line="${BUFFER[1,CURSOR]}"
            local words_after="${line#* }"
            local -a found
            found=("${(@f)$("${words[1]}" "[suggest:${#words_after}]" "$words_after" 2>/dev/null)}")
            compadd -- $found
        }
        compdef _iofog_controller iofog-controller controller
        """;

    private const string Fish = """
        # iofog-controller completion for fish: iofog-controller completion fish | source
        function __iofog_controller
            set -l line (string replace -r '^\S+\s' '' -- (commandline -cp))
            iofog-controller "[suggest:"(string length -- $line)"]" "$line" 2>/dev/null
        end
        complete -c iofog-controller -a '(__iofog_controller)'
        """;

    public static Command Create(CommandHost host)
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
}
