using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Controller.Tests.Support;

namespace Controller.Tests.Agents;

/// <summary>Provisioning and deprovisioning (agent-wire 5 and 6, decisions 2 and 25).</summary>
public sealed class AgentProvisioningTests
{
    [Test]
    [Arguments("{}", "Required field 'key' is missing")]
    [Arguments("""{"key":"k"}""", "Required field 'type' is missing")]
    [Arguments("""{"key":5,"type":1}""", "Field 'key' is not of a type(s) string")]
    [Arguments("""{"key":"k","type":"1"}""", "Field 'type' is not of a type(s) integer")]
    [Arguments("""{"key":"k","type":1.5}""", "Field 'type' is not of a type(s) integer")]
    [Arguments("""{"key":"k","type":-1}""", "type must be greater than or equal to 0")]
    [Arguments("""{"key":"k","type":1,"engine":5}""", "Field 'engine' is not of a type(s) string")]
    [Arguments("""{"key":"k","type":1,"engine":"lxc"}""", "Field engine is not one of enum values: edgelet,docker,podman")]
    public async Task A_body_with_faults_is_refused(string json, string message)
    {
        await using var controller = await TestController.StartAsync();
        await Refused(controller, json, HttpStatusCode.BadRequest, "ValidationError", message);
    }

    [Test]
    public async Task Unknown_and_expired_keys_are_refused()
    {
        await using var controller = await TestController.StartAsync();
        var uuid = await controller.CreateNodeAsync();
        await Refused(controller, """{"key":"k","type":1}""", HttpStatusCode.NotFound, "NotFoundError", "Invalid Provisioning Key");
        var key = await controller.KeyAsync(uuid);
        await controller.Database.WriteAsync(s => s.ExecuteAsync("UPDATE \"FogProvisionKeys\" SET \"expiration_time\" = 1"));
        await Refused(controller, $$"""{"key":"{{key}}","type":1}""", HttpStatusCode.Unauthorized, "AuthenticationError", "Expired provision key");
        await Refused(controller, $$"""{"key":"{{key}}","type":1}""", HttpStatusCode.Unauthorized, "AuthenticationError", "Expired provision key");
    }

    [Test]
    [Arguments(0, 2)]
    [Arguments(1, 1)]
    [Arguments(2, 2)]
    [Arguments(3, 3)]
    [Arguments(4, 4)]
    public async Task Every_architecture_is_taken_and_auto_keeps_the_known_one(int type, int expected)
    {
        await using var controller = await TestController.StartAsync();
        var uuid = await controller.CreateFogAsync("""{"name":"a","archId":2,"routerMode":"none","natsMode":"none"}""");
        await controller.PhaseAsync(uuid, "Ready");
        var agent = await controller.ProvisionAsync(uuid, type);
        var fog = await controller.FogAsync(uuid);
        await Assert.That(fog["archId"]!.GetValue<int>()).IsEqualTo(expected);
        await Assert.That(fog["daemonStatus"]!.GetValue<string>()).IsEqualTo("NOT_PROVISIONED");
        var changes = await agent.PollAsync();
        foreach (var flag in new[] { "volumeMounts", "registries", "microserviceList", "microserviceConfig" })
        {
            await Assert.That(changes[flag]!.GetValue<bool>()).IsTrue();
        }
    }

    [Test]
    public async Task The_answer_has_the_keys_of_the_contract()
    {
        await using var controller = await TestController.StartAsync();
        var uuid = await controller.CreateNodeAsync();
        var key = await controller.KeyAsync(uuid);
        var (_, body) = await controller.SendAsync("POST", "/api/v3/agent/provision", $$"""{"key":"{{key}}","type":1,"engine":"podman","more":[]}""");
        var example = JsonNode.Parse(Example.Bytes("agent/provision.response.json"))!.AsObject();
        await Assert.That(body!.AsObject().Select(p => p.Key)).IsEquivalentTo(example.Select(p => p.Key));
        await Assert.That($"{body["uuid"]} {body["namespace"]}").IsEqualTo($"{uuid} iofog");
        await Assert.That((await controller.FogAsync(uuid))["containerEngine"]!.GetValue<string>()).IsEqualTo("podman");
        var jwk = JsonNode.Parse(Convert.FromBase64String(body["privateKey"]!.GetValue<string>()))!.AsObject();
        await Assert.That(jwk.Select(p => p.Key)).IsEquivalentTo(["crv", "d", "x", "kty"]);
    }

