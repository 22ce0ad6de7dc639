namespace Controller.Identity.Issuer;

/// <summary>Time as the issuer counts it.</summary>
internal static class IssuerTime
{
    /// <summary>Now in whole seconds: what tokens can say, and what PostgreSQL keeps of an expiry.</summary>
    public static DateTimeOffset Now(this TimeProvider time) => DateTimeOffset.FromUnixTimeSeconds(time.GetUtcNow().ToUnixTimeSeconds());
}
