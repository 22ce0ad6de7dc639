using System.Text.Json.Serialization;
using Controller.Hosting;
using Controller.Sql.Stores;

namespace Controller.Agents;

/// <summary>The answer to a change poll (agent-wire 8.1): all flags, always.</summary>
internal sealed record ChangesBody(
    bool Config, bool Version, bool Reboot, bool DeleteNode, bool MicroserviceList, bool MicroserviceConfig, bool Registries, bool Tunnel,
    bool Prune, bool RouterChanged, bool VolumeMounts, bool ExecSessions, bool MicroserviceLogs, bool FogLogs, string LastUpdated)
{
    /// <param name="answer">What changed.</param>
    /// <param name="now">The stamp of nothing.</param>
    public static ChangesBody Of(ChangesAnswer answer, DateTimeOffset now)
    {
        var f = answer.Flags;
        bool Has(ChangeFlags flag) => (f & flag) != 0;
        return new(
            Has(ChangeFlags.Config), Has(ChangeFlags.Version), Has(ChangeFlags.Reboot), Has(ChangeFlags.DeleteNode),
            Has(ChangeFlags.MicroserviceList), Has(ChangeFlags.MicroserviceConfig), Has(ChangeFlags.Registries), Has(ChangeFlags.Tunnel),
            Has(ChangeFlags.Prune), Has(ChangeFlags.RouterChanged), Has(ChangeFlags.VolumeMounts), Has(ChangeFlags.ExecSessions),
            Has(ChangeFlags.MicroserviceLogs), Has(ChangeFlags.FogLogs), answer.LastUpdated ?? IsoTime.ToText(now));
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ChangesBody))]
internal sealed partial class AgentPollJson : JsonSerializerContext;

/// <summary>What every agent does all day: poll for changes, acknowledge them, report its status.</summary>
internal static class AgentPollEndpoints
{
    public static void Map(ApiRoutes api)
    {
        var poll = api.Services.GetRequiredService<ChangePoll>();
        var feed = api.Services.GetRequiredService<ChangeFeed>();
        var telemetry = api.Services.GetRequiredService<Telemetry>();
        var configuration = api.Services.GetRequiredService<AgentConfiguration>();
        var time = api.Services.GetRequiredService<TimeProvider>();

        api.Agent("GET", "/agent/config/changes", "get", 200, poll.AnswerAsync)
            .Describe("Change flags; held while there is nothing to report", answer: static () => AgentPollJson.Default.ChangesBody);

        api.Agent("PATCH", "/agent/config/changes", "patch", 200, async (context, fog) =>
        {
            var body = await context.ReadJsonAsync(AgentSchemas.Changes);
            if (!IsoTime.TryParse(body.Text("lastUpdated")!, out var stamp))
            {
                throw ApiException.Validation("Invalid format for field 'lastUpdated'");
            }

            if (await feed.AcknowledgeAsync(fog, IsoTime.ToText(stamp), context.RequestAborted))
            {
                await configuration.RemindAsync(fog.Uuid, context.RequestAborted);
            }

            fog.Polls.Acknowledged(time);
            await context.RespondAsync(200, "{}"u8.ToArray());
        })
            .Describe("Acknowledge change flags", AgentSchemas.Changes);

        api.Agent("PUT", "/agent/status", "update", 204, async (context, fog) =>
        {
            var body = await context.ReadJsonAsync(AgentSchemas.Status);
            await telemetry.ReportAsync(fog, StatusReport.Node(body, fog.Identity!), StatusReport.Microservices(body), context.RequestAborted);
            await context.RespondAsync(204);
        })
            .Describe("Report status", AgentSchemas.Status);
    }
}
