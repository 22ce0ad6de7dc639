using Controller.Hosting;

namespace Controller.Identity;

/// <summary>Routes of <c>/groups</c> (auth-rbac 8.2).</summary>
internal static class GroupEndpoints
{
    private const string One = "/groups/{name}";

    public static void Map(ApiRoutes api)
    {
        var groups = api.Services.GetRequiredService<GroupService>();
        var embedded = api.Services.GetRequiredService<EmbeddedMode>();

        api.Operator("GET", "/groups", new("authGroups", "list"), 200, embedded.Only(async context =>
            await context.RespondAsync(200, await groups.ListAsync(context.RequestAborted), AccountJson.Default.IReadOnlyListGroupBody)))
            .Describe("List groups", answer: static () => AccountJson.Default.IReadOnlyListGroupBody);

        api.Operator("POST", "/groups", new("authGroups", "create"), 201, embedded.Only(async context =>
        {
            var body = await context.ReadJsonAsync(AccountSchemas.CreateGroup);
            await context.RespondAsync(201, await groups.CreateAsync(body, context.RequestAborted), AccountJson.Default.GroupBody);
        }))
            .Describe("Create a group", AccountSchemas.CreateGroup, static () => AccountJson.Default.GroupBody);

        api.Operator("GET", One, new("authGroups", "get", "name"), 200, embedded.Only(async context =>
            await context.RespondAsync(200, await groups.GetAsync(context.PathValue("name"), context.RequestAborted), AccountJson.Default.GroupBody)))
            .Describe("Read a group", answer: static () => AccountJson.Default.GroupBody);

        api.Operator("PATCH", One, new("authGroups", "patch", "name"), 200, embedded.Only(async context =>
        {
            var body = await context.ReadJsonAsync(AccountSchemas.UpdateGroup);
            var group = await groups.UpdateAsync(context.PathValue("name"), body, context.RequestAborted);
            await context.RespondAsync(200, group, AccountJson.Default.GroupBody);
        }))
            .Describe("Change a group", AccountSchemas.UpdateGroup, static () => AccountJson.Default.GroupBody);

        api.Operator("DELETE", One, new("authGroups", "delete", "name"), 204, embedded.Only(async context =>
        {
            await groups.DeleteAsync(context.PathValue("name"), context.RequestAborted);
            await context.RespondAsync(204);
        }))
            .Describe("Delete a group");
    }
}
