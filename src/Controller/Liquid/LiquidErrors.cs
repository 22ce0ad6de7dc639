namespace Controller.Liquid;

/// <summary>A template costs more than is allowed; the request fails.</summary>
internal sealed class LiquidLimitException(string message) : Exception(message);

/// <summary>Something is wrong, seen from a place that does not know where in the template it is.</summary>
internal sealed class LiquidFault(string message) : Exception(message);

/// <summary>
/// A template is wrong. Its text, in the form of LiquidJS, becomes the value of the field; the request goes on
/// (api-workloads 1.5).
/// </summary>
internal sealed class LiquidError : Exception
{
    private LiquidError(string kind, string message, string source, int position)
        : base($"{kind}: {message}, {Place(source, position)}")
    {
    }

    public static LiquidError Tokenization(string message, string source, int position) => new("TokenizationError", message, source, position);

    public static LiquidError Parse(string message, string source, int position) => new("ParseError", message, source, position);

    public static LiquidError Render(string message, string source, int position) => new("RenderError", message, source, position);

    private static string Place(string source, int position)
    {
        var before = source.AsSpan(0, position);
        return $"line:{before.Count('\n') + 1}, col:{position - before.LastIndexOf('\n')}";
    }
}
