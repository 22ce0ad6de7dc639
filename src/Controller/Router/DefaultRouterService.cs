using Controller.Hosting;
using Controller.Sql;
using Controller.Sql.Stores;

namespace Controller.Router;

/// <summary>Where the default router is (api-platform 6). On Kubernetes the operator says so.</summary>
internal sealed class DefaultRouterService(Database database, TimeProvider time)
{
    private const int MessagingPort = 5671, EdgeRouterPort = 45671, InterRouterPort = 55671;

    /// <exception cref="ApiException">404.</exception>
    public async Task<DefaultRouterBody> GetAsync(CancellationToken cancel)
    {
        var row = await database.ReadAsync(DefaultRouterStore.FindAsync, cancel) ?? throw ApiException.NotFound("Invalid router 'default-router'");
        return new(row.Host ?? "", row.MessagingPort ?? MessagingPort, row.EdgeRouterPort, row.InterRouterPort);
    }

    /// <summary>Ports that are not given have their usual numbers.</summary>
    /// <param name="body">A body of <see cref="DefaultRouterSchemas.Set"/>.</param>
    /// <param name="cancel">Gives up.</param>
    public async Task<DefaultRouterSavedBody> SetAsync(JsonFields body, CancellationToken cancel)
    {
        var row = await database.WriteAsync(
            s => DefaultRouterStore.SetAsync(
                s,
                body.Text("host")!,
                body.Int("messagingPort") ?? MessagingPort,
                body.Int("edgeRouterPort") ?? EdgeRouterPort,
                body.Int("interRouterPort") ?? InterRouterPort,
                time.GetUtcNow()),
            Durability.Durable,
            cancel);
        return new(
            row.Id, row.IsEdge, row.MessagingPort, row.EdgeRouterPort, row.InterRouterPort, row.Host, true, row.FogUuid, row.CreatedAt, row.UpdatedAt);
    }
}
