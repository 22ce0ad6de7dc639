using Controller.Liquid.Nodes;

namespace Controller.Liquid.Syntax;

/// <summary>Makes nodes of tokens: the tags of LiquidJS 9.</summary>
internal sealed class Parser
{
    private static readonly NodeList Nothing = new([]);

    private readonly LiquidBudget _budget;
    private readonly List<Token> _tokens;
    private int _next;
    private int _depth;

    private Parser(List<Token> tokens, LiquidBudget budget)
    {
        _tokens = tokens;
        _budget = budget;
    }

    /// <exception cref="LiquidError">The template is no Liquid.</exception>
    /// <exception cref="LiquidLimitException"/>
    public static NodeList Parse(string source, LiquidBudget budget)
    {
        budget.Read(source);
        var tokens = Scanner.Scan(source);
        budget.Step(tokens.Count);
        return new Parser(tokens, budget).ParseUntil([]).Content;
    }

    /// <summary>Nodes up to a tag with one of these names, or to the end.</summary>
    private (NodeList Content, Token? End) ParseUntil(ReadOnlySpan<string> names)
    {
        _budget.Enter(++_depth);
        var nodes = new List<(Node, Token)>();
        Token? end = null;
        while (end is null && _next < _tokens.Count)
        {
            var token = _tokens[_next++];
            if (token.Kind == TokenKind.Tag && names.Contains(token.Name))
            {
                end = token;
            }
            else if (ParseToken(token) is { } node)
            {
                nodes.Add((node, token));
            }
        }

        _depth--;
        return (nodes.Count == 0 ? Nothing : new NodeList(nodes), end);
    }

    private Node? ParseToken(Token token)
    {
        try
        {
            return token.Kind switch
            {
                TokenKind.Text => new TextNode(token.Content),
                TokenKind.Output => new OutputNode(new ExpressionReader(token.Content).ReadFiltered()),
                _ => ParseTag(token, new ExpressionReader(token.Arguments)),
            };
        }
        catch (LiquidFault fault)
        {
            throw LiquidError.Parse(fault.Message, token.Source, token.Begin);
        }
    }

    private Node? ParseTag(Token tag, ExpressionReader reader) => tag.Name switch
    {
        "assign" => ParseAssign(tag, reader),
        "block" => new BlockNode(ParseBody(tag, "endblock")),
        "break" => new JumpNode(Flow.Break),
        "capture" => ParseCapture(tag, reader),
        "case" => ParseCase(tag, reader),
        "comment" => ParseComment(tag),
        "continue" => new JumpNode(Flow.Continue),
        "cycle" => ParseCycle(tag, reader),
        "decrement" => new CounterNode(reader.ReadIdentifier(), up: false),
        "for" => ParseFor(tag, reader),
        "if" => ParseIf(tag, reader, unless: false),
        "include" or "layout" or "render" => new PartialNode(reader.ReadValue() ?? throw new LiquidFault($"illegal argument \"{tag.Arguments}\"")),
        "increment" => new CounterNode(reader.ReadIdentifier(), up: true),
        "raw" => new BlockNode(ParseBody(tag, "endraw")),
        "tablerow" => ParseTableRow(tag, reader),
        "unless" => ParseIf(tag, reader, unless: true),
        _ => throw new LiquidFault($"tag \"{tag.Name}\" not found"),
    };

    private static AssignNode ParseAssign(Token tag, ExpressionReader reader)
    {
        var name = reader.ReadIdentifier();
        return reader.Take('=') ? new AssignNode(name, reader.ReadFiltered()) : throw new LiquidFault($"illegal token {tag.Raw}");
    }

    private CaptureNode ParseCapture(Token tag, ExpressionReader reader)
    {
        var name = reader.ReadIdentifier();
        if (name.Length == 0)
        {
            name = reader.ReadQuoted() is { Length: > 0 } quoted ? quoted : throw new LiquidFault($"{tag.Arguments} not valid identifier");
        }

        return new CaptureNode(name, ParseBody(tag, "endcapture"));
    }

