using Controller.Sql.Stores;

namespace Controller.Certificates;

/// <summary>How long certificates last yet.</summary>
internal static class CertificateTime
{
    /// <summary>Days until it ends, begun ones counted; never negative (api-platform 12.2).</summary>
    public static int DaysRemaining(this CertificateRow certificate, DateTimeOffset now) =>
        (int)Math.Max(0, Math.Ceiling((certificate.ValidTo - now).TotalDays));

    public static bool IsExpired(this CertificateRow certificate, DateTimeOffset now) => certificate.ValidTo <= now;
}
