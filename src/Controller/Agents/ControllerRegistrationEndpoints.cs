using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Controller.Hosting;
using Controller.Manifests;

namespace Controller.Agents;

internal sealed record ControllerRegistered(string Uuid);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ControllerRegistered))]
internal sealed partial class ControllerRegistrationJson : JsonSerializerContext;

/// <summary>The route of <see cref="ControllerRegistration"/>.</summary>
internal static class ControllerRegistrationEndpoints
{
    public static void Map(ApiRoutes api)
    {
        var registration = api.Services.GetRequiredService<ControllerRegistration>();

        api.Agent("POST", "/agent/controller/register", "create", 200, async (context, fog) =>
        {
            var body = await context.ReadJsonAsync(AgentSchemas.ControllerRegister);
            if (fog.Identity is not { IsSystem: true } identity)
            {
                throw ApiException.Forbidden("Controller register is only available on system fogs");
            }

            RefuseServiceAccount(body);
            var uuid = body.Text("uuid")!;
            await registration.RegisterAsync(identity, uuid, Complete(body), context.RequestAborted);
            await context.RespondAsync(200, new ControllerRegistered(uuid), ControllerRegistrationJson.Default.ControllerRegistered);
        })
            .Describe("Register the Controller that runs on the node", AgentSchemas.ControllerRegister, static () => ControllerRegistrationJson.Default.ControllerRegistered);
    }

    private static void RefuseServiceAccount(JsonFields body)
    {
        if (body.Array("volumeMappings")?.Any(m => new JsonFields(m).Text("type") == "serviceAccount") == true)
        {
            throw ApiException.Validation("Volume mappings of type serviceAccount are system-managed and cannot be set by users");
        }
    }

    /// <summary>Name and schedule are fixed, whether they were sent or not.</summary>
    private static JsonFields Complete(JsonFields body)
    {
        var complete = JsonObject.Create(body.Element)!;
        complete["name"] = ControllerRegistration.Name;
        complete["schedule"] = 0;
        return new JsonFields(Manifest.ToElement(complete));
    }
}
