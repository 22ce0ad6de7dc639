using Controller.Configuration;
using Controller.Hosting;
using Controller.Sql;
using Controller.Sql.Stores;

namespace Controller.Fogs;

/// <summary>Agents: provisioning key, version, reboot, prune, hardware.</summary>
internal static class FogCommandEndpoints
{
    public static void Map(ApiRoutes api)
    {
        var commands = api.Services.GetRequiredService<FogCommands>();
        var trustAnchor = TrustAnchor.Read(api.Services.GetRequiredService<ControllerSettings>().Server.Tls);

        api.Operator("GET", "/iofog/{uuid}/provisioning-key", new("fogs", "get", "uuid"), 201, async context =>
        {
            var key = await commands.NewKeyAsync(context.PathValue("uuid"), context.RequestAborted);
            context.ForbidStoring();
            await context.RespondAsync(201, new(key.Key, key.Expires, trustAnchor), FogJson.Default.ProvisioningKeyBody);
        })
            .Describe("Make a provisioning key", answer: static () => FogJson.Default.ProvisioningKeyBody);

        api.Operator("POST", "/iofog/{uuid}/version/{versionCommand}", new("fogs", "patch", "uuid"), 204, async context =>
        {
            var command = context.PathValue("versionCommand");
            if (FogSchemas.ValidateVersionCommand(command) is { } violation)
            {
                throw ApiException.Validation(violation);
            }

            var body = await context.ReadJsonAsync(FogSchemas.Version);
            await commands.ChangeVersionAsync(context.PathValue("uuid"), command, body.Text("semver"), context.RequestAborted);
            await context.RespondAsync(204);
        })
            .Describe("Upgrade the agent or roll it back", FogSchemas.Version);

        MapOrder(api, commands, "reboot", ChangeFlags.Reboot);
        MapOrder(api, commands, "prune", ChangeFlags.Prune);

        var database = api.Services.GetRequiredService<Database>();
        MapHal(api, database, "hw", usb: false);
        MapHal(api, database, "usb", usb: true);
    }

    private static void MapOrder(ApiRoutes api, FogCommands commands, string name, ChangeFlags flag) =>
        api.Operator("POST", $"/iofog/{{uuid}}/{name}", new("fogs", "patch", "uuid"), 204, async context =>
        {
            await commands.OrderAsync(context.PathValue("uuid"), flag, context.RequestAborted);
            await context.RespondAsync(204);
        })
            .Describe($"Order a {name}");

    private static void MapHal(ApiRoutes api, Database database, string kind, bool usb) =>
        api.Operator("GET", $"/iofog/{{uuid}}/hal/{kind}", new("fogs", "get", "uuid"), 200, async context =>
        {
            var uuid = context.PathValue("uuid");
            var row = await database.ReadAsync(
                async s => await FogStore.FindAsync(s, uuid) is null ? throw FogErrors.Unknown(uuid) : await NodeStore.FindHalAsync(s, uuid, usb),
                context.RequestAborted);
            await (row is null
                ? context.RespondAsync(200)
                : context.RespondAsync(200, new(row.Id, row.Info, row.FogUuid, row.CreatedAt, row.UpdatedAt), FogJson.Default.HalBody));
        })
            .Describe($"Read the {kind} devices the agent reported", answer: static () => FogJson.Default.HalBody);
}
