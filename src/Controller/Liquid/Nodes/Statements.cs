using System.Globalization;
using Controller.Liquid.Syntax;

namespace Controller.Liquid.Nodes;

/// <summary>Text that stays as it is.</summary>
internal sealed class TextNode(string text) : Node
{
    public override ValueTask<Flow> RenderAsync(RenderContext context, Emitter output)
    {
        output.Write(text);
        return new(Flow.Next);
    }
}

/// <summary><c>{{ value | filter }}</c></summary>
internal sealed class OutputNode(FilteredValue value) : Node
{
    public override async ValueTask<Flow> RenderAsync(RenderContext context, Emitter output)
    {
        output.Write(await value.EvaluateAsync(context));
        return Flow.Next;
    }
}

/// <summary><c>{% assign name = value | filter %}</c></summary>
internal sealed class AssignNode(string name, FilteredValue value) : Node
{
    public override async ValueTask<Flow> RenderAsync(RenderContext context, Emitter output)
    {
        context.Assign(name, await value.EvaluateAsync(context));
        return Flow.Next;
    }
}

/// <summary><c>{% capture name %} … {% endcapture %}</c></summary>
internal sealed class CaptureNode(string name, NodeList content) : Node
{
    public override async ValueTask<Flow> RenderAsync(RenderContext context, Emitter output)
    {
        var captured = new Emitter(context.Budget);
        await content.RenderAsync(context, captured);
        context.Assign(name, captured.Value);
        return Flow.Next;
    }
}

/// <summary><c>{% increment name %}</c> and <c>{% decrement name %}</c>: counters beside the variables of <c>assign</c>.</summary>
internal sealed class CounterNode(string name, bool up) : Node
{
    public override ValueTask<Flow> RenderAsync(RenderContext context, Emitter output)
    {
        var variables = context.Environment.Variables;
        var count = variables.TryGetValue(name, out var value) && value is double number ? number : 0;
        variables[name] = up ? count + 1 : count - 1;
        output.Write((up ? count : count - 1).ToString(CultureInfo.InvariantCulture));
        return new(Flow.Next);
    }
}

/// <summary><c>{% cycle 'a', 'b' %}</c>: another one each time.</summary>
internal sealed class CycleNode(Expression? group, IReadOnlyList<Expression> candidates) : Node
{
    private readonly string _key = string.Join(',', candidates.Select(c => c.Text));

    public override ValueTask<Flow> RenderAsync(RenderContext context, Emitter output)
    {
        var key = $"{(group is null ? "" : Values.Text(group.Evaluate(context), context.Budget))}:{_key}";
        context.Budget.Read(key);
        var turn = context.Cycles.GetValueOrDefault(key);
        context.Cycles[key] = (turn + 1) % candidates.Count;
        output.Write(candidates[turn].Evaluate(context));
        return new(Flow.Next);
    }
}

/// <summary><c>{% break %}</c> and <c>{% continue %}</c></summary>
internal sealed class JumpNode(Flow flow) : Node
{
    public override ValueTask<Flow> RenderAsync(RenderContext context, Emitter output) => new(flow);
}

/// <summary><c>include</c>, <c>render</c> and <c>layout</c>: a Controller has no files for templates.</summary>
internal sealed class PartialNode(Expression file) : Node
{
    public override ValueTask<Flow> RenderAsync(RenderContext context, Emitter output) =>
        throw new LiquidFault($"ENOENT: Failed to lookup \"{Values.Text(file.Evaluate(context), context.Budget)}\"");
}
