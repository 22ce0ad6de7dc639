using Controller.Hosting;
using Controller.Substitution;

namespace Controller.Router;

/// <summary>Routes of <c>/router</c> (api-platform 6).</summary>
internal static class DefaultRouterEndpoints
{
    public static void Map(ApiRoutes api)
    {
        var router = api.Services.GetRequiredService<DefaultRouterService>();

        api.Operator("GET", "/router", new("router", "get"), 200, async context =>
            await context.RespondAsync(200, await router.GetAsync(context.RequestAborted), DefaultRouterJson.Default.DefaultRouterBody))
            .Describe("Read where the default router is", answer: static () => DefaultRouterJson.Default.DefaultRouterBody);

        api.Operator("PUT", "/router", new("router", "update"), 200, async context =>
        {
            var body = await context.ReadFilledJsonAsync(DefaultRouterSchemas.Set);
            await context.RespondAsync(200, await router.SetAsync(body, context.RequestAborted), DefaultRouterJson.Default.DefaultRouterSavedBody);
        })
            .Describe("Say where the default router is", DefaultRouterSchemas.Set, static () => DefaultRouterJson.Default.DefaultRouterSavedBody);
    }
}
