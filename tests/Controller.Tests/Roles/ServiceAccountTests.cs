using Controller.Sql.Stores;
using Controller.Tests.Support;
using static Controller.Tests.Support.OperatorApi;
using static Controller.Tests.Support.JsonAsserts;

namespace Controller.Tests.Roles;

/// <summary>Service accounts (auth-rbac 9.3).</summary>
public sealed class ServiceAccountTests
{
    private const string One = "/serviceaccounts/plant-a/gateway-sa";

    [Test]
    public async Task Accounts_read_as_in_the_examples()
    {
        await using var controller = await TestController.StartAsync();
        var create = ExampleText("auth/serviceaccount-create-request.json");
        await controller.RefusedAsync("POST", "/serviceaccounts", create, 404, "Application 'plant-a' not found");
        await RoleTests.AddApplicationAsync(controller);
        var created = (await controller.OkAsync(201, "POST", "/serviceaccounts", create))!;
        foreach (var (name, value) in ExampleNode("auth/serviceaccount-create-response.json")["serviceAccount"]!.AsObject())
        {
            await Assert.That(created["serviceAccount"]!.AsObject().ContainsKey(name)).IsTrue();
            if (value is not null && name is "name" or "roleRef")
            {
                await IsSameAsync(created["serviceAccount"]![name], value);
            }
        }

        var got = await controller.OkAsync(200, "GET", One);
        await IsLikeAsync(got, ExampleNode("auth/serviceaccount-response.json"));

        // The second one of the example belongs to a microservice.
        var node = await TestAgent.CreateAsync(controller);
        var application = await controller.Database.ReadAsync(s => ApplicationRefStore.FindByNameAsync(s, "plant-a"));
        var uuid = await RoleTests.AddMicroserviceAsync(controller, node, "gateway", "microservice", application!.Id);
        await controller.Database.WriteAsync(s => s.ExecuteAsync(
            "UPDATE \"RbacServiceAccounts\" SET \"role_ref\" = '{\"kind\":\"Role\",\"name\":\"microservice\",\"apiGroup\":\"edgelet.iofog.org/v1\"}'"));
        var expected = ExampleNode("auth/serviceaccounts-list-response.json");
        expected["serviceAccounts"]![1]!["microserviceUuid"] = uuid;
        await IsLikeAsync(await controller.OkAsync(200, "GET", "/serviceaccounts?applicationName=plant-a"), expected);
        await Assert.That((await controller.OkAsync(200, "GET", "/serviceaccounts"))!["serviceAccounts"]!.AsArray().Count).IsEqualTo(2);
        await Assert.That((await controller.OkAsync(200, "GET", "/serviceaccounts?applicationName=none"))!.ToJsonString()).IsEqualTo("""{"serviceAccounts":[]}""");
    }

    [Test]
    public async Task Refusals()
    {
        await using var controller = await TestController.StartAsync();
        await RoleTests.AddApplicationAsync(controller);
        var create = ExampleText("auth/serviceaccount-create-request.json");
        await controller.OkAsync(201, "POST", "/serviceaccounts", create);
        await controller.OkAsync(201, "POST", "/serviceaccounts", create.Replace("gateway-sa", "other", StringComparison.Ordinal));
        await controller.RefusedAsync("POST", "/serviceaccounts", create, 409, "ServiceAccount 'gateway-sa' already exists in application 'plant-a'");
        await controller.RefusedAsync("POST", "/serviceaccounts",
            """{"name":"x","applicationName":"plant-a","roleRef":{"kind":"Role","name":"gone"}}""", 400, "Referenced role 'gone' does not exist");
        await controller.RefusedAsync("POST", "/serviceaccounts", """{"name":"x","roleRef":{"kind":"Role","name":"sre"}}""", 400, "Required field 'applicationName' is missing");
        await controller.RefusedAsync("PATCH", One, """{"roleRef":{"kind":"Role","name":"sre"}}""", 400, "Required field 'name' is missing");
        await controller.RefusedAsync("PATCH", One, """{"name":"gateway-sa","roleRef":{"kind":"Role","name":"gone"}}""", 400, "Referenced role 'gone' does not exist");
        await controller.RefusedAsync("PATCH", One, """{"name":"other","roleRef":{"kind":"Role","name":"sre"}}""", 409, "ServiceAccount 'other' already exists in application 'plant-a'");
        foreach (var (method, body) in new[] { ("GET", null), ("DELETE", null), ("PATCH", """{"name":"x","roleRef":{"kind":"Role","name":"sre"}}""") })
        {
            await controller.RefusedAsync(method, "/serviceaccounts/none/x", body, 404, "Application 'none' not found");
            await controller.RefusedAsync(method, "/serviceaccounts/plant-a/x", body, 404, "ServiceAccount 'x' not found in application 'plant-a'");
        }
    }

