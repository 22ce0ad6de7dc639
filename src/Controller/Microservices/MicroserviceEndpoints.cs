using System.Text.Json;
using Controller.AccessControl;
using Controller.Hosting;
using Controller.Manifests;
using Controller.Substitution;
using Controller.Validation;

namespace Controller.Microservices;

/// <summary>Routes of <c>/api/v3/microservices</c> (api-workloads 6.1).</summary>
internal static class MicroserviceEndpoints
{
    private const string Part = "microservice";
    private const string FileMissing = "Microservice file missing";

    private static readonly QueryParameter[] Filters =
        [new("application", "Only those of this application"), new("flowId", "Old name of `application`")];

    public static void Map(ApiRoutes api)
    {
        var operations = api.Services.GetRequiredService<MicroserviceOperations>();
        var mappings = api.Services.GetRequiredService<MicroserviceMappings>();
        MapCommon(api, operations, mappings, "/microservices", "microservices", false);
        MapCommon(api, operations, mappings, "/microservices/system", "systemMicroservices", true);

        Permission User(string verb) => new("microservices", verb);
        Permission One(string verb) => new("microservices", verb, "uuid");

        api.Operator("POST", "/microservices", User("create"), 201, async context =>
            await CreateAsync(context, operations, await ReadAsync(context, MicroserviceSchemas.Create)))
            .Describe("Create a microservice", MicroserviceSchemas.Create, static () => MicroserviceJsonContext.Default.MicroserviceCreated);
        api.Operator("POST", "/microservices/yaml", User("create"), 201, async context =>
            await CreateAsync(context, operations, await ReadYamlAsync(context, MicroserviceSchemas.Create, false)))
            .Describe("Create a microservice from YAML", file: Part, answer: static () => MicroserviceJsonContext.Default.MicroserviceCreated);
        api.Operator("DELETE", "/microservices/{uuid}", One("delete"), 204, async context =>
        {
            await operations.DeleteAsync(context.PathValue("uuid"), context.RequestAborted);
            await context.RespondAsync(204);
        })
            .Describe("Delete a microservice");
        foreach (var (verb, active) in new[] { ("start", true), ("stop", false) })
        {
            api.Operator("PATCH", $"/microservices/{{uuid}}/{verb}", One("patch"), 204, async context =>
            {
                await operations.ActivateAsync(context.PathValue("uuid"), active, context.RequestAborted);
                await context.RespondAsync(204);
            })
                .Describe($"Let a microservice {verb}");
        }

        api.Operator("GET", "/microservices/{uuid}/port-mapping", One("get"), 200, async context =>
        {
            var row = await operations.ReadAnyAsync(context.PathValue("uuid"), context.RequestAborted);
            await context.RespondAsync(200, new PortList([.. row.Ports.Select(MicroserviceJson.ToBody)]), MicroserviceJsonContext.Default.PortList);
        })
            .Describe("List port mappings", answer: static () => MicroserviceJsonContext.Default.PortList);
        api.Operator("GET", "/microservices/{uuid}/volume-mapping", One("get"), 200, async context =>
        {
            var row = await operations.ReadAnyAsync(context.PathValue("uuid"), context.RequestAborted);
            await context.RespondAsync(
                200,
                new VolumeMappingList([.. row.VolumeMappings.Select(MicroserviceJson.ToBody)]),
                MicroserviceJsonContext.Default.VolumeMappingList);
        })
            .Describe("List volume mappings", answer: static () => MicroserviceJsonContext.Default.VolumeMappingList);
    }

    private static string Kind(bool isSystem) => isSystem ? "system microservice" : "microservice";

