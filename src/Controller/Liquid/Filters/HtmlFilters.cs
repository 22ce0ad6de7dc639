using System.Text;

namespace Controller.Liquid.Filters;

internal static class HtmlFilters
{
    private const int LongestEntity = 5;

    private static readonly (string Plain, string Entity)[] Entities =
        [("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("\"", "&#34;"), ("'", "&#39;")];

    /// <exception cref="LiquidLimitException"/>
    public static string Escape(string text, LiquidBudget budget)
    {
        budget.Write((long)text.Length * LongestEntity);
        return Entities.Aggregate(text, (t, e) => t.Replace(e.Plain, e.Entity, StringComparison.Ordinal));
    }

    /// <summary>Undoes <see cref="Escape"/>; the ampersand last, or it would make new entities.</summary>
    public static string Unescape(string text) =>
        Entities.Reverse().Aggregate(text, (t, e) => t.Replace(e.Entity, e.Plain, StringComparison.Ordinal));

    /// <summary>A text without its tags, comments, scripts and styles.</summary>
    public static string Strip(string text)
    {
        var plain = new StringBuilder(text.Length);
        var at = 0;
        // What has no end is looked for once only.
        var missing = new HashSet<string>(StringComparer.Ordinal);
        while (at < text.Length)
        {
            var open = text.IndexOf('<', at);
            if (open < 0)
            {
                break;
            }

            plain.Append(text, at, open - at);
            at = End(text, open, missing);
            if (at < 0)
            {
                at = open;
                break;
            }
        }

        return plain.Append(text, at, text.Length - at).ToString();
    }

    /// <summary>Where what begins with this bracket ends; -1 when it does not.</summary>
    private static int End(string text, int open, HashSet<string> missing)
    {
        foreach (var (start, end) in new[] { ("<script", "</script>"), ("<!--", "-->"), ("<style", "</style>"), ("<", ">") })
        {
            if (missing.Contains(end) || string.CompareOrdinal(text, open, start, 0, start.Length) != 0)
            {
                continue;
            }

            var close = text.IndexOf(end, open + start.Length, StringComparison.Ordinal);
            if (close >= 0)
            {
                return close + end.Length;
            }

            missing.Add(end);
        }

        return -1;
    }
}
