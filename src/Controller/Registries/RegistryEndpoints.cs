using Controller.Hosting;
using Controller.Substitution;

namespace Controller.Registries;

/// <summary>Routes of <c>/registries</c> (api-workloads 8).</summary>
internal static class RegistryEndpoints
{
    private const string One = "/registries/{id}";

    public static void Map(ApiRoutes api)
    {
        var registries = api.Services.GetRequiredService<RegistryService>();

        api.Operator("GET", "/registries", new("registries", "list"), 200, async context =>
            await context.RespondAsync(200, await registries.ListAsync(context.RequestAborted), RegistryJson.Default.RegistryListBody))
            .Describe("List registries", answer: static () => RegistryJson.Default.RegistryListBody);

        api.Operator("POST", "/registries", new("registries", "create"), 201, async context =>
        {
            var body = await context.ReadFilledJsonAsync(RegistrySchemas.Create);
            var id = await registries.CreateAsync(body, context.RequestAborted);
            await context.RespondAsync(201, new RegistryCreatedBody(id), RegistryJson.Default.RegistryCreatedBody);
        })
            .Describe("Create a registry", RegistrySchemas.Create, static () => RegistryJson.Default.RegistryCreatedBody);

        api.Operator("GET", One, new("registries", "get", "id"), 200, async context =>
            await context.RespondAsync(
                200, await registries.GetAsync(context.PathValue("id"), context.RequestAborted), RegistryJson.Default.RegistryBody))
            .Describe("Read a registry", answer: static () => RegistryJson.Default.RegistryBody);

        api.Operator("PATCH", One, new("registries", "patch", "id"), 204, async context =>
        {
            var body = await context.ReadFilledJsonAsync(RegistrySchemas.Update);
            await registries.UpdateAsync(context.PathValue("id"), body, context.RequestAborted);
            await context.RespondAsync(204);
        })
            .Describe("Change a registry", RegistrySchemas.Update);

        api.Operator("DELETE", One, new("registries", "delete", "id"), 204, async context =>
        {
            await registries.DeleteAsync(context.PathValue("id"), context.RequestAborted);
            await context.RespondAsync(204);
        })
            .Describe("Delete a registry");
    }
}
