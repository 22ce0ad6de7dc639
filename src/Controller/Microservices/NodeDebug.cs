using System.Text.Json.Nodes;
using Controller.AccessControl;
using Controller.Agents;
using Controller.Fogs;
using Controller.Hosting;
using Controller.Manifests;
using Controller.Sql;
using Controller.Sql.Stores;

namespace Controller.Microservices;

/// <summary>A shell on a node: the microservice <c>debug</c> of its system application (api-workloads 3.10).</summary>
internal sealed class NodeDebug(Database database, MicroserviceService service, SystemApplications applications, ChangeNotifier changes)
{
    private const string Name = "debug";
    private const string CatalogItem = "Debug";
    private const int LastArchitecture = 4;
    private const ChangeFlags Flags = ChangeFlags.MicroserviceList | ChangeFlags.ExecSessions;

    /// <summary>Ensures the microservice, with its settings and, if given, this image.</summary>
    /// <exception cref="ApiException">404 for an unknown fog; 400 when nothing runs on its architecture.</exception>
    public Task EnableAsync(string fogUuid, string? image, CancellationToken cancel) => database.WriteAsync(
        async s =>
        {
            var fog = await FindFogAsync(s, fogUuid);
            await FogTargetStore.LockAsync(s, fogUuid);
            var application = await applications.EnsureAsync(s, fog.Name);
            var existing = await MicroserviceStore.FindByNameAsync(s, application.Id, Name);
            var body = await BodyAsync(s, image, existing);
            if (existing is null)
            {
                await service.CreateSystemAsync(s, application, fog, body, new SystemOrigin());
            }
            else
            {
                await service.UpdateAsync(s, existing, body, UpdateRules.Internal);
            }

            await changes.RaiseAsync(s, fog.Uuid, Flags);
        },
        cancel: cancel);

    /// <exception cref="ApiException">404 for an unknown fog or when there is no such microservice.</exception>
    public Task DisableAsync(string fogUuid, CancellationToken cancel) => database.WriteAsync(
        async s =>
        {
            var fog = await FindFogAsync(s, fogUuid);
            var application = await ApplicationRefStore.FindByNameAsync(s, SystemApplications.NameFor(fog.Name));
            var existing = application is { IsSystem: true } ? await MicroserviceStore.FindByNameAsync(s, application.Id, Name) : null;
            await service.DeleteAsync(s, existing ?? throw MicroserviceErrors.UnknownUuid(fogUuid));
            await changes.RaiseAsync(s, fog.Uuid, Flags);
        },
        cancel: cancel);

    private static async Task<FogTarget> FindFogAsync(DbSession session, string uuid) =>
        await FogTargetStore.FindAsync(session, uuid) ?? throw ApiException.NotFound($"Invalid ioFog UUID '{uuid}'");

    private static async Task<JsonFields> BodyAsync(DbSession session, string? image, MicroserviceRow? existing)
    {
        var body = new JsonObject
        {
            ["name"] = Name,
            ["hostNetworkMode"] = true,
            ["isPrivileged"] = true,
            ["pidMode"] = "host",
            ["ipcMode"] = "host",
            ["schedule"] = 0,
            ["config"] = JsonText.Empty,
            ["logSize"] = 1,
        };
        if (!string.IsNullOrEmpty(image))
        {
            var images = new JsonArray();
            for (var archId = 1; archId <= LastArchitecture; archId++)
            {
                images.Add((JsonNode)new JsonObject { ["containerImage"] = image, ["archId"] = archId });
            }

            body["images"] = images;
        }
        else if (existing is null)
        {
            var item = await CatalogChoiceStore.FindSystemAsync(session, CatalogItem)
                ?? throw ApiException.NotFound($"Invalid catalog item id '{CatalogItem}'");
            body["catalogItemId"] = item.Id;
        }

        return new JsonFields(Manifest.ToElement(body));
    }
}

/// <summary>Routes of <see cref="NodeDebug"/>.</summary>
internal static class NodeDebugEndpoints
{
    public static void Map(ApiRoutes api)
    {
        var debug = api.Services.GetRequiredService<NodeDebug>();
        var permission = new Permission("systemExecSessions", "patch", "uuid");

        api.Operator("POST", "/iofog/{uuid}/exec", permission, 204, async context =>
        {
            var body = await context.ReadJsonAsync(FogSchemas.Exec);
            await debug.EnableAsync(context.PathValue("uuid"), body.Text("image"), context.RequestAborted);
            await context.RespondAsync(204);
        })
            .Describe("Provide a debug shell on the node", FogSchemas.Exec);
        api.Operator("DELETE", "/iofog/{uuid}/exec", permission, 204, async context =>
        {
            await debug.DisableAsync(context.PathValue("uuid"), context.RequestAborted);
            await context.RespondAsync(204);
        })
            .Describe("Remove the debug shell from the node");
    }
}
