using Controller.Configuration;
using Controller.Hosting;

namespace Controller.Identity.Browser;

/// <summary>Where an issuer sends the browser back to, and what is asked of it (auth-rbac 5.1).</summary>
internal static class OAuthCallback
{
    /// <summary>Path of the callback after <c>/api/v3</c>.</summary>
    public const string Path = "/user/oauth/callback";

    /// <summary>Scopes that the browser login asks for.</summary>
    public const string Scope = "openid profile email groups offline_access";

    /// <summary>Said of a failure that nobody needs to know more of.</summary>
    public const string FailedMessage = "OAuth authorization failed";

    /// <summary>The redirect URI, registered with the issuer as it is.</summary>
    public static string UrlOf(ControllerSettings settings) => settings.Server.PublicUrl + ApiRoutes.Base + Path;

    /// <summary>The refusal for whatever goes wrong with a code.</summary>
    public static ApiException Failed(string message = FailedMessage) => ApiException.Authentication(message);
}
