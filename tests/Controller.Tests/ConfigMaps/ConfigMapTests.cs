using System.Net;
using System.Text.Json.Nodes;
using Controller.Sql.Stores;
using Controller.Tests.Agents;
using Controller.Tests.Support;
using static Controller.Tests.Support.JsonAsserts;
using static Controller.Tests.Support.OperatorApi;

namespace Controller.Tests.ConfigMaps;

/// <summary>Config maps as operators see them, and what nodes hear of them (api-platform 10).</summary>
public sealed class ConfigMapTests
{
    private const string All = "/configmaps", One = "/configmaps/app-conf";

    private static string Create => ExampleText("platform/configmap.post.request.json");

    [Test]
    public async Task The_contracts_examples_are_created_read_changed_and_deleted()
    {
        await using var controller = await TestController.StartAsync();
        await IsLikeAsync(await controller.OkAsync(201, "POST", All, Create), ExampleNode("platform/configmap.post.response.json"));
        await IsLikeAsync(await controller.OkAsync(200, "GET", One), ExampleNode("platform/configmap.get.response.json"));
        var list = (await controller.OkAsync(200, "GET", All))!["configMaps"]!.AsArray();
        await IsLikeAsync(list.Single(), ExampleNode("platform/configmap.post.response.json"));
        await Assert.That(await controller.TextAsync("SELECT \"data\" FROM \"ConfigMaps\"")).StartsWith("v1:");

        await IsLikeAsync(
            await controller.OkAsync(200, "PATCH", One, ExampleText("platform/configmap.patch.request.json")),
            ExampleNode("platform/configmap.post.response.json"));
        await IsSameAsync((await controller.OkAsync(200, "GET", One))!["data"], ExampleNode("platform/configmap.patch.request.json")["data"]);
        await IsSameAsync(await controller.OkAsync(200, "DELETE", One), new JsonObject());
        foreach (var (method, body) in new[] { ("GET", null), ("PATCH", """{"data":{}}"""), ("DELETE", null) })
        {
            await controller.RefusedAsync(method, One, body, 404, "ConfigMap with name app-conf not found");
        }
    }

    [Test]
    public async Task Flags_have_defaults_and_stay_unless_they_are_given()
    {
        await using var controller = await TestController.StartAsync();
        await controller.OkAsync(201, "POST", All, """{"name":"a","data":{}}""");
        await Assert.That(await FlagsAsync("a")).IsEqualTo("false true");
        await controller.OkAsync(201, "POST", All, """{"name":"b","data":{},"useVault":false}""");
        await Assert.That(await FlagsAsync("b")).IsEqualTo("false false");
        await controller.OkAsync(200, "PATCH", "/configmaps/b", """{"data":{}}""");
        await Assert.That(await FlagsAsync("b")).IsEqualTo("false false");
        await controller.OkAsync(200, "PATCH", "/configmaps/b", """{"data":{"k":"v"},"immutable":true,"useVault":true}""");
        await Assert.That(await FlagsAsync("b")).IsEqualTo("true true");

        async Task<string> FlagsAsync(string name)
        {
            var one = (await controller.OkAsync(200, "GET", "/configmaps/" + name))!;
            return $"{one["immutable"]!.ToJsonString()} {one["useVault"]!.ToJsonString()}";
        }
    }

    [Test]
    public async Task An_immutable_one_is_deleted_not_changed()
    {
        await using var controller = await TestController.StartAsync();
        await controller.OkAsync(201, "POST", All, """{"name":"app-conf","data":{"a":"b"},"immutable":true}""");
        await IsErrorAsync(
            await controller.SendAsync("PATCH", Base + One, """{"data":{},"immutable":false}"""), 400, "ValidationError",
            (string)ExampleNode("platform/error.400.immutable-configmap.json")["message"]!);
        await Assert.That((await controller.OkAsync(200, "GET", One))!["data"]!.ToJsonString()).IsEqualTo("""{"a":"b"}""");
        await controller.OkAsync(200, "DELETE", One);
    }

    [Test]
    [Arguments("{}", "Required field 'name' is missing")]
    [Arguments("""{"name":"a"}""", "Required field 'data' is missing")]
    [Arguments("""{"name":"","data":{}}""", "Field name does not meet minimum length of 1")]
    [Arguments("""{"name":"a","data":"text"}""", "Field 'data' is not of a type(s) object")]
    [Arguments("""{"name":"a","data":{},"immutable":"no"}""", "Field 'immutable' is not of a type(s) boolean")]
    [Arguments("""{"name":"a","data":{},"useVault":1}""", "Field 'useVault' is not of a type(s) boolean")]
    [Arguments("""{"name":"a","data":{},"type":"x"}""", "Field 'type' not allowed")]
    [Arguments("""{"name":"a","data":{"k":{"l":1}}}""", "Field 'data.k' is not of a type(s) string")]
    public async Task A_bad_body_is_refused(string body, string message)
    {
        await using var controller = await TestController.StartAsync();
        await controller.RefusedAsync("POST", All, body, 400, message);
        await Assert.That((await controller.OkAsync(200, "GET", All))!["configMaps"]!.AsArray()).IsEmpty();
    }

