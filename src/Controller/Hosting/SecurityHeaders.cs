using Microsoft.Extensions.Primitives;

namespace Controller.Hosting;

/// <summary>What tells browsers to be careful with an answer (runtime 2.4).</summary>
internal static class SecurityHeaders
{
    private static readonly KeyValuePair<string, StringValues>[] All =
    [
        new("Content-Security-Policy",
            "default-src 'self';base-uri 'self';font-src 'self' https: data:;form-action 'self';frame-ancestors 'self';"
            + "img-src 'self' data:;object-src 'none';script-src 'self';script-src-attr 'none';style-src 'self' https: 'unsafe-inline';"
            + "upgrade-insecure-requests"),
        new("Cross-Origin-Opener-Policy", "same-origin"),
        new("Cross-Origin-Resource-Policy", "same-origin"),
        new("Origin-Agent-Cluster", "?1"),
        new("Referrer-Policy", "no-referrer"),
        new("Strict-Transport-Security", "max-age=15552000; includeSubDomains"),
        new("X-Content-Type-Options", "nosniff"),
        new("X-DNS-Prefetch-Control", "off"),
        new("X-Download-Options", "noopen"),
        new("X-Frame-Options", "SAMEORIGIN"),
        new("X-Permitted-Cross-Domain-Policies", "none"),
        new("X-XSS-Protection", "0"),
    ];

    public static void Apply(IHeaderDictionary headers)
    {
        foreach (var (name, value) in All)
        {
            headers[name] = value;
        }
    }
}
