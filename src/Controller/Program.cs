using Controller.Cli;

namespace Controller;

internal static class Program
{
    private static Task<int> Main(string[] arguments) => CommandLine.RunAsync(arguments, CommandHost.OfProcess());
}
