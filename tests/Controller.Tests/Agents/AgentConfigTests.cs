using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Controller.Tests.Support;

namespace Controller.Tests.Agents;

/// <summary>The configuration that agent and operator share (agent-wire 7, decision 9).</summary>
public sealed class AgentConfigTests
{
    private static string Example(string name) => Encoding.UTF8.GetString(Controller.Tests.Example.Bytes("agent/" + name));

    [Test]
    public async Task The_agent_gets_the_keys_of_the_contract_and_none_without_a_value()
    {
        await using var controller = await TestController.StartAsync();
        var agent = await controller.RunningNodeAsync();
        var example = JsonNode.Parse(Example("config.get.response.json"))!.AsObject();
        var config = await Config(agent);
        string[] nullable = ["gpsMode", "gpsDevice", "latitude", "longitude", "timeZone"];
        await Assert.That(config.Select(p => p.Key)).IsEquivalentTo(example.Select(p => p.Key).Except(nullable));
        await Assert.That(config.All(p => p.Value is not null)).IsTrue();

        await controller.PatchFogAsync(agent.Uuid, """{"gpsMode":"dynamic","gpsDevice":"/dev/ttyUSB0","latitude":41.0082,"longitude":28.9784,"timeZone":"Europe/Istanbul"}""");
        await Assert.That((await Config(agent)).Select(p => p.Key)).IsEquivalentTo(example.Select(p => p.Key));
        await controller.PatchFogAsync(agent.Uuid, """{"timeZone":"","logLevel":""}""");
        config = await Config(agent);
        await Assert.That(config.ContainsKey("timeZone") || config.ContainsKey("logLevel")).IsFalse();
    }

    [Test]
    public async Task Whole_numbers_are_whole_and_not_too_large_for_the_agent()
    {
        await using var controller = await TestController.StartAsync();
        var agent = await controller.RunningNodeAsync();
        await controller.PatchFogAsync(agent.Uuid, """{"statusFrequency":2000000000,"logFileCount":1000000,"pruningFrequency":999999,"memoryLimit":4096}""");
        await controller.Database.WriteAsync(s => s.ExecuteAsync("UPDATE \"Fogs\" SET \"available_disk_threshold\" = 10.5, \"disk_limit\" = 10.5"));
        var config = await Config(agent);
        await Assert.That(config["statusFrequency"]!.ToJsonString()).IsEqualTo("999999");
        await Assert.That(config["logFileCount"]!.ToJsonString()).IsEqualTo("999999");
        await Assert.That(config["pruningFrequency"]!.ToJsonString()).IsEqualTo("999999");
        await Assert.That(config["availableDiskThreshold"]!.ToJsonString()).IsEqualTo("10");
        await Assert.That(config["diskLimit"]!.ToJsonString()).IsEqualTo("10.5");
        await Assert.That(config["memoryLimit"]!.ToJsonString()).IsEqualTo("4096");
    }

    [Test]
    public async Task The_engine_of_the_edgelet_has_one_url()
    {
        await using var controller = await TestController.StartAsync();
        var agent = await controller.RunningNodeAsync();
        await controller.PatchFogAsync(agent.Uuid, """{"containerEngineUrl":"unix:///var/run/docker.sock"}""");
        await Assert.That((await Config(agent))["containerEngineUrl"]!.GetValue<string>()).IsEqualTo("unix:///run/edgelet/containerd.sock");
        await controller.PatchFogAsync(agent.Uuid, """{"containerEngine":"docker"}""");
        await Assert.That((await Config(agent))["containerEngineUrl"]!.GetValue<string>()).IsEqualTo("unix:///var/run/docker.sock");
    }

    [Test]
    public async Task What_the_agent_pushes_is_stored_and_raises_nothing()
    {
        await using var controller = await TestController.StartAsync();
        var agent = await controller.RunningNodeAsync();
        await Config(agent);
        await agent.PollAsync();
        var (status, _) = await agent.SendAsync("PATCH", "/config", Example("config.patch.request.json"));
        await Assert.That(status).IsEqualTo(HttpStatusCode.NoContent);
        var fog = await controller.FogAsync(agent.Uuid);
        foreach (var (key, value) in JsonNode.Parse(Example("config.patch.request.json"))!.AsObject().Where(p => p.Key != "upgradeScanFrequency"))
        {
            await Assert.That($"{key} {fog[key]?.ToJsonString()}").IsEqualTo($"{key} {value!.ToJsonString()}");
        }

        await Assert.That((await agent.PollAsync())["config"]!.GetValue<bool>()).IsFalse();
    }

