using Controller.Hosting;

namespace Controller.Roles;

/// <summary>Routes of <c>/serviceaccounts</c> (auth-rbac 9.3).</summary>
internal static class ServiceAccountEndpoints
{
    private const string Resource = "serviceAccounts";
    private const string One = "/serviceaccounts/{appName}/{name}";

    public static void Map(ApiRoutes api)
    {
        var accounts = api.Services.GetRequiredService<ServiceAccountService>();

        api.Operator("GET", "/serviceaccounts", new(Resource, "list"), 200, async context => await context.RespondAsync(
            200, await accounts.ListAsync(context.QueryValue("applicationName"), context.RequestAborted), RoleJson.Default.ServiceAccountListAnswer))
            .Describe("List service accounts", answer: static () => RoleJson.Default.ServiceAccountListAnswer, query: [new("applicationName", "Only those of this application")]);

        api.Operator("POST", "/serviceaccounts", new(Resource, "create"), 201, async context =>
            await CreateAsync(context, await context.ReadJsonAsync(RoleSchemas.AccountCreate)))
            .Describe("Create a service account", RoleSchemas.AccountCreate, static () => RoleJson.Default.ServiceAccountAnswer);

        api.Operator("POST", "/serviceaccounts/yaml", new(Resource, "create"), 201, async context =>
            await CreateAsync(context, await RoleBodies.ReadAccountYamlAsync(context, RoleSchemas.AccountCreate)))
            .Describe("Create a service account from YAML", file: RoleBodies.AccountPart, answer: static () => RoleJson.Default.ServiceAccountAnswer);

        api.Operator("GET", One, new(Resource, "get", "name"), 200, async context => await context.RespondAsync(
            200,
            await accounts.GetAsync(context.PathValue("appName"), context.PathValue("name"), context.RequestAborted),
            RoleJson.Default.ServiceAccountAnswer))
            .Describe("Read a service account", answer: static () => RoleJson.Default.ServiceAccountAnswer);

        api.Operator("PATCH", One, new(Resource, "patch", "name"), 200, async context =>
            await UpdateAsync(context, await context.ReadJsonAsync(RoleSchemas.AccountUpdate)))
            .Describe("Change a service account", RoleSchemas.AccountUpdate, static () => RoleJson.Default.ServiceAccountAnswer);

        api.Operator("PATCH", "/serviceaccounts/yaml/{appName}/{name}", new(Resource, "patch", "name"), 200, async context =>
            await UpdateAsync(context, await RoleBodies.ReadAccountYamlAsync(context, RoleSchemas.AccountUpdate)))
            .Describe("Change a service account from YAML", file: RoleBodies.AccountPart, answer: static () => RoleJson.Default.ServiceAccountAnswer);

        api.Operator("DELETE", One, new(Resource, "delete", "name"), 204, async context =>
        {
            await accounts.DeleteAsync(context.PathValue("appName"), context.PathValue("name"), context.RequestAborted);
            await context.RespondAsync(204);
        })
            .Describe("Delete a service account that no microservice has");

        async Task CreateAsync(HttpContext context, JsonFields body) =>
            await context.RespondAsync(201, await accounts.CreateAsync(body, context.RequestAborted), RoleJson.Default.ServiceAccountAnswer);

        async Task UpdateAsync(HttpContext context, JsonFields body) => await context.RespondAsync(
            200,
            await accounts.UpdateAsync(context.PathValue("appName"), context.PathValue("name"), body, context.RequestAborted),
            RoleJson.Default.ServiceAccountAnswer);
    }
}
