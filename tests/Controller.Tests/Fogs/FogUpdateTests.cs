using System.Net;
using System.Text;
using Controller.Tests.Support;

namespace Controller.Tests.Fogs;

/// <summary>Changing agents (api-workloads 3.4, decisions 23 and 28).</summary>
public sealed class FogUpdateTests
{
    [Test]
    public async Task A_patch_changes_what_it_names_and_nothing_else()
    {
        await using var controller = await TestController.StartAsync();
        var uuid = await controller.CreateNodeAsync(more: ",\"location\":\"hall 3\",\"tags\":[\"a\",\"b\"],\"memoryLimit\":100,\"jsStorageSize\":\"1g\"");
        var before = await controller.PhaseAsync(uuid, "Ready");
        await controller.PatchFogAsync(uuid, Encoding.UTF8.GetString(Example.Bytes("workloads/agent-update-request.json")));
        var after = await controller.PhaseAsync(uuid, "Ready");
        string[] named = ["host", "logLevel", "pruningFrequency", "availableDiskThreshold", "gpsMode", "gpsDevice", "tags", "updatedAt", "platformStatus"];
        foreach (var (key, value) in after.Where(p => !named.Contains(p.Key)))
        {
            await Assert.That($"{key} {value?.ToJsonString()}").IsEqualTo($"{key} {before[key]?.ToJsonString()}");
        }

        await Assert.That(after["host"]!.GetValue<string>()).IsEqualTo("10.20.0.12");
        await Assert.That(after["gpsDevice"]!.GetValue<string>()).IsEqualTo("/dev/ttyUSB0");
        await Assert.That(after["tags"]!.ToJsonString()).IsEqualTo("""["line-a"]""");
        await Assert.That(after["platformStatus"]!["generation"]!.GetValue<int>()).IsEqualTo(2);
        await Assert.That(after["isSystem"]!.GetValue<bool>()).IsFalse();
    }

    [Test]
    public async Task An_empty_list_clears_the_tags()
    {
        await using var controller = await TestController.StartAsync();
        var uuid = await controller.CreateNodeAsync(more: ",\"tags\":[\"a\",\"b\",\"a\"]");
        await Assert.That((await controller.FogAsync(uuid))["tags"]!.ToJsonString()).IsEqualTo("""["a","b"]""");
        await controller.PatchFogAsync(uuid, """{"tags":[]}""");
        await Assert.That((await controller.FogAsync(uuid))["tags"]!.ToJsonString()).IsEqualTo("[]");
    }

    [Test]
    public async Task An_agent_and_its_system_application_are_renamed_unless_the_name_is_taken()
    {
        await using var controller = await TestController.StartAsync();
        var uuid = await controller.CreateNodeAsync("old");
        await controller.CreateNodeAsync("other");
        await controller.Database.WriteAsync(s => s.ExecuteAsync("INSERT INTO \"Applications\" (\"name\", \"is_system\") VALUES ('system-old', TRUE), ('system-mine', FALSE)"));
        await controller.PatchFogAsync(uuid, """{"name":"new"}""");
        await Assert.That((await controller.FogAsync(uuid))["name"]!.GetValue<string>()).IsEqualTo("new");
        await Assert.That(await controller.TextAsync("SELECT \"name\" FROM \"Applications\" WHERE \"is_system\" = TRUE")).IsEqualTo("system-new");
        await Refused(controller, uuid, """{"name":"other"}""", HttpStatusCode.BadRequest, "Duplicate name 'other'");
        await Refused(controller, uuid, """{"name":"mine"}""", HttpStatusCode.BadRequest, "System application name conflict: system-mine");
        await controller.PatchFogAsync(uuid, """{"name":"new"}""");
    }

    [Test]
    public async Task Auto_does_not_undo_a_known_architecture()
    {
        await using var controller = await TestController.StartAsync();
        var uuid = await controller.CreateFogAsync("""{"name":"a","archId":4}""");
        await controller.PatchFogAsync(uuid, """{"archId":0}""");
        await Assert.That((await controller.FogAsync(uuid))["archId"]!.GetValue<int>()).IsEqualTo(4);
        await controller.PatchFogAsync(uuid, """{"archId":3}""");
        await Assert.That((await controller.FogAsync(uuid))["archId"]!.GetValue<int>()).IsEqualTo(3);
    }

