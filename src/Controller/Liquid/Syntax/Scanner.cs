namespace Controller.Liquid.Syntax;

/// <summary>Cuts a template into texts, outputs and tags.</summary>
internal sealed class Scanner(string source)
{
    private const string TagStart = "{%";
    private const string TagEnd = "%}";
    private const string OutputStart = "{{";
    private const string OutputEnd = "}}";
    private const string Raw = "raw";
    private const string EndRaw = "endraw";

    private readonly List<Token> _tokens = [];

    /// <exception cref="LiquidError">A delimiter without its partner, or a tag without a name.</exception>
    public static List<Token> Scan(string source)
    {
        var scanner = new Scanner(source);
        scanner.Scan();
        return scanner._tokens;
    }

    private void Scan()
    {
        var position = 0;
        while (position < source.Length)
        {
            position = StartsAt(position, TagStart) ? ScanTag(position)
                : StartsAt(position, OutputStart) ? ScanOutput(position)
                : ScanText(position);
        }

        Trim();
    }

    private int ScanText(int begin)
    {
        var end = begin;
        do
        {
            var brace = source.IndexOf('{', end);
            end = brace < 0 ? source.Length : brace;
            if (end == source.Length || StartsAt(end, TagStart) || StartsAt(end, OutputStart))
            {
                break;
            }

            end++;
        }
        while (true);

        AddText(begin, end);
        return end;
    }

    private int ScanOutput(int begin)
    {
        var (end, content) = Delimited(begin, OutputEnd, "output");
        _tokens.Add(content with { Kind = TokenKind.Output });
        return end;
    }

    private int ScanTag(int begin)
    {
        var (end, token) = Delimited(begin, TagEnd, "tag");
        var reader = new ExpressionReader(token.Content);
        var name = reader.ReadIdentifier();
        if (name.Length == 0)
        {
            throw LiquidError.Tokenization("illegal tag syntax", source, begin);
        }

        reader.SkipBlanks();
        _tokens.Add(token with { Name = name, Arguments = reader.Rest });
        return name == Raw ? ScanRaw(begin, end) : end;
    }

    /// <summary>Everything up to <c>{% endraw %}</c> is text.</summary>
    private int ScanRaw(int tagBegin, int begin)
    {
        for (var at = source.IndexOf(TagStart, begin, StringComparison.Ordinal); at >= 0; at = source.IndexOf(TagStart, at + 1, StringComparison.Ordinal))
        {
            var reader = new ExpressionReader(source, at + TagStart.Length);
            _ = reader.Take('-');
            if (reader.ReadIdentifier() is EndRaw or EndRaw + "-")
            {
                AddText(begin, at);
                return ScanTag(at);
            }
        }

        throw LiquidError.Tokenization($"raw {Excerpt(source, tagBegin)} not closed", source, begin);
    }

    private (int End, Token Token) Delimited(int begin, string close, string kind)
    {
        var at = source.IndexOf(close, begin + close.Length, StringComparison.Ordinal);
        if (at < 0)
        {
            throw LiquidError.Tokenization($"{kind} {Excerpt(source, begin)} not closed", source, begin);
        }

        var inner = source[(begin + close.Length)..at];
        var before = inner.StartsWith('-');
        var after = inner.Length > 1 && inner.EndsWith('-');
        var content = inner[(before ? 1 : 0)..^(after ? 1 : 0)].Trim();
        var end = at + close.Length;
        return (end, new Token(TokenKind.Tag, source, begin, end, content) { TrimsBefore = before, TrimsAfter = after });
    }

    /// <summary>The beginning of a text, quoted, for messages.</summary>
    public static string Excerpt(string text, int begin)
    {
        const int longest = 16;
        var rest = text.AsSpan(begin);
        var shown = rest.Length > longest ? $"{rest[..(longest - 3)]}..." : rest.ToString();
        return $"\"{shown.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal)}\"";
    }

    private void AddText(int begin, int end)
    {
        if (end > begin)
        {
            _tokens.Add(new Token(TokenKind.Text, source, begin, end, source[begin..end]));
        }
    }

    private void Trim()
    {
        for (var i = 0; i < _tokens.Count; i++)
        {
            var token = _tokens[i];
            if (token.TrimsBefore && token.Name != EndRaw && i > 0 && _tokens[i - 1] is { Kind: TokenKind.Text } before)
            {
                _tokens[i - 1] = before with { Content = before.Content.TrimEnd() };
            }

            if (token.TrimsAfter && token.Name != Raw && i + 1 < _tokens.Count && _tokens[i + 1] is { Kind: TokenKind.Text } after)
            {
                _tokens[i + 1] = after with { Content = after.Content.TrimStart() };
            }
        }
    }

    private bool StartsAt(int position, string text) => string.CompareOrdinal(source, position, text, 0, text.Length) == 0;
}
