namespace Controller.Cli;

/// <summary>How a command ends (runtime 6.1, decision 17).</summary>
internal static class ExitCode
{
    public const int Done = 0;
    public const int Failed = 1;

    /// <summary>The command line itself is wrong; nothing was tried.</summary>
    public const int Misused = 2;
}