    private CaseNode ParseCase(Token tag, ExpressionReader reader)
    {
        var branches = new List<(Condition, NodeList)>();
        var otherwise = Nothing;
        var subject = reader.ReadCondition();
        // What stands before the first branch is never rendered.
        var (_, mark) = ParsePart(tag, ["when", "else", "endcase"]);
        while (mark.Name != "endcase")
        {
            var branch = mark;
            (var content, mark) = ParsePart(tag, ["when", "else", "endcase"]);
            if (branch.Name == "when")
            {
                branches.Add((new ExpressionReader(branch.Arguments).ReadCondition(), content));
            }
            else
            {
                otherwise = content;
            }
        }

        return new CaseNode(subject, branches, otherwise);
    }

    private Node? ParseComment(Token tag)
    {
        while (_next < _tokens.Count)
        {
            if (_tokens[_next++] is { Kind: TokenKind.Tag, Name: "endcomment" })
            {
                return null;
            }
        }

        throw NotClosed(tag);
    }

    private static CycleNode ParseCycle(Token tag, ExpressionReader reader)
    {
        var candidates = new List<Expression>();
        Expression? group = null;
        if (reader.ReadValue() is { } first)
        {
            if (reader.Take(':'))
            {
                group = first;
            }
            else
            {
                candidates.Add(first);
                reader.SkipPast(',');
            }
        }

        while (!reader.IsAtEnd)
        {
            if (reader.ReadValue() is { } value)
            {
                candidates.Add(value);
            }

            reader.SkipPast(',');
        }

        return candidates.Count > 0 ? new CycleNode(group, candidates) : throw new LiquidFault($"empty candidates: {tag.Raw}");
    }

    private ForNode ParseFor(Token tag, ExpressionReader reader)
    {
        var range = ReadRange(tag, reader);
        var otherwise = Nothing;
        var (content, mark) = ParsePart(tag, ["else", "endfor"]);
        while (mark.Name == "else")
        {
            (otherwise, mark) = ParsePart(tag, ["else", "endfor"]);
        }

        return new ForNode(range, content, otherwise);
    }

    private TableRowNode ParseTableRow(Token tag, ExpressionReader reader) => new(ReadRange(tag, reader), ParseBody(tag, "endtablerow"));

    private IfNode ParseIf(Token tag, ExpressionReader reader, bool unless)
    {
        var end = unless ? "endunless" : "endif";
        var branches = new List<(Func<RenderContext, bool>, NodeList)>();
        var condition = reader.ReadCondition();
        Func<RenderContext, bool> holds = unless ? context => !condition.IsTrue(context) : condition.IsTrue;
        var mark = tag;
        while (true)
        {
            (var content, mark) = ParsePart(tag, ["elsif", "else", end]);
            branches.Add((holds, content));
            if (mark.Name == end)
            {
                return new IfNode(branches);
            }

            holds = mark.Name == "else" ? _ => true : new ExpressionReader(mark.Arguments).ReadCondition().IsTrue;
        }
    }

    private static LoopRange ReadRange(Token tag, ExpressionReader reader)
    {
        var variable = reader.ReadIdentifier();
        return variable.Length > 0 && reader.ReadIdentifier() == "in" && reader.ReadValue() is { } collection
            ? new LoopRange(variable, collection, reader.ReadNamed())
            : throw new LiquidFault($"illegal tag: {tag.Raw}");
    }

    private NodeList ParseBody(Token tag, string end) => ParsePart(tag, [end]).Content;

    private (NodeList Content, Token End) ParsePart(Token tag, ReadOnlySpan<string> names)
    {
        var (content, end) = ParseUntil(names);
        return end is null ? throw NotClosed(tag) : (content, end);
    }

    private static LiquidFault NotClosed(Token tag) => new($"tag {tag.Raw} not closed");
}
