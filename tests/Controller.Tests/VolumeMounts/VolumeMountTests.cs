using System.Net;
using System.Text.Json.Nodes;
using Controller.Sql.Stores;
using Controller.Tests.Agents;
using Controller.Tests.Support;
using static Controller.Tests.Support.JsonAsserts;
using static Controller.Tests.Support.OperatorApi;

namespace Controller.Tests.VolumeMounts;

/// <summary>Volume mounts as operators see them, and what nodes hear of them (api-platform 11).</summary>
public sealed class VolumeMountTests
{
    private const string All = "/volumeMounts", One = "/volumeMounts/app-conf-vm", Link = One + "/link";

    [Test]
    public async Task The_contracts_examples_are_created_listed_changed_and_deleted()
    {
        await using var controller = await StartAsync();
        var created = await controller.OkAsync(200, "POST", All, ExampleText("platform/volumemount.post.configmap.request.json"));
        await IsLikeAsync(created, ExampleNode("platform/volumemount.get.response.json"));
        await controller.OkAsync(200, "POST", All, ExampleText("platform/volumemount.post.secret.request.json"));
        await IsSameAsync(await controller.OkAsync(200, "GET", One), created);
        var list = (await controller.OkAsync(200, "GET", All))!.AsArray();
        var expected = ExampleNode("platform/volumemounts.list.response.json");
        expected[1]!["version"] = 1;
        await IsLikeAsync(list, expected);

        var changed = (await controller.OkAsync(200, "PATCH", One, ExampleText("platform/volumemount.patch.request.json")))!;
        await Assert.That($"{changed["configMapName"]} {changed["version"]} {changed["uuid"]}").IsEqualTo($"app-conf-v2 2 {created!["uuid"]}");
        changed = (await controller.OkAsync(200, "PATCH", One, """{"name":"other-name","configMapName":null,"secretName":"db-login"}"""))!;
        await Assert.That($"{changed["name"]} {changed["configMapName"]} {changed["secretName"]} {changed["version"]}").IsEqualTo("app-conf-vm  db-login 3");
        await IsSameAsync(await controller.OkAsync(202, "DELETE", One), new JsonObject());
        foreach (var (method, path, body) in new[]
        {
            ("GET", One, null), ("PATCH", One, """{"secretName":"db-login"}"""), ("DELETE", One, null),
            ("GET", Link, null), ("POST", Link, """{"fogUuids":["x"]}"""), ("DELETE", Link, """{"fogUuids":["x"]}"""),
        })
        {
            await controller.RefusedAsync(method, path, body, 404, "Volume mount with name app-conf-vm not found");
        }
    }

    [Test]
    [Arguments("{}", 400, "Required field 'name' is missing")]
    [Arguments("""{"name":"a"}""", 400, "Must specify either secretName or configMapName")]
    [Arguments("""{"name":"a","secretName":null,"configMapName":null}""", 400, "Must specify either secretName or configMapName")]
    [Arguments("""{"name":"a","secretName":"db-login","configMapName":"app-conf"}""", 400, "Cannot specify both secretName and configMapName")]
    [Arguments("""{"name":"A","secretName":"db-login"}""", 400, "Invalid format for field 'name'")]
    [Arguments("""{"name":"a.b","secretName":"db-login"}""", 400, "Invalid format for field 'name'")]
    [Arguments("""{"name":"a","secretName":5}""", 400, "Field 'secretName' is not of a type(s) string")]
    [Arguments("""{"name":"a","secretName":"db-login","version":3}""", 400, "Field 'version' not allowed")]
    [Arguments("""{"name":"a","secretName":"none"}""", 404, "Secret with name \"none\" not found")]
    [Arguments("""{"name":"a","configMapName":"none"}""", 404, "ConfigMap with name none not found")]
    public async Task A_bad_body_is_refused(string body, int status, string message)
    {
        await using var controller = await StartAsync();
        await controller.RefusedAsync("POST", All, body, status, message);
        await Assert.That((await controller.OkAsync(200, "GET", All))!.AsArray()).IsEmpty();
    }

    [Test]
    public async Task A_refused_change_changes_nothing()
    {
        await using var controller = await StartAsync();
        var created = await controller.OkAsync(200, "POST", All, """{"name":"app-conf-vm","configMapName":"app-conf"}""");
        await controller.RefusedAsync("PATCH", One, "{}", 400, "Must specify either secretName or configMapName");
        await controller.RefusedAsync("PATCH", One, """{"secretName":"none"}""", 404, "Secret with name \"none\" not found");
        await controller.RefusedAsync("POST", Link, "{}", 400, "Required field 'fogUuids' is missing");
        await controller.RefusedAsync("POST", Link, """{"fogUuids":"x"}""", 400, "Field 'fogUuids' is not of a type(s) array");
        var (status, body) = await controller.SendAsync("POST", Base + Link, """{"fogUuids":[]}""");
        await Assert.That(($"{status}", (string?)body!["name"])).IsEqualTo(("BadRequest", "ValidationError"));
        await IsSameAsync(await controller.OkAsync(200, "GET", One), created);
    }

