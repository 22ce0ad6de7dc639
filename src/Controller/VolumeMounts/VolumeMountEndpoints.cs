using Controller.Hosting;
using Controller.Manifests;
using Controller.Substitution;

namespace Controller.VolumeMounts;

/// <summary>Routes of <c>/volumeMounts</c> (api-platform 11).</summary>
internal static class VolumeMountEndpoints
{
    private const string Resource = "volumeMounts";
    private const string One = "/volumeMounts/{name}";
    private const string Links = One + "/link";
    private const string Part = "volumeMount";
    private const string FileMissing = "VolumeMount file missing";

    public static void Map(ApiRoutes api)
    {
        var mounts = api.Services.GetRequiredService<VolumeMountService>();
        MapMounts(api, mounts);
        MapLinks(api, mounts);
    }

    private static void MapMounts(ApiRoutes api, VolumeMountService mounts)
    {
        api.Operator("GET", "/volumeMounts", new(Resource, "list"), 200, async context =>
            await context.RespondAsync(200, await mounts.ListAsync(context.RequestAborted), VolumeMountJson.Default.IReadOnlyListVolumeMountBody))
            .Describe("List volume mounts", answer: static () => VolumeMountJson.Default.IReadOnlyListVolumeMountBody);

        api.Operator("GET", One, new(Resource, "get", "name"), 200, async context => await context.RespondAsync(
            200, await mounts.GetAsync(context.PathValue("name"), context.RequestAborted), VolumeMountJson.Default.VolumeMountBody))
            .Describe("Read a volume mount", answer: static () => VolumeMountJson.Default.VolumeMountBody);

        api.Operator("POST", "/volumeMounts", new(Resource, "create"), 200, async context =>
            await CreateAsync(context, await context.ReadFilledJsonAsync(VolumeMountSchemas.Create)))
            .Describe("Make a volume mount of a secret or config map", VolumeMountSchemas.Create, static () => VolumeMountJson.Default.VolumeMountBody);

        api.Operator("POST", "/volumeMounts/yaml", new(Resource, "create"), 200, async context =>
        {
            var manifest = ResourceManifest.ReadVolumeMount(await context.ReadFileAsync(Part, FileMissing));
            await CreateAsync(context, VolumeMountSchemas.Create.Check(Manifest.ToElement(manifest)));
        })
            .Describe("Make a volume mount from YAML", file: Part, answer: static () => VolumeMountJson.Default.VolumeMountBody);

        api.Operator("PATCH", One, new(Resource, "patch", "name"), 200, async context =>
            await UpdateAsync(context, await context.ReadFilledJsonAsync(VolumeMountSchemas.Update)))
            .Describe("Give a volume mount another source", VolumeMountSchemas.Update, static () => VolumeMountJson.Default.VolumeMountBody);

        api.Operator("PATCH", "/volumeMounts/yaml/{name}", new(Resource, "patch", "name"), 200, async context =>
        {
            var manifest = ResourceManifest.ReadVolumeMount(await context.ReadFileAsync(Part, FileMissing));
            ResourceManifest.RequireName(manifest, "VolumeMount", context.PathValue("name"));
            await UpdateAsync(context, VolumeMountSchemas.Update.Check(Manifest.ToElement(manifest)));
        })
            .Describe("Give a volume mount another source from YAML", file: Part, answer: static () => VolumeMountJson.Default.VolumeMountBody);

        api.Operator("DELETE", One, new(Resource, "delete", "name"), 202, async context =>
        {
            await mounts.DeleteAsync(context.PathValue("name"), context.RequestAborted);
            await context.RespondAsync(202, "{}"u8.ToArray());
        })
            .Describe("Delete a volume mount");

        async Task CreateAsync(HttpContext context, JsonFields body) =>
            await context.RespondAsync(200, await mounts.CreateAsync(body, context.RequestAborted), VolumeMountJson.Default.VolumeMountBody);

        async Task UpdateAsync(HttpContext context, JsonFields body) => await context.RespondAsync(
            200, await mounts.UpdateAsync(context.PathValue("name"), body, context.RequestAborted), VolumeMountJson.Default.VolumeMountBody);
    }

    private static void MapLinks(ApiRoutes api, VolumeMountService mounts)
    {
        api.Operator("GET", Links, new(Resource, "get", "name"), 200, async context => await context.RespondAsync(
            200, await mounts.GetLinksAsync(context.PathValue("name"), context.RequestAborted), VolumeMountJson.Default.VolumeMountLinksBody))
            .Describe("List the nodes that have a volume mount", answer: static () => VolumeMountJson.Default.VolumeMountLinksBody);

        api.Operator("POST", Links, new(Resource, "patch", "name"), 200, async context =>
        {
            var body = await context.ReadJsonAsync(VolumeMountSchemas.Nodes);
            await context.RespondAsync(
                200, await mounts.LinkAsync(context.PathValue("name"), body, context.RequestAborted), VolumeMountJson.Default.VolumeMountBody);
        })
            .Describe("Link a volume mount to nodes", VolumeMountSchemas.Nodes, static () => VolumeMountJson.Default.VolumeMountBody);

        api.Operator("DELETE", Links, new(Resource, "patch", "name"), 200, async context =>
        {
            var body = await context.ReadJsonAsync(VolumeMountSchemas.Nodes);
            await mounts.UnlinkAsync(context.PathValue("name"), body, context.RequestAborted);
            await context.RespondAsync(200, "{}"u8.ToArray());
        })
            .Describe("Take a volume mount away from nodes", VolumeMountSchemas.Nodes);
    }
}
