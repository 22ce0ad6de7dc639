using Controller.Hosting;
using Controller.Sql;
using Controller.Sql.Stores;

namespace Controller.Architectures;

/// <summary>The fixed list of architectures that clients show and map names with.</summary>
internal static class ArchitectureEndpoints
{
    public static void Map(ApiRoutes api)
    {
        var database = api.Services.GetRequiredService<Database>();

        api.Public("GET", "/architectures/", new("controller", Permission.None), 200, async context =>
        {
            var rows = await database.ReadAsync(ArchitectureStore.ListAsync, context.RequestAborted);
            var body = new ArchitectureListBody([.. rows.Select(r => new ArchitectureBody(r.Id, r.Name, r.Image, r.Description))]);
            await context.RespondAsync(200, body, ArchitectureJson.Default.ArchitectureListBody);
        })
            .Describe("List architectures", answer: static () => ArchitectureJson.Default.ArchitectureListBody);
    }
}