    /// <summary>The routes that both kinds of microservices have.</summary>
    private static void MapCommon(
        ApiRoutes api, MicroserviceOperations operations, MicroserviceMappings mappings, string path, string resource, bool isSystem)
    {
        var one = path + "/{uuid}";
        var kind = Kind(isSystem);
        var lists = api.Services.GetRequiredService<MicroserviceLists>();
        var all = isSystem ? lists.System : lists.User;
        Permission One(string verb) => new(resource, verb, "uuid");

        api.Operator("GET", path, new(resource, "list"), 200, async context =>
        {
            if ((context.QueryValue("application") ?? context.QueryValue("flowId")) is not { } application)
            {
                await all.RespondAsync(context);
                return;
            }

            var list = await operations.ListAsync(isSystem, application, context.RequestAborted);
            await context.RespondAsync(200, new MicroserviceList(list), MicroserviceJsonContext.Default.MicroserviceList);
        })
            .Describe($"List {kind}s", answer: static () => MicroserviceJsonContext.Default.MicroserviceList, query: Filters);
        api.Operator("GET", one, One("get"), 200, async context => await context.RespondAsync(
            200,
            await operations.GetAsync(context.PathValue("uuid"), isSystem, context.RequestAborted),
            MicroserviceJsonContext.Default.MicroserviceBody))
            .Describe($"Read a {kind}", answer: static () => MicroserviceJsonContext.Default.MicroserviceBody);
        api.Operator("PATCH", one, One("patch"), 204, async context =>
            await UpdateAsync(context, operations, isSystem, await ReadAsync(context, MicroserviceSchemas.Update)))
            .Describe($"Change a {kind}", MicroserviceSchemas.Update);
        api.Operator("PATCH", path + "/yaml/{uuid}", One("patch"), 204, async context =>
            await UpdateAsync(context, operations, isSystem, await ReadYamlAsync(context, MicroserviceSchemas.Update, true)))
            .Describe($"Change a {kind} from YAML", file: Part);
        api.Operator("PATCH", one + "/rebuild", One("patch"), 204, async context =>
        {
            await operations.RebuildAsync(context.PathValue("uuid"), isSystem, context.RequestAborted);
            await context.RespondAsync(204);
        })
            .Describe($"Pull the image of a {kind} again and recreate it");
        MapConfig(api, operations, one + "/config", One, isSystem);

        api.Operator("POST", one + "/port-mapping", One("patch"), 201, async context =>
        {
            var body = await context.ReadJsonAsync(MicroserviceSchemas.PortMapping);
            await mappings.AddPortAsync(context.PathValue("uuid"), body, isSystem, context.RequestAborted);
            await context.RespondAsync(201);
        })
            .Describe($"Add a port mapping to a {kind}", MicroserviceSchemas.PortMapping);
        api.Operator("DELETE", one + "/port-mapping/{internalPort}", One("patch"), 204, async context =>
        {
            await mappings.RemovePortAsync(context.PathValue("uuid"), context.PathValue("internalPort"), isSystem, context.RequestAborted);
            await context.RespondAsync(204);
        })
            .Describe($"Remove a port mapping from a {kind}");
        api.Operator("POST", one + "/volume-mapping", One("patch"), 201, async context =>
        {
            var body = await context.ReadJsonAsync(MicroserviceSchemas.VolumeMapping);
            var id = await mappings.AddVolumeAsync(context.PathValue("uuid"), body, isSystem, context.RequestAborted);
            await context.RespondAsync(201, new VolumeMappingCreated(id), MicroserviceJsonContext.Default.VolumeMappingCreated);
        })
            .Describe($"Add a volume mapping to a {kind}", MicroserviceSchemas.VolumeMapping, static () => MicroserviceJsonContext.Default.VolumeMappingCreated);
        api.Operator("DELETE", one + "/volume-mapping/{id}", One("patch"), 204, async context =>
        {
            await mappings.RemoveVolumeAsync(context.PathValue("uuid"), context.PathValue("id"), isSystem, context.RequestAborted);
            await context.RespondAsync(204);
        })
            .Describe($"Remove a volume mapping from a {kind}");
    }

    private static void MapConfig(
        ApiRoutes api, MicroserviceOperations operations, string path, Func<string, Permission> permission, bool isSystem)
    {
        var kind = Kind(isSystem);
        api.Operator("GET", path, permission("get"), 200, async context => await context.RespondAsync(
            200,
            new ConfigBody(await operations.GetConfigAsync(context.PathValue("uuid"), isSystem, context.RequestAborted)),
            MicroserviceJsonContext.Default.ConfigBody))
            .Describe($"Read the configuration of a {kind}", answer: static () => MicroserviceJsonContext.Default.ConfigBody);
        api.Operator("PATCH", path, permission("patch"), 204, async context =>
        {
            var body = await context.ReadJsonAsync(MicroserviceSchemas.Config);
            await operations.SetConfigAsync(context.PathValue("uuid"), body.Element.GetRawText(), isSystem, context.RequestAborted);
            await context.RespondAsync(204);
        })
            .Describe($"Replace the configuration of a {kind}", MicroserviceSchemas.Config);
        api.Operator("DELETE", path, permission("delete"), 204, async context =>
        {
            await operations.SetConfigAsync(context.PathValue("uuid"), JsonText.Empty, isSystem, context.RequestAborted);
            await context.RespondAsync(204);
        })
            .Describe($"Empty the configuration of a {kind}");
    }

    private static async Task CreateAsync(HttpContext context, MicroserviceOperations operations, JsonFields body) => await context.RespondAsync(
        201, await operations.CreateAsync(body, context.RequestAborted), MicroserviceJsonContext.Default.MicroserviceCreated);

    private static async Task UpdateAsync(HttpContext context, MicroserviceOperations operations, bool isSystem, JsonFields body)
    {
        await operations.UpdateAsync(context.PathValue("uuid"), body, isSystem, context.RequestAborted);
        await context.RespondAsync(204);
    }

    private static async Task<JsonFields> ReadAsync(HttpContext context, BodySchema schema) =>
        Check(await context.ReadFilledJsonAsync(), schema);

    private static async Task<JsonFields> ReadYamlAsync(HttpContext context, BodySchema schema, bool patch)
    {
        var file = await context.ReadFileAsync(Part, FileMissing);
        return Check(await context.FillAsync(Manifest.ToElement(MicroserviceManifest.Read(file, patch))), schema);
    }

    private static JsonFields Check(JsonElement body, BodySchema schema)
    {
        MicroserviceNats.RefuseTopLevel(body);
        return schema.Check(body);
    }
}