    [Test]
    public async Task A_name_is_taken_once_whoever_asks_first()
    {
        await using var controller = await TestController.StartAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => controller.SendAsync("POST", Base + All, Create)));
        await Assert.That(answers.Count(a => a.Status == HttpStatusCode.Created)).IsEqualTo(1);
        foreach (var answer in answers.Where(a => a.Status != HttpStatusCode.Created))
        {
            await IsErrorAsync(answer, 409, "ConflictError", "ConfigMap with name app-conf already exists");
        }
    }

    [Test]
    public async Task A_change_reaches_mounts_variables_and_lists()
    {
        await using var controller = await TestController.StartAsync();
        var (mounting, reading) = (await TestAgent.CreateAsync(controller), await TestAgent.CreateAsync(controller));
        await controller.OkAsync(201, "POST", All, Create);
        await controller.OkAsync(200, "POST", "/volumeMounts", """{"name":"conf","configMapName":"app-conf"}""");
        await controller.OkAsync(200, "POST", "/volumeMounts/conf/link", $$"""{"fogUuids":["{{mounting.Uuid}}"]}""");
        await controller.OkAsync(201, "POST", "/application", $$"""
            {"name":"shop","isActivated":true,"microservices":[{"name":"web","iofogUuid":"{{reading.Uuid}}","config":"{}","images":[{"archId":1,"containerImage":"x"}],
              "env":[{"key":"FEATURE","valueFromConfigMap":"app-conf/feature"}]}]}
            """);
        await Assert.That(await ListedAsync()).IsEqualTo("on");
        await controller.Database.TakeFlagsAsync(mounting);
        await controller.Database.TakeFlagsAsync(reading);

        await controller.OkAsync(200, "PATCH", One, """{"data":{"feature":"off"}}""");
        await Assert.That(await controller.Database.TakeFlagsAsync(mounting)).IsEqualTo(ChangeFlags.VolumeMounts);
        await Assert.That(await controller.Database.TakeFlagsAsync(reading)).IsEqualTo(ChangeFlags.Microservices);
        await Assert.That(await ListedAsync()).IsEqualTo("off");
        var sent = (await reading.SendAsync("GET", "/microservices")).Body!["microservices"]![0]!["env"]!;
        await Assert.That(sent.ToJsonString()).Contains("""{"key":"FEATURE","value":"off"}""");

        await controller.OkAsync(200, "DELETE", One);
        await Assert.That(await controller.Database.TakeFlagsAsync(mounting)).IsEqualTo(ChangeFlags.VolumeMounts);
        await Assert.That((await controller.OkAsync(200, "GET", "/volumeMounts"))!.AsArray()).IsEmpty();

        async Task<string> ListedAsync() =>
            (string)(await controller.OkAsync(200, "GET", "/microservices"))!["microservices"]![0]!["env"]![0]!["value"]!;
    }

    [Test]
    public async Task Yaml_creates_and_changes()
    {
        await using var controller = await TestController.StartAsync();
        var (status, body) = await controller.UploadAsync("POST", Base + "/configmaps/yaml", ExampleText("platform/configmap.yaml"), "configMap");
        await Assert.That(status).IsEqualTo(HttpStatusCode.Created);
        await IsLikeAsync(body, ExampleNode("platform/configmap.post.response.json"));
        await IsLikeAsync(await controller.OkAsync(200, "GET", One), ExampleNode("platform/configmap.get.response.json"));

        (status, _) = await controller.UploadAsync(
            "PATCH", Base + "/configmaps/yaml/app-conf", "kind: ConfigMap\nmetadata: {name: app-conf}\ndata: {feature: false, ratio: 1.50}\n", "configMap");
        await Assert.That(status).IsEqualTo(HttpStatusCode.OK);
        await Assert.That((await controller.OkAsync(200, "GET", One))!["data"]!.ToJsonString()).IsEqualTo("""{"feature":"false","ratio":"1.5"}""");
        await IsErrorAsync(
            await controller.UploadAsync("PATCH", Base + "/configmaps/yaml/other", ExampleText("platform/configmap.yaml"), "configMap"), 400, "ValidationError",
            "ConfigMap name in YAML (app-conf) doesn't match endpoint path (other)");
        await IsErrorAsync(
            await controller.UploadAsync("POST", Base + "/configmaps/yaml", "kind: Secret\nmetadata: {name: a}\n", "configMap"), 400, "ValidationError",
            "Invalid kind Secret");
        await IsErrorAsync(await controller.SendAsync("POST", Base + "/configmaps/yaml"), 400, "ValidationError", "ConfigMap file missing");
    }
}
