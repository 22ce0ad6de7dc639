using Controller.Hosting;
using Controller.Substitution;

namespace Controller.Fogs;

/// <summary>Agents: list, create, read, change, delete, reconcile.</summary>
internal static class FogEndpoints
{
    public static void Map(ApiRoutes api)
    {
        var fogs = api.Services.GetRequiredService<FogService>();
        var reader = api.Services.GetRequiredService<FogReader>();

        api.Operator("GET", "/iofog-list", new("fogs", "list"), 200, async context =>
        {
            var filters = FogFilter.Read(context.Request.Query);
            if (filters.Count == 0)
            {
                await reader.All.RespondAsync(context);
                return;
            }

            await context.RespondAsync(200, new(await reader.ListAsync(filters, context.RequestAborted)), FogJson.Default.FogListBody);
        })
            .Describe("List agents", answer: static () => FogJson.Default.FogListBody, query: [new("filters", "Filters as the SDK sends them: `filters[i][key]`, `[value]`, `[condition]`")]);

        api.Operator("POST", "/iofog", new("fogs", "create"), 201, async context =>
        {
            var body = await context.ReadFilledJsonAsync(FogSchemas.Create);
            await context.RespondAsync(201, new(await fogs.CreateAsync(body, context.RequestAborted)), FogJson.Default.FogUuidBody);
        })
            .Describe("Create an agent", FogSchemas.Create, static () => FogJson.Default.FogUuidBody);

        api.Operator("GET", "/iofog/{uuid}", new("fogs", "get", "uuid"), 200, async context =>
        {
            var uuid = context.PathValue("uuid");
            var fog = await reader.FindAsync(uuid, context.RequestAborted) ?? throw FogErrors.Unknown(uuid);
            await context.RespondAsync(200, fog, FogJson.Default.FogDetailBody);
        })
            .Describe("Read an agent", answer: static () => FogJson.Default.FogDetailBody);

        api.Operator("PATCH", "/iofog/{uuid}", new("fogs", "patch", "uuid"), 204, async context =>
        {
            var body = await context.ReadFilledJsonAsync(FogSchemas.Update);
            await fogs.UpdateAsync(context.PathValue("uuid"), body, context.RequestAborted);
            await context.RespondAsync(204);
        })
            .Describe("Change an agent", FogSchemas.Update);

        api.Operator("DELETE", "/iofog/{uuid}", new("fogs", "delete", "uuid"), 202, async context =>
        {
            var uuid = context.PathValue("uuid");
            await fogs.DeleteAsync(uuid, context.RequestAborted);
            await context.RespondAsync(202, new(uuid), FogJson.Default.FogUuidBody);
        })
            .Describe("Delete an agent; its node is told at its next poll", answer: static () => FogJson.Default.FogUuidBody);

        api.Operator("POST", "/iofog/{uuid}/reconcile", new("fogs", "patch", "uuid"), 200, async context =>
        {
            var uuid = context.PathValue("uuid");
            await fogs.ReconcileAsync(uuid, context.RequestAborted);
            await context.RespondAsync(200, new(uuid), FogJson.Default.FogUuidBody);
        })
            .Describe("Reconcile an agent's platform now", answer: static () => FogJson.Default.FogUuidBody);
    }
}
