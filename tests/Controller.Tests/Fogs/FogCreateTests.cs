using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Controller.Tests.Support;

namespace Controller.Tests.Fogs;

/// <summary>Creating agents: fields, defaults, checks, the first system agent (api-workloads 3.2 and 3.3).</summary>
public sealed class FogCreateTests
{
    private static string Example(string name) => Encoding.UTF8.GetString(Controller.Tests.Example.Bytes("workloads/" + name));

    [Test]
    public async Task A_new_agent_has_the_keys_types_and_values_of_the_contract()
    {
        await using var controller = await TestController.StartAsync();
        await controller.CreateNodeAsync("first", ",\"host\":\"10.20.0.1\"");
        var uuid = await controller.CreateFogAsync(Example("agent-create-request.json"));
        var fog = await controller.FogAsync(uuid);
        var example = JsonNode.Parse(Example("agent-get-new-unprovisioned-response.json"))!.AsObject();

        // Ports and sizes appear once the router and the NATS server run.
        string[] later = ["messagingPort", "natsServerPort", "natsLeafPort", "natsClusterPort", "natsMqttPort", "natsHttpPort", "jsStorageSize", "jsMemoryStoreSize"];
        await Assert.That(fog.Select(p => p.Key).Order()).IsEquivalentTo(example.Select(p => p.Key).Except(later).Order());

        string[] own = ["uuid", "name", "createdAt", "updatedAt", "archId", "arch", "tags", "platformStatus", "changeFrequency"];
        foreach (var (key, value) in fog.Where(p => !own.Contains(p.Key)))
        {
            await Assert.That($"{key}: {value?.ToJsonString()}").IsEqualTo($"{key}: {example[key]?.ToJsonString()}");
        }

        await Assert.That(fog["tags"]!.ToJsonString()).IsEqualTo("""["line-a","zone-3"]""");
        await Assert.That(fog["arch"]!.ToJsonString()).IsEqualTo(
            """{"id":2,"name":"arm64","image":"iointegrator2.png","description":"64-bit ARM Linux (aarch64). Microservices for this architecture are built for ARM64 systems."}""");
        await Assert.That(fog["changeFrequency"]!.GetValue<int>()).IsEqualTo(20);
    }

    [Test]
    [Arguments("20", 1)]
    [Arguments("0", 20)]
    public async Task The_default_change_frequency_depends_on_held_polls(string hold, int expected)
    {
        await using var controller = await TestController.StartAsync(new() { ["AGENT_CHANGES_HOLD_SECONDS"] = hold });
        var fog = await controller.FogAsync(await controller.CreateNodeAsync());
        await Assert.That(fog["changeFrequency"]!.GetValue<int>()).IsEqualTo(expected);
        await Assert.That(fog["logLevel"]!.GetValue<string>()).IsEqualTo("INFO");
        await Assert.That(fog["timeZone"]).IsNull();
        await Assert.That(fog["networkRouter"]!.GetValue<string>()).IsEqualTo("default-router");
        await Assert.That(fog.ContainsKey("upstreamRouters")).IsFalse();
    }

    [Test]
    [Arguments("{}", "Required field 'name' is missing")]
    [Arguments("""{"name":"a"}""", "Required field 'archId' is missing")]
    [Arguments("""{"name":"","archId":1}""", "Field name does not meet minimum length of 1")]
    [Arguments("""{"name":5,"archId":1}""", "Field 'name' is not of a type(s) string")]
    [Arguments("""{"name":"a","archId":"1"}""", "Field 'archId' is not of a type(s) integer")]
    public async Task What_is_required_is_asked_for(string json, string message)
    {
        await using var controller = await TestController.StartAsync();
        await Refused(controller, json, HttpStatusCode.BadRequest, "ValidationError", message);
    }

