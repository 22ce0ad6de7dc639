using System.Text;
using Controller.Configuration;
using Controller.Hosting;
using Controller.Platform;
using Controller.Sql;
using Controller.Sql.Stores;
using Controller.Tunnels;

namespace Controller.Agents;

/// <summary>The agent's own affairs: identity, configuration, version, hardware, certificate, tunnel.</summary>
internal static class AgentNodeEndpoints
{
    public static void Map(ApiRoutes api)
    {
        var provisioning = api.Services.GetRequiredService<AgentProvisioning>();
        var configuration = api.Services.GetRequiredService<AgentConfiguration>();
        var removal = api.Services.GetRequiredService<FogRemoval>();
        var keys = api.Services.GetRequiredService<ProvisioningKeys>();
        var database = api.Services.GetRequiredService<Database>();
        var tunnels = api.Services.GetRequiredService<TunnelPasswords>();
        var time = api.Services.GetRequiredService<TimeProvider>();
        var trustAnchor = Encoding.ASCII.GetBytes(TrustAnchor.Read(api.Services.GetRequiredService<ControllerSettings>().Server.Tls));

        api.Public("POST", "/agent/provision", new("agent", "create"), 200, async context =>
        {
            var body = await context.ReadJsonAsync(AgentSchemas.Provision);
            var answer = await provisioning.ProvisionAsync(body.Text("key")!, body.Int("type")!.Value, body.Text("engine"), context.RequestAborted);
            await context.RespondAsync(200, answer, AgentNodeJson.Default.ProvisionedBody);
        })
            .Describe("Provision a node with its key", AgentSchemas.Provision, static () => AgentNodeJson.Default.ProvisionedBody);

        api.Agent("POST", "/agent/deprovision", "delete", 204, async (context, fog) =>
        {
            var body = await context.ReadJsonAsync(AgentSchemas.Deprovision);
            await provisioning.DeprovisionAsync(fog, [.. body.Texts("microserviceUuids")!], context.RequestAborted);
            await context.RespondAsync(204);
        })
            .Describe("Give up being provisioned", AgentSchemas.Deprovision);

        api.Agent("DELETE", "/agent/delete-node", "delete", 204, async (context, fog) =>
        {
            await removal.RemoveAsync(fog.Uuid, tellAgent: false, context.RequestAborted);
            await context.RespondAsync(204);
        })
            .Describe("Delete the node");

        api.Agent("GET", "/agent/config", "get", 200, async (context, fog) =>
            await context.RespondAsync(200, await configuration.ReadAsync(fog.Uuid, context.RequestAborted)))
            .Describe("Configuration of the node");

        api.Agent("PATCH", "/agent/config", "patch", 204, async (context, fog) =>
        {
            var body = await context.ReadJsonAsync(AgentSchemas.Config);
            await configuration.StoreAsync(fog.Uuid, AgentConfigFields.Read(body), context.RequestAborted);
            fog.Polls.Reset();
            await context.RespondAsync(204);
        })
            .Describe("Report settings made on the node", AgentSchemas.Config);

        api.Agent("PATCH", "/agent/config/gps", "patch", 204, async (context, fog) =>
        {
            var body = await context.ReadJsonAsync(AgentSchemas.Gps);
            var place = AgentConfigFields.Read(body).Where(f => f.Key is "latitude" or "longitude").ToDictionary(StringComparer.Ordinal);
            await configuration.StoreAsync(fog.Uuid, place, context.RequestAborted);
            await context.RespondAsync(204);
        })
            .Describe("Report the node's position", AgentSchemas.Gps);

        api.Agent("GET", "/agent/version", "get", 200, async (context, fog) =>
        {
            // The agent provisions itself again after the change, with a key that is young enough for it.
            var (command, key) = await database.WriteAsync(
                async s =>
                {
                    var command = await FogStore.LockAsync(s, fog.Uuid) ? await ProvisioningStore.FindVersionCommandAsync(s, fog.Uuid) : null;
                    return command is null ? throw ApiException.NotFound("Version command not found") : (command, await keys.RenewAsync(s, fog.Uuid));
                },
                Durability.Durable,
                context.RequestAborted);
            await context.RespondAsync(200, new(command.Command, key.Key, key.Expires, command.Semver), AgentNodeJson.Default.VersionCommandBody);
        })
            .Describe("The version command that waits", answer: static () => AgentNodeJson.Default.VersionCommandBody);

        api.Agent("GET", "/agent/cert", "get", 200, async (context, _) =>
        {
            context.Response.ContentType = "text/plain; charset=utf-8";
            context.Response.ContentLength = trustAnchor.Length;
            if (!HttpMethods.IsHead(context.Request.Method))
            {
                await context.Response.Body.WriteAsync(trustAnchor, context.RequestAborted);
            }
        })
            .Describe("The Controller's trust anchor as PEM text");

        api.Agent("GET", "/agent/tunnel", "get", 200, async (context, fog) =>
        {
            var row = await database.ReadAsync(s => TunnelStore.FindAsync(s, fog.Uuid), context.RequestAborted)
                ?? throw ApiException.NotFound("Tunnel not found");
            var tunnel = new TunnelBody(
                row.Id, row.Username, tunnels.Open(row), row.Host, row.RemotePort, row.LocalPort, row.RsaKey, row.Closed, row.FogUuid);
            await context.RespondAsync(200, new(tunnel), AgentNodeJson.Default.TunnelAnswer);
        })
            .Describe("The tunnel the node shall open", answer: static () => AgentNodeJson.Default.TunnelAnswer);

        MapHal(api, database, time, "hw", usb: false);
        MapHal(api, database, time, "usb", usb: true);
    }

    private static void MapHal(ApiRoutes api, Database database, TimeProvider time, string kind, bool usb) =>
        api.Agent("PUT", $"/agent/hal/{kind}", "update", 204, async (context, fog) =>
        {
            var body = await context.ReadJsonAsync(AgentSchemas.Hal);
            var info = body.Text("info")!;
            if (!await database.WriteAsync(s => NodeStore.SetHalAsync(s, fog.Uuid, usb, info, time.GetUtcNow()), Durability.Relaxed, context.RequestAborted))
            {
                throw ApiException.NotFound($"Invalid ioFog UUID '{fog.Uuid}'");
            }

            await context.RespondAsync(204);
        })
            .Describe($"Report {kind} devices", AgentSchemas.Hal);
}