    [Test]
    public async Task A_name_is_taken_once_whoever_asks_first()
    {
        await using var controller = await StartAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ =>
            controller.SendAsync("POST", Base + All, """{"name":"app-conf-vm","configMapName":"app-conf"}""")));
        await Assert.That(answers.Count(a => a.Status == HttpStatusCode.OK)).IsEqualTo(1);
        foreach (var answer in answers.Where(a => a.Status != HttpStatusCode.OK))
        {
            await IsErrorAsync(answer, 400, "ValidationError", "Duplicate name 'app-conf-vm'");
        }
    }

    [Test]
    public async Task Nodes_are_linked_told_once_and_unlinked()
    {
        await using var controller = await StartAsync();
        var (one, two) = (await TestAgent.CreateAsync(controller), await TestAgent.CreateAsync(controller));
        var created = await controller.OkAsync(200, "POST", All, """{"name":"app-conf-vm","configMapName":"app-conf"}""");
        await IsSameAsync(await controller.OkAsync(200, "GET", Link), JsonNode.Parse("""{"fogUuids":[]}"""));

        // As the Go client sends it; and the same node twice.
        await IsSameAsync(
            await controller.OkAsync(200, "POST", Link, $$"""{"name":"app-conf-vm","fogUuids":["{{one.Uuid}}","{{one.Uuid}}"]}"""), created);
        await Assert.That(await FlagsAsync()).IsEqualTo((ChangeFlags.VolumeMounts, ChangeFlags.None));
        await controller.OkAsync(200, "POST", Link, $$"""{"fogUuids":["{{one.Uuid}}","{{two.Uuid}}"]}""");
        await Assert.That(await FlagsAsync()).IsEqualTo((ChangeFlags.None, ChangeFlags.VolumeMounts));
        var linked = (await controller.OkAsync(200, "GET", Link))!["fogUuids"]!.AsArray().Select(u => (string)u!);
        await Assert.That(linked).IsEquivalentTo([one.Uuid, two.Uuid]);
        await Assert.That(((await one.SendAsync("GET", "/volumeMounts")).Body!["volumeMounts"]!.AsArray().Count, await NamesAsync(one))).IsEqualTo((1, "app-conf-vm"));

        await controller.OkAsync(200, "PATCH", One, """{"configMapName":"app-conf"}""");
        await Assert.That(await FlagsAsync()).IsEqualTo((ChangeFlags.VolumeMounts, ChangeFlags.VolumeMounts));

        await controller.RefusedAsync("POST", Link, $$"""{"fogUuids":["{{two.Uuid}}","none"]}""", 404, "Could not find agent none");
        await controller.RefusedAsync("DELETE", Link, $$"""{"fogUuids":["{{two.Uuid}}","none"]}""", 404, "Could not find agent none");
        await Assert.That(await FlagsAsync()).IsEqualTo((ChangeFlags.None, ChangeFlags.None));

        await IsSameAsync(await controller.OkAsync(200, "DELETE", Link, $$"""{"fogUuids":["{{two.Uuid}}"]}"""), new JsonObject());
        await Assert.That(await FlagsAsync()).IsEqualTo((ChangeFlags.None, ChangeFlags.VolumeMounts));
        await controller.OkAsync(200, "DELETE", Link, $$"""{"fogUuids":["{{two.Uuid}}"]}""");
        await Assert.That(await FlagsAsync()).IsEqualTo((ChangeFlags.None, ChangeFlags.VolumeMounts));

        await controller.OkAsync(202, "DELETE", One);
        await Assert.That(await FlagsAsync()).IsEqualTo((ChangeFlags.VolumeMounts, ChangeFlags.None));
        await Assert.That((await one.SendAsync("GET", "/volumeMounts")).Body!.ToJsonString()).IsEqualTo("""{"volumeMounts":[]}""");

        async Task<(ChangeFlags, ChangeFlags)> FlagsAsync() =>
            (await controller.Database.TakeFlagsAsync(one), await controller.Database.TakeFlagsAsync(two));

        async Task<string> NamesAsync(TestAgent agent) =>
            string.Join(' ', (await controller.FogAsync(agent.Uuid))["volumeMounts"]!.AsArray().Select(m => (string)m!["name"]!));
    }

    [Test]
    public async Task Links_made_at_once_are_one()
    {
        await using var controller = await StartAsync();
        var agent = await TestAgent.CreateAsync(controller);
        await controller.OkAsync(200, "POST", All, """{"name":"app-conf-vm","configMapName":"app-conf"}""");
        await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => controller.OkAsync(200, "POST", Link, $$"""{"fogUuids":["{{agent.Uuid}}"]}""")));
        var links = await controller.Database.ReadAsync(s => s.QueryOneAsync("SELECT COUNT(*) FROM \"FogVolumeMounts\"", r => r.Long()));
        await Assert.That(links).IsEqualTo(1);
    }

    [Test]
    public async Task A_microservice_maps_a_mount_that_operators_made()
    {
        await using var controller = await StartAsync();
        var agent = await TestAgent.CreateAsync(controller);
        await controller.OkAsync(200, "POST", All, """{"name":"app-conf-vm","configMapName":"app-conf"}""");
        await controller.OkAsync(201, "POST", "/application", $$"""
            {"name":"shop","microservices":[{"name":"web","iofogUuid":"{{agent.Uuid}}","config":"{}","images":[{"archId":1,"containerImage":"x"}],
              "volumeMappings":[{"hostDestination":"app-conf-vm/app.yaml","containerDestination":"/etc/app.yaml","accessMode":"ro","type":"volumeMount"}]}]}
            """);
        await Assert.That((await controller.OkAsync(200, "GET", Link))!["fogUuids"]![0]!.GetValue<string>()).IsEqualTo(agent.Uuid);
    }

    [Test]
    public async Task Yaml_and_placeholders_create_and_change()
    {
        await using var controller = await StartAsync();
        var yaml = ExampleText("platform/volumemount.yaml");
        var (status, body) = await controller.UploadAsync("POST", Base + "/volumeMounts/yaml", yaml, "volumeMount");
        await Assert.That(status).IsEqualTo(HttpStatusCode.OK);
        await IsLikeAsync(body, ExampleNode("platform/volumemount.get.response.json"));
        (status, body) = await controller.UploadAsync(
            "PATCH", Base + "/volumeMounts/yaml/app-conf-vm", "kind: VolumeMount\nmetadata: {name: app-conf-vm}\nspec: {secretName: db-login}\n", "volumeMount");
        await Assert.That($"{status} {body!["secretName"]} {body["configMapName"]} {body["version"]}").IsEqualTo("OK db-login  2");

        foreach (var (method, path, text, message) in new[]
        {
            ("PATCH", "/volumeMounts/yaml/other", yaml, "VolumeMount name in YAML (app-conf-vm) doesn't match endpoint path (other)"),
            ("POST", "/volumeMounts/yaml", "kind: VolumeMount\nmetadata: {name: a}\n", "Invalid YAML format: missing metadata or spec"),
            ("POST", "/volumeMounts/yaml", "kind: VolumeMount\nmetadata: {name: a}\nspec: {}\n", "Must specify either secretName or configMapName"),
            ("POST", "/volumeMounts/yaml", "kind: VolumeMount\nmetadata: {name: a}\nspec: {secretName: x, configMapName: y}\n", "Cannot specify both secretName and configMapName"),
        })
        {
            await IsErrorAsync(await controller.UploadAsync(method, Base + path, text, "volumeMount"), 400, "ValidationError", message);
        }

        await IsErrorAsync(await controller.SendAsync("POST", Base + "/volumeMounts/yaml"), 400, "ValidationError", "VolumeMount file missing");

        var filled = await controller.OkAsync(200, "POST", All, """{"name":"{{ 'Filled' | downcase }}","configMapName":"app-conf"}""");
        await Assert.That((string)filled!["name"]!).IsEqualTo("filled");
        filled = await controller.OkAsync(200, "PATCH", "/volumeMounts/filled", """{"secretName":"db-{{ 'login' }}"}""");
        await Assert.That((string)filled!["secretName"]!).IsEqualTo("db-login");
    }

    /// <summary>What the examples refer to is there.</summary>
    private static async Task<TestController> StartAsync()
    {
        var controller = await TestController.StartAsync();
        await controller.OkAsync(201, "POST", "/configmaps", ExampleText("platform/configmap.post.request.json"));
        await controller.OkAsync(201, "POST", "/configmaps", """{"name":"app-conf-v2","data":{}}""");
        await controller.OkAsync(201, "POST", "/secrets", ExampleText("platform/secret.post.opaque.request.json"));
        return controller;
    }
}
