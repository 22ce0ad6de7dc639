using Controller.Hosting;

namespace Controller.Roles;

/// <summary>Routes of <c>/roles</c> and <c>/rolebindings</c> (auth-rbac 9.1 and 9.2).</summary>
internal static class RoleEndpoints
{
    private const string Role = "/roles/{name}";
    private const string Binding = "/rolebindings/{name}";

    public static void Map(ApiRoutes api)
    {
        MapRoles(api, api.Services.GetRequiredService<RoleService>());
        MapBindings(api, api.Services.GetRequiredService<RoleBindingService>());
    }

    private static void MapRoles(ApiRoutes api, RoleService roles)
    {
        api.Operator("GET", "/roles", new("roles", "list"), 200, async context =>
            await context.RespondAsync(200, await roles.ListAsync(context.RequestAborted), RoleJson.Default.RoleListAnswer))
            .Describe("List the system roles and the stored ones", answer: static () => RoleJson.Default.RoleListAnswer);

        api.Operator("POST", "/roles", new("roles", "create"), 201, async context =>
            await CreateAsync(context, await RoleBodies.ReadRoleAsync(context, RoleSchemas.RoleCreate)))
            .Describe("Create a role", RoleSchemas.RoleCreate, static () => RoleJson.Default.RoleAnswer);

        api.Operator("POST", "/roles/yaml", new("roles", "create"), 201, async context =>
            await CreateAsync(context, await RoleBodies.ReadRoleYamlAsync(context, RoleSchemas.RoleCreate)))
            .Describe("Create a role from YAML", file: RoleBodies.RolePart, answer: static () => RoleJson.Default.RoleAnswer);

        api.Operator("GET", Role, new("roles", "get", "name"), 200, async context =>
            await context.RespondAsync(200, await roles.GetAsync(context.PathValue("name"), context.RequestAborted), RoleJson.Default.RoleAnswer))
            .Describe("Read a role", answer: static () => RoleJson.Default.RoleAnswer);

        api.Operator("PATCH", Role, new("roles", "patch", "name"), 200, async context =>
            await UpdateAsync(context, await RoleBodies.ReadRoleAsync(context, RoleSchemas.RoleUpdate)))
            .Describe("Replace a role's rules, or rename it", RoleSchemas.RoleUpdate, static () => RoleJson.Default.RoleAnswer);

        api.Operator("PATCH", "/roles/yaml/{name}", new("roles", "patch", "name"), 200, async context =>
            await UpdateAsync(context, await RoleBodies.ReadRoleYamlAsync(context, RoleSchemas.RoleUpdate)))
            .Describe("Change a role from YAML", file: RoleBodies.RolePart, answer: static () => RoleJson.Default.RoleAnswer);

        api.Operator("DELETE", Role, new("roles", "delete", "name"), 204, async context =>
        {
            await roles.DeleteAsync(context.PathValue("name"), context.RequestAborted);
            await context.RespondAsync(204);
        })
            .Describe("Delete a role");

        async Task CreateAsync(HttpContext context, JsonFields body) =>
            await context.RespondAsync(201, await roles.CreateAsync(body, context.RequestAborted), RoleJson.Default.RoleAnswer);

        async Task UpdateAsync(HttpContext context, JsonFields body) => await context.RespondAsync(
            200, await roles.UpdateAsync(context.PathValue("name"), body, context.RequestAborted), RoleJson.Default.RoleAnswer);
    }

    private static void MapBindings(ApiRoutes api, RoleBindingService bindings)
    {
        api.Operator("GET", "/rolebindings", new("roleBindings", "list"), 200, async context =>
            await context.RespondAsync(200, await bindings.ListAsync(context.RequestAborted), RoleJson.Default.RoleBindingListAnswer))
            .Describe("List role bindings", answer: static () => RoleJson.Default.RoleBindingListAnswer);

        api.Operator("POST", "/rolebindings", new("roleBindings", "create"), 201, async context =>
            await CreateAsync(context, await context.ReadJsonAsync(RoleSchemas.BindingCreate)))
            .Describe("Create a role binding", RoleSchemas.BindingCreate, static () => RoleJson.Default.RoleBindingAnswer);

        api.Operator("POST", "/rolebindings/yaml", new("roleBindings", "create"), 201, async context =>
            await CreateAsync(context, await RoleBodies.ReadBindingYamlAsync(context, RoleSchemas.BindingCreate)))
            .Describe("Create a role binding from YAML", file: RoleBodies.BindingPart, answer: static () => RoleJson.Default.RoleBindingAnswer);

        api.Operator("GET", Binding, new("roleBindings", "get", "name"), 200, async context => await context.RespondAsync(
            200, await bindings.GetAsync(context.PathValue("name"), context.RequestAborted), RoleJson.Default.RoleBindingAnswer))
            .Describe("Read a role binding", answer: static () => RoleJson.Default.RoleBindingAnswer);

        api.Operator("PATCH", Binding, new("roleBindings", "patch", "name"), 200, async context =>
            await UpdateAsync(context, await context.ReadJsonAsync(RoleSchemas.BindingUpdate)))
            .Describe("Change a role binding", RoleSchemas.BindingUpdate, static () => RoleJson.Default.RoleBindingAnswer);

        api.Operator("PATCH", "/rolebindings/yaml/{name}", new("roleBindings", "patch", "name"), 200, async context =>
            await UpdateAsync(context, await RoleBodies.ReadBindingYamlAsync(context, RoleSchemas.BindingUpdate)))
            .Describe("Change a role binding from YAML", file: RoleBodies.BindingPart, answer: static () => RoleJson.Default.RoleBindingAnswer);

        api.Operator("DELETE", Binding, new("roleBindings", "delete", "name"), 204, async context =>
        {
            await bindings.DeleteAsync(context.PathValue("name"), context.RequestAborted);
            await context.RespondAsync(204);
        })
            .Describe("Delete a role binding");

        async Task CreateAsync(HttpContext context, JsonFields body) =>
            await context.RespondAsync(201, await bindings.CreateAsync(body, context.RequestAborted), RoleJson.Default.RoleBindingAnswer);

        async Task UpdateAsync(HttpContext context, JsonFields body) => await context.RespondAsync(
            200, await bindings.UpdateAsync(context.PathValue("name"), body, context.RequestAborted), RoleJson.Default.RoleBindingAnswer);
    }
}
