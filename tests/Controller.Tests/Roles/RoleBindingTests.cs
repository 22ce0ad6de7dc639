using Controller.Tests.Support;
using static Controller.Tests.Support.OperatorApi;
using static Controller.Tests.Support.JsonAsserts;

namespace Controller.Tests.Roles;

/// <summary>Role bindings (auth-rbac 9.2).</summary>
public sealed class RoleBindingTests
{
    [Test]
    public async Task Bindings_read_as_in_the_examples()
    {
        await using var controller = await TestController.StartAsync();
        await controller.RefusedAsync("POST", "/rolebindings", ExampleText("auth/rolebinding-create-request.json"), 400, "Referenced role 'plant-a-reader' does not exist");
        await controller.OkAsync(201, "POST", "/roles", ExampleText("auth/role-create-request.json"));
        var created = await controller.OkAsync(201, "POST", "/rolebindings", ExampleText("auth/rolebinding-create-request.json"));
        await IsLikeAsync(created, ExampleNode("auth/rolebinding-response.json"));
        await controller.OkAsync(201, "POST", "/rolebindings", RoleTests.Binding("bob-sre", "sre", subject: "bob"));
        await IsLikeAsync(await controller.OkAsync(200, "GET", "/rolebindings"), ExampleNode("auth/rolebindings-list-response.json"));
        await IsSameAsync(await controller.OkAsync(200, "GET", "/rolebindings/plant-a-readers"), created);

        // To a system role: no row is referred to any more.
        var updated = await controller.OkAsync(200, "PATCH", "/rolebindings/plant-a-readers",
            """{"name":"renamed","roleRef":{"kind":"Role","name":"Viewer","apiGroup":"x"},"subjects":[{"kind":"ServiceAccount","name":"s","apiGroup":"y"}]}""");
        var binding = updated!["binding"]!;
        await Assert.That(binding["roleId"]).IsNull();
        await Assert.That(binding["roleRef"]!.ToJsonString()).IsEqualTo("""{"kind":"Role","name":"Viewer","apiGroup":"x"}""");
        await Assert.That(binding["subjects"]!.ToJsonString()).IsEqualTo("""[{"kind":"ServiceAccount","name":"s","apiGroup":"y"}]""");
        await Assert.That((long)binding["id"]!).IsEqualTo((long)created!["binding"]!["id"]!);

        await Assert.That(await controller.OkAsync(204, "DELETE", "/rolebindings/renamed")).IsNull();
        foreach (var (method, body) in new[] { ("GET", null), ("DELETE", null), ("PATCH", RoleTests.Binding("renamed", "sre")) })
        {
            await controller.RefusedAsync(method, "/rolebindings/renamed", body, 404, "RoleBinding 'renamed' not found");
        }
    }

    [Test]
    public async Task Names_are_unique_and_every_write_counts()
    {
        await using var controller = await TestController.StartAsync();
        var version = await RoleTests.VersionAsync(controller);
        await controller.OkAsync(201, "POST", "/rolebindings", RoleTests.Binding("a", "admin"));
        await controller.OkAsync(201, "POST", "/rolebindings", RoleTests.Binding("b", "admin"));
        await controller.RefusedAsync("POST", "/rolebindings", RoleTests.Binding("a", "sre"), 409, "RoleBinding 'a' already exists");
        await controller.RefusedAsync("PATCH", "/rolebindings/b", RoleTests.Binding("a", "sre"), 409, "RoleBinding 'a' already exists");
        await controller.RefusedAsync("PATCH", "/rolebindings/b", RoleTests.Binding("b", "gone"), 400, "Referenced role 'gone' does not exist");
        await Assert.That((string?)(await controller.OkAsync(200, "GET", "/rolebindings/b"))!["binding"]!["roleRef"]!["name"]).IsEqualTo("admin");
        await controller.OkAsync(200, "PATCH", "/rolebindings/b", RoleTests.Binding("b", "sre"));
        await controller.OkAsync(204, "DELETE", "/rolebindings/a");
        await Assert.That(await RoleTests.VersionAsync(controller)).IsEqualTo(version + 4);
    }

    [Test]
    [Arguments("""{"name":"a","subjects":[{"kind":"User","name":"u"}]}""", "Required field 'roleRef' is missing")]
    [Arguments("""{"name":"a","roleRef":{"kind":"Role","name":"sre"}}""", "Required field 'subjects' is missing")]
    [Arguments("""{"name":"a","roleRef":{"kind":"Role","name":"sre"},"subjects":[]}""", "minItems")]
    [Arguments("""{"name":"a","roleRef":{"name":"sre"},"subjects":[{"kind":"User","name":"u"}]}""", "Required field 'kind' is missing")]
    [Arguments("""{"name":"a","roleRef":{"kind":"ClusterRole","name":"sre"},"subjects":[{"kind":"User","name":"u"}]}""", "Field roleRef.kind is not one of enum values: Role")]
    [Arguments("""{"name":"a","roleRef":{"kind":"Role","name":""},"subjects":[{"kind":"User","name":"u"}]}""", "Field roleRef.name does not meet minimum length of 1")]
    [Arguments("""{"name":"a","roleRef":{"kind":"Role","name":"sre"},"subjects":[{"kind":"Robot","name":"u"}]}""", "Field subjects[0].kind is not one of enum values: User,Group,ServiceAccount")]
    [Arguments("""{"name":"a","roleRef":{"kind":"Role","name":"sre"},"subjects":[{"kind":"User","name":"u","ns":"x"}]}""", "Field 'ns' not allowed")]
    public async Task Bodies_are_checked(string body, string message)
    {
        await using var controller = await TestController.StartAsync();
        var (status, answer) = await controller.SendAsync("POST", Base + "/rolebindings", body);
        await Assert.That((int)status).IsEqualTo(400);
        await Assert.That((string?)answer!["message"]).Contains(message);
    }

    [Test]
    public async Task Manifests_are_the_bodies_in_yaml()
    {
        await using var controller = await TestController.StartAsync();
        await controller.OkAsync(201, "POST", "/roles", ExampleText("auth/role-create-request.json"));
        var yaml = ExampleText("auth/rolebinding.yaml");
        var (status, body) = await controller.UploadAsync("POST", Base + "/rolebindings/yaml", yaml, "rolebinding");
        await Assert.That((int)status).IsEqualTo(201);
        await IsLikeAsync(body, ExampleNode("auth/rolebinding-response.json"));
        (status, _) = await controller.UploadAsync("PATCH", Base + "/rolebindings/yaml/plant-a-readers", yaml, "rolebinding");
        await Assert.That((int)status).IsEqualTo(200);
        foreach (var (text, message) in new[]
        {
            ("kind: Role\n", "Invalid kind Role, expected RoleBinding"),
            ("kind: RoleBinding\nroleRef: {kind: Role, name: sre}\n", "Invalid YAML format: metadata and roleRef are required"),
            ("kind: RoleBinding\nmetadata: {name: x}\n", "Invalid YAML format: metadata and roleRef are required"),
        })
        {
            await IsErrorAsync(await controller.UploadAsync("POST", Base + "/rolebindings/yaml", text, "rolebinding"), 400, "ValidationError", message);
        }

        (_, body) = await controller.UploadAsync("POST", Base + "/rolebindings/yaml", "kind: [", "rolebinding");
        await Assert.That((string?)body!["message"]).StartsWith("Error parsing RoleBinding YAML: ");
    }
}