    [Test]
    public async Task Every_field_of_another_type_is_refused()
    {
        await using var controller = await TestController.StartAsync();
        var agent = await controller.RunningNodeAsync();
        string[] texts = ["networkInterface", "containerEngineUrl", "diskDirectory", "logDirectory", "gpsMode", "gpsDevice", "logLevel", "timeZone"];
        string[] numbers =
        [
            "diskLimit", "memoryLimit", "cpuLimit", "logLimit", "logFileCount", "statusFrequency", "changeFrequency", "deviceScanFrequency",
            "edgeGuardFrequency", "gpsScanFrequency", "pruningFrequency", "availableDiskThreshold", "latitude", "longitude",
        ];
        string[] whole = ["logFileCount", "statusFrequency", "changeFrequency", "deviceScanFrequency", "edgeGuardFrequency", "gpsScanFrequency", "pruningFrequency", "availableDiskThreshold"];
        (string, string)[] bad =
        [
            .. texts.Select(f => (f, "5")), .. texts.Select(f => (f, "null")), .. numbers.Select(f => (f, "\"5\"")), .. numbers.Select(f => (f, "-200")),
            .. whole.Select(f => (f, "1.5")), ("watchdogEnabled", "\"true\""), ("latitude", "91"), ("longitude", "181"), ("statusFrequency", "1e12"),
        ];
        foreach (var (field, value) in bad)
        {
            var (status, body) = await agent.SendAsync("PATCH", "/config", $$"""{"{{field}}":{{value}}}""");
            await Assert.That($"{field} {value} {(int)status} {body?["name"]}").IsEqualTo($"{field} {value} 400 ValidationError");
        }

        await Assert.That((await agent.SendAsync("PATCH", "/config", """{"diskLimit":10.5,"unknown":[]}""")).Status).IsEqualTo(HttpStatusCode.NoContent);
    }

    [Test]
    public async Task Coordinates_are_stored_alone_too()
    {
        await using var controller = await TestController.StartAsync();
        var agent = await controller.RunningNodeAsync();
        await Assert.That((await agent.SendAsync("PATCH", "/config/gps", Example("config.gps.patch.request.json"))).Status).IsEqualTo(HttpStatusCode.NoContent);
        var fog = await controller.FogAsync(agent.Uuid);
        await Assert.That($"{fog["latitude"]} {fog["longitude"]}").IsEqualTo("41.0082 28.9784");
        await Assert.That((await agent.SendAsync("PATCH", "/config/gps", """{"latitude":"1"}""")).Status).IsEqualTo(HttpStatusCode.BadRequest);
        // A node that does not know its place does not wipe out one that is known.
        await agent.SendAsync("PATCH", "/config", """{"latitude":0,"longitude":0}""");
        await Assert.That((await controller.FogAsync(agent.Uuid))["latitude"]!.GetValue<double>()).IsEqualTo(41.0082);
    }

    [Test]
    public async Task What_the_operator_changed_wins_over_an_agent_that_comes_back()
    {
        await using var controller = await TestController.StartAsync();
        var agent = await controller.RunningNodeAsync();
        await Config(agent);
        await controller.PatchFogAsync(agent.Uuid, """{"logLevel":"DEBUG","memoryLimit":2048}""");

        // The node boots: it pushes what it has before it has asked for anything, then polls and ignores the flag.
        await agent.SendAsync("PATCH", "/config", """{"logLevel":"INFO","memoryLimit":4096,"cpuLimit":55}""");
        var fog = await controller.FogAsync(agent.Uuid);
        await Assert.That($"{fog["logLevel"]} {fog["memoryLimit"]} {fog["cpuLimit"]}").IsEqualTo("DEBUG 2048 55");
        await Assert.That((await agent.PollAsync())["config"]!.GetValue<bool>()).IsTrue();

        // It acknowledged without fetching, so it is told again; now it fetches.
        await Assert.That((await agent.PollAsync(acknowledge: false))["config"]!.GetValue<bool>()).IsTrue();
        var config = await Config(agent);
        await Assert.That($"{config["logLevel"]} {config["memoryLimit"]}").IsEqualTo("DEBUG 2048");
        await agent.PollAsync();
        await Assert.That((await agent.PollAsync(prefer: "wait=0"))["config"]!.GetValue<bool>()).IsFalse();

        // From here on the node's own changes count again.
        await agent.SendAsync("PATCH", "/config", """{"logLevel":"WARN"}""");
        await Assert.That((await controller.FogAsync(agent.Uuid))["logLevel"]!.GetValue<string>()).IsEqualTo("WARN");
    }

    [Test]
    public async Task What_the_operator_chose_for_a_new_agent_survives_its_first_push()
    {
        await using var controller = await TestController.StartAsync();
        var uuid = await controller.CreateNodeAsync(more: ",\"diskLimit\":99");
        await controller.PhaseAsync(uuid, "Ready");
        var agent = await controller.ProvisionAsync(uuid);
        await agent.SendAsync("PATCH", "/config", Example("config.patch.request.json"));
        var fog = await controller.FogAsync(uuid);
        await Assert.That($"{fog["diskLimit"]} {fog["changeFrequency"]} {fog["networkInterface"]}").IsEqualTo("99 1 eth0");
        await Assert.That((await agent.PollAsync())["config"]!.GetValue<bool>()).IsTrue();
    }

    [Test]
    public async Task An_agent_that_has_the_operators_values_already_needs_no_telling()
    {
        await using var controller = await TestController.StartAsync();
        var agent = await controller.RunningNodeAsync();
        await Config(agent);
        await controller.PatchFogAsync(agent.Uuid, """{"logLevel":"DEBUG"}""");
        await agent.SendAsync("PATCH", "/config", """{"logLevel":"DEBUG"}""");
        await agent.PollAsync();
        await controller.PhaseAsync(agent.Uuid, "Ready");
        await agent.PollAsync(prefer: "wait=0");
        await Assert.That((await agent.PollAsync(prefer: "wait=0"))["config"]!.GetValue<bool>()).IsFalse();
    }

    private static async Task<JsonObject> Config(TestAgent agent)
    {
        var (status, body) = await agent.SendAsync("GET", "/config");
        await Assert.That(status).IsEqualTo(HttpStatusCode.OK);
        return body!.AsObject();
    }
}
