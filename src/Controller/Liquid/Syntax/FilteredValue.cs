using Controller.Liquid.Filters;

namespace Controller.Liquid.Syntax;

/// <param name="Name">Of a named argument; null for one by position.</param>
internal sealed record FilterArgument(string? Name, Expression? Value);

internal sealed record FilterCall(string Name, IReadOnlyList<FilterArgument> Arguments);

/// <summary>A value and the filters it goes through. A filter that nobody knows lets it pass.</summary>
internal sealed class FilteredValue(Expression? initial, IReadOnlyList<FilterCall> filters)
{
    private const int StepsPerFilter = 5;

    /// <exception cref="LiquidFault">A filter refuses its input.</exception>
    /// <exception cref="LiquidLimitException"/>
    public async ValueTask<object?> EvaluateAsync(RenderContext context)
    {
        var value = initial is null ? Undefined.Value : initial.Evaluate(context);
        foreach (var (name, arguments) in filters)
        {
            context.Budget.Step(StepsPerFilter);
            if (context.Environment.Filters.TryGetValue(name, out var host))
            {
                value = await host(Values.Plain(value));
            }
            else if (BuiltInFilters.Find(name) is { } filter)
            {
                value = filter(new FilterInput(Values.Plain(value), Evaluate(arguments, context), context.Environment));
            }
        }

        return value;
    }

    private static List<object?> Evaluate(IReadOnlyList<FilterArgument> arguments, RenderContext context)
    {
        var values = new List<object?>(arguments.Count);
        foreach (var argument in arguments)
        {
            var value = argument.Value is { } expression ? Values.Plain(expression.Evaluate(context)) : Undefined.Value;
            context.Budget.Read(value);
            values.Add(argument.Name is { } name ? new List<object?> { name, value } : value);
        }

        return values;
    }
}
