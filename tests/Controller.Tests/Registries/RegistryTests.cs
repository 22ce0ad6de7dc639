using System.Net;
using System.Text.Json.Nodes;
using Controller.Secrets;
using Controller.Sql.Stores;
using Controller.Tests.Support;
using static Controller.Tests.Support.JsonAsserts;

namespace Controller.Tests.Registries;

/// <summary>Registries as operators see them (api-workloads 8).</summary>
public class RegistryTests
{
    private const string All = "/api/v3/registries";
    private const string One = All + "/3";

    private static string CreateBody => ExampleNode("workloads/registry-create-request.json").ToJsonString();

    [Test]
    public async Task Created_registry_reads_as_in_the_examples_without_its_password()
    {
        await using var controller = await TestController.StartAsync();

        var created = await controller.SendAsync("POST", All, CreateBody);
        await Assert.That(created.Status).IsEqualTo(HttpStatusCode.Created);
        await IsSameAsync(created.Body, ExampleNode("workloads/registry-create-response.json"));

        var expected = ExampleNode("workloads/registry-get-response.json");
        expected["password"] = "";
        var got = await controller.SendAsync("GET", One);
        await Assert.That(got.Status).IsEqualTo(HttpStatusCode.OK);
        await IsSameAsync(got.Body, expected);

        var list = await controller.SendAsync("GET", All);
        await Assert.That(list.Status).IsEqualTo(HttpStatusCode.OK);
        await IsSameAsync(list.Body, ExampleNode("workloads/registry-list-response.json"));
    }

    [Test]
    public async Task Password_is_stored_encrypted()
    {
        await using var controller = await TestController.StartAsync();
        await controller.SendAsync("POST", All, CreateBody);

        var first = await StoredPasswordAsync(controller);
        await Assert.That(first).DoesNotContain("example-password");
        await Assert.That(Decrypt(controller, first)).IsEqualTo("""{"value":"example-password"}""");

        await controller.SendAsync("PATCH", One, ExampleNode("workloads/registry-patch-request.json").ToJsonString());
        await Assert.That(Decrypt(controller, await StoredPasswordAsync(controller))).IsEqualTo("""{"value":"new-example-password"}""");

        await controller.SendAsync("PATCH", One, """{"url":"elsewhere.example.com"}""");
        await Assert.That(Decrypt(controller, await StoredPasswordAsync(controller))).IsEqualTo("""{"value":"new-example-password"}""");

        await controller.SendAsync("PATCH", One, """{"password":""}""");
        await Assert.That(await StoredPasswordAsync(controller)).IsEqualTo("");
    }

    [Test]
    public async Task Patch_changes_only_what_it_names()
    {
        await using var controller = await StartWithRegistryAsync();
        var expected = ExampleNode("workloads/registry-get-response.json");
        expected["password"] = "";
        foreach (var (field, shown, value) in new (string, string, JsonNode)[]
        {
            ("url", "url", "other.example.com:5000/x"), ("isPublic", "isPublic", true), ("username", "username", ""), ("email", "userEmail", "a@b.c"),
        })
        {
            expected[shown] = value.DeepClone();
            var (status, _) = await controller.SendAsync("PATCH", One, new JsonObject { [field] = value }.ToJsonString());
            await Assert.That(status).IsEqualTo(HttpStatusCode.NoContent);
            await IsSameAsync((await controller.SendAsync("GET", One)).Body, expected);
        }
    }

    [Test]
    public async Task Fields_of_old_clients_are_ignored()
    {
        await using var controller = await TestController.StartAsync();
        var (status, _) = await controller.SendAsync("POST", All,
            """{"url":"r.example.com","isPublic":true,"certificate":"","requiresCert":false,"isSecure":true,"username":"","email":"a@b.c","password":""}""");
        await Assert.That(status).IsEqualTo(HttpStatusCode.Created);
        await Assert.That(await StoredPasswordAsync(controller)).IsEqualTo("");
    }

