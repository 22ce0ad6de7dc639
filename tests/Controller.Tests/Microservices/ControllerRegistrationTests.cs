using System.Net;
using System.Text.Json.Nodes;
using Controller.Agents;
using Controller.Sql.Stores;
using Controller.Tests.Support;

namespace Controller.Tests.Microservices;

/// <summary>POST /agent/controller/register (agent-wire 17).</summary>
public sealed class ControllerRegistrationTests
{
    private const string Uuid = "0d4a2c9b-2c55-4d3e-9a0c-3e7f6b1a2c05";

    [Test]
    public async Task The_contracts_example_registers_once_however_often_it_is_sent()
    {
        await using var w = await Workloads.StartAsync();
        var agent = await AgentAsync(w);
        for (var i = 0; i < 2; i++)
        {
            var (status, answer) = await agent.SendAsync("POST", "/controller/register", Request());
            await Assert.That(status).IsEqualTo(HttpStatusCode.OK);
            await Assert.That(JsonNode.DeepEquals(answer, JsonNode.Parse(Example.Bytes("agent/controller.register.response.json")))).IsTrue();
            await Assert.That(await w.TakeFlagsAsync(agent.Uuid)).IsEqualTo(ChangeFlags.Microservices);
            await Assert.That(await w.TakeRebuildAsync(Uuid)).IsEqualTo(i == 0).Because("the same again is no reason to recreate the container");
        }

        var m = await w.GetAsync(Uuid, true);
        await Assert.That(m["name"]!.GetValue<string>()).IsEqualTo("controller");
        await Assert.That(m["application"]!.GetValue<string>()).IsEqualTo("system-node-1");
        await Assert.That(m["isController"]!.GetValue<bool>()).IsTrue();
        await Assert.That(m["schedule"]!.GetValue<int>()).IsEqualTo(0);
        await Assert.That(m["registryId"]!.GetValue<int>()).IsEqualTo(2);
        await Assert.That(m["runtime"]!.GetValue<string>()).IsEqualTo("runc");
        await Assert.That(m["ports"]!.AsArray().Count).IsEqualTo(2);
        await Assert.That(m["volumeMappings"]!.AsArray().Count).IsEqualTo(2);
        await Assert.That(m["status"]!["status"]!.GetValue<string>()).IsEqualTo("QUEUED");
        await w.RefusedAsync(
            "DELETE", "/microservices/" + Uuid, null, 403, "ForbiddenError",
            $"Microservice uuid {Uuid} is the controller microservice and can't be deleted");
        var refusal = JsonNode.Parse(Example.Bytes("workloads/error-403-controller-microservice.json"))!;
        await Assert.That(refusal["message"]!.GetValue<string>().Replace("7d1be2c9-0b6a-4a57-8a8f-93c0f2d4e166", Uuid, StringComparison.Ordinal))
            .IsEqualTo($"Microservice uuid {Uuid} is the controller microservice and can't be deleted");
    }

    [Test]
    [Arguments("images", """[{"containerImage":"newer","archId":2}]""", true)]
    [Arguments("env", """[{"key":"A","value":"b"}]""", true)]
    [Arguments("ports", "[]", true)]
    [Arguments("volumeMappings", "[]", true)]
    [Arguments("hostNetworkMode", "true", true)]
    [Arguments("config", "\"{\\\"a\\\":1}\"", false)]
    public async Task A_difference_is_taken_over(string field, string value, bool rebuild)
    {
        await using var w = await Workloads.StartAsync();
        var agent = await AgentAsync(w);
        await agent.SendAsync("POST", "/controller/register", Request());
        await w.TakeRebuildAsync(Uuid);
        var (status, _) = await agent.SendAsync("POST", "/controller/register", Request((field, value)));
        await Assert.That(status).IsEqualTo(HttpStatusCode.OK);
        await Assert.That(await w.TakeRebuildAsync(Uuid)).IsEqualTo(rebuild);
        var shown = (await w.GetAsync(Uuid, true))[field]!;
        await Assert.That(field switch
        {
            "volumeMappings" => shown.AsArray().Count == 1,
            "env" => shown[0]!["key"]!.GetValue<string>() == "A",
            _ => shown.ToJsonString().Replace("\\u0022", "\\\"", StringComparison.Ordinal) == value,
        }).IsTrue().Because(shown.ToJsonString());
    }

    [Test]
    public async Task An_ordinary_node_may_not_register_and_the_body_is_looked_at_first()
    {
        await using var w = await Workloads.StartAsync();
        var agent = await AgentAsync(w, isSystem: false);
        var (status, body) = await agent.SendAsync("POST", "/controller/register", Request());
        await Assert.That(status).IsEqualTo(HttpStatusCode.Forbidden);
        await Assert.That(JsonNode.DeepEquals(body, JsonNode.Parse(Example.Bytes("agent/error.403.controller-register.json")))).IsTrue();
        await RefusedAsync(agent, Request(("application", "\"x\"")), 400, "Field 'application' not allowed");
        await Assert.That(await w.CountAsync("Microservices")).IsEqualTo(0);
    }

