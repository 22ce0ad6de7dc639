using Controller.Hosting;
using Controller.Substitution;

namespace Controller.Catalog;

/// <summary>Routes of <c>/catalog/microservices</c> (api-workloads 7).</summary>
internal static class CatalogEndpoints
{
    private const string Items = "/catalog/microservices";
    private const string Item = Items + "/{id}";

    public static void Map(ApiRoutes api)
    {
        var reader = api.Services.GetRequiredService<CatalogReader>();
        var editor = api.Services.GetRequiredService<CatalogEditor>();

        api.Operator("GET", Items, new("catalog", "list"), 200, async context =>
            await context.RespondAsync(200, await reader.ListAsync(context.RequestAborted), CatalogJson.Default.CatalogListBody))
            .Describe("List catalog items", answer: static () => CatalogJson.Default.CatalogListBody);

        api.Operator("POST", Items, new("catalog", "create"), 201, async context =>
        {
            var body = await context.ReadFilledJsonAsync(CatalogSchemas.Create);
            var id = await editor.CreateAsync(body, context.RequestAborted);
            await context.RespondAsync(201, new CatalogCreatedBody(id), CatalogJson.Default.CatalogCreatedBody);
        })
            .Describe("Create a catalog item", CatalogSchemas.Create, static () => CatalogJson.Default.CatalogCreatedBody);

        api.Operator("GET", Item, new("catalog", "get", "id"), 200, async context =>
            await context.RespondAsync(
                200, await reader.GetAsync(context.PathValue("id"), context.RequestAborted), CatalogJson.Default.CatalogItemBody))
            .Describe("Read a catalog item", answer: static () => CatalogJson.Default.CatalogItemBody);

        api.Operator("PATCH", Item, new("catalog", "patch", "id"), 204, async context =>
        {
            var body = await context.ReadFilledJsonAsync(CatalogSchemas.Update);
            await editor.UpdateAsync(context.PathValue("id"), body, context.RequestAborted);
            await context.RespondAsync(204);
        })
            .Describe("Change a catalog item", CatalogSchemas.Update);

        api.Operator("DELETE", Item, new("catalog", "delete", "id"), 204, async context =>
        {
            await editor.DeleteAsync(context.PathValue("id"), context.RequestAborted);
            await context.RespondAsync(204);
        })
            .Describe("Delete a catalog item");
    }
}