    [Test]
    [Arguments("POST", """{}""", "Required field 'url' is missing")]
    [Arguments("POST", """{"url":"","isPublic":true,"username":"u","password":"p","email":"a@b.c"}""", "Field url does not meet minimum length of 1")]
    [Arguments("POST", """{"url":"u","username":"u","password":"p","email":"a@b.c"}""", "Required field 'isPublic' is missing")]
    [Arguments("POST", """{"url":"u","isPublic":true,"password":"p","email":"a@b.c"}""", "Required field 'username' is missing")]
    [Arguments("POST", """{"url":"u","isPublic":true,"username":"u","email":"a@b.c"}""", "Required field 'password' is missing")]
    [Arguments("POST", """{"url":"u","isPublic":true,"username":"u","password":"p"}""", "Required field 'email' is missing")]
    [Arguments("POST", """{"url":"u","isPublic":"true","username":"u","password":"p","email":"a@b.c"}""", "Field 'isPublic' is not of a type(s) boolean")]
    [Arguments("POST", """{"url":"u","isPublic":true,"username":"u","password":"p","email":"nobody"}""", "Invalid format for field 'email'")]
    [Arguments("PATCH", """{"url":""}""", "Field url does not meet minimum length of 1")]
    [Arguments("PATCH", """{"password":5}""", "Field 'password' is not of a type(s) string")]
    [Arguments("PATCH", """{"email":"nobody"}""", "Invalid format for field 'email'")]
    [Arguments("PATCH", """{"isPublic":1}""", "Field 'isPublic' is not of a type(s) boolean")]
    public async Task Bad_body_is_refused(string method, string body, string message)
    {
        await using var controller = await StartWithRegistryAsync();
        var agent = await TestAgent.CreateAsync(controller);

        await IsErrorAsync(await controller.SendAsync(method, method == "POST" ? All : One, body), 400, "ValidationError", message);

        await IsSameAsync((await controller.SendAsync("GET", All)).Body, ExampleNode("workloads/registry-list-response.json"));
        await Assert.That(await controller.Database.TakeFlagsAsync(agent)).IsEqualTo(ChangeFlags.None);
    }

    [Test]
    [Arguments("1")]
    [Arguments("2")]
    public async Task System_registry_is_protected(string id)
    {
        await using var controller = await TestController.StartAsync();
        var message = "Registry is system and can't be updated or deleted";
        await IsErrorAsync(await controller.SendAsync("PATCH", $"{All}/{id}", """{"url":"x"}"""), 400, "ValidationError", message);
        await IsErrorAsync(await controller.SendAsync("PATCH", $"{All}/{id}", "{}"), 400, "ValidationError", message);
        await IsErrorAsync(await controller.SendAsync("DELETE", $"{All}/{id}"), 400, "ValidationError", message);
    }

    [Test]
    public async Task Unknown_registry_is_not_found()
    {
        await using var controller = await TestController.StartAsync();
        foreach (var id in new[] { "9", "0", "docker.io", "99999999999999" })
        {
            await IsErrorAsync(await controller.SendAsync("GET", $"{All}/{id}"), 404, "NotFoundError", "Registry not found");
            await IsErrorAsync(await controller.SendAsync("PATCH", $"{All}/{id}", """{"url":"x"}"""), 404, "NotFoundError", "Registry not found");
        }

        foreach (var id in new[] { "9", "0", "-1", "99999999999999" })
        {
            await IsErrorAsync(await controller.SendAsync("DELETE", $"{All}/{id}"), 404, "NotFoundError", $"Invalid registry id '{id}'");
        }
    }

    [Test]
    [Arguments("docker.io")]
    [Arguments("1.5")]
    [Arguments("0x3")]
    public async Task Delete_wants_a_number(string id)
    {
        await using var controller = await TestController.StartAsync();
        await IsErrorAsync(
            await controller.SendAsync("DELETE", $"{All}/{id}"), 400, "ValidationError", "Field 'id' is not of a type(s) integer");
    }

    [Test]
    public async Task Registry_in_use_is_not_removed()
    {
        await using var controller = await StartWithRegistryAsync();
        var agent = await TestAgent.CreateAsync(controller);
        var used = await controller.Database.AddMicroserviceAsync(agent, registryId: 3);

        await IsErrorAsync(
            await controller.SendAsync("DELETE", One), 400, "ValidationError", "Registry is in use by microservices and can't be deleted");

        await Assert.That(await controller.Database.RegistryAsync(used)).IsEqualTo(3);
        await Assert.That(await controller.Database.TakeFlagsAsync(agent)).IsEqualTo(ChangeFlags.None);
    }

