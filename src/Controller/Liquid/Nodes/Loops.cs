using Controller.Liquid.Syntax;

namespace Controller.Liquid.Nodes;

/// <summary>What a loop goes over: a collection and the arguments <c>offset</c>, <c>limit</c>, <c>reversed</c> and <c>cols</c>.</summary>
internal sealed record LoopRange(string Variable, Expression Collection, IReadOnlyDictionary<string, Expression?> Arguments)
{
    /// <exception cref="LiquidLimitException"/>
    public List<object?> Items(RenderContext context)
    {
        var items = Values.Items(Collection.Evaluate(context));
        context.Budget.Step(items.Count);
        var offset = Math.Clamp(Number("offset", context) ?? 0, 0, items.Count);
        var limit = Math.Clamp(Number("limit", context) ?? items.Count, 0, items.Count - offset);
        var taken = items.GetRange(offset, limit);
        if (Arguments.ContainsKey("reversed"))
        {
            taken.Reverse();
        }

        return taken;
    }

    /// <summary>A numeric argument; null when it is not given.</summary>
    public int? Number(string name, RenderContext context) =>
        Arguments.GetValueOrDefault(name)?.Evaluate(context) is { } value and not Undefined ? Values.Index(value) : null;
}

/// <summary>The variables <c>forloop</c> and <c>tablerowloop</c>.</summary>
internal sealed class LoopState(int length, int columns) : IDrop
{
    public int Turn { get; set; }

    public int Column => Turn % columns;

    public int Row => (Turn / columns) + 1;

    public object? Plain => $"{{\"i\":{Turn},\"length\":{length}}}";

    public object? Member(string name) => name switch
    {
        "index" => Turn + 1.0,
        "index0" => (double)Turn,
        "rindex" => (double)(length - Turn),
        "rindex0" => length - Turn - 1.0,
        "first" => Turn == 0,
        "last" => Turn == length - 1,
        "length" => (double)length,
        "row" => (double)Row,
        "col" => Column + 1.0,
        "col0" => (double)Column,
        "col_first" => Column == 0,
        "col_last" => Column == columns - 1,
        _ => Undefined.Value,
    };
}

/// <summary><c>{% for item in items %} … {% else %} … {% endfor %}</c></summary>
internal sealed class ForNode(LoopRange range, NodeList content, NodeList otherwise) : Node
{
    public override async ValueTask<Flow> RenderAsync(RenderContext context, Emitter output)
    {
        var items = range.Items(context);
        if (items.Count == 0)
        {
            return await otherwise.RenderAsync(context, output);
        }

        var loop = new LoopState(items.Count, items.Count);
        var scope = context.Push();
        scope["forloop"] = loop;
        foreach (var item in items)
        {
            context.Budget.Step();
            scope[range.Variable] = item;
            if (await content.RenderAsync(context, output) == Flow.Break)
            {
                break;
            }

            loop.Turn++;
        }

        context.Pop();
        return Flow.Next;
    }
}

/// <summary><c>{% tablerow item in items cols:2 %} … {% endtablerow %}</c></summary>
internal sealed class TableRowNode(LoopRange range, NodeList content) : Node
{
    public override async ValueTask<Flow> RenderAsync(RenderContext context, Emitter output)
    {
        var items = range.Items(context);
        if (items.Count == 0)
        {
            return Flow.Next;
        }

        var columns = range.Number("cols", context) is > 0 and var given ? given : items.Count;
        var loop = new LoopState(items.Count, columns);
        var scope = context.Push();
        scope["tablerowloop"] = loop;
        foreach (var item in items)
        {
            context.Budget.Step();
            scope[range.Variable] = item;
            if (loop.Column == 0)
            {
                output.Write($"{(loop.Row > 1 ? "</tr>" : "")}<tr class=\"row{loop.Row}\">");
            }

            output.Write($"<td class=\"col{loop.Column + 1}\">");
            await content.RenderAsync(context, output);
            output.Write("</td>");
            loop.Turn++;
        }

        output.Write("</tr>");
        context.Pop();
        return Flow.Next;
    }
}
