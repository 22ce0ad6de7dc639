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

        api.Public("GET", "/user/oauth/authorize", permission, 302, limit.Guard(login.AuthorizeAsync))
            .Describe("Begin a browser login", query: [new("postLoginRedirect", "Hash route or path of the Console to go on to")]);

        api.Public("GET", OAuthCallback.Path, permission, 302, limit.Guard(login.CallbackAsync))
            .Describe(
                "Where the issuer sends the browser back to",
                query:
                [
                    new("code", "Authorization code"),
                    new("state", "As the login began with"),
                    new("iss", "Who answers"),
                    new("error", "Why there is no code"),
                    new("error_description", "The same in words"),
                ]);
    }
}
