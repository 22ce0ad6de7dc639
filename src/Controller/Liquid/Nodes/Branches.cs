using Controller.Liquid.Syntax;

namespace Controller.Liquid.Nodes;

/// <summary><c>if</c> and <c>unless</c>: the first branch whose condition holds.</summary>
internal sealed class IfNode(IReadOnlyList<(Func<RenderContext, bool> Holds, NodeList Content)> branches) : Node
{
    public override async ValueTask<Flow> RenderAsync(RenderContext context, Emitter output)
    {
        foreach (var (holds, content) in branches)
        {
            if (holds(context))
            {
                return await content.RenderAsync(context, output);
            }
        }

        return Flow.Next;
    }
}

/// <summary><c>case</c>: the first branch whose value is the one asked for.</summary>
internal sealed class CaseNode(Condition subject, IReadOnlyList<(Condition Value, NodeList Content)> branches, NodeList otherwise) : Node
{
    public override async ValueTask<Flow> RenderAsync(RenderContext context, Emitter output)
    {
        var wanted = Values.Plain(subject.Evaluate(context));
        foreach (var (value, content) in branches)
        {
            context.Budget.Read(wanted);
            if (Values.AreEqual(wanted, value.Evaluate(context)))
            {
                return await content.RenderAsync(context, output);
            }
        }

        return await otherwise.RenderAsync(context, output);
    }
}

/// <summary>A <c>block</c>, which without a layout is just its content.</summary>
internal sealed class BlockNode(NodeList content) : Node
{
    public override ValueTask<Flow> RenderAsync(RenderContext context, Emitter output) => content.RenderAsync(context, output);
}
