using Controller.Hosting;

namespace Controller.Identity.Interaction;

/// <summary>Routes of <c>/user/interaction/{uid}</c> (auth-rbac 5.3).</summary>
internal static class InteractionEndpoints
{
    private const string One = "/user/interaction/{uid}";

    public static void Map(ApiRoutes api)
    {
        var embedded = api.Services.GetRequiredService<EmbeddedMode>();
        var limit = api.Services.GetRequiredService<AuthRateLimit>();
        var interaction = api.Services.GetRequiredService<SignInInteraction>();
        var permission = new Permission("users", Permission.None);

        api.Public("GET", One, permission, 200, embedded.Only(async context =>
        {
            context.Response.Headers.CacheControl = "no-store";
            await AnswerAsync(context, await interaction.StepAsync(Uid(context), context.RequestAborted));
        }))
            .Describe("The next step of a sign-in", answer: static () => InteractionJson.Default.StepBody);

        Post("/login", async context =>
        {
            var body = await context.ReadJsonAsync(InteractionSchemas.Login);
            await AnswerAsync(
                context, await interaction.LoginAsync(Uid(context), body.Text("email")!, body.Text("password")!, context.RequestAborted));
        })
            .Describe("Give name and password", InteractionSchemas.Login, static () => InteractionJson.Default.StepBody);

        Post("/mfa", async context =>
        {
            var body = await context.ReadJsonAsync(InteractionSchemas.Code);
            await AnswerAsync(context, await interaction.VerifyCodeAsync(Uid(context), body.Text("code")!, context.RequestAborted));
        })
            .Describe("Give a code of the second factor", InteractionSchemas.Code, static () => InteractionJson.Default.StepBody);

        Post("/enroll", async context =>
        {
            var totp = await interaction.EnrollAsync(Uid(context), context.RequestAborted);
            await context.RespondAsync(
                200, new EnrollBody(InteractionStep.ConfirmEnroll, totp.Secret, totp.OtpauthUrl), InteractionJson.Default.EnrollBody);
        })
            .Describe("Make a second factor", answer: static () => InteractionJson.Default.EnrollBody);

        Post("/confirm-enroll", async context =>
        {
            var body = await context.ReadJsonAsync(InteractionSchemas.Code);
            var (step, codes) = await interaction.ConfirmEnrollAsync(Uid(context), body.Text("code")!, context.RequestAborted);
            await context.RespondAsync(200, new ConfirmEnrollBody(step, codes), InteractionJson.Default.ConfirmEnrollBody);
        })
            .Describe("Switch the new second factor on", InteractionSchemas.Code, static () => InteractionJson.Default.ConfirmEnrollBody);

        Post("/change-password", async context =>
        {
            var body = await context.ReadJsonAsync(InteractionSchemas.ChangePassword);
            await AnswerAsync(
                context,
                await interaction.ChangePasswordAsync(
                    Uid(context), body.Text("currentPassword"), body.Text("newPassword")!, context.RequestAborted));
        })
            .Describe("Change a password that must be changed", InteractionSchemas.ChangePassword, static () => InteractionJson.Default.StepBody);

        Post("/complete", async context =>
        {
            var url = await interaction.CompleteAsync(Uid(context), context.RequestAborted);
            await context.RespondAsync(200, new CompleteBody(InteractionStep.Complete, url), InteractionJson.Default.CompleteBody);
        })
            .Describe("Finish, and learn where the browser goes on", answer: static () => InteractionJson.Default.CompleteBody);

        RouteDescription Post(string suffix, RequestDelegate handler) =>
            api.Public("POST", One + suffix, permission, 200, limit.Guard(embedded.Only(context =>
            {
                // Answers hold secrets that are shown once.
                context.Response.Headers.CacheControl = "no-store";
                // A foreign page can make a browser send a form with its cookie, but no JSON.
                return context.Request.HasFormContentType ? throw ApiException.Validation("The body must be JSON") : handler(context);
            })));
    }

    private static string Uid(HttpContext context) => context.PathValue("uid");

    private static Task AnswerAsync(HttpContext context, string step) =>
        context.RespondAsync(200, new StepBody(step), InteractionJson.Default.StepBody);
}
