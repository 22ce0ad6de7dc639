using Controller.Liquid.Syntax;

namespace Controller.Liquid.Nodes;

/// <summary>How rendering goes on after a node.</summary>
internal enum Flow
{
    Next,

    /// <summary>The innermost loop ends.</summary>
    Break,

    /// <summary>The innermost loop takes its next turn.</summary>
    Continue,
}

/// <summary>A part of a template that renders itself.</summary>
internal abstract class Node
{
    /// <exception cref="LiquidFault">What is wrong; the caller knows where.</exception>
    /// <exception cref="LiquidLimitException"/>
    public abstract ValueTask<Flow> RenderAsync(RenderContext context, Emitter output);
}

/// <summary>Nodes one after the other. Errors get their place here.</summary>
internal sealed class NodeList(IReadOnlyList<(Node Node, Token Token)> nodes)
{
    /// <exception cref="LiquidError"/>
    /// <exception cref="LiquidLimitException"/>
    public async ValueTask<Flow> RenderAsync(RenderContext context, Emitter output)
    {
        foreach (var (node, token) in nodes)
        {
            context.Budget.Step();
            Flow flow;
            try
            {
                flow = await node.RenderAsync(context, output);
            }
            catch (LiquidFault fault)
            {
                throw LiquidError.Render(fault.Message, token.Source, token.Begin);
            }

            if (flow != Flow.Next)
            {
                return flow;
            }
        }

        return Flow.Next;
    }
}