    [Test]
    public async Task An_update_points_to_another_role()
    {
        await using var controller = await TestController.StartAsync();
        await RoleTests.AddApplicationAsync(controller);
        await controller.OkAsync(201, "POST", "/serviceaccounts", ExampleText("auth/serviceaccount-create-request.json"));
        await controller.RefusedAsync("PATCH", One, ExampleText("auth/serviceaccount-update-request.json"), 400, "Referenced role 'plant-a-edge' does not exist");
        var role = await controller.OkAsync(201, "POST", "/roles",
            """{"name":"plant-a-edge","rules":[{"apiGroups":["edgelet.iofog.org/v1"],"resources":["images"],"verbs":["get"]}]}""");
        var version = await RoleTests.VersionAsync(controller);
        var updated = await controller.OkAsync(200, "PATCH", One, ExampleText("auth/serviceaccount-update-request.json"));
        await Assert.That((long)updated!["serviceAccount"]!["roleId"]!).IsEqualTo((long)role!["role"]!["id"]!);
        await Assert.That((string?)updated["serviceAccount"]!["applicationName"]).IsEqualTo("plant-a");
        // Clients that repeat the application are not refused; a system role has no row.
        updated = await controller.OkAsync(200, "PATCH", One, """{"name":"gateway-sa","applicationName":"plant-a","roleRef":{"kind":"Role","name":"microservice"}}""");
        await Assert.That(updated!["serviceAccount"]!["roleId"]).IsNull();
        await Assert.That(await RoleTests.VersionAsync(controller)).IsEqualTo(version + 2);
    }

    [Test]
    public async Task The_account_of_a_microservice_cannot_go_and_its_node_learns_of_changes()
    {
        await using var controller = await TestController.StartAsync();
        await RoleTests.AddApplicationAsync(controller);
        var application = await controller.Database.ReadAsync(s => ApplicationRefStore.FindByNameAsync(s, "plant-a"));
        var node = await TestAgent.CreateAsync(controller);
        var uuid = await RoleTests.AddMicroserviceAsync(controller, node, "gateway", "microservice", application!.Id);
        await controller.Database.TakeFlagsAsync(node);

        await controller.RefusedAsync("DELETE", "/serviceaccounts/plant-a/gateway", null, 409,
            ExampleNode("auth/serviceaccount-delete-error-409.json")["message"]!.GetValue<string>()
                .Replace("9a6f1a0e-44a7-4a3b-90a1-6a3a7a7f3c55", uuid, StringComparison.Ordinal));
        await controller.OkAsync(200, "PATCH", "/serviceaccounts/plant-a/gateway", """{"name":"gateway","roleRef":{"kind":"Role","name":"agent-admin"}}""");
        await Assert.That(await controller.Database.TakeFlagsAsync(node)).IsEqualTo(ChangeFlags.MicroserviceList);

        await controller.Database.WriteAsync(s => s.ExecuteAsync("DELETE FROM \"Microservices\" WHERE \"uuid\" = @u", new() { { "u", uuid } }));
        await Assert.That(await controller.OkAsync(204, "DELETE", "/serviceaccounts/plant-a/gateway")).IsNull();
    }

    [Test]
    public async Task Manifests_are_the_bodies_in_yaml()
    {
        await using var controller = await TestController.StartAsync();
        await RoleTests.AddApplicationAsync(controller);
        var yaml = ExampleText("auth/serviceaccount.yaml");
        var (status, body) = await controller.UploadAsync("POST", Base + "/serviceaccounts/yaml", yaml, "serviceaccount");
        await Assert.That((int)status).IsEqualTo(201);
        await IsLikeAsync(body, ExampleNode("auth/serviceaccount-response.json"));
        (status, body) = await controller.UploadAsync(
            "PATCH", Base + "/serviceaccounts/yaml/plant-a/gateway-sa", yaml.Replace("name: microservice", "name: viewer", StringComparison.Ordinal), "serviceaccount");
        await Assert.That((int)status).IsEqualTo(200);
        await Assert.That((string?)body!["serviceAccount"]!["roleRef"]!["name"]).IsEqualTo("viewer");
        foreach (var (text, message) in new[]
        {
            ("kind: Role\n", "Invalid kind Role, expected ServiceAccount"),
            ("kind: ServiceAccount\n", "Invalid YAML format: metadata is required"),
            ("kind: ServiceAccount\nmetadata: {name: x}\nroleRef: {kind: Role, name: sre}\n", "ServiceAccount YAML must have metadata.applicationName"),
            ("kind: ServiceAccount\nmetadata: {name: x, applicationName: plant-a}\n", "ServiceAccount must have a roleRef with a name"),
            ("kind: ServiceAccount\nmetadata: {name: x, applicationName: plant-a}\nroleRef: {kind: Role}\n", "ServiceAccount must have a roleRef with a name"),
        })
        {
            await IsErrorAsync(await controller.UploadAsync("POST", Base + "/serviceaccounts/yaml", text, "serviceaccount"), 400, "ValidationError", message);
        }
    }
}
