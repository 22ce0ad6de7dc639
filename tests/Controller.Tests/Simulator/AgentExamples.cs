namespace Controller.Tests.Simulator;

/// <summary>The example bodies of the agent wire, copied beside the test binary.</summary>
internal static class AgentExamples
{
    public static string Text(string name) => File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Examples", "agent", name));

    public static byte[] Bytes(string name) => File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Examples", "agent", name));
}
