using Controller.Hosting;

namespace Controller.Identity.Browser;

/// <summary>Browser login (auth-rbac 5.1, 5.2).</summary>
internal static class BrowserEndpoints
{
    public static void Map(ApiRoutes api)
    {
        var limit = api.Services.GetRequiredService<AuthRateLimit>();
        var login = api.Services.GetRequiredService<BrowserLogin>();
        var permission = new Permission("users", Permission.None);

        api.Public("GET", "/user/oauth/authorize", permission, 302, limit.Guard(login.AuthorizeAsync));
        api.Public("GET", OAuthCallback.Path, permission, 302, limit.Guard(login.CallbackAsync));
    }
}
