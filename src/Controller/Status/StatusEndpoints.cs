using Controller.ConsoleSite;
using Controller.Hosting;

namespace Controller.Status;

/// <summary>
/// Readiness and liveness. Agents ping the status call with their token: it is neither verified nor used up
/// (agent-wire 18).
/// </summary>
internal static class StatusEndpoints
{
    private const string RetryAfterSeconds = "5";

    public static void Map(ApiRoutes api)
    {
        var readiness = api.Services.GetRequiredService<Readiness>();
        var uptime = api.Services.GetRequiredService<Uptime>();
        var time = api.Services.GetRequiredService<TimeProvider>();
        var versions = new VersionsBody(ProductVersion.Controller, api.Services.GetRequiredService<ConsoleVersion>().Text);

        api.Public("GET", "/status", new("controller", Permission.None), 200, async context =>
        {
            var reason = await readiness.AskAsync();
            var now = time.GetUtcNow().ToUnixTimeMilliseconds();
            if (reason is null)
            {
                await context.RespondAsync(200, new StatusBody("online", now, uptime.Seconds, versions), StatusJson.Default.StatusBody);
                return;
            }

            context.Response.Headers.RetryAfter = RetryAfterSeconds;
            await context.RespondAsync(
                503, new StatusBody("offline", now, uptime.Seconds, versions, "ServiceUnavailableError", reason), StatusJson.Default.StatusBody);
        })
            .Describe("Whether the Controller can serve", answer: static () => StatusJson.Default.StatusBody);

        api.Public("GET", "/live", new("controller", Permission.None), 200, context => context.RespondAsync(
            200, new LiveBody("online", time.GetUtcNow().ToUnixTimeMilliseconds(), uptime.Seconds), StatusJson.Default.LiveBody))
            .Describe("Whether the process is alive", answer: static () => StatusJson.Default.LiveBody);
    }
}