    [Test]
    public async Task Registry_is_removed_once_and_catalog_items_lose_it()
    {
        await using var controller = await StartWithRegistryAsync();
        await controller.SendAsync("POST", "/api/v3/catalog/microservices", """{"name":"x","registryId":3,"images":[{"containerImage":"i","archId":1}]}""");

        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => controller.SendAsync("DELETE", One)));

        await Assert.That(answers.Count(a => a.Status == HttpStatusCode.NoContent)).IsEqualTo(1);
        await Assert.That(answers.Count(a => a.Status == HttpStatusCode.NotFound)).IsEqualTo(5);
        var (_, item) = await controller.SendAsync("GET", "/api/v3/catalog/microservices/6");
        await Assert.That(item!.AsObject().ContainsKey("registryId")).IsTrue();
        await Assert.That(item["registryId"]).IsNull();
    }

    [Test]
    public async Task Every_change_is_told_to_all_fogs_and_an_update_rebuilds_what_uses_it()
    {
        await using var controller = await TestController.StartAsync();
        var user = await TestAgent.CreateAsync(controller);
        var other = await TestAgent.CreateAsync(controller);
        var elsewhere = await controller.Database.AddMicroserviceAsync(other, registryId: 1);

        await controller.SendAsync("POST", All, CreateBody);
        await Assert.That(await controller.Database.TakeFlagsAsync(user)).IsEqualTo(ChangeFlags.Registries);
        await Assert.That(await controller.Database.TakeFlagsAsync(other)).IsEqualTo(ChangeFlags.Registries);

        var used = await controller.Database.AddMicroserviceAsync(user, registryId: 3);
        await controller.SendAsync("PATCH", One, """{"password":"p"}""");
        await Assert.That(await controller.Database.TakeFlagsAsync(user)).IsEqualTo(ChangeFlags.Registries | ChangeFlags.MicroserviceList | ChangeFlags.MicroserviceConfig);
        await Assert.That(await controller.Database.TakeFlagsAsync(other)).IsEqualTo(ChangeFlags.Registries);
        await Assert.That(await controller.Database.IsRebuildAsync(used)).IsTrue();
        await Assert.That(await controller.Database.IsRebuildAsync(elsewhere)).IsFalse();

        await controller.SendAsync("PATCH", One, """{"certificate":"ignored"}""");
        await Assert.That(await controller.Database.TakeFlagsAsync(user)).IsEqualTo(ChangeFlags.None);

        await controller.SendAsync("POST", All, CreateBody);
        await controller.Database.TakeFlagsAsync(user);
        await controller.Database.TakeFlagsAsync(other);
        await controller.SendAsync("DELETE", All + "/4");
        await Assert.That(await controller.Database.TakeFlagsAsync(user)).IsEqualTo(ChangeFlags.Registries);
        await Assert.That(await controller.Database.TakeFlagsAsync(other)).IsEqualTo(ChangeFlags.Registries);
    }

    [Test]
    public async Task Creates_at_once_keep_their_passwords_apart()
    {
        await using var controller = await TestController.StartAsync();
        var agent = await TestAgent.CreateAsync(controller);

        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(i => controller.SendAsync("POST", All,
            $$"""{"url":"r{{i}}","isPublic":false,"username":"u","password":"p{{i}}","email":"a@b.c"}""")));

        await Assert.That(answers.Select(a => (int)a.Body!["id"]!).Distinct().Count()).IsEqualTo(10);
        var (_, body) = await agent.SendAsync("GET", "/registries");
        foreach (var registry in body!["registries"]!.AsArray().Skip(2))
        {
            await Assert.That((string)registry!["password"]!).IsEqualTo(((string)registry["url"]!).Replace('r', 'p'));
        }
    }

    private static async Task<TestController> StartWithRegistryAsync()
    {
        var controller = await TestController.StartAsync();
        await controller.SendAsync("POST", All, CreateBody);
        return controller;
    }

    private static async Task<string> StoredPasswordAsync(TestController controller) =>
        (await controller.Database.ReadAsync(s => RegistryStore.FindAsync(s, 3)))!.Password!;

    private static string Decrypt(TestController controller, string stored) =>
        controller.Service<SecretCipher>().Decrypt("registry-3", stored);
}
