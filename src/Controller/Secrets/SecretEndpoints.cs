using Controller.Hosting;
using Controller.Manifests;

namespace Controller.Secrets;

/// <summary>Routes of <c>/secrets</c> (api-platform 9).</summary>
internal static class SecretEndpoints
{
    private const string Resource = "secrets";
    private const string One = "/secrets/{name}";
    private const string Part = "secret";
    private const string FileMissing = "Secret file missing";

    public static void Map(ApiRoutes api)
    {
        var secrets = api.Services.GetRequiredService<SecretService>();

        api.Operator("GET", "/secrets", new(Resource, "list"), 200, async context =>
            await context.RespondAsync(200, await secrets.ListAsync(context.RequestAborted), SecretJson.Default.SecretListBody))
            .Describe("List secrets, without their data", answer: static () => SecretJson.Default.SecretListBody);

        api.Operator("GET", One, new(Resource, "get", "name"), 200, async context =>
        {
            var secret = await secrets.GetAsync(context.PathValue("name"), context.RequestAborted);
            context.ForbidStoring();
            await context.RespondAsync(200, secret, SecretJson.Default.SecretDataBody);
        })
            .Describe("Read a secret with its data", answer: static () => SecretJson.Default.SecretDataBody);

        api.Operator("POST", "/secrets", new(Resource, "create"), 201, async context =>
            await CreateAsync(context, await context.ReadJsonAsync(SecretSchemas.Create)))
            .Describe("Create a secret", SecretSchemas.Create, static () => SecretJson.Default.SecretBody);

        api.Operator("POST", "/secrets/yaml", new(Resource, "create"), 201, async context =>
        {
            var manifest = ResourceManifest.ReadSecret(await context.ReadFileAsync(Part, FileMissing));
            await CreateAsync(context, SecretSchemas.Create.Check(Manifest.ToElement(manifest)));
        })
            .Describe("Create a secret from YAML", file: Part, answer: static () => SecretJson.Default.SecretBody);

        api.Operator("PATCH", One, new(Resource, "patch", "name"), 200, async context =>
            await UpdateAsync(context, await context.ReadJsonAsync(SecretSchemas.Update)))
            .Describe("Replace the data of a secret", SecretSchemas.Update, static () => SecretJson.Default.SecretBody);

        api.Operator("PATCH", "/secrets/yaml/{name}", new(Resource, "patch", "name"), 200, async context =>
        {
            var manifest = ResourceManifest.ReadSecret(await context.ReadFileAsync(Part, FileMissing));
            ResourceManifest.RequireName(manifest, "Secret", context.PathValue("name"));
            manifest.Remove("type"); // only the data counts
            await UpdateAsync(context, SecretSchemas.Update.Check(Manifest.ToElement(manifest)));
        })
            .Describe("Replace the data of a secret from YAML", file: Part, answer: static () => SecretJson.Default.SecretBody);

        api.Operator("DELETE", One, new(Resource, "delete", "name"), 200, async context =>
        {
            await secrets.DeleteAsync(context.PathValue("name"), context.RequestAborted);
            await context.RespondAsync(200, "{}"u8.ToArray());
        })
            .Describe("Delete a secret and the volume mounts of it");

        async Task CreateAsync(HttpContext context, JsonFields body) =>
            await context.RespondAsync(201, await secrets.CreateAsync(body, context.RequestAborted), SecretJson.Default.SecretBody);

        async Task UpdateAsync(HttpContext context, JsonFields body) => await context.RespondAsync(
            200, await secrets.UpdateAsync(context.PathValue("name"), body, context.RequestAborted), SecretJson.Default.SecretBody);
    }
}
