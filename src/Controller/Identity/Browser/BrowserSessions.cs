using System.Text.Json;
using Controller.Configuration;

namespace Controller.Identity.Browser;

/// <summary>
/// The sign-in attempt of each browser, behind the cookie <c>connect.sid</c> (auth-rbac 5). Every attempt has a session
/// of its own, so that a cookie somebody planted before is worth nothing, and each is taken once.
/// </summary>
internal sealed class BrowserSessions(IShortLivedTexts sessions, SignedCookies cookies, ControllerSettings settings)
{
    private const string CookieName = "connect.sid";
    private const string Prefix = "s:";

    /// <summary>An attempt that is over is kept a little longer, to be told from one that never was.</summary>
    private static readonly TimeSpan Afterlife = TimeSpan.FromMinutes(1);

    private TimeSpan Lifetime => settings.Auth.SessionStore.Lifetime;

    /// <summary>Remembers an attempt and gives the browser its cookie.</summary>
    public async Task BeginAsync(HttpContext context, SignInAttempt attempt)
    {
        var id = RandomText.Create();
        var data = JsonSerializer.Serialize(new BrowserSessionData(attempt), BrowserJson.Default.BrowserSessionData);
        await sessions.PutAsync(id, data, Lifetime + Afterlife, context.RequestAborted);
        cookies.Set(context, CookieName, Prefix + id, "/", Lifetime);
    }

    /// <summary>The browser's attempt, which is forgotten by that; null when it has none.</summary>
    public async Task<SignInAttempt?> TakeAsync(HttpContext context)
    {
        var data = cookies.Read(context, CookieName) is { } value && value.StartsWith(Prefix, StringComparison.Ordinal)
            ? await sessions.TakeAsync(value[Prefix.Length..], context.RequestAborted)
            : null;
        return data is null ? null : Read(data);
    }

    /// <summary>Null for what an older Controller may have left.</summary>
    private static SignInAttempt? Read(string data)
    {
        try
        {
            return JsonSerializer.Deserialize(data, BrowserJson.Default.BrowserSessionData)?.ControllerOauth;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
