using Controller.Liquid.Nodes;
using Controller.Liquid.Syntax;

namespace Controller.Liquid;

/// <summary>Templates in the LiquidJS 9 dialect, with its option of keeping the type of a lone value.</summary>
internal static class LiquidTemplate
{
    /// <summary>Whether a text is a template at all; most are not.</summary>
    public static bool IsIn(string text) =>
        text.Contains("{{", StringComparison.Ordinal) || text.Contains("{%", StringComparison.Ordinal);

    /// <summary>
    /// Renders a template. The result is text, or the value itself when the template is one lone output; a template
    /// that is wrong gives the text of its error.
    /// </summary>
    /// <exception cref="LiquidLimitException"/>
    public static async ValueTask<object?> RenderAsync(string source, LiquidEnvironment environment)
    {
        try
        {
            var nodes = Parser.Parse(source, environment.Budget);
            var output = new Emitter(environment.Budget);
            await nodes.RenderAsync(new RenderContext(environment), output);
            return output.Value;
        }
        catch (LiquidError e)
        {
            return e.Message;
        }
    }
}