    [Test]
    [Arguments("serviceAccount", "{}", 400, "Field 'serviceAccount' not allowed")]
    [Arguments("natsConfig", "{}", 400, "Field 'natsConfig' not allowed")]
    [Arguments("iofogUuid", "\"x\"", 400, "Field 'iofogUuid' not allowed")]
    [Arguments("uuid", null, 400, "Required field 'uuid' is missing")]
    [Arguments("uuid", "\"\"", 400, "Invalid microservice UUID ''")]
    [Arguments("uuid", "\"1234567890123456789012345678901234567\"", 400, "Invalid microservice UUID '1234567890123456789012345678901234567'")]
    [Arguments("registryId", null, 400, "Required field 'registryId' is missing")]
    [Arguments("registryId", "99", 404, "Invalid registry id '99'")]
    [Arguments("images", "[]", 400, null)]
    [Arguments("images", """[{"containerImage":"x","archId":1}]""", 400, "Microservice controller does not have a valid image for its Agent type")]
    [Arguments("name", "\"other\"", 400, "Field name is not one of enum values: controller")]
    [Arguments("schedule", "1", 400, null)]
    [Arguments("runtime", "\"kata\"", 400, "Runtime 'kata' is not available on agent 'node-1'")]
    [Arguments("ports", """[{"internal":1,"external":53}]""", 400, "Port '53' is reserved for internal use")]
    [Arguments("ports", """[{"internal":1,"external":7777}]""", 400, "Port '7777' is not available")]
    [Arguments("volumeMappings", """[{"hostDestination":"n","containerDestination":"/c","accessMode":"ro","type":"volumeMount"}]""", 400, "Volume mount with name n not found")]
    [Arguments("volumeMappings", """[{"hostDestination":"n","containerDestination":"/c","accessMode":"ro","type":"serviceAccount"}]""", 400,
        "Volume mappings of type serviceAccount are system-managed and cannot be set by users")]
    public async Task Refusals(string field, string? value, int expected, string? message)
    {
        await using var w = await Workloads.StartAsync();
        var agent = await AgentAsync(w);
        await w.CreateAsync("blocker", $$"""{"iofogUuid":"{{agent.Uuid}}","images":[{"containerImage":"x","archId":2}],"ports":[{"internal":1,"external":7777}]}""");
        await RefusedAsync(agent, Request((field, value)), expected, message);
        await Assert.That(await w.CountAsync("Microservices")).IsEqualTo(1);
    }

    [Test]
    public async Task A_uuid_that_is_taken_is_not_handed_over()
    {
        await using var w = await Workloads.StartAsync();
        var agent = await AgentAsync(w);
        var second = await AgentAsync(w, name: "node-2");
        await agent.SendAsync("POST", "/controller/register", Request());
        await RefusedAsync(second, Request(), 400, $"Invalid microservice UUID '{Uuid}'");
        var users = await w.CreateAsync("users", $$"""{"iofogUuid":"{{agent.Uuid}}","images":[{"containerImage":"x","archId":2}]}""");
        await RefusedAsync(agent, Request(("uuid", $"\"{users}\"")), 400, $"Invalid microservice UUID '{users}'");
        await RefusedAsync(agent, Request(("uuid", "\"another\""), ("ports", "[]")), 409, "Duplicate name 'controller'");
    }

    private static async Task RefusedAsync(TestAgent agent, string json, int expected, string? message)
    {
        var (status, body) = await agent.SendAsync("POST", "/controller/register", json);
        await Assert.That((int)status).IsEqualTo(expected);
        if (message is not null)
        {
            await Assert.That(body!["message"]!.GetValue<string>()).IsEqualTo(message);
        }
    }

    private static async Task<TestAgent> AgentAsync(Workloads w, bool isSystem = true, string name = "node-1")
    {
        var agent = await TestAgent.CreateAsync(w.Controller);
        await w.Database.WriteAsync(s => s.ExecuteAsync(
            """
            UPDATE "Fogs" SET "is_system" = @system, "name" = @name, "arch_id" = 2, "available_runtimes" = '["runc"]' WHERE "uuid" = @uuid
            """,
            new() { { "system", isSystem }, { "name", name }, { "uuid", agent.Uuid } }));
        w.Controller.Service<Fleet>().Forget(agent.Uuid);
        return agent;
    }

    /// <summary>The contract's body with members replaced, or removed by null.</summary>
    private static string Request(params (string Field, string? Value)[] changes)
    {
        var body = JsonNode.Parse(Example.Bytes("agent/controller.register.request.json"))!.AsObject();
        foreach (var (field, value) in changes)
        {
            if (value is null)
            {
                body.Remove(field);
            }
            else
            {
                body[field] = JsonNode.Parse(value);
            }
        }

        return body.ToJsonString();
    }
}
