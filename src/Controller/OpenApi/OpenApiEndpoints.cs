using Controller.AccessControl;
using Controller.Hosting;

namespace Controller.OpenApi;

/// <summary>Serves the document that was made with the build. A route of ours; upstream has none.</summary>
internal static class OpenApiEndpoints
{
    /// <summary>Read when asked for: that is rare, so it need not stay in memory.</summary>
    private const string Resource = "openapi.json";

    public static void Map(ApiRoutes api) =>
        api.Public("GET", "/openapi.json", new("controller", Permission.None), 200, context => context.RespondAsync(200, EmbeddedFile.Read(Resource)))
            .Describe("This document");
}
