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
            await context.RespondAsync(200, await roles.ListAsync(context.RequestAborted), RoleJson.Default.RoleListAnswer));

        api.Operator("POST", "/roles", new("roles", "create"), 201, async context =>
            await CreateAsync(context, await RoleBodies.ReadRoleAsync(context, RoleSchemas.RoleCreate)));

        api.Operator("POST", "/roles/yaml", new("roles", "create"), 201, async context =>
            await CreateAsync(context, await RoleBodies.ReadRoleYamlAsync(context, RoleSchemas.RoleCreate)));

        api.Operator("GET", Role, new("roles", "get", "name"), 200, async context =>
            await context.RespondAsync(200, await roles.GetAsync(context.PathValue("name"), context.RequestAborted), RoleJson.Default.RoleAnswer));

        api.Operator("PATCH", Role, new("roles", "patch", "name"), 200, async context =>
            await UpdateAsync(context, await RoleBodies.ReadRoleAsync(context, RoleSchemas.RoleUpdate)));

        api.Operator("PATCH", "/roles/yaml/{name}", new("roles", "patch", "name"), 200, async context =>
            await UpdateAsync(context, await RoleBodies.ReadRoleYamlAsync(context, RoleSchemas.RoleUpdate)));

        api.Operator("DELETE", Role, new("roles", "delete", "name"), 204, async context =>
        {
            await roles.DeleteAsync(context.PathValue("name"), context.RequestAborted);
            await context.RespondAsync(204);
        });

        async Task CreateAsync(HttpContext context, JsonFields body) =>
            await context.RespondAsync(201, await roles.CreateAsync(body, context.RequestAborted), RoleJson.Default.RoleAnswer);

        async Task UpdateAsync(HttpContext context, JsonFields body) => await context.RespondAsync(
            200, await roles.UpdateAsync(context.PathValue("name"), body, context.RequestAborted), RoleJson.Default.RoleAnswer);
    }

    private static void MapBindings(ApiRoutes api, RoleBindingService bindings)
    {
        api.Operator("GET", "/rolebindings", new("roleBindings", "list"), 200, async context =>
            await context.RespondAsync(200, await bindings.ListAsync(context.RequestAborted), RoleJson.Default.RoleBindingListAnswer));

        api.Operator("POST", "/rolebindings", new("roleBindings", "create"), 201, async context =>
            await CreateAsync(context, await context.ReadJsonAsync(RoleSchemas.BindingCreate)));

        api.Operator("POST", "/rolebindings/yaml", new("roleBindings", "create"), 201, async context =>
            await CreateAsync(context, await RoleBodies.ReadBindingYamlAsync(context, RoleSchemas.BindingCreate)));

        api.Operator("GET", Binding, new("roleBindings", "get", "name"), 200, async context => await context.RespondAsync(
            200, await bindings.GetAsync(context.PathValue("name"), context.RequestAborted), RoleJson.Default.RoleBindingAnswer));

        api.Operator("PATCH", Binding, new("roleBindings", "patch", "name"), 200, async context =>
            await UpdateAsync(context, await context.ReadJsonAsync(RoleSchemas.BindingUpdate)));

        api.Operator("PATCH", "/rolebindings/yaml/{name}", new("roleBindings", "patch", "name"), 200, async context =>
            await UpdateAsync(context, await RoleBodies.ReadBindingYamlAsync(context, RoleSchemas.BindingUpdate)));

        api.Operator("DELETE", Binding, new("roleBindings", "delete", "name"), 204, async context =>
        {
            await bindings.DeleteAsync(context.PathValue("name"), context.RequestAborted);
            await context.RespondAsync(204);
        });

        async Task CreateAsync(HttpContext context, JsonFields body) =>
            await context.RespondAsync(201, await bindings.CreateAsync(body, context.RequestAborted), RoleJson.Default.RoleBindingAnswer);

        async Task UpdateAsync(HttpContext context, JsonFields body) => await context.RespondAsync(
            200, await bindings.UpdateAsync(context.PathValue("name"), body, context.RequestAborted), RoleJson.Default.RoleBindingAnswer);
    }
}
