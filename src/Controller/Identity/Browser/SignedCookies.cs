using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Controller.Configuration;

namespace Controller.Identity.Browser;

/// <summary>
/// Cookies that only we can make: the value, a dot and an HMAC-SHA256 over name and value. HttpOnly, SameSite=Lax;
/// Secure unless the settings allow plain HTTP (auth-rbac 5).
/// </summary>
/// <param name="keys">The first signs, all verify, so that a key can be replaced. Asked for at the first use.</param>
/// <param name="settings">Whether cookies may travel over plain HTTP.</param>
internal sealed class SignedCookies(Lazy<IReadOnlyList<byte[]>> keys, ControllerSettings settings)
{
    private readonly bool _secure = !settings.Server.DevMode && !settings.Auth.InsecureAllowHttp;

    /// <summary>The value of a cookie that carries a right signature; null otherwise.</summary>
    public string? Read(HttpContext context, string name) =>
        context.Request.Cookies.TryGetValue(name, out var cookie) ? Verify(name, cookie) : null;

    public void Set(HttpContext context, string name, string value, string path, TimeSpan lifetime) =>
        context.Response.Cookies.Append(name, Sign(name, value), Options(path, lifetime));

    public void Clear(HttpContext context, string name, string path) =>
        context.Response.Cookies.Append(name, "", Options(path, TimeSpan.Zero));

    /// <summary>A value with its signature, for other places than cookies too.</summary>
    public string Sign(string name, string value) => $"{value}.{Signature(keys.Value[0], name, value)}";

    /// <summary>The value in a signed text; null when it was not signed by us under this name.</summary>
    public string? Verify(string name, string signed)
    {
        var dot = signed.LastIndexOf('.');
        if (dot <= 0)
        {
            return null;
        }

        var value = signed[..dot];
        var signature = Encoding.UTF8.GetBytes(signed[(dot + 1)..]);
        return keys.Value.Any(key => CryptographicOperations.FixedTimeEquals(signature, Encoding.UTF8.GetBytes(Signature(key, name, value)))) ? value : null;
    }

    private static string Signature(byte[] key, string name, string value) =>
        Base64Url.EncodeToString(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"{name}={value}")));

    private CookieOptions Options(string path, TimeSpan lifetime) => new()
    {
        HttpOnly = true,
        Secure = _secure,
        SameSite = SameSiteMode.Lax,
        Path = path,
        MaxAge = lifetime,
    };
}