    [Test]
    public async Task A_system_agent_keeps_its_modes_and_its_kind()
    {
        await using var controller = await TestController.StartAsync();
        var system = await controller.CreateFogAsync("""{"name":"s","archId":1,"host":"10.0.0.1"}""");
        var plain = await controller.CreateNodeAsync();
        await controller.PatchFogAsync(system, """{"description":"x"}""");
        await controller.PatchFogAsync(system, """{"isSystem":true}""");
        await Refused(controller, system, """{"routerMode":"edge"}""", HttpStatusCode.BadRequest, "Invalid router mode 'edge'");
        await Refused(controller, system, """{"natsMode":"leaf"}""", HttpStatusCode.BadRequest, "Invalid NATS mode 'leaf'");
        await Refused(controller, system, """{"isSystem":false}""", HttpStatusCode.BadRequest, "System fog can't be changed");
        await Refused(controller, plain, """{"isSystem":true}""", HttpStatusCode.BadRequest, "System fog can't be changed");
    }

    [Test]
    [Arguments("""{"archId":"1"}""", "Field 'archId' is not of a type(s) integer")]
    [Arguments("""{"networkRouter":""}""", "Field networkRouter does not meet minimum length of 1")]
    [Arguments("""{"name":""}""", "Field name does not meet minimum length of 1")]
    [Arguments("""{"upstreamRouters":[""]}""", "Field upstreamRouters[0] does not meet minimum length of 1")]
    public async Task Bad_fields_are_refused(string json, string message)
    {
        await using var controller = await TestController.StartAsync();
        await Refused(controller, await controller.CreateNodeAsync(), json, HttpStatusCode.BadRequest, message);
    }

    [Test]
    public async Task An_interior_router_names_its_ports()
    {
        await using var controller = await TestController.StartAsync();
        var uuid = await controller.CreateNodeAsync();
        var (status, body) = await controller.SendAsync("PATCH", $"/api/v3/iofog/{uuid}", """{"routerMode":"interior","interRouterPort":1}""");
        await Assert.That(status).IsEqualTo(HttpStatusCode.BadRequest);
        await Assert.That(body!["message"]!.GetValue<string>()).Contains("edgeRouterPort");
        await controller.PatchFogAsync(uuid, """{"routerMode":"interior","interRouterPort":1,"edgeRouterPort":2}""");
        var fog = await controller.FogAsync(uuid);
        await Assert.That($"{fog["routerMode"]} {fog["interRouterPort"]} {fog["edgeRouterPort"]}").IsEqualTo("interior 1 2");
    }

    [Test]
    public async Task Unknown_agents_are_404_everywhere()
    {
        await using var controller = await TestController.StartAsync();
        (string, string)[] routes =
        [
            ("GET", ""), ("PATCH", ""), ("DELETE", ""), ("POST", "/reconcile"), ("GET", "/provisioning-key"), ("POST", "/version/upgrade"),
            ("POST", "/reboot"), ("POST", "/prune"), ("GET", "/hal/hw"), ("GET", "/hal/usb"),
        ];
        foreach (var (method, route) in routes)
        {
            var (status, body) = await controller.SendAsync(method, $"/api/v3/iofog/nobody{route}", method == "GET" ? null : "");
            await Assert.That($"{route} {(int)status} {body?["name"]} {body?["message"]}").IsEqualTo($"{route} 404 NotFoundError Invalid ioFog UUID 'nobody'");
        }
    }

    [Test]
    public async Task Concurrent_changes_all_count()
    {
        await using var controller = await TestController.StartAsync();
        var uuid = await controller.CreateNodeAsync();
        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => controller.PatchFogAsync(uuid, $$"""{"logFileCount":{{i}}}""")));
        var fog = await controller.PhaseAsync(uuid, "Ready");
        await Assert.That(fog["platformStatus"]!["generation"]!.GetValue<int>()).IsEqualTo(21);
    }

    private static async Task Refused(TestController controller, string uuid, string json, HttpStatusCode code, string message)
    {
        var (status, body) = await controller.SendAsync("PATCH", $"/api/v3/iofog/{uuid}", json);
        await Assert.That((status, body?["message"]?.GetValue<string>())).IsEqualTo((code, message));
    }
}
