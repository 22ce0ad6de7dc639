using Controller.Hosting;

namespace Controller.Identity;

/// <summary>Routes of <c>/auth</c> (auth-rbac 8.3).</summary>
internal static class AuthAdminEndpoints
{
    public static void Map(ApiRoutes api)
    {
        var keys = api.Services.GetRequiredService<SigningKeys>();
        var export = api.Services.GetRequiredService<MigrationExport>();
        var embedded = api.Services.GetRequiredService<EmbeddedMode>();

        api.Operator("POST", "/auth/jwks/rotate", new("authAdmin", "patch"), 200, embedded.Only(async context =>
        {
            var (kid, at) = await keys.RotateAsync(context.RequestAborted);
            await context.RespondAsync(200, new RotatedKeyBody(kid, at, RestartRequired: true), AccountJson.Default.RotatedKeyBody);
        }))
            .Describe("Replace the signing key", answer: static () => AccountJson.Default.RotatedKeyBody);

        api.Operator("POST", "/auth/migration/export", new("authAdmin", "create"), 200, embedded.Only(async context =>
            await context.RespondAsync(200, await export.CreateAsync(context.RequestAborted), AccountJson.Default.MigrationExportBody)))
            .Describe("Export users and groups for an external identity provider", answer: static () => AccountJson.Default.MigrationExportBody);
    }
}
