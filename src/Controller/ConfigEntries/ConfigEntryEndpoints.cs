using Controller.Hosting;
using Controller.Substitution;

namespace Controller.ConfigEntries;

/// <summary>Routes of <c>/config</c> (api-platform 4).</summary>
internal static class ConfigEntryEndpoints
{
    public static void Map(ApiRoutes api)
    {
        var entries = api.Services.GetRequiredService<ConfigEntryService>();

        api.Operator("GET", "/config", new("config", "list"), 200, async context =>
            await context.RespondAsync(200, await entries.ListAsync(context.RequestAborted), ConfigEntryJson.Default.ConfigEntryListBody))
            .Describe("List the texts that operators keep by key", answer: static () => ConfigEntryJson.Default.ConfigEntryListBody);

        api.Operator("GET", "/config/{key}", new("config", "get", "key"), 200, async context => await context.RespondAsync(
            200, await entries.GetAsync(context.PathValue("key"), context.RequestAborted), ConfigEntryJson.Default.ConfigEntryBody))
            .Describe("Read the text under a key", answer: static () => ConfigEntryJson.Default.ConfigEntryBody);

        api.Operator("PUT", "/config", new("config", "update"), 200, async context =>
        {
            var body = await context.ReadFilledJsonAsync(ConfigEntrySchemas.Set);
            await context.RespondAsync(200, await entries.SetAsync(body, context.RequestAborted), ConfigEntryJson.Default.ConfigEntrySavedBody);
        })
            .Describe("Set the text under a key", ConfigEntrySchemas.Set, static () => ConfigEntryJson.Default.ConfigEntrySavedBody);
    }
}
