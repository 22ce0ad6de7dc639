using Controller.AccessControl;
using Controller.Hosting;

namespace Controller.Identity;

/// <summary>Routes of <c>/users</c> (auth-rbac 8.1).</summary>
internal static class UserEndpoints
{
    private const string One = "/users/{id}";

    public static void Map(ApiRoutes api)
    {
        var users = api.Services.GetRequiredService<UserService>();
        var embedded = api.Services.GetRequiredService<EmbeddedMode>();

        api.Operator("GET", "/users", new("authUsers", "list"), 200, embedded.Only(async context =>
            await context.RespondAsync(200, await users.ListAsync(context.RequestAborted), AccountJson.Default.IReadOnlyListUserBody)))
            .Describe("List users", answer: static () => AccountJson.Default.IReadOnlyListUserBody);

        api.Operator("POST", "/users", new("authUsers", "create"), 201, embedded.Only(async context =>
        {
            var body = await context.ReadJsonAsync(AccountSchemas.CreateUser);
            await context.RespondAsync(201, await users.CreateAsync(body, context.RequestAborted), AccountJson.Default.UserBody);
        }))
            .Describe("Create a user", AccountSchemas.CreateUser, static () => AccountJson.Default.UserBody);

        api.Operator("GET", One, new("authUsers", "get", "id"), 200, embedded.Only(async context =>
            await context.RespondAsync(200, await users.GetAsync(context.PathValue("id"), context.RequestAborted), AccountJson.Default.UserBody)))
            .Describe("Read a user", answer: static () => AccountJson.Default.UserBody);

        api.Operator("PATCH", One, new("authUsers", "patch", "id"), 200, embedded.Only(async context =>
        {
            var body = await context.ReadJsonAsync(AccountSchemas.UpdateUser);
            var user = await users.UpdateAsync(context.PathValue("id"), body, context.RequestAborted);
            await context.RespondAsync(200, user, AccountJson.Default.UserBody);
        }))
            .Describe("Change a user", AccountSchemas.UpdateUser, static () => AccountJson.Default.UserBody);

        api.Operator("DELETE", One, new("authUsers", "delete", "id"), 204, embedded.Only(async context =>
        {
            var self = context.Features.Get<OperatorIdentity>()!.Subject;
            await users.DeleteAsync(context.PathValue("id"), self, context.RequestAborted);
            await context.RespondAsync(204);
        }))
            .Describe("Delete a user");

        api.Operator("POST", One + "/reset-password", new("authUsers", "patch", "id"), 200, embedded.Only(async context =>
        {
            var password = await users.ResetPasswordAsync(context.PathValue("id"), context.RequestAborted);
            await context.RespondAsync(200, password, AccountJson.Default.TemporaryPasswordBody);
        }))
            .Describe("Give a user a temporary password", answer: static () => AccountJson.Default.TemporaryPasswordBody);

        api.Operator("POST", One + "/reset-token", new("authUsers", "patch", "id"), 200, embedded.Only(async context =>
        {
            var token = await users.CreateResetTokenAsync(context.PathValue("id"), context.RequestAborted);
            await context.RespondAsync(200, token, AccountJson.Default.ResetTokenBody);
        }))
            .Describe("Make a one-time token to set a password with", answer: static () => AccountJson.Default.ResetTokenBody);
    }
}
