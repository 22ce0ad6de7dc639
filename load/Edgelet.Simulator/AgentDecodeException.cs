namespace Edgelet.Simulator;

/// <summary>A body that a real agent could not decode, or would misread.</summary>
/// <param name="path">The JSON path of the value at fault, e.g. <c>microservices[2].config</c>.</param>
/// <param name="problem">What is wrong with it.</param>
public sealed class AgentDecodeException(string path, string problem) : Exception($"{path} {problem}")
{
    /// <summary>The JSON path of the value at fault.</summary>
    public string Path { get; } = path;
}
