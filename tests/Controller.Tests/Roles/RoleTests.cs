using System.Text.Json.Nodes;
using Controller.Sql.Stores;
using Controller.Tests.Support;
using static Controller.Tests.Support.OperatorApi;
using static Controller.Tests.Support.JsonAsserts;

namespace Controller.Tests.Roles;

/// <summary>Roles (auth-rbac 9.1).</summary>
public sealed class RoleTests
{
    private const string Rules = """[{"apiGroups":[""],"resources":["fogs"],"verbs":["get"]}]""";

    [Test]
    public async Task A_role_reads_as_in_the_examples()
    {
        await using var controller = await TestController.StartAsync();
        // The example's last role is the one that is made here.
        var system = ExampleNode("auth/roles-list-response.json");
        system["roles"]!.AsArray().RemoveAt(6);
        await IsSameAsync(await controller.OkAsync(200, "GET", "/roles"), system);

        var created = await controller.OkAsync(201, "POST", "/roles", ExampleText("auth/role-create-request.json"));
        await IsLikeAsync(created, ExampleNode("auth/role-response.json"));
        await IsSameAsync(await controller.OkAsync(200, "GET", "/roles/plant-a-reader"), created);
        var list = (await controller.OkAsync(200, "GET", "/roles"))!["roles"]!.AsArray();
        await Assert.That(list.Count).IsEqualTo(7);
        await IsSameAsync(list[6], created!["role"]);

        var updated = await controller.OkAsync(200, "PATCH", "/roles/plant-a-reader", ExampleText("auth/role-update-request.json"));
        await Assert.That(updated!["role"]!["rules"]!.AsArray().Count).IsEqualTo(1);
        await Assert.That(updated["role"]!["id"]!.GetValue<long>()).IsEqualTo(created["role"]!["id"]!.GetValue<long>());
        await IsSameAsync(await controller.OkAsync(200, "GET", "/roles/plant-a-reader"), updated);
        await IsLikeAsync(await controller.OkAsync(200, "GET", "/roles"), ExampleNode("auth/roles-list-response.json"));

        await Assert.That(await controller.OkAsync(204, "DELETE", "/roles/plant-a-reader")).IsNull();
        await controller.RefusedAsync("GET", "/roles/plant-a-reader", null, 404, "Role 'plant-a-reader' not found");
        await controller.RefusedAsync("DELETE", "/roles/plant-a-reader", null, 404, "Role 'plant-a-reader' not found");
        await controller.RefusedAsync("PATCH", "/roles/plant-a-reader", $$"""{"rules":{{Rules}}}""", 404, "Role 'plant-a-reader' not found");
        await Assert.That(await controller.Database.ReadAsync(s => s.QueryOneAsync("SELECT COUNT(*) FROM \"RbacRoleRules\"", r => r.Long()))).IsEqualTo(0);
    }

    [Test]
    public async Task System_roles_are_found_in_any_case_and_never_change()
    {
        await using var controller = await TestController.StartAsync();
        foreach (var name in new[] { "microservice", "Microservice", "MICROSERVICE" })
        {
            await IsSameAsync(await controller.OkAsync(200, "GET", "/roles/" + name), ExampleNode("auth/role-system-response.json"));
        }

        foreach (var name in new[] { "admin", "Admin", "SRE", "agent-admin", "viewer", "developer" })
        {
            await controller.RefusedAsync("POST", "/roles", $$"""{"name":"{{name}}","rules":{{Rules}}}""", 400,
                $"Cannot use role name '{name}'. '{name}' is a system role and cannot be created or used.");
            await controller.RefusedAsync("PATCH", "/roles/" + name, $$"""{"name":"{{name.ToLowerInvariant()}}","rules":{{Rules}}}""", 400,
                $"Cannot update role '{name}'. '{name}' is a system role and cannot be modified.");
            await controller.RefusedAsync("DELETE", "/roles/" + name, null, 400, $"Cannot delete {name} role. {name} is a system role and cannot be deleted.");
        }

        await IsSameAsync((await controller.SendAsync("POST", Base + "/roles", $$"""{"name":"admin","rules":{{Rules}}}""")).Body,
            ExampleNode("auth/role-create-error-400.json"));
        await controller.OkAsync(201, "POST", "/roles", $$"""{"name":"mine","rules":{{Rules}}}""");
        await controller.RefusedAsync("PATCH", "/roles/mine", $$"""{"name":"admin","rules":{{Rules}}}""", 400,
            "Cannot use role name 'admin'. 'admin' is a system role and cannot be created or used.");
    }

