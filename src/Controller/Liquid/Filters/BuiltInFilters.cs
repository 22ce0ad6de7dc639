using System.Collections.Frozen;

namespace Controller.Liquid.Filters;

/// <summary>What a filter is given.</summary>
internal sealed record FilterInput(object? Value, List<object?> Arguments, LiquidEnvironment Environment)
{
    public LiquidBudget Budget => Environment.Budget;

    /// <summary>The text of the value; empty when there is none.</summary>
    public string Text => Values.TextOrEmpty(Value, Budget);

    public double Number => Values.Number(Value);

    /// <summary>The value as a list, which has been paid for.</summary>
    public List<object?> List
    {
        get
        {
            var list = Values.List(Value);
            Budget.Step(list.Count);
            return list;
        }
    }

    public object? Argument(int index) => index < Arguments.Count ? Arguments[index] : Undefined.Value;

    public bool Has(int index) => index < Arguments.Count && Arguments[index] is not Undefined;

    /// <summary>The text of an argument, by JavaScript's rules also when there is none.</summary>
    public string ArgumentText(int index) => Values.Text(Argument(index), Budget);

    public double ArgumentNumber(int index) => Values.Number(Argument(index));
}

/// <summary>The filters of LiquidJS 9 and the three conversions that the Controller has always had (api-workloads 1.5).</summary>
internal static class BuiltInFilters
{
    private static readonly FrozenDictionary<string, Func<FilterInput, object?>> All = new (string Name, Func<FilterInput, object?> Filter)[]
    {
        ("abs", i => Math.Abs(i.Number)),
        ("at_least", i => i.Arguments.Count == 0 ? i.Number : Math.Max(i.Number, i.ArgumentNumber(0))),
        ("at_most", i => i.Arguments.Count == 0 ? i.Number : Math.Min(i.Number, i.ArgumentNumber(0))),
        ("ceil", i => Math.Ceiling(i.Number)),
        ("divided_by", i => i.Number / i.ArgumentNumber(0)),
        ("floor", i => Math.Floor(i.Number)),
        ("minus", i => i.Number - i.ArgumentNumber(0)),
        ("modulo", i => i.Number % i.ArgumentNumber(0)),
        ("plus", i => i.Number + i.ArgumentNumber(0)),
        ("round", MathFilters.Round),
        ("times", i => i.Number * i.ArgumentNumber(0)),

        ("append", TextFilters.Append),
        ("capitalize", TextFilters.Capitalize),
        ("downcase", i => i.Text.ToLowerInvariant()),
        ("escape", i => HtmlFilters.Escape(i.Text, i.Budget)),
        ("escape_once", i => HtmlFilters.Escape(HtmlFilters.Unescape(i.Text), i.Budget)),
        ("lstrip", i => i.Text.TrimStart()),
        ("newline_to_br", i => TextFilters.Replace(i.Text, "\n", "<br/>", i.Budget)),
        ("prepend", TextFilters.Prepend),
        ("remove", i => TextFilters.Replace(i.Text, i.ArgumentText(0), "", i.Budget)),
        ("remove_first", i => TextFilters.ReplaceFirst(i.Text, i.ArgumentText(0), "", i.Budget)),
        ("replace", i => TextFilters.Replace(i.Text, i.ArgumentText(0), i.ArgumentText(1), i.Budget)),
        ("replace_first", i => TextFilters.ReplaceFirst(i.Text, i.ArgumentText(0), i.ArgumentText(1), i.Budget)),
        ("rstrip", i => i.Text.TrimEnd()),
        ("split", TextFilters.Split),
        ("strip", i => i.Text.Trim()),
        ("strip_html", i => HtmlFilters.Strip(i.Text)),
        ("strip_newlines", i => i.Text.Replace("\n", "", StringComparison.Ordinal)),
        ("truncate", TextFilters.Truncate),
        ("truncatewords", TextFilters.TruncateWords),
        ("upcase", i => i.Text.ToUpperInvariant()),
        ("url_decode", i => Uri.UnescapeDataString(i.Text.Replace('+', ' '))),
        ("url_encode", TextFilters.UrlEncode),

        ("compact", i => i.List.FindAll(v => !Values.IsNil(v))),
        ("concat", ListFilters.Concat),
        ("first", i => i.Value is List<object?> list ? Values.Member(list, "first") : ""),
        ("join", ListFilters.Join),
        ("last", i => i.Value is List<object?> list ? Values.Member(list, "last") : ""),
        ("map", ListFilters.Map),
        ("reverse", ListFilters.Reverse),
        ("size", i => Values.Member(i.Value, "size") is double size ? size : 0.0),
        ("slice", ListFilters.Slice),
        ("sort", i => ListFilters.Sort(i, ignoreCase: false)),
        ("sort_natural", i => ListFilters.Sort(i, ignoreCase: true)),
        ("uniq", ListFilters.Distinct),
        ("where", ListFilters.Where),

        ("date", DateFilter.Format),
        ("default", i => i.Value switch
        {
            string text => text.Length > 0 ? text : i.Argument(0),
            List<object?> list => list.Count > 0 ? list : i.Argument(0),
            var value => Values.IsTruthy(value) ? value : i.Argument(0),
        }),
        ("json", i => i.Value is Undefined ? Undefined.Value : Values.JsonText(i.Value, i.Budget)),

        ("toBoolean", ConversionFilters.Parse),
        ("toNumber", ConversionFilters.Parse),
        ("toString", i => Values.IsNil(i.Value) ? i.Value : Values.Text(i.Value, i.Budget)),
    }.ToFrozenDictionary(f => f.Name, f => f.Filter, StringComparer.Ordinal);

    /// <summary>The filter of a name; null when there is none.</summary>
    public static Func<FilterInput, object?>? Find(string name) => All.GetValueOrDefault(name);
}
