namespace Controller.Configuration;

/// <summary>One node of the configuration file, with the line it starts on (first line = 1).</summary>
internal abstract record ConfigNode(int Line);

/// <summary>A single value, as written. <see cref="IsNull"/> tells an empty or <c>null</c> value from an empty text in quotes.</summary>
internal sealed record ConfigScalar(int Line, string Text, bool IsNull) : ConfigNode(Line);

internal sealed record ConfigList(int Line, IReadOnlyList<ConfigNode> Items) : ConfigNode(Line);

/// <summary>A group of keys, in the order of the file.</summary>
internal sealed record ConfigMap(int Line, IReadOnlyList<KeyValuePair<string, ConfigNode>> Entries) : ConfigNode(Line)
{
    public static ConfigMap Empty { get; } = new(1, []);
}