    [Test]
    public async Task Every_field_refuses_other_types_and_values_out_of_bounds()
    {
        await using var controller = await TestController.StartAsync();
        string[] texts =
        [
            "location", "description", "networkInterface", "containerEngineUrl", "containerEngine", "deploymentType", "diskDirectory", "logDirectory",
            "logLevel", "gpsMode", "gpsDevice", "timeZone", "host", "routerMode", "networkRouter", "natsMode", "jsStorageSize", "jsMemoryStoreSize",
        ];
        string[] numbers =
        [
            "latitude", "longitude", "diskLimit", "memoryLimit", "cpuLimit", "logLimit", "logFileCount", "statusFrequency", "changeFrequency",
            "deviceScanFrequency", "pruningFrequency", "availableDiskThreshold", "edgeGuardFrequency", "messagingPort", "interRouterPort", "edgeRouterPort",
            "natsServerPort", "natsLeafPort", "natsClusterPort", "natsMqttPort", "natsHttpPort",
        ];
        string[] flags = ["bluetoothEnabled", "watchdogEnabled", "abstractedHardwareEnabled", "isSystem"];
        string[] lists = ["tags", "upstreamRouters", "upstreamNatsServers"];
        (string Field, string Value)[] bad =
        [
            .. texts.Select(f => (f, "5")), .. numbers.Select(f => (f, "\"5\"")), .. flags.Select(f => (f, "\"true\"")), .. lists.Select(f => (f, "\"a\"")),
            ("tags", "[5]"), ("upstreamRouters", "[\"\"]"), ("upstreamNatsServers", "[\"\"]"), ("archId", "5"), ("archId", "-1"), ("archId", "1.5"),
            ("latitude", "90.1"), ("latitude", "-90.1"), ("longitude", "180.1"), ("diskLimit", "-1"), ("diskLimit", "1.5"), ("memoryLimit", "1e300"),
            ("statusFrequency", "2147483648"), ("edgeGuardFrequency", "1.5"), ("edgeGuardFrequency", "1e12"), ("containerEngine", "\"lxc\""),
            ("deploymentType", "\"vm\""), ("routerMode", "\"hub\""), ("natsMode", "\"hub\""), ("messagingPort", "0"), ("natsHttpPort", "65536"),
            ("jsStorageSize", "\"ten\""), ("jsMemoryStoreSize", "\"1 PB\""), ("location", "null"),
        ];
        foreach (var (field, value) in bad)
        {
            var json = $$"""{"name":"a",{{(field == "archId" ? "" : "\"archId\":1,")}}"{{field}}":{{value}}}""";
            var (status, body) = await controller.SendAsync("POST", "/api/v3/iofog", json);
            await Assert.That($"{json} {(int)status}").IsEqualTo($"{json} 400");
            await Assert.That(body!["name"]!.GetValue<string>()).IsEqualTo("ValidationError");
        }

        foreach (var unreadable in new[] { "\\u0000", "\\ud800" })
        {
            var (status, _) = await controller.SendAsync("POST", "/api/v3/iofog", $$"""{"name":"a","archId":1,"host":"{{unreadable}}"}""");
            await Assert.That(status).IsEqualTo(HttpStatusCode.BadRequest);
        }

        await Assert.That(await controller.TextAsync("SELECT \"name\" FROM \"Fogs\"")).IsNull();
    }

