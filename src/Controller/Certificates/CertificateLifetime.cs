using Controller.Hosting;

namespace Controller.Certificates;

/// <summary>From when until when a new certificate is valid (api-platform 13.2), to the second.</summary>
internal readonly record struct CertificateLifetime(DateTimeOffset From, DateTimeOffset To)
{
    private const double DaysOfMonth = 30.44;
    private const long LeastMilliseconds = 1000;
    private static readonly TimeSpan Usual = TimeSpan.FromDays(5 * 365);

    /// <summary>No certificate lasts longer than the four digits of its year.</summary>
    private static readonly DateTimeOffset Last = new(9999, 12, 31, 23, 59, 59, TimeSpan.Zero);

    /// <param name="now">The time.</param>
    /// <param name="expiration">Up to 999 months of 30.44 days, from 1000 on milliseconds; 0 or null = five years of 365 days.</param>
    /// <exception cref="ApiException">400 when it ends after the year 9999.</exception>
    public static CertificateLifetime Of(DateTimeOffset now, long? expiration = null)
    {
        var from = Second(now);
        var milliseconds = expiration switch
        {
            null or 0 => Usual.TotalMilliseconds,
            < LeastMilliseconds => TimeSpan.FromDays(expiration.Value * DaysOfMonth).TotalMilliseconds,
            _ => expiration.Value,
        };
        return milliseconds < (Last - from).TotalMilliseconds
            ? new(from, Second(from.AddMilliseconds(milliseconds)))
            : throw ApiException.Validation("Field 'expiration' is out of range");
    }

    private static DateTimeOffset Second(DateTimeOffset time) => new(time.UtcTicks - (time.UtcTicks % TimeSpan.TicksPerSecond), TimeSpan.Zero);
}
