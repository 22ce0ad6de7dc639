using Controller.Hosting;

namespace Controller.Cluster;

/// <summary>Routes of <c>/cluster/controllers</c> (api-platform 5).</summary>
internal static class ReplicaEndpoints
{
    private const string One = "/cluster/controllers/{uuid}";

    public static void Map(ApiRoutes api)
    {
        var replicas = api.Services.GetRequiredService<ReplicaService>();

        api.Operator("GET", "/cluster/controllers", new("cluster", "list"), 200, async context =>
            await context.RespondAsync(200, await replicas.ListAsync(context.RequestAborted), ReplicaJson.Default.IReadOnlyListReplicaBody))
            .Describe("List the Controller's replicas, dead ones included", answer: static () => ReplicaJson.Default.IReadOnlyListReplicaBody);

        api.Operator("GET", One, new("cluster", "get", "uuid"), 200, async context => await context.RespondAsync(
            200, await replicas.GetAsync(context.PathValue("uuid"), context.RequestAborted), ReplicaJson.Default.ReplicaBody))
            .Describe("Read a replica", answer: static () => ReplicaJson.Default.ReplicaBody);

        api.Operator("PATCH", One, new("cluster", "patch", "uuid"), 200, async context =>
        {
            var body = await context.ReadJsonAsync(ReplicaSchemas.Update);
            await context.RespondAsync(
                200, await replicas.UpdateAsync(context.PathValue("uuid"), body, context.RequestAborted), ReplicaJson.Default.ReplicaBody);
        })
            .Describe("Give a replica another host", ReplicaSchemas.Update, static () => ReplicaJson.Default.ReplicaBody);

        api.Operator("DELETE", One, new("cluster", "delete", "uuid"), 204, async context =>
        {
            await replicas.DeactivateAsync(context.PathValue("uuid"), context.RequestAborted);
            await context.RespondAsync(204);
        })
            .Describe("Count a replica as dead, until its next heartbeat");
    }
}