    [Test]
    [Arguments("""{"rules":[]}""", "\"name\":\"minItems\"")]
    [Arguments("""{"rules":R}""", "Required field 'name' is missing")]
    [Arguments("""{"name":"a"}""", "Required field 'rules' is missing")]
    [Arguments("""{"name":"A_","rules":R}""", "Invalid format for field 'name'")]
    [Arguments("""{"name":"","rules":R}""", "Field name does not meet minimum length of 1")]
    [Arguments("""{"name":"a","rules":R,"kind":"ClusterRole"}""", "Field kind is not one of enum values: Role")]
    [Arguments("""{"name":"a","rules":R,"extra":1}""", "Field 'extra' not allowed")]
    [Arguments("""{"name":"a","rules":[{"apiGroups":[""],"resources":["x"],"verbs":["get"],"more":1}]}""", "Field 'more' not allowed")]
    [Arguments("""{"name":"a","rules":[{"apiGroups":[""],"resources":["x"],"verbs":["post"]}]}""",
        "Field rules[0].verbs[0] is not one of enum values: get,list,create,update,patch,delete,*")]
    [Arguments("""{"name":"a","rules":[{"apiGroups":[""],"resources":"x","verbs":["get"]}]}""", "Field 'rules[0].resources' is not of a type(s) array")]
    [Arguments("""{"name":"a","rules":[{"apiGroups":[""],"resources":["x"]}]}""", "Required field 'verbs' is missing")]
    [Arguments("""{"name":"a","rules":[{"apiGroups":[],"resources":["x"],"verbs":["get"]}]}""", "\"name\":\"minItems\"")]
    public async Task Bodies_are_checked(string body, string message)
    {
        await using var controller = await TestController.StartAsync();
        var (status, answer) = await controller.SendAsync("POST", Base + "/roles", body.Replace(":R", ":" + Rules, StringComparison.Ordinal));
        await Assert.That((int)status).IsEqualTo(400);
        await Assert.That(answer!["name"]!.GetValue<string>()).IsEqualTo("ValidationError");
        await Assert.That(answer["message"]!.GetValue<string>()).Contains(message);
    }

    [Test]
    public async Task Names_are_unique()
    {
        await using var controller = await TestController.StartAsync();
        await controller.OkAsync(201, "POST", "/roles", $$"""{"name":"a","rules":{{Rules}}}""");
        await controller.OkAsync(201, "POST", "/roles", $$"""{"name":"b","rules":{{Rules}}}""");
        await controller.RefusedAsync("POST", "/roles", $$"""{"name":"a","rules":{{Rules}}}""", 409, "Role 'a' already exists");
        await controller.RefusedAsync("PATCH", "/roles/b", $$"""{"name":"a","rules":{{Rules}}}""", 409, "Role 'a' already exists");
        await controller.OkAsync(200, "PATCH", "/roles/b", $$"""{"name":"b","rules":{{Rules}}}""");
    }

