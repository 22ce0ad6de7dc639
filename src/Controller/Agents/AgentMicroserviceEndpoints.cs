using Controller.Hosting;

namespace Controller.Agents;

/// <summary>The microservices of the asking agent's node.</summary>
internal static class AgentMicroserviceEndpoints
{
    public static void Map(ApiRoutes api)
    {
        var microservices = api.Services.GetRequiredService<AgentMicroserviceService>();

        api.Agent("GET", "/agent/microservices", "list", 200, async (context, fog) =>
        {
            // HEAD shows nothing, so it takes nothing.
            var takes = !HttpMethods.IsHead(context.Request.Method);
            var list = await microservices.ListAsync(fog.Uuid, takes, context.RequestAborted);
            await context.RespondAsync(200, new AgentMicroservicesBody(list), AgentMicroserviceJson.Default.AgentMicroservicesBody);
        })
            .Describe("Microservices the node shall run", answer: static () => AgentMicroserviceJson.Default.AgentMicroservicesBody);

        api.Agent("GET", "/agent/microservices/{microserviceUuid}", "get", 200, async (context, fog) =>
        {
            var body = await microservices.GetAsync(fog.Uuid, context.PathValue("microserviceUuid"), context.RequestAborted);
            await context.RespondAsync(200, new AgentMicroserviceDetailAnswer(body), AgentMicroserviceJson.Default.AgentMicroserviceDetailAnswer);
        })
            .Describe("One microservice of the node", answer: static () => AgentMicroserviceJson.Default.AgentMicroserviceDetailAnswer);
    }
}
