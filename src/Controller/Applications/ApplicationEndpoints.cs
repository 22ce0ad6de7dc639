using Controller.AccessControl;
using Controller.Hosting;

namespace Controller.Applications;

/// <summary>Routes of applications (api-workloads 4.1).</summary>
internal static class ApplicationEndpoints
{
    private const string Resource = "applications";
    private const string SystemResource = "systemApplications";

    public static void Map(ApiRoutes api)
    {
        var queries = api.Services.GetRequiredService<ApplicationQueries>();
        var lists = api.Services.GetRequiredService<ApplicationLists>();
        var bodies = api.Services.GetRequiredService<ApplicationBodies>();
        var applications = api.Services.GetRequiredService<ApplicationService>();

        foreach (var (path, resource, isSystem) in new[] { ("/application", Resource, false), ("/application/system", SystemResource, true) })
        {
            api.Operator("GET", path, new(resource, "list"), 200, (isSystem ? lists.System : lists.User).RespondAsync)
                .Describe(isSystem ? "List system applications" : "List applications", answer: static () => ApplicationJson.Default.ApplicationList);

            api.Operator("GET", path + "/{name}", new(resource, "get", "name"), 200, async context => await context.RespondAsync(
                200,
                await queries.GetAsync(context.PathValue("name"), isSystem, context.RequestAborted),
                ApplicationJson.Default.ApplicationBody))
                .Describe(isSystem ? "Read a system application" : "Read an application", answer: static () => ApplicationJson.Default.ApplicationBody);
        }

        api.Operator("POST", "/application", new(Resource, "create"), 201, async context =>
            await CreateAsync(context, await bodies.ReadAsync(context, ApplicationSchemas.Create)))
            .Describe("Create an application, or deploy one from a template", ApplicationSchemas.Create, static () => ApplicationJson.Default.ApplicationCreated);

        api.Operator("POST", "/application/yaml", new(Resource, "create"), 201, async context =>
            await CreateAsync(context, await bodies.ReadYamlAsync(context, ApplicationSchemas.Create)))
            .Describe("Create an application from YAML", file: ApplicationBodies.Part, answer: static () => ApplicationJson.Default.ApplicationCreated);

        api.Operator("PATCH", "/application/{name}", new(Resource, "patch", "name"), 204, async context =>
        {
            var body = await bodies.ReadAsync(context, ApplicationSchemas.Update);
            await applications.PatchAsync(context.PathValue("name"), body, context.RequestAborted);
            await context.RespondAsync(204);
        })
            .Describe("Change an application's own fields; start or stop it", ApplicationSchemas.Update);

        api.Operator("PUT", "/application/{name}", new(Resource, "update", "name"), 204, async context =>
            await PutAsync(context, await bodies.ReadAsync(context, ApplicationSchemas.Put)))
            .Describe("Replace an application", ApplicationSchemas.Put);

        api.Operator("PUT", "/application/yaml/{name}", new(Resource, "update"), 204, async context =>
            await PutAsync(context, await bodies.ReadYamlAsync(context, ApplicationSchemas.Put)))
            .Describe("Replace an application from YAML", file: ApplicationBodies.Part);

        api.Operator("DELETE", "/application/{name}", new(Resource, "delete", "name"), 204, async context =>
        {
            await applications.DeleteAsync(context.PathValue("name"), context.RequestAborted);
            await context.RespondAsync(204);
        })
            .Describe("Delete an application with its microservices");

        api.Operator("DELETE", "/application/system/{name}", new(SystemResource, "delete", "name"), 204, async context =>
        {
            await applications.DeleteSystemAsync(context.PathValue("name"), context.RequestAborted);
            await context.RespondAsync(204);
        })
            .Describe("Delete a system application");

        async Task CreateAsync(HttpContext context, JsonFields body) => await context.RespondAsync(
            201, await applications.CreateAsync(body, context.RequestAborted), ApplicationJson.Default.ApplicationCreated);

        async Task PutAsync(HttpContext context, JsonFields body)
        {
            await applications.PutAsync(context.PathValue("name"), body, context.RequestAborted);
            await context.RespondAsync(204);
        }
    }
}
