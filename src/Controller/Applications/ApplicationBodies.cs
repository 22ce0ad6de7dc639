using System.Text.Json;
using Controller.ApplicationTemplates;
using Controller.Hosting;
using Controller.Manifests;
using Controller.Microservices;
using Controller.Substitution;
using Controller.Validation;

namespace Controller.Applications;

/// <summary>Reads the bodies of application routes, JSON or YAML: fills in placeholders, deploys from a template, checks.</summary>
internal sealed class ApplicationBodies(TemplateDeployment templates)
{
    public const string Part = "application";
    private const string FileMissing = "Application file missing";

    /// <exception cref="ApiException"/>
    public async Task<JsonFields> ReadAsync(HttpContext context, BodySchema schema) =>
        await ExpandAsync(context, await context.ReadFilledJsonAsync(), schema);

    /// <summary>An uploaded manifest as the body it stands for.</summary>
    /// <exception cref="ApiException"/>
    public async Task<JsonFields> ReadYamlAsync(HttpContext context, BodySchema schema)
    {
        var yaml = await context.ReadFileAsync(Part, FileMissing);
        return await ExpandAsync(context, await context.FillAsync(Manifest.ToElement(ApplicationManifest.Read(yaml))), schema);
    }

    /// <summary>A body with <c>template</c> is checked, replaced by what the template gives, and that is checked too.</summary>
    private async Task<JsonFields> ExpandAsync(HttpContext context, JsonElement body, BodySchema schema)
    {
        if (schema == ApplicationSchemas.Update || !new JsonFields(body).Has("template"))
        {
            return Check(body, schema);
        }

        var request = Check(body, ApplicationSchemas.FromTemplate);
        return Check(await templates.ExpandAsync(context, request), schema);
    }

    private static JsonFields Check(JsonElement body, BodySchema schema)
    {
        MicroserviceNats.RefuseTopLevel(body);
        return schema.Check(body);
    }
}
