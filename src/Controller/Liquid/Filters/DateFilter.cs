using System.Globalization;

namespace Controller.Liquid.Filters;

/// <summary><c>date</c>: a point in time in the form of <c>strftime</c>, in the server's time zone.</summary>
internal static class DateFilter
{
    private const string DefaultFormat = "%Y-%m-%dT%H:%M:%S%:z";

    /// <summary>Of <c>now</c>, seconds since 1970 or a date; anything else passes as it is.</summary>
    public static object? Format(FilterInput input)
    {
        var zone = input.Environment.Time.LocalTimeZone;
        if (Read(input, zone) is not { } time)
        {
            return input.Value;
        }

        return TimeFormat.Format(TimeZoneInfo.ConvertTime(time, zone), input.Has(0) ? input.ArgumentText(0) : DefaultFormat, input.Budget);
    }

    private static DateTimeOffset? Read(FilterInput input, TimeZoneInfo zone)
    {
        switch (input.Value)
        {
            case "now" or "today":
                return input.Environment.Time.GetUtcNow();
            case double seconds:
                return FromSeconds(seconds);
            case string text when text.Length > 0 && !text.AsSpan().ContainsAnyExceptInRange('0', '9'):
                return FromSeconds(Values.Number(text));
            case string text when DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time):
                // A date alone is meant in UTC, a time without an offset in the local zone.
                return HasOffset(text) || !text.Contains(':', StringComparison.Ordinal)
                    ? time
                    : new DateTimeOffset(DateTime.SpecifyKind(time.UtcDateTime, DateTimeKind.Unspecified), zone.GetUtcOffset(time.UtcDateTime));
            default:
                return null;
        }
    }

    private static bool HasOffset(string text) =>
        text.EndsWith('Z') || text.EndsWith("GMT", StringComparison.Ordinal) || text.LastIndexOfAny(['+', '-']) > text.IndexOf(':', StringComparison.Ordinal);

    private static DateTimeOffset? FromSeconds(double seconds)
    {
        var milliseconds = seconds * 1000;
        return milliseconds >= DateTimeOffset.MinValue.ToUnixTimeMilliseconds() && milliseconds <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()
            ? DateTimeOffset.FromUnixTimeMilliseconds((long)milliseconds)
            : null;
    }
}
