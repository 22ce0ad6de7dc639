namespace Controller.Identity;

/// <summary>The terminal of whoever started the process: for what must be seen once and never logged.</summary>
internal sealed class OperatorConsole(TextWriter output)
{
    public Task SayAsync(string line) => output.WriteLineAsync(line);
}
