namespace Controller.Liquid.Filters;

/// <summary>Numbers as JavaScript rounds them: halves go up.</summary>
internal static class MathFilters
{
    public static object? Round(FilterInput input)
    {
        var factor = Math.Pow(10, input.Has(0) ? input.ArgumentNumber(0) : 0);
        return Math.Floor((input.Number * factor) + 0.5) / factor;
    }
}
