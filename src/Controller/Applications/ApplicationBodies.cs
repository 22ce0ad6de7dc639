using System.Text.Json;
using Controller.Hosting;
using Controller.Manifests;
using Controller.Microservices;
using Controller.Validation;

namespace Controller.Applications;

/// <summary>Reads the bodies of application routes, JSON or YAML, and checks them.</summary>
internal static class ApplicationBodies
{
    public const string Part = "application";
    private const string FileMissing = "Application file missing";

    public static async Task<JsonFields> ReadAsync(HttpContext context, BodySchema schema) =>
        Check(await context.ReadJsonAsync(), schema);

    /// <summary>An uploaded manifest as the body it stands for.</summary>
    public static async Task<JsonFields> ReadYamlAsync(HttpContext context, BodySchema schema)
    {
        var yaml = await context.ReadFileAsync(Part, FileMissing);
        return Check(Manifest.ToElement(ApplicationManifest.Read(yaml)), schema);
    }

    /// <summary>Whether the body is to be deployed from a template; its own microservices are then ignored.</summary>
    public static bool HasTemplate(JsonFields body) => body.Has("template");

    private static JsonFields Check(JsonElement body, BodySchema schema)
    {
        MicroserviceNats.RefuseTopLevel(body);
        var fields = new JsonFields(body);
        var definition = schema != ApplicationSchemas.Update && HasTemplate(fields) ? ApplicationSchemas.FromTemplate : schema;
        return definition.Validate(body) is { } violation ? throw ApiException.Validation(violation) : fields;
    }
}
