namespace Controller.Cli;

/// <summary>The command has failed; the message tells whoever typed it why.</summary>
internal sealed class CommandException(string message, string name = "CommandError") : Exception(message)
{
    /// <summary>What kind of failure, as in the API's error bodies.</summary>
    public string Name => name;
}
