using System.Text;
using Controller.Configuration;
using Controller.Identity.Browser;

namespace Controller.Identity.Issuer;

/// <summary>
/// The issuer's two cookies (auth-rbac 4): the session of a browser in which a user is signed in, and per interaction
/// the proof that it was this browser that began it. Neither is sent anywhere but to the issuer.
/// </summary>
internal sealed class IssuerCookies(SessionSecret secret, ControllerSettings settings)
{
    private const string SessionName = "_session";
    private const string ResumeName = "_interaction_resume";

    private readonly string _path = new Uri(settings.Auth.IssuerUrl!).AbsolutePath;

    private readonly SignedCookies _cookies = new(
        new(() => settings.Auth.CookieKeys.Count > 0
            ? [.. settings.Auth.CookieKeys.Select(k => Encoding.UTF8.GetBytes(k.Reveal()))]
            : [secret.Derive("issuer cookies")]),
        settings);

    /// <summary>Id of the browser's session; null when it has none.</summary>
    public string? Session(HttpContext context) => _cookies.Read(context, SessionName);

    public void SetSession(HttpContext context, string id, TimeSpan lifetime) => _cookies.Set(context, SessionName, id, _path, lifetime);

    public void ClearSession(HttpContext context) => _cookies.Clear(context, SessionName, _path);

    /// <summary>Marks the browser as the one that began an interaction.</summary>
    public void SetResume(HttpContext context, string uid, TimeSpan lifetime) =>
        _cookies.Set(context, ResumeName, uid, $"{_path}/auth/{uid}", lifetime);

    /// <summary>Whether this browser began the interaction.</summary>
    public bool MayResume(HttpContext context, string uid) => _cookies.Read(context, ResumeName) == uid;

    public void ClearResume(HttpContext context, string uid) => _cookies.Clear(context, ResumeName, $"{_path}/auth/{uid}");

    /// <summary>A text for a form of ours, which a form of others cannot have.</summary>
    public string FormToken(string sessionId) => _cookies.Sign("end session", SessionTokens.HashOf(sessionId));

    public bool IsFormToken(string token, string sessionId) => _cookies.Verify("end session", token) == SessionTokens.HashOf(sessionId);
}
