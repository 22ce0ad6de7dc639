using Controller.AccessControl;
using Controller.Hosting;

namespace Controller.OpenApi;

/// <summary>Serves the document that was made with the build. A route of ours; upstream has none.</summary>
internal static class OpenApiEndpoints
{
    private const string Resource = "openapi.json";

    public static void Map(ApiRoutes api) =>
        api.Public("GET", "/openapi.json", new("controller", Permission.None), 200, context => context.RespondAsync(200, Read()))
            .Describe("This document");

    /// <summary>Read when asked for: rarely, so it need not stay in memory.</summary>
    private static ReadOnlyMemory<byte> Read()
    {
        using var stream = typeof(OpenApiEndpoints).Assembly.GetManifestResourceStream(Resource)!;
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
