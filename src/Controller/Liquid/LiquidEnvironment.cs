namespace Controller.Liquid;

/// <summary>A filter that the host adds, for what the engine cannot know.</summary>
/// <exception cref="LiquidFault">Its message becomes part of the error's text.</exception>
internal delegate ValueTask<object?> HostFilter(object? input);

/// <summary>What the templates of one body have in common; counters made by one are seen by the next.</summary>
internal sealed class LiquidEnvironment(
    OrderedDictionary<string, object?> variables, IReadOnlyDictionary<string, HostFilter> filters, LiquidBudget budget, TimeProvider time)
{
    public OrderedDictionary<string, object?> Variables { get; } = variables;

    public IReadOnlyDictionary<string, HostFilter> Filters { get; } = filters;

    public LiquidBudget Budget { get; } = budget;

    public TimeProvider Time { get; } = time;
}
