namespace Controller.Manifests;

/// <summary>
/// What one document may cost. Nodes and characters are counted after aliases are expanded, so a short text that
/// unfolds into a large one is refused at these bounds.
/// </summary>
/// <param name="Depth">Levels of nesting. Below the 64 of the JSON reader that the result goes to.</param>
/// <param name="Nodes">Scalars, sequences and mappings.</param>
/// <param name="Characters">Text in scalars and keys.</param>
internal sealed record YamlLimits(int Depth, int Nodes, int Characters)
{
    public static YamlLimits Default { get; } = new(Depth: 50, Nodes: 200_000, Characters: 20_000_000);
}
