using Controller.AccessControl;
using Controller.Hosting;
using Controller.Identity.Browser;

namespace Controller.Identity;

/// <summary>Signing in and out (auth-rbac 6.1 to 6.4).</summary>
internal static class IdentityEndpoints
{
    public static void Map(ApiRoutes api)
    {
        var limit = api.Services.GetRequiredService<AuthRateLimit>();
        var sessions = api.Services.GetRequiredService<IOperatorSessions>();
        var passwords = api.Services.GetRequiredService<PasswordChange>();
        var browsers = api.Services.GetRequiredService<BrowserSessions>();
        var embedded = api.Services.GetRequiredService<EmbeddedMode>();

        api.Public("POST", "/user/login", new("users", Permission.None), 200, limit.Guard(async context =>
        {
            var body = await context.ReadJsonAsync(IdentitySchemas.Login);
            var pair = await sessions.SignInAsync(
                body.Text("email")!, body.Text("password")!, body.Text("totp"), context.RequestAborted);
            await context.RespondAsync(200, pair, IdentityJson.Default.TokenPair);
        }))
            .Describe("Sign in with a password", IdentitySchemas.Login, static () => IdentityJson.Default.TokenPair);

        api.Public("POST", "/user/refresh", new("users", Permission.None), 200, async context =>
        {
            var body = await context.ReadJsonAsync(IdentitySchemas.Refresh);
            var pair = await sessions.RefreshAsync(body.Text("refreshToken")!, context.RequestAborted);
            await context.RespondAsync(200, pair, IdentityJson.Default.TokenPair);
        })
            .Describe("New tokens for a refresh token", IdentitySchemas.Refresh, static () => IdentityJson.Default.TokenPair);

        api.SignedIn("GET", "/user/profile", new Permission("users", "get"), 200, acceptBareToken: true, handler: async context =>
        {
            var identity = context.Features.Get<OperatorIdentity>()!;
            var token = BearerHeader.Token(context, acceptBare: true)!;
            await context.RespondAsync(200, await sessions.ProfileAsync(identity, token, context.RequestAborted));
        })
            .Describe("Who is signed in", answer: static () => IdentityJson.Default.ProfileBody);

        api.SignedIn("POST", "/user/change-password", new Permission("users", "patch"), 200, required: false, handler: limit.Guard(embedded.Only(
            async context =>
            {
                var body = await context.ReadJsonAsync(IdentitySchemas.ChangePassword);
                await ChangePasswordAsync(passwords, body, context.Features.Get<OperatorIdentity>(), context.RequestAborted);
                await context.RespondAsync(200, StatusBody.Success, IdentityJson.Default.StatusBody);
            },
            EmbeddedMode.NotImplemented("Password change is only supported in embedded auth mode"))))
            .Describe(
                "Set a new password, signed in or by a reset token", IdentitySchemas.ChangePassword, static () => IdentityJson.Default.StatusBody);

        api.Public("POST", "/user/logout", new("users", Permission.None), 204, async context =>
        {
            if (BearerHeader.Token(context, acceptBare: true) is { } token)
            {
                await sessions.SignOutAsync(token, context.RequestAborted);
            }
            else if (context.Request.Headers.Authorization.Count == 0)
            {
                throw ApiException.Authentication("Authentication required");
            }

            // A browser login that is under way ends, too.
            await browsers.TakeAsync(context);
            await context.RespondAsync(204);
        })
            .Describe("Sign out everywhere");
    }

    /// <summary>By a reset token, which stands for a login, or else by whoever is signed in (auth-rbac 6.5).</summary>
    private static Task ChangePasswordAsync(PasswordChange passwords, JsonFields body, OperatorIdentity? identity, CancellationToken cancel)
    {
        var next = body.Text("newPassword") ?? "";
        if (body.Text("resetToken") is { Length: > 0 } token)
        {
            return next.Length > 0 ? passwords.RedeemAsync(token, next, cancel) : throw ApiException.Validation("newPassword is required");
        }

        if (identity is null)
        {
            throw ApiException.Authentication("Authentication required");
        }

        return body.Text("currentPassword") is { Length: > 0 } current && next.Length > 0
            ? passwords.ChangeAsync(identity.Subject, current, next, cancel)
            : throw ApiException.Validation("currentPassword and newPassword are required");
    }
}
