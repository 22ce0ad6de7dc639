namespace Controller.Liquid.Filters;

internal static class TextFilters
{
    public static object? Append(FilterInput input) => input.Text + Required(input, "append");

    public static object? Prepend(FilterInput input) => Required(input, "prepend") + input.Text;

    public static object? Capitalize(FilterInput input) =>
        input.Text is { Length: > 0 } text ? char.ToUpperInvariant(text[0]) + text[1..] : "";

    /// <summary>Every occurrence; an empty pattern is between all characters.</summary>
    /// <exception cref="LiquidLimitException"/>
    public static string Replace(string text, string pattern, string replacement, LiquidBudget budget)
    {
        budget.Search(text, pattern);
        var count = pattern.Length == 0 ? Math.Max(text.Length - 1, 0) : text.AsSpan().Count(pattern);
        budget.Write(text.Length + ((long)count * Math.Max(replacement.Length - pattern.Length, 0)));
        return pattern.Length == 0
            ? string.Join(replacement, text.Select(c => c.ToString()))
            : text.Replace(pattern, replacement, StringComparison.Ordinal);
    }

    /// <exception cref="LiquidLimitException"/>
    public static string ReplaceFirst(string text, string pattern, string replacement, LiquidBudget budget)
    {
        budget.Search(text, pattern);
        budget.Write((long)text.Length + replacement.Length);
        var at = text.IndexOf(pattern, StringComparison.Ordinal);
        return at < 0 ? text : string.Concat(text.AsSpan(0, at), replacement, text.AsSpan(at + pattern.Length));
    }

    public static object? Split(FilterInput input)
    {
        var (text, separator) = (input.Text, input.ArgumentText(0));
        input.Budget.Search(text, separator);
        input.Budget.Step(separator.Length == 0 ? text.Length : text.AsSpan().Count(separator));
        return separator.Length == 0
            ? text.Select(c => (object?)c.ToString()).ToList()
            : text.Split(separator).Select(part => (object?)part).ToList();
    }

    public static object? Truncate(FilterInput input)
    {
        var text = input.Text;
        var length = input.Has(0) ? Values.Index(input.Argument(0)) : 50;
        var mark = input.Has(1) ? input.ArgumentText(1) : "...";
        return text.Length <= length ? text : text[..Math.Max(length - mark.Length, 0)] + mark;
    }

    public static object? TruncateWords(FilterInput input)
    {
        var words = input.Text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        input.Budget.Step(words.Length);
        var count = input.Has(0) ? Math.Max(Values.Index(input.Argument(0)), 0) : 15;
        return string.Join(' ', words.Take(count)) + (words.Length >= count ? input.Has(1) ? input.ArgumentText(1) : "..." : "");
    }

    /// <summary>As JavaScript's <c>encodeURIComponent</c>, with <c>+</c> for blanks.</summary>
    public static object? UrlEncode(FilterInput input)
    {
        const int longestForm = 9;
        var text = input.Text;
        input.Budget.Write((long)text.Length * longestForm);
        return Uri.EscapeDataString(text)
            .Replace("%20", "+", StringComparison.Ordinal)
            .Replace("%21", "!", StringComparison.Ordinal)
            .Replace("%27", "'", StringComparison.Ordinal)
            .Replace("%28", "(", StringComparison.Ordinal)
            .Replace("%29", ")", StringComparison.Ordinal)
            .Replace("%2A", "*", StringComparison.Ordinal);
    }

    private static string Required(FilterInput input, string name) =>
        input.Has(0) ? Values.TextOrEmpty(input.Argument(0), input.Budget) : throw new LiquidFault($"{name} expect 2 arguments");
}
