using Controller.AccessControl;
using Controller.Hosting;

namespace Controller.Identity;

/// <summary>Signing in and out (auth-rbac 6.1 to 6.4).</summary>
internal static class IdentityEndpoints
{
    public static void Map(ApiRoutes api)
    {
        var limit = api.Services.GetRequiredService<AuthRateLimit>();
        var signIn = api.Services.GetRequiredService<PasswordSignIn>();
        var refresh = api.Services.GetRequiredService<TokenRefresh>();
        var signOut = api.Services.GetRequiredService<SignOut>();
        var profiles = api.Services.GetRequiredService<Profiles>();

        api.Public("POST", "/user/login", new("users", Permission.None), 200, limit.Guard(async context =>
        {
            var body = await context.ReadJsonAsync(IdentitySchemas.Login);
            var pair = await signIn.SignInAsync(body.Text("email")!, body.Text("password")!, context.RequestAborted);
            await context.RespondAsync(200, pair, IdentityJson.Default.TokenPair);
        }))
            .Describe("Sign in with a password", IdentitySchemas.Login, static () => IdentityJson.Default.TokenPair);

        api.Public("POST", "/user/refresh", new("users", Permission.None), 200, async context =>
        {
            var body = await context.ReadJsonAsync(IdentitySchemas.Refresh);
            var pair = await refresh.RefreshAsync(body.Text("refreshToken")!, context.RequestAborted);
            await context.RespondAsync(200, pair, IdentityJson.Default.TokenPair);
        })
            .Describe("New tokens for a refresh token", IdentitySchemas.Refresh, static () => IdentityJson.Default.TokenPair);

        api.SignedIn("GET", "/user/profile", new Permission("users", "get"), 200, acceptBareToken: true, handler: async context =>
        {
            var identity = context.Features.Get<OperatorIdentity>()!;
            await context.RespondAsync(200, await profiles.OfAsync(identity, context.RequestAborted), IdentityJson.Default.ProfileBody);
        })
            .Describe("Who is signed in", answer: static () => IdentityJson.Default.ProfileBody);

        api.Public("POST", "/user/logout", new("users", Permission.None), 204, async context =>
        {
            if (BearerHeader.Token(context, acceptBare: true) is { } token)
            {
                await signOut.EndAllAsync(token, context.RequestAborted);
            }
            else if (context.Request.Headers.Authorization.Count == 0)
            {
                throw ApiException.Authentication("Authentication required");
            }

            await context.RespondAsync(204);
        })
            .Describe("Sign out everywhere");
    }
}
