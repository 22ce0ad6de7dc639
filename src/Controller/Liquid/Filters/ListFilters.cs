namespace Controller.Liquid.Filters;

internal static class ListFilters
{
    public static object? Concat(FilterInput input)
    {
        var other = Values.List(input.Argument(0));
        input.Budget.Step(other.Count);
        return (List<object?>)[.. input.List, .. other];
    }

    public static object? Join(FilterInput input) =>
        Values.Join(input.List, input.Has(0) ? input.ArgumentText(0) : " ", input.Budget);

    public static object? Map(FilterInput input)
    {
        var path = input.ArgumentText(0);
        return input.List.ConvertAll(item => At(item, path, input.Budget));
    }

    public static object? Reverse(FilterInput input) => Enumerable.Reverse(input.List).ToList();

    /// <summary>Part of a list or text: from a position, counted from the end when negative; one item unless said.</summary>
    public static object? Slice(FilterInput input)
    {
        var list = input.Value is List<object?> ? input.List : null;
        var text = list is null ? input.Text : "";
        var size = list?.Count ?? text.Length;
        var begin = Values.Index(input.Argument(0));
        begin = Math.Clamp(begin < 0 ? size + begin : begin, 0, size);
        var length = Math.Clamp(input.Has(1) ? Values.Index(input.Argument(1)) : 1, 0, size - begin);
        return list is null ? text.Substring(begin, length) : list.GetRange(begin, length);
    }

    /// <summary>In order of the items, or of a member of them; equal ones stay as they were.</summary>
    public static object? Sort(FilterInput input, bool ignoreCase)
    {
        var list = input.List;
        // A sort looks at each item about so often.
        input.Budget.Step((long)list.Count * 16);
        var path = input.Has(0) ? input.ArgumentText(0) : null;
        return list
            .Select(item => (Item: item, Key: Key(path is null ? item : At(item, path, input.Budget))))
            .OrderBy(p => p.Key.Rank)
            .ThenBy(p => p.Key.Number)
            .ThenBy(p => p.Key.Text, StringComparer.Ordinal)
            .Select(p => p.Item)
            .ToList();

        (int Rank, double Number, string Text) Key(object? value)
        {
            switch (value)
            {
                case double or bool:
                    return (0, Values.Number(value), "");
                case null or Undefined:
                    return (2, 0, "");
                default:
                    var text = Values.Text(value, input.Budget);
                    return (1, 0, ignoreCase ? text.ToLowerInvariant() : text);
            }
        }
    }

    public static object? Distinct(FilterInput input)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        return input.Value is List<object?> ? input.List.FindAll(item => seen.Add(Values.Text(item, input.Budget))) : new List<object?>();
    }

    /// <summary>The items with a member of this value, or without a value: with a member that is true.</summary>
    public static object? Where(FilterInput input)
    {
        var path = input.ArgumentText(0);
        var wanted = input.Argument(1);
        return input.List.FindAll(item =>
        {
            var value = At(item, path, input.Budget);
            input.Budget.Read(value);
            return wanted is Undefined ? Values.IsTruthy(value) : Values.AreEqual(value, wanted);
        });
    }

    private static object? At(object? item, string path, LiquidBudget budget)
    {
        // At worst every other character is a dot.
        budget.Step(path.Length / 2);
        return Values.Path(item, path);
    }
}