    [Test]
    public async Task A_key_works_once_even_for_twenty_at_the_same_moment()
    {
        await using var controller = await TestController.StartAsync();
        var key = await controller.KeyAsync(await controller.CreateNodeAsync());
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ =>
            controller.SendAsync("POST", "/api/v3/agent/provision", $$"""{"key":"{{key}}","type":1}""")));
        await Assert.That(answers.Count(a => a.Status == HttpStatusCode.OK)).IsEqualTo(1);
        await Assert.That(answers.Count(a => a.Status == HttpStatusCode.NotFound)).IsEqualTo(19);
    }

    [Test]
    public async Task Microservices_without_an_image_for_the_architecture_keep_the_key_usable()
    {
        await using var controller = await TestController.StartAsync();
        var uuid = await controller.CreateNodeAsync();
        await controller.AddMicroserviceAsync("own", uuid);
        await controller.AddMicroserviceAsync("bad", uuid);
        await controller.Database.WriteAsync(s => s.ExecuteAsync(
            "INSERT INTO \"CatalogItemImages\" (\"container_image\", \"microservice_uuid\", \"arch_id\") VALUES ('i', 'own', 2), ('i', 'bad', 1)"));
        var key = await controller.KeyAsync(uuid);
        await Refused(
            controller,
            $$"""{"key":"{{key}}","type":2}""",
            HttpStatusCode.BadRequest,
            "ValidationError",
            "Some of microservices haven't proper docker images for this ioFog type. List of invalid microservices:\n \"bad\" microservice\n");
        await controller.Database.WriteAsync(s => s.ExecuteAsync("DELETE FROM \"Microservices\" WHERE \"uuid\" = 'bad'"));
        var (status, _) = await controller.SendAsync("POST", "/api/v3/agent/provision", $$"""{"key":"{{key}}","type":2}""");
        await Assert.That(status).IsEqualTo(HttpStatusCode.OK);
    }

    [Test]
    public async Task Provisioning_again_makes_the_former_key_worthless_at_once()
    {
        await using var controller = await TestController.StartAsync();
        var former = await controller.RunningNodeAsync();
        var next = await controller.ProvisionAsync(former.Uuid);
        var (refused, body) = await former.SendAsync("GET", "/config");
        await Assert.That((refused, body!["code"]!.GetValue<string>())).IsEqualTo((HttpStatusCode.Unauthorized, "AGENT_JWT_SIGNATURE_INVALID"));
        await Assert.That((await next.SendAsync("GET", "/config")).Status).IsEqualTo(HttpStatusCode.OK);
    }

    [Test]
    public async Task A_deprovisioned_agent_is_refused_and_its_state_is_kept_across_a_restart()
    {
        var directory = Directory.CreateTempSubdirectory("controller-test-");
        try
        {
            string uuid;
            await using (var controller = await TestController.StartAsync(dataDirectory: directory.FullName))
            {
                var agent = await controller.RunningNodeAsync();
                var other = await controller.RunningNodeAsync("other");
                uuid = agent.Uuid;
                await controller.AddMicroserviceAsync("mine", uuid);
                await controller.AddMicroserviceAsync("foreign", other.Uuid);
                await agent.SendAsync("PUT", "/status", """{"daemonStatus":"RUNNING","ipAddress":"10.0.0.9","ipAddressExternal":"1.2.3.4"}""");
                var (missing, error) = await agent.SendAsync("POST", "/deprovision", "{}");
                await Assert.That((missing, error!["message"]!.GetValue<string>())).IsEqualTo((HttpStatusCode.BadRequest, "Required field 'microserviceUuids' is missing"));
                var (status, _) = await agent.SendAsync("POST", "/deprovision", """{"microserviceUuids":["mine","foreign"]}""");
                await Assert.That(status).IsEqualTo(HttpStatusCode.NoContent);
                var (refused, body) = await agent.SendAsync("GET", "/config");
                await Assert.That((refused, body!["code"]!.GetValue<string>())).IsEqualTo((HttpStatusCode.Unauthorized, "AGENT_PUBLIC_KEY_NOT_FOUND"));
                await Assert.That(await Status(controller, "mine")).IsEqualTo("DELETING");
                await Assert.That(await Status(controller, "foreign")).IsEqualTo("RUNNING");
                await Assert.That(await controller.TextAsync("SELECT \"status\" FROM \"MicroserviceExecStatuses\" WHERE \"microservice_uuid\" = 'mine'")).IsEqualTo("INACTIVE");
                await Shown(await controller.FogAsync(uuid));
            }

            await using var second = await TestController.StartAsync(dataDirectory: directory.FullName);
            await Shown(await second.FogAsync(uuid));
            await second.Database.WriteAsync(s => s.ExecuteAsync("DELETE FROM \"Microservices\""));
            await second.ProvisionAsync(uuid);
        }
        finally
        {
            directory.Delete(true);
        }

        static async Task Shown(JsonObject fog) =>
            await Assert.That($"{fog["daemonStatus"]} {fog["ipAddress"]} {fog["ipAddressExternal"]}").IsEqualTo("DEPROVISIONED 0.0.0.0 0.0.0.0");

        static Task<string?> Status(TestController controller, string uuid) =>
            controller.TextAsync("SELECT \"status\" FROM \"MicroserviceStatuses\" WHERE \"microservice_uuid\" = @u", uuid);
    }

    private static async Task Refused(TestController controller, string json, HttpStatusCode code, string name, string message)
    {
        using var content = new StringContent(json, Encoding.UTF8, "application/json");
        using var client = new HttpClient { BaseAddress = controller.App.Address };
        using var answer = await client.PostAsync("/api/v3/agent/provision", content);
        var body = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
        await Assert.That((answer.StatusCode, body["name"]!.GetValue<string>(), body["message"]!.GetValue<string>())).IsEqualTo((code, name, message));
    }
}
