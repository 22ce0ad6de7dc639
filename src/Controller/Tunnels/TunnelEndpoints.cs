using Controller.AccessControl;
using Controller.Hosting;
using Controller.Sql.Stores;

namespace Controller.Tunnels;

/// <summary>Reverse SSH tunnels from nodes (api-platform 7).</summary>
internal static class TunnelEndpoints
{
    private const string Tunnel = "/iofog/{id}/tunnel";

    public static void Map(ApiRoutes api)
    {
        var tunnels = api.Services.GetRequiredService<TunnelService>();

        api.Operator("GET", "/tunnels", new("tunnels", "list"), 200, async context =>
        {
            var rows = await tunnels.ListAsync(context.RequestAborted);
            await context.RespondAsync(
                200,
                new([.. rows.Select(r => new TunnelListItem(r.FogUuid, r.Username, r.Host, r.RemotePort, r.LocalPort, Status(r)))]),
                TunnelJson.Default.TunnelListBody);
        })
            .Describe("List the tunnels", answer: static () => TunnelJson.Default.TunnelListBody);

        api.Operator("GET", Tunnel, new("tunnels", "get", "id"), 200, async context =>
        {
            var row = await tunnels.GetAsync(context.PathValue("id"), context.RequestAborted);
            await context.RespondAsync(200, new(row.Username, row.Host, row.RemotePort, row.LocalPort, Status(row)), TunnelJson.Default.TunnelStateBody);
        })
            .Describe("Read a node's tunnel", answer: static () => TunnelJson.Default.TunnelStateBody);

        api.Operator("PATCH", Tunnel, new("tunnels", "patch", "id"), 204, async context =>
        {
            // Whoever may open tunnels chooses the node; where it leads is for the administrator of this machine to say.
            var isLocal = LocalOperator.Of(context) is not null;
            var body = await context.ReadJsonAsync(TunnelSchemas.Change);
            var uuid = context.PathValue("id");
            await (body.Text("action") switch
            {
                "open" => tunnels.OpenAsync(uuid, isLocal ? body : null, context.RequestAborted),
                "close" => tunnels.CloseAsync(uuid, context.RequestAborted),
                _ => throw ApiException.Validation("Unknown action property. Action can be \"open\" or \"close\""),
            });
            await context.RespondAsync(204);
        })
            .Describe("Open a node's tunnel or close it (action: open or close); another server than the configured one counts only through the local socket", TunnelSchemas.Change);
    }

    private static string Status(TunnelRow row) => row.Closed ? "closed" : "open";
}