    [Test]
    public async Task A_rename_takes_bindings_and_accounts_along()
    {
        await using var controller = await TestController.StartAsync();
        await controller.OkAsync(201, "POST", "/roles", $$"""{"name":"old","rules":{{Rules}}}""");
        await controller.OkAsync(201, "POST", "/roles", $$"""{"name":"old-2","rules":{{Rules}}}""");
        await controller.OkAsync(201, "POST", "/rolebindings", Binding("b1", "old"));
        await controller.OkAsync(201, "POST", "/rolebindings", Binding("b2", "old-2"));
        var application = await AddApplicationAsync(controller);
        await controller.OkAsync(201, "POST", "/serviceaccounts",
            $$$"""{"name":"sa","applicationName":"{{{application}}}","roleRef":{"kind":"Role","name":"old","apiGroup":"edgelet.iofog.org/v1"}}""");

        var before = await VersionAsync(controller);
        await controller.OkAsync(200, "PATCH", "/roles/old", $$"""{"name":"new","rules":{{Rules}}}""");

        var id = (await controller.OkAsync(200, "GET", "/roles/new"))!["role"]!["id"]!.GetValue<long>();
        var binding = (await controller.OkAsync(200, "GET", "/rolebindings/b1"))!["binding"]!;
        await IsSameAsync(binding["roleRef"], JsonNode.Parse("""{"kind":"Role","name":"new"}"""));
        await Assert.That(binding["roleId"]!.GetValue<long>()).IsEqualTo(id);
        var account = (await controller.OkAsync(200, "GET", $"/serviceaccounts/{application}/sa"))!["serviceAccount"]!;
        await IsSameAsync(account["roleRef"], JsonNode.Parse("""{"kind":"Role","name":"new","apiGroup":"edgelet.iofog.org/v1"}"""));
        // A name that only begins alike is another role.
        await Assert.That((string?)(await controller.OkAsync(200, "GET", "/rolebindings/b2"))!["binding"]!["roleRef"]!["name"]).IsEqualTo("old-2");
        await controller.RefusedAsync("GET", "/roles/old", null, 404, "Role 'old' not found");
        await Assert.That(await VersionAsync(controller)).IsEqualTo(before + 1);

        await controller.OkAsync(204, "DELETE", "/roles/new");
        binding = (await controller.OkAsync(200, "GET", "/rolebindings/b1"))!["binding"]!;
        await Assert.That(binding["roleId"]).IsNull();
        await Assert.That((string?)binding["roleRef"]!["name"]).IsEqualTo("new");
        await Assert.That(await VersionAsync(controller)).IsEqualTo(before + 2);
    }

    [Test]
    public async Task Manifests_are_the_bodies_in_yaml()
    {
        await using var controller = await TestController.StartAsync();
        var yaml = ExampleText("auth/role.yaml");
        var (status, body) = await controller.UploadAsync("POST", Base + "/roles/yaml", yaml, "role");
        await Assert.That((int)status).IsEqualTo(201);
        await IsLikeAsync(body, ExampleNode("auth/role-response.json"));

        (status, body) = await controller.UploadAsync(
            "PATCH", Base + "/roles/yaml/plant-a-reader", "kind: Role\nmetadata: {name: renamed}\nrules: [{apiGroups: [''], resources: [fogs], verbs: [get]}]\n", "role");
        await Assert.That((int)status).IsEqualTo(200);
        await Assert.That((string?)body!["role"]!["name"]).IsEqualTo("renamed");

        foreach (var (text, message) in new[]
        {
            (yaml.Replace("kind: Role", "kind: Rule", StringComparison.Ordinal), "Invalid kind Rule, expected Role"),
            ("metadata: {name: x}\n", "Invalid kind undefined, expected Role"),
            ("kind: Role\n", "Invalid YAML format: metadata is required"),
            ("kind: Role\nmetadata: {name: admin}\n", "Cannot use role name 'admin'. 'admin' is a system role and cannot be created or used."),
        })
        {
            await IsErrorAsync(await controller.UploadAsync("POST", Base + "/roles/yaml", text, "role"), 400, "ValidationError", message);
        }

        (_, body) = await controller.UploadAsync("POST", Base + "/roles/yaml", "kind: [", "role");
        await Assert.That((string?)body!["message"]).StartsWith("Error parsing Role YAML: ");
        (status, body) = await controller.UploadAsync("POST", Base + "/roles/yaml", "kind: Role\nmetadata: {name: x}\n", "role");
        await Assert.That((int)status).IsEqualTo(400);
        await Assert.That((string?)body!["message"]).Contains("minItems");
        await Assert.That((int)(await controller.SendAsync("POST", Base + "/roles/yaml", "{}")).Status).IsEqualTo(400);
    }

