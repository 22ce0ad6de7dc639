using Controller.AccessControl;
using Controller.Hosting;
using Controller.Validation;

namespace Controller.Identity;

/// <summary>Routes of <c>/user/mfa</c>, for oneself only (auth-rbac 6.6).</summary>
internal static class MfaEndpoints
{
    public static void Map(ApiRoutes api)
    {
        var enrolment = api.Services.GetRequiredService<MfaEnrolment>();
        var embedded = api.Services.GetRequiredService<EmbeddedMode>();
        var limit = api.Services.GetRequiredService<AuthRateLimit>();
        var refusal = EmbeddedMode.InvalidArgument();

        api.SignedIn("POST", "/user/mfa/enroll", new("users", "patch"), 200, limit.Guard(embedded.Only(
            async context =>
            {
                var totp = await enrolment.BeginAsync(UserId(context), context.RequestAborted);
                await context.RespondAsync(200, totp, MfaJson.Default.NewTotp);
            },
            refusal)))
            .Describe("Begin to switch the second factor on", answer: static () => MfaJson.Default.NewTotp);

        api.SignedIn("POST", "/user/mfa/confirm", new("users", "patch"), 200, limit.Guard(embedded.Only(
            async context =>
            {
                var body = await context.ReadJsonAsync(MfaSchemas.Confirm);
                var codes = await enrolment.ConfirmAsync(UserId(context), body.Text("code")!, context.RequestAborted);
                await context.RespondAsync(200, new RecoveryCodesBody(codes), MfaJson.Default.RecoveryCodesBody);
            },
            refusal)))
            .Describe("Switch the second factor on", MfaSchemas.Confirm, static () => MfaJson.Default.RecoveryCodesBody);

        api.SignedIn("DELETE", "/user/mfa", new("users", "delete"), 200, embedded.Only(c => DisableAsync(c, MfaSchemas.Delete), refusal))
            .Describe("Switch the second factor off", MfaSchemas.Delete, static () => IdentityJson.Default.StatusBody);

        // What the Console calls (decision 32).
        api.SignedIn("POST", "/user/mfa/disable", new("users", "delete"), 200, embedded.Only(c => DisableAsync(c, MfaSchemas.Disable), refusal))
            .Describe("Switch the second factor off by a code alone", MfaSchemas.Disable, static () => IdentityJson.Default.StatusBody);

        async Task DisableAsync(HttpContext context, BodySchema schema)
        {
            var body = await context.ReadJsonAsync(schema);
            await enrolment.DisableAsync(UserId(context), body.Text("password"), body.Text("code")!, context.RequestAborted);
            await context.RespondAsync(200, StatusBody.Success, IdentityJson.Default.StatusBody);
        }
    }

    private static string UserId(HttpContext context) => context.Features.Get<OperatorIdentity>()!.Subject;
}
