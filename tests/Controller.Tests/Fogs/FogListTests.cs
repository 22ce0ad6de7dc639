using System.Net;
using System.Text.Json.Nodes;
using Controller.Tests.Support;

namespace Controller.Tests.Fogs;

/// <summary>The list of agents and its filters (api-workloads 3.5).</summary>
public sealed class FogListTests
{
    [Test]
    public async Task All_agents_are_listed_by_name_without_their_platform_status()
    {
        await using var controller = await TestController.StartAsync();
        await controller.CreateFogAsync("""{"name":"hub","archId":1,"host":"10.0.0.1"}""");
        await controller.CreateNodeAsync("b", ",\"tags\":[\"x\"]");
        await controller.CreateNodeAsync("a");
        await Assert.That(await Names(controller, "?system=false")).IsEqualTo("a b hub");
        var (_, body) = await controller.SendAsync("GET", "/api/v3/iofog-list/");
        var fogs = body!["fogs"]!.AsArray();
        await Assert.That(fogs[1]!["tags"]!.ToJsonString()).IsEqualTo("""["x"]""");
        await Assert.That(fogs[0]!["tags"]!.ToJsonString()).IsEqualTo("[]");
        await Assert.That(fogs[0]!.AsObject().ContainsKey("platformStatus")).IsFalse();
    }

    [Test]
    [Arguments("filters[0][key]=name&filters[0][value]=gate-1&filters[0][condition]=equals", "gate-1")]
    [Arguments("filters[0][key]=name&filters[0][value]=gate&filters[0][condition]=equals", "")]
    [Arguments("filters[0][key]=name&filters[0][value]=gate&filters[0][condition]=has", "gate-1 gate-2")]
    [Arguments("filters%5B3%5D%5Bkey%5D=name&filters%5B3%5D%5Bvalue%5D=gate&filters%5B3%5D%5Bcondition%5D=has", "gate-1 gate-2")]
    [Arguments("filters[0][key]=name&filters[0][value]=gate&filters[0][condition]=has&filters[20][key]=location&filters[20][value]=north&filters[20][condition]=equals", "gate-2")]
    [Arguments("filters[0][key]=daemonStatus&filters[0][value]=NOT_PROVISIONED&filters[0][condition]=equals", "gate-1 gate-2 other")]
    [Arguments("filters[0][key]=memoryLimit&filters[0][value]=4096&filters[0][condition]=equals", "")]
    [Arguments("filters[0][key]=timeZone&filters[0][value]=&filters[0][condition]=has", "")]
    [Arguments("filters[0][key]=nonsense&filters[0][value]=x&filters[0][condition]=has", "")]
    public async Task Filters_match_text_fields(string query, string expected)
    {
        await using var controller = await TestController.StartAsync();
        await controller.CreateNodeAsync("gate-1");
        await controller.CreateNodeAsync("gate-2", ",\"location\":\"north\"");
        await controller.CreateNodeAsync("other", ",\"location\":\"north\"");
        await Assert.That(await Names(controller, "?" + query)).IsEqualTo(expected);
    }

    [Test]
    [Arguments("filters[0][key]=name&filters[0][value]=x", "Required field 'condition' is missing")]
    [Arguments("filters[0][value]=x&filters[0][condition]=has", "Required field 'key' is missing")]
    [Arguments("filters[0][key]=name&filters[0][condition]=has", "Required field 'value' is missing")]
    [Arguments("filters[21][key]=name&filters[21][value]=x&filters[21][condition]=has", "Field 'instance' is not of a type(s) array")]
    [Arguments("filters=x", "Field 'instance' is not of a type(s) array")]
    [Arguments("filters[a][key]=x", "Field 'instance' is not of a type(s) array")]
    public async Task Incomplete_filters_are_refused(string query, string message)
    {
        await using var controller = await TestController.StartAsync();
        var (status, body) = await controller.SendAsync("GET", "/api/v3/iofog-list?" + query);
        await Assert.That((status, body!["message"]!.GetValue<string>())).IsEqualTo((HttpStatusCode.BadRequest, message));
    }

    [Test]
    [Arguments("filters[0][key]=name&filters[0][value]=x&filters[0][condition]=like")]
    [Arguments("filters[0][key]=name&filters[0][key]=host&filters[0][value]=x&filters[0][condition]=has")]
    public async Task Filters_of_another_form_are_refused(string query)
    {
        await using var controller = await TestController.StartAsync();
        await Assert.That((await controller.SendAsync("GET", "/api/v3/iofog-list?" + query)).Status).IsEqualTo(HttpStatusCode.BadRequest);
    }

    [Test]
    public async Task Operators_see_what_was_reported_a_moment_ago()
    {
        await using var controller = await TestController.StartAsync();
        var agent = await controller.RunningNodeAsync();
        await agent.SendAsync("PUT", "/status", """{"daemonStatus":"RUNNING"}""");
        await agent.SendAsync("PUT", "/status", """{"daemonStatus":"RUNNING","cpuUsage":7.75,"version":"1.0.9","availableRuntimes":["crun"],"systemAvailableDisk":51234567890}""");
        var (_, body) = await controller.SendAsync("GET", "/api/v3/iofog-list?filters[0][key]=version&filters[0][value]=1.0.9&filters[0][condition]=equals");
        var fog = body!["fogs"]![0]!;
        await Assert.That($"{fog["cpuUsage"]} {fog["availableRuntimes"]!.ToJsonString()} {fog["systemAvailableDisk"]}").IsEqualTo("7.75 [\"crun\"] 51234567890");
        await Assert.That(fog["lastActive"]!.GetValue<long>()).IsGreaterThan(0);
    }

    [Test]
    public async Task A_limit_with_a_fraction_is_a_whole_number_to_clients()
    {
        await using var controller = await TestController.StartAsync();
        var agent = await controller.RunningNodeAsync();
        await agent.SendAsync("PATCH", "/config", """{"diskLimit":10.5,"memoryLimit":1e300}""");
        var fog = await controller.FogAsync(agent.Uuid);
        await Assert.That($"{fog["diskLimit"]!.ToJsonString()} {fog["memoryLimit"]!.ToJsonString()}").IsEqualTo("10 9007199254740991");
    }

    private static async Task<string> Names(TestController controller, string query)
    {
        var (status, body) = await controller.SendAsync("GET", "/api/v3/iofog-list" + query);
        await Assert.That((status, body?["message"]?.GetValue<string>())).IsEqualTo((HttpStatusCode.OK, null));
        return string.Join(' ', body!["fogs"]!.AsArray().Select(f => f!["name"]!.GetValue<string>()));
    }
}
