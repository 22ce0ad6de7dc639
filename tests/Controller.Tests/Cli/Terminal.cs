using System.Text.Json.Nodes;
using Controller.Cli;

namespace Controller.Tests.Cli;

/// <summary>Runs commands of the command line in this process, with an environment of their own.</summary>
internal sealed class Terminal(string directory, Dictionary<string, string>? environment = null)
{
    /// <summary>What a command is given on standard input.</summary>
    public string Input { get; init; } = "";

    public async Task<CommandResult> RunAsync(params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var variables = new Dictionary<string, string>(environment ?? []) { ["LOG_DIRECTORY"] = Path.Combine(directory, "log") };
        variables.TryAdd("DATA_DIRECTORY", directory);
        var code = await CommandLine.RunAsync(arguments, new CommandHost(variables, directory, new StringReader(Input), output, error));
        return new(code, output.ToString(), error.ToString());
    }

    /// <summary>Runs a command that must succeed.</summary>
    public async Task<string> DoAsync(params string[] arguments)
    {
        var result = await RunAsync(arguments);
        return result.Code == 0 ? result.Output : throw new InvalidOperationException($"{string.Join(' ', arguments)}: {result}");
    }

    /// <summary>Runs a command that must succeed with JSON.</summary>
    public async Task<JsonNode> ReadAsync(params string[] arguments) => JsonNode.Parse(await DoAsync(arguments))!;
}

internal sealed record CommandResult(int Code, string Output, string Error);
