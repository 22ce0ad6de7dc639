using Controller.Hosting;
using Controller.Manifests;

namespace Controller.ConfigMaps;

/// <summary>Routes of <c>/configmaps</c> (api-platform 10).</summary>
internal static class ConfigMapEndpoints
{
    private const string Resource = "configMaps";
    private const string One = "/configmaps/{name}";
    private const string Part = "configMap";
    private const string FileMissing = "ConfigMap file missing";

    public static void Map(ApiRoutes api)
    {
        var maps = api.Services.GetRequiredService<ConfigMapService>();

        api.Operator("GET", "/configmaps", new(Resource, "list"), 200, async context =>
            await context.RespondAsync(200, await maps.ListAsync(context.RequestAborted), ConfigMapJson.Default.ConfigMapListBody))
            .Describe("List config maps, without their data", answer: static () => ConfigMapJson.Default.ConfigMapListBody);

        api.Operator("GET", One, new(Resource, "get", "name"), 200, async context => await context.RespondAsync(
            200, await maps.GetAsync(context.PathValue("name"), context.RequestAborted), ConfigMapJson.Default.ConfigMapDataBody))
            .Describe("Read a config map with its data", answer: static () => ConfigMapJson.Default.ConfigMapDataBody);

        api.Operator("POST", "/configmaps", new(Resource, "create"), 201, async context =>
            await CreateAsync(context, await context.ReadJsonAsync(ConfigMapSchemas.Create)))
            .Describe("Create a config map", ConfigMapSchemas.Create, static () => ConfigMapJson.Default.ConfigMapBody);

        api.Operator("POST", "/configmaps/yaml", new(Resource, "create"), 201, async context =>
        {
            var manifest = ResourceManifest.ReadConfigMap(await context.ReadFileAsync(Part, FileMissing));
            await CreateAsync(context, ConfigMapSchemas.Create.Check(Manifest.ToElement(manifest)));
        })
            .Describe("Create a config map from YAML", file: Part, answer: static () => ConfigMapJson.Default.ConfigMapBody);

        api.Operator("PATCH", One, new(Resource, "patch", "name"), 200, async context =>
            await UpdateAsync(context, await context.ReadJsonAsync(ConfigMapSchemas.Update)))
            .Describe("Replace the data of a config map", ConfigMapSchemas.Update, static () => ConfigMapJson.Default.ConfigMapBody);

        api.Operator("PATCH", "/configmaps/yaml/{name}", new(Resource, "patch", "name"), 200, async context =>
        {
            var manifest = ResourceManifest.ReadConfigMap(await context.ReadFileAsync(Part, FileMissing));
            ResourceManifest.RequireName(manifest, "ConfigMap", context.PathValue("name"));
            await UpdateAsync(context, ConfigMapSchemas.Update.Check(Manifest.ToElement(manifest)));
        })
            .Describe("Replace the data of a config map from YAML", file: Part, answer: static () => ConfigMapJson.Default.ConfigMapBody);

        api.Operator("DELETE", One, new(Resource, "delete", "name"), 200, async context =>
        {
            await maps.DeleteAsync(context.PathValue("name"), context.RequestAborted);
            await context.RespondAsync(200, "{}"u8.ToArray());
        })
            .Describe("Delete a config map and the volume mounts of it");

        async Task CreateAsync(HttpContext context, JsonFields body) =>
            await context.RespondAsync(201, await maps.CreateAsync(body, context.RequestAborted), ConfigMapJson.Default.ConfigMapBody);

        async Task UpdateAsync(HttpContext context, JsonFields body) => await context.RespondAsync(
            200, await maps.UpdateAsync(context.PathValue("name"), body, context.RequestAborted), ConfigMapJson.Default.ConfigMapBody);
    }
}
