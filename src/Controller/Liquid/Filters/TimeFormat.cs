using System.Globalization;
using System.Text;

namespace Controller.Liquid.Filters;

/// <summary>The conversions of <c>strftime</c>, with flags <c>- _ 0 ^ # :</c> and a width.</summary>
internal static class TimeFormat
{
    private const int WidestField = 100;

    /// <exception cref="LiquidLimitException"/>
    public static string Format(DateTimeOffset time, string format, LiquidBudget budget)
    {
        var text = new StringBuilder();
        var at = 0;
        while (at < format.Length)
        {
            var start = at;
            if (format[at++] != '%')
            {
                text.Append(format[start]);
                continue;
            }

            var flags = TakeWhile(format, ref at, c => c is '-' or '_' or '0' or '^' or '#' or ':');
            var digits = TakeWhile(format, ref at, char.IsAsciiDigit);
            _ = TakeWhile(format, ref at, c => c is 'E' or 'O');
            var conversion = at < format.Length ? format[at++] : '\0';
            var width = int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var given) ? given : digits.Length > 0 ? int.MaxValue : (int?)null;
            budget.Step();
            if (width > WidestField || Convert(time, conversion, flags, width) is not { } field)
            {
                text.Append(format, start, at - start);
                continue;
            }

            text.Append(Pad(Cased(field, flags), conversion, flags, width));
        }

        budget.Write(text.Length);
        return text.ToString();
    }

    private static string? Convert(DateTimeOffset t, char conversion, string flags, int? width) => conversion switch
    {
        'a' => Text(t, "ddd"),
        'A' => Text(t, "dddd"),
        'b' or 'h' => Text(t, "MMM"),
        'B' => Text(t, "MMMM"),
        'c' => Text(t, "M/d/yyyy, h:mm:ss tt"),
        'C' => Text(t.Year / 100),
        'd' or 'e' => Text(t.Day),
        'H' or 'k' => Text(t.Hour),
        'I' or 'l' => Text(t.Hour % 12 is 0 ? 12 : t.Hour % 12),
        'j' => Text(t.DayOfYear),
        'L' => Text(t.Millisecond),
        'm' => Text(t.Month),
        'M' => Text(t.Minute),
        'N' => Text(t, "fff").PadRight(width ?? 9, '0')[..(width ?? 9)],
        'p' => Text(t, "tt"),
        'P' => Text(t, "tt").ToLowerInvariant(),
        'q' => (t.Day % 10) switch { 1 => "st", 2 => "nd", 3 => "rd", _ => "th" },
        's' => t.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
        'S' => Text(t.Second),
        'u' => Text(t.DayOfWeek == DayOfWeek.Sunday ? 7 : (int)t.DayOfWeek),
        'U' => Text(Week(t, (int)t.DayOfWeek)),
        'w' => Text((int)t.DayOfWeek),
        'W' => Text(Week(t, ((int)t.DayOfWeek + 6) % 7)),
        'x' => Text(t, "M/d/yyyy"),
        'X' => Text(t, "h:mm:ss tt"),
        'y' => Text(t, "yy"),
        'Y' => Text(t.Year),
        'z' when flags.Contains(':', StringComparison.Ordinal) => Text(t, "zzz"),
        'z' => Text(t, "zzz").Remove(3, 1),
        't' => "\t",
        'n' => "\n",
        '%' => "%",
        _ => null,
    };

    /// <summary>Number of the week, where day 0 begins one.</summary>
    private static int Week(DateTimeOffset time, int dayOfWeek) => (time.DayOfYear + 6 - dayOfWeek) / 7;

    private static string Cased(string field, string flags) =>
        flags.Contains('^', StringComparison.Ordinal) ? field.ToUpperInvariant()
        : !flags.Contains('#', StringComparison.Ordinal) ? field
        : field.Any(char.IsAsciiLetterLower) ? field.ToUpperInvariant() : field.ToLowerInvariant();

    private static string Pad(string field, char conversion, string flags, int? width)
    {
        var usual = conversion switch
        {
            'd' or 'e' or 'H' or 'I' or 'k' or 'l' or 'm' or 'M' or 'S' or 'U' or 'W' => 2,
            'j' or 'L' => 3,
            _ => 0,
        };
        var fill = flags.Contains('_', StringComparison.Ordinal) ? ' '
            : flags.Contains('0', StringComparison.Ordinal) ? '0'
            : conversion is 'a' or 'A' or 'b' or 'B' or 'c' or 'e' or 'k' or 'l' or 'p' or 'P' ? ' ' : '0';
        return flags.Contains('-', StringComparison.Ordinal) ? field : field.PadLeft(width ?? usual, fill);
    }

    private static string TakeWhile(string text, ref int at, Func<char, bool> fits)
    {
        var begin = at;
        while (at < text.Length && fits(text[at]))
        {
            at++;
        }

        return text[begin..at];
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Text(DateTimeOffset time, string format) => time.ToString(format, CultureInfo.InvariantCulture);
}
