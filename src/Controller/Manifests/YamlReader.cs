using System.Text;
using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Controller.Manifests;

/// <summary>
/// Reads one YAML 1.2 document (core schema) into JSON. Aliases are expanded; duplicate keys, further documents,
/// other tags and anything beyond <see cref="YamlLimits"/> are refused.
/// </summary>
internal sealed class YamlReader
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly Dictionary<string, Anchored?> _anchors = new(StringComparer.Ordinal);
    private readonly string _errorPrefix;
    private readonly YamlLimits _limits;
    private readonly IParser _parser;
    private int _nodes;
    private long _characters;

    private YamlReader(string text, string errorPrefix, YamlLimits limits)
    {
        _parser = new Parser(new StringReader(text));
        _errorPrefix = errorPrefix;
        _limits = limits;
    }

    /// <summary>A node under an anchor, what it costs to repeat, and how deep it goes.</summary>
    private sealed record Anchored(JsonNode? Node, int Nodes, long Characters, int Height);

    /// <param name="utf8">The uploaded file; a byte order mark is skipped.</param>
    /// <param name="errorPrefix">What the messages begin with; kinds differ in that.</param>
    /// <exception cref="ManifestException">With line and column.</exception>
    public static JsonNode? Read(ReadOnlySpan<byte> utf8, string errorPrefix = "Error parsing YAML", YamlLimits? limits = null)
    {
        if (utf8.StartsWith("\uFEFF"u8))
        {
            utf8 = utf8[3..];
        }

        try
        {
            return Read(StrictUtf8.GetString(utf8), errorPrefix, limits);
        }
        catch (DecoderFallbackException e)
        {
            throw new ManifestException($"{errorPrefix}: the file is not UTF-8 text (line 1, column 1)", e);
        }
    }

    /// <inheritdoc cref="Read(ReadOnlySpan{byte}, string, YamlLimits?)"/>
    public static JsonNode? Read(string text, string errorPrefix = "Error parsing YAML", YamlLimits? limits = null)
    {
        var reader = new YamlReader(text, errorPrefix, limits ?? YamlLimits.Default);
        try
        {
            return reader.ReadDocument();
        }
        catch (YamlException e)
        {
            throw reader.Error(Reason(e), e.Start, e);
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException or IndexOutOfRangeException or FormatException)
        {
            // The scanner gives up on some malformed texts in less orderly ways.
            throw reader.Error("malformed document", reader._parser.Current?.Start ?? Mark.Empty, e);
        }
    }

    private JsonNode? ReadDocument()
    {
        _parser.Consume<StreamStart>();
        if (_parser.TryConsume<StreamEnd>(out _))
        {
            return null;
        }

        _parser.Consume<DocumentStart>();
        var (root, _) = ReadNode(1);
        _parser.Consume<DocumentEnd>();
        if (!_parser.TryConsume<StreamEnd>(out _))
        {
            throw Error("the file holds more than one document", _parser.Current!.Start);
        }

        return root;
    }

    private (JsonNode? Node, int Height) ReadNode(int depth)
    {
        var next = _parser.Current is { } current ? current : throw Error("unexpected end", Mark.Empty);
        if (depth > _limits.Depth)
        {
            throw Error($"nested deeper than {_limits.Depth} levels", next.Start);
        }

        if (_parser.TryConsume<AnchorAlias>(out var alias))
        {
            return Repeat(alias, depth);
        }

        if (next is not NodeEvent start)
        {
            throw Error("malformed document", next.Start);
        }

        Spend(1, 0, start.Start);
        var (nodesBefore, charactersBefore) = (_nodes, _characters);
        var anchor = start.Anchor.IsEmpty ? null : start.Anchor.Value;
        if (anchor is not null)
        {
            // Known but empty until the node is complete: an alias inside it would never end.
            _anchors[anchor] = null;
        }

        var (node, height) = start switch
        {
            Scalar => (ReadScalar(_parser.Consume<Scalar>()), 1),
            SequenceStart => ReadSequence(depth),
            _ => ReadMapping(depth),
        };
        if (anchor is not null)
        {
            _anchors[anchor] = new Anchored(node, _nodes - nodesBefore + 1, _characters - charactersBefore, height);
        }

        return (node, height);
    }

    private (JsonNode? Node, int Height) Repeat(AnchorAlias alias, int depth)
    {
        if (!_anchors.TryGetValue(alias.Value.Value, out var anchored))
        {
            throw Error($"unknown alias {alias.Value.Value}", alias.Start);
        }

        if (anchored is null)
        {
            throw Error($"alias {alias.Value.Value} refers to a node that contains it", alias.Start);
        }

        if (depth + anchored.Height - 1 > _limits.Depth)
        {
            throw Error($"nested deeper than {_limits.Depth} levels", alias.Start);
        }

        Spend(anchored.Nodes, anchored.Characters, alias.Start);
        return (anchored.Node?.DeepClone(), anchored.Height);
    }

    private (JsonNode Node, int Height) ReadSequence(int depth)
    {
        var start = _parser.Consume<SequenceStart>();
        RequireTag(start, "seq");
        var array = new JsonArray();
        var height = 0;
        while (!_parser.TryConsume<SequenceEnd>(out _))
        {
            var (item, itemHeight) = ReadNode(depth + 1);
            array.Add(item);
            height = Math.Max(height, itemHeight);
        }

        return (array, height + 1);
    }

    private (JsonNode Node, int Height) ReadMapping(int depth)
    {
        var start = _parser.Consume<MappingStart>();
        RequireTag(start, "map");
        var mapping = new JsonObject();
        var height = 0;
        while (!_parser.TryConsume<MappingEnd>(out _))
        {
            var mark = _parser.Current!.Start;
            var key = ReadKey(depth);
            if (mapping.ContainsKey(key))
            {
                throw Error($"duplicate key {Shown(key)}", mark);
            }

            var (value, valueHeight) = ReadNode(depth + 1);
            mapping.Add(key, value);
            height = Math.Max(height, valueHeight);
        }

        return (mapping, height + 1);
    }

    private string ReadKey(int depth)
    {
        var mark = _parser.Current!.Start;
        if (_parser.Current is Scalar scalar && scalar.Anchor.IsEmpty)
        {
            _parser.MoveNext();
            Spend(1, scalar.Value.Length, mark);
            return Checked(scalar.Value, mark);
        }

        return ReadNode(depth + 1).Node switch
        {
            null => "",
            JsonValue value => value.ToString(),
            _ => throw Error("a key must be a scalar", mark),
        };
    }

    private JsonNode? ReadScalar(Scalar scalar)
    {
        var text = Checked(scalar.Value, scalar.Start);
        Spend(0, text.Length, scalar.Start);
        try
        {
            return scalar switch
            {
                { Tag.IsEmpty: false, Tag.IsNonSpecific: false } => YamlScalar.Tagged(scalar.Tag.Value, text),
                { Style: ScalarStyle.Plain, Tag.IsEmpty: true } => YamlScalar.Plain(text),
                _ => JsonValue.Create(text),
            };
        }
        catch (FormatException e)
        {
            throw Error(e.Message, scalar.Start, e);
        }
    }

    // Escapes can write half a surrogate pair, which no JSON text can hold.
    private string Checked(string text, Mark mark)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i]))
            {
                continue;
            }

            if (i + 1 == text.Length || !char.IsSurrogatePair(text[i], text[i + 1]))
            {
                throw Error("the text is not valid Unicode", mark);
            }

            i++;
        }

        return text;
    }

    private void RequireTag(NodeEvent node, string tag)
    {
        if (!node.Tag.IsEmpty && !node.Tag.IsNonSpecific && node.Tag.Value != $"tag:yaml.org,2002:{tag}")
        {
            throw Error($"unsupported tag {Shown(node.Tag.Value)}", node.Start);
        }
    }

    private void Spend(int nodes, long characters, Mark mark)
    {
        _nodes += nodes;
        _characters += characters;
        if (_nodes > _limits.Nodes || _characters > _limits.Characters)
        {
            throw Error("the document is too large", mark);
        }
    }

    private ManifestException Error(string reason, Mark mark, Exception? inner = null) =>
        new($"{_errorPrefix}: {reason} (line {mark.Line}, column {mark.Column})", inner);

    private static string Shown(string text) => text.Length > 80 ? $"{text[..80]}…" : text;

    private static string Reason(YamlException e) => e.Message.TrimEnd('.');
}