    [Test]
    public async Task A_name_is_taken_once_even_by_many_at_the_same_moment()
    {
        await using var controller = await TestController.StartAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ =>
            controller.SendAsync("POST", "/api/v3/iofog", """{"name":"same","archId":1}""")));
        await Assert.That(answers.Count(a => a.Status == HttpStatusCode.Created)).IsEqualTo(1);
        foreach (var (status, body) in answers.Where(a => a.Status != HttpStatusCode.Created))
        {
            await Assert.That((status, body!["name"]!.GetValue<string>(), body["message"]!.GetValue<string>()))
                .IsEqualTo((HttpStatusCode.BadRequest, "ValidationError", "Duplicate name 'same'"));
        }
    }

    [Test]
    public async Task The_first_agent_with_a_host_becomes_the_system_agent()
    {
        await using var controller = await TestController.StartAsync();
        var homeless = await controller.FogAsync(await controller.CreateFogAsync("""{"name":"a","archId":1}"""));
        var first = await controller.FogAsync(await controller.CreateFogAsync("""{"name":"b","archId":1,"host":"10.0.0.1","routerMode":"edge"}"""));
        var second = await controller.FogAsync(await controller.CreateFogAsync("""{"name":"c","archId":1,"host":"10.0.0.2"}"""));
        await Assert.That(Modes(homeless)).IsEqualTo("False edge leaf");
        await Assert.That(Modes(first)).IsEqualTo("True interior server");
        await Assert.That(Modes(second)).IsEqualTo("False edge leaf");
    }

    [Test]
    public async Task On_kubernetes_no_agent_is_a_system_agent()
    {
        await using var controller = await TestController.StartAsync(new() { ["CONTROL_PLANE"] = "kubernetes" });
        var fog = await controller.FogAsync(await controller.CreateFogAsync("""{"name":"b","archId":1,"host":"10.0.0.1"}"""));
        await Assert.That(Modes(fog)).IsEqualTo("False edge leaf");
        await Refused(
            controller,
            """{"name":"s","archId":1,"isSystem":true,"routerMode":"interior","natsMode":"server"}""",
            HttpStatusCode.BadRequest,
            "ValidationError",
            "System fog can't be created when ControlPlane is Kubernetes");
    }

    [Test]
    [Arguments("", "Invalid router mode 'edge'")]
    [Arguments(",\"routerMode\":\"interior\"", "Invalid NATS mode 'undefined'")]
    [Arguments(",\"routerMode\":\"interior\",\"natsMode\":\"leaf\"", "Invalid NATS mode 'leaf'")]
    public async Task A_system_agent_needs_its_modes(string more, string message)
    {
        await using var controller = await TestController.StartAsync();
        await Refused(controller, $$"""{"name":"s","archId":1,"isSystem":true{{more}}}""", HttpStatusCode.BadRequest, "ValidationError", message);
        await controller.CreateFogAsync(Example("agent-create-interior-system-request.json"));
    }

    [Test]
    public async Task Named_routers_must_exist_and_upstreams_be_interior()
    {
        await using var controller = await TestController.StartAsync();
        var hub = await controller.CreateFogAsync(Example("agent-create-interior-system-request.json"));
        var none = await controller.CreateFogAsync(Example("agent-create-no-router-request.json"));
        await controller.CreateFogAsync("""{"name":"edge","archId":1}""");
        await Refused(controller, """{"name":"x","archId":1,"upstreamRouters":["nobody"]}""", HttpStatusCode.NotFound, "NotFoundError", "Invalid router 'nobody'");
        await Refused(controller, """{"name":"x","archId":1,"routerMode":"none","networkRouter":"nobody"}""", HttpStatusCode.NotFound, "NotFoundError", "Invalid router 'nobody'");
        await Refused(
            controller, $$"""{"name":"x","archId":1,"routerMode":"none","networkRouter":"{{none}}"}""", HttpStatusCode.NotFound, "NotFoundError", $"Invalid router '{none}'");
        await Refused(
            controller, """{"name":"x","archId":1,"upstreamRouters":["edge"]}""", HttpStatusCode.BadRequest, "ValidationError", "Upstream router must be interior 'edge'");
        var fog = await controller.FogAsync(await controller.CreateFogAsync("""{"name":"x","archId":1,"upstreamRouters":["default-router","hub-2"]}"""));
        await Assert.That(fog["upstreamRouters"]!.ToJsonString()).IsEqualTo($"""["default-router","{hub}"]""");
        fog = await controller.FogAsync(await controller.CreateFogAsync("""{"name":"y","archId":1,"routerMode":"none","networkRouter":"hub-2"}"""));
        await Assert.That(fog["networkRouter"]!.GetValue<string>()).IsEqualTo(hub);
    }

    [Test]
    [Arguments("\"latitude\":1", "manual", null)]
    [Arguments("\"latitude\":1,\"gpsMode\":\"auto\"", "manual", null)]
    [Arguments("\"latitude\":0,\"longitude\":0", null, null)]
    [Arguments("\"latitude\":1,\"gpsMode\":\"dynamic\"", null, null)]
    [Arguments("\"gpsMode\":\"dynamic\",\"gpsDevice\":\"/dev/ttyUSB0\"", "dynamic", "/dev/ttyUSB0")]
    [Arguments("\"gpsMode\":\"auto\",\"gpsDevice\":\"/dev/ttyUSB0\"", "auto", null)]
    [Arguments("\"gpsMode\":\"off\",\"latitude\":1", "off", null)]
    [Arguments("\"gpsMode\":\"manual\"", null, null)]
    [Arguments("\"gpsMode\":null,\"gpsDevice\":null", null, null)]
    public async Task Gps_mode_follows_coordinates_and_device(string fields, string? mode, string? device)
    {
        await using var controller = await TestController.StartAsync();
        var fog = await controller.FogAsync(await controller.CreateFogAsync($$"""{"name":"a","archId":1,{{fields}}}"""));
        await Assert.That(fog["gpsMode"]?.GetValue<string>()).IsEqualTo(mode);
        await Assert.That(fog["gpsDevice"]?.GetValue<string>()).IsEqualTo(device);
    }

    [Test]
    public async Task A_specification_has_a_largest_size()
    {
        await using var controller = await TestController.StartAsync();
        var tags = string.Join(',', Enumerable.Range(0, 400).Select(i => $"\"{i:D40}\""));
        await Refused(
            controller, $$"""{"name":"a","archId":1,"tags":[{{tags}}]}""", HttpStatusCode.BadRequest, "ValidationError", "Fog platform spec exceeds maximum size of 16384 bytes");
        await Assert.That(await controller.TextAsync("SELECT \"value\" FROM \"Tags\"")).IsNull();
    }

    [Test]
    public async Task A_viewer_reads_but_does_not_create()
    {
        await using var controller = await TestController.StartAsync(groups: ["viewer"]);
        await Assert.That((await controller.SendAsync("GET", "/api/v3/iofog-list")).Status).IsEqualTo(HttpStatusCode.OK);
        await Assert.That((await controller.SendAsync("POST", "/api/v3/iofog", """{"name":"a","archId":1}""")).Status).IsEqualTo(HttpStatusCode.Forbidden);
    }

    private static string Modes(JsonObject fog) => $"{fog["isSystem"]!.GetValue<bool>()} {fog["routerMode"]} {fog["natsMode"]}";

    private static async Task Refused(TestController controller, string json, HttpStatusCode code, string name, string message)
    {
        var (status, body) = await controller.SendAsync("POST", "/api/v3/iofog", json);
        await Assert.That((status, body?["name"]?.GetValue<string>(), body?["message"]?.GetValue<string>())).IsEqualTo((code, name, message));
    }
}
