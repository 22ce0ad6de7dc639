using System.Text.Json;
using Controller.Hosting;
using Controller.Manifests;
using Controller.Substitution;
using Controller.Validation;

namespace Controller.ApplicationTemplates;

/// <summary>Routes of application templates (api-workloads 5.1). JSON bodies keep their placeholders.</summary>
internal static class ApplicationTemplateEndpoints
{
    private const string Resource = "applicationTemplates";
    private const string One = "/applicationTemplate/{name}";
    private const string Part = "template";
    private const string FileMissing = "Application file missing";

    public static void Map(ApiRoutes api)
    {
        var queries = api.Services.GetRequiredService<ApplicationTemplateQueries>();
        var templates = api.Services.GetRequiredService<ApplicationTemplateService>();

        // Clients ask for it before they use templates; that it is answered says that there are any.
        api.Operator("HEAD", "/capabilities/applicationTemplates", new("capabilities", "get"), 204, context => context.RespondAsync(204))
            .Describe("Ask whether there are application templates");

        api.Operator("GET", "/applicationTemplates", new(Resource, "list"), 200, async context => await context.RespondAsync(
            200, await queries.ListAsync(context.RequestAborted), ApplicationTemplateJson.Default.ApplicationTemplateList))
            .Describe("List application templates", answer: static () => ApplicationTemplateJson.Default.ApplicationTemplateList);

        api.Operator("GET", One, new(Resource, "get", "name"), 200, async context => await context.RespondAsync(
            200, await queries.GetAsync(context.PathValue("name"), context.RequestAborted), ApplicationTemplateJson.Default.ApplicationTemplateBody))
            .Describe("Read an application template", answer: static () => ApplicationTemplateJson.Default.ApplicationTemplateBody);

        api.Operator("POST", "/applicationTemplate", new(Resource, "create"), 201, async context =>
            await CreateAsync(context, await context.ReadJsonAsync(ApplicationTemplateSchemas.Create)))
            .Describe("Create an application template", ApplicationTemplateSchemas.Create, static () => ApplicationTemplateJson.Default.ApplicationTemplateSaved);

        api.Operator("POST", "/applicationTemplate/yaml", new(Resource, "create"), 201, async context =>
            await CreateAsync(context, await ReadYamlAsync(context, ApplicationTemplateSchemas.Create)))
            .Describe("Create an application template from YAML", file: Part, answer: static () => ApplicationTemplateJson.Default.ApplicationTemplateSaved);

        api.Operator("PUT", One, new(Resource, "update", "name"), 200, async context =>
            await PutAsync(context, await context.ReadJsonAsync(ApplicationTemplateSchemas.Put)))
            .Describe("Create or replace an application template", ApplicationTemplateSchemas.Put, static () => ApplicationTemplateJson.Default.ApplicationTemplateSaved);

        api.Operator("PUT", "/applicationTemplate/yaml/{name}", new(Resource, "update"), 200, async context =>
            await PutAsync(context, await ReadYamlAsync(context, ApplicationTemplateSchemas.Put)))
            .Describe("Create or replace an application template from YAML", file: Part, answer: static () => ApplicationTemplateJson.Default.ApplicationTemplateSaved);

        api.Operator("PATCH", One, new(Resource, "patch", "name"), 204, async context =>
        {
            var body = await context.ReadJsonAsync(ApplicationTemplateSchemas.Update);
            await templates.PatchAsync(context.PathValue("name"), body, context.RequestAborted);
            await context.RespondAsync(204);
        })
            .Describe("Change name and description of an application template", ApplicationTemplateSchemas.Update);

        api.Operator("DELETE", One, new(Resource, "delete", "name"), 204, async context =>
        {
            await templates.DeleteAsync(context.PathValue("name"), context.RequestAborted);
            await context.RespondAsync(204);
        })
            .Describe("Delete an application template");

        async Task CreateAsync(HttpContext context, JsonFields body) => await context.RespondAsync(
            201, await templates.CreateAsync(body, context.RequestAborted), ApplicationTemplateJson.Default.ApplicationTemplateSaved);

        async Task PutAsync(HttpContext context, JsonFields body) => await context.RespondAsync(
            200,
            await templates.PutAsync(context.PathValue("name"), body, context.RequestAborted),
            ApplicationTemplateJson.Default.ApplicationTemplateSaved);
    }

    /// <summary>An uploaded manifest as the body it stands for. Placeholders are filled in among its variables only.</summary>
    private static async Task<JsonFields> ReadYamlAsync(HttpContext context, BodySchema schema)
    {
        var body = ApplicationManifest.ReadTemplate(await context.ReadFileAsync(Part, FileMissing));
        if (body["variables"] is { } variables)
        {
            body["variables"] = JsonSerializer.SerializeToNode(
                await context.FillAsync(Manifest.ToElement(variables)), ApplicationTemplateJson.Default.JsonElement);
        }

        return schema.Check(Manifest.ToElement(body));
    }
}