    [Test]
    public async Task Nodes_load_a_role_of_theirs_that_changes()
    {
        await using var controller = await TestController.StartAsync();
        await controller.OkAsync(201, "POST", "/roles", $$"""{"name":"camera","rules":{{Rules}}}""");
        var node = await TestAgent.CreateAsync(controller);
        var other = await TestAgent.CreateAsync(controller);
        await AddMicroserviceAsync(controller, node, "m1", "camera");
        await AddMicroserviceAsync(controller, other, "m2", "microservice");
        await controller.Database.TakeFlagsAsync(node);
        await controller.Database.TakeFlagsAsync(other);

        await controller.OkAsync(200, "PATCH", "/roles/camera", $$"""{"rules":{{Rules}}}""");
        await Assert.That(await controller.Database.TakeFlagsAsync(node)).IsEqualTo(ChangeFlags.Microservices);
        await controller.OkAsync(200, "PATCH", "/roles/camera", $$"""{"name":"camera-2","rules":{{Rules}}}""");
        await Assert.That(await controller.Database.TakeFlagsAsync(node)).IsEqualTo(ChangeFlags.Microservices);
        await controller.OkAsync(204, "DELETE", "/roles/camera-2");
        await Assert.That(await controller.Database.TakeFlagsAsync(node)).IsEqualTo(ChangeFlags.Microservices);
        await controller.OkAsync(201, "POST", "/roles", $$"""{"name":"camera-2","rules":{{Rules}}}""");
        await Assert.That(await controller.Database.TakeFlagsAsync(node)).IsEqualTo(ChangeFlags.Microservices);
        await Assert.That(await controller.Database.TakeFlagsAsync(other)).IsEqualTo(ChangeFlags.None);
    }

    internal static string Binding(string name, string role, string kind = "User", string subject = "alice") =>
        $$"""{"name":"{{name}}","roleRef":{"kind":"Role","name":"{{role}}"},"subjects":[{"kind":"{{kind}}","name":"{{subject}}"}]}""";

    internal static Task<long> VersionAsync(TestController controller) => controller.Database.ReadAsync(RbacCacheVersionStore.ReadAsync);

    internal static async Task<string> AddApplicationAsync(TestController controller, string name = "plant-a")
    {
        await controller.Database.WriteAsync(s => s.ExecuteAsync(
            "INSERT INTO \"Applications\" (\"name\", \"is_system\", \"is_activated\") VALUES (@name, FALSE, TRUE)", new() { { "name", name } }));
        return name;
    }

    /// <summary>A microservice on a node with its account.</summary>
    internal static async Task<string> AddMicroserviceAsync(TestController controller, TestAgent node, string name, string role, long? application = null)
    {
        var uuid = Guid.NewGuid().ToString();
        await controller.Database.WriteAsync(async s =>
        {
            await s.ExecuteAsync(
                "INSERT INTO \"Microservices\" (\"uuid\", \"name\", \"iofog_uuid\", \"application_id\") VALUES (@uuid, @name, @fog, @application)",
                new() { { "uuid", uuid }, { "name", name }, { "fog", node.Uuid }, { "application", application } });
            await ServiceAccountStore.SetAsync(s, uuid, application, name, $$"""{"kind":"Role","name":"{{role}}"}""", null, DateTimeOffset.UtcNow);
        });
        return uuid;
    }
}
