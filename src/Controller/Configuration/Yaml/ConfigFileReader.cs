using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Controller.Configuration;

/// <summary>
/// Reads a YAML file into a tree of nodes. Works on parser events: the object deserializer needs reflection,
/// and the lines of the file are wanted for error messages.
/// </summary>
internal sealed class ConfigFileReader
{
    // Deep enough for any configuration, shallow enough for the stack.
    private const int MaximumDepth = 64;

    private readonly Parser parser;
    private readonly Dictionary<AnchorName, ConfigNode> anchors = [];

    private ConfigFileReader(TextReader text) => parser = new Parser(text);

    /// <exception cref="ConfigFileException">The file is missing, unreadable or not a YAML document with keys at the top.</exception>
    public static ConfigMap ReadFile(string path)
    {
        string text;
        try
        {
            text = File.ReadAllText(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new ConfigFileException(error.Message, error);
        }

        return ReadText(text);
    }

    /// <exception cref="ConfigFileException">The text is not a YAML document with keys at the top.</exception>
    public static ConfigMap ReadText(string text)
    {
        using var reader = new StringReader(text);
        try
        {
            return new ConfigFileReader(reader).ReadDocument();
        }
        catch (YamlException error)
        {
            throw new ConfigFileException($"{error.Message} (line {error.Start.Line}, column {error.Start.Column})", error);
        }
    }

    private ConfigMap ReadDocument()
    {
        parser.Consume<StreamStart>();
        if (parser.TryConsume<StreamEnd>(out _))
        {
            return ConfigMap.Empty;
        }

        parser.Consume<DocumentStart>();
        var root = ReadNode(depth: 0);
        parser.Consume<DocumentEnd>();
        if (!parser.TryConsume<StreamEnd>(out _))
        {
            throw new ConfigFileException($"expected a single document, found another (line {parser.Current?.Start.Line})");
        }

        return root switch
        {
            ConfigMap map => map,
            ConfigScalar { IsNull: true } => ConfigMap.Empty,
            _ => throw new ConfigFileException($"expected keys at the top of the file (line {root.Line})"),
        };
    }

    private ConfigNode ReadNode(int depth)
    {
        if (depth > MaximumDepth)
        {
            throw new ConfigFileException($"nested more than {MaximumDepth} levels deep (line {parser.Current?.Start.Line})");
        }

        if (parser.TryConsume<AnchorAlias>(out var alias))
        {
            return anchors.TryGetValue(alias.Value, out var target)
                ? target
                : throw new ConfigFileException($"unknown alias *{alias.Value} (line {alias.Start.Line})");
        }

        if (parser.TryConsume<Scalar>(out var scalar))
        {
            var isNull = scalar.Style == ScalarStyle.Plain && scalar.Value is "" or "~" or "null" or "Null" or "NULL";
            return Remember(scalar.Anchor, new ConfigScalar(LineOf(scalar), scalar.Value, isNull));
        }

        if (parser.TryConsume<SequenceStart>(out var sequence))
        {
            var items = new List<ConfigNode>();
            while (!parser.TryConsume<SequenceEnd>(out _))
            {
                items.Add(ReadNode(depth + 1));
            }

            return Remember(sequence.Anchor, new ConfigList(LineOf(sequence), items));
        }

        return ReadMap(depth);
    }

    private ConfigMap ReadMap(int depth)
    {
        var start = parser.Consume<MappingStart>();
        var entries = new List<KeyValuePair<string, ConfigNode>>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        while (!parser.TryConsume<MappingEnd>(out _))
        {
            if (ReadNode(depth + 1) is not ConfigScalar key)
            {
                throw new ConfigFileException($"a key must be plain text (line {start.Start.Line})");
            }

            if (!seen.Add(key.Text))
            {
                throw new ConfigFileException($"duplicated key \"{key.Text}\" (line {key.Line})");
            }

            var value = ReadNode(depth + 1);

            // The line of the key is where a person looks, also when the value starts further down.
            entries.Add(new(key.Text, value with { Line = key.Line }));
        }

        return Remember(start.Anchor, new ConfigMap(LineOf(start), entries));
    }

    private T Remember<T>(AnchorName anchor, T node) where T : ConfigNode
    {
        if (!anchor.IsEmpty)
        {
            anchors[anchor] = node;
        }

        return node;
    }

    private static int LineOf(ParsingEvent parsingEvent) => (int)parsingEvent.Start.Line;
}
