using System.Net;
using System.Text.Json.Nodes;
using Controller.Secrets;
using Controller.Sql;
using Controller.Sql.Stores;
using Controller.Tests.Support;
using Edgelet.Simulator;
using static Controller.Tests.Support.JsonAsserts;

namespace Controller.Tests.Agents;

/// <summary>What an agent fetches when a flag tells it to (agent-wire 11, 12, 16).</summary>
public class AgentReadTests
{
    private const string Fog = "6f0c1f6e-8b0a-4a53-9d0e-5a2b8f4c7d11";
    private const string Microservice = "0d4a2c9b-2c55-4d3e-9a0c-3e7f6b1a2c01";

    private static readonly DateTimeOffset Now = DateTimeOffset.UtcNow;

    [Test]
    [Arguments("registries")]
    [Arguments("volumeMounts")]
    [Arguments("logs/sessions")]
    [Arguments("exec/sessions")]
    public async Task An_agent_must_sign(string path)
    {
        await using var controller = await TestController.StartAsync();
        var (status, body) = await controller.SendAsync("GET", "/api/v3/agent/" + path);
        await Assert.That(status).IsEqualTo(HttpStatusCode.Unauthorized);
        await Assert.That((string)body!["name"]!).IsEqualTo("AuthenticationError");
    }

    [Test]
    public async Task Registries_come_with_clear_text_passwords_as_in_the_example()
    {
        await using var controller = await TestController.StartAsync();
        var agent = await TestAgent.CreateAsync(controller);
        await controller.SendAsync("POST", "/api/v3/registries",
            """{"url":"registry.example.org","isPublic":false,"username":"puller","password":"p@ss","email":"puller@example.org"}""");

        var (status, body) = await agent.SendAsync("GET", "/registries");

        await Assert.That(status).IsEqualTo(HttpStatusCode.OK);
        await IsSameAsync(body, ExampleNode("agent/registries.get.response.json"));
    }

    [Test]
    public async Task Registry_password_that_does_not_decrypt_is_used_as_it_is_and_null_stays_null()
    {
        await using var controller = await TestController.StartAsync();
        var agent = await TestAgent.CreateAsync(controller);
        await controller.Database.WriteAsync(async s =>
        {
            await RegistryStore.InsertAsync(s, new(0, "old", false, "u", "clear text", "a@b.c"));
            await RegistryStore.InsertAsync(s, new(0, "older", true, null, null, null));
        });

        var (_, body) = await agent.SendAsync("GET", "/registries");

        await IsSameAsync(body!["registries"]![2], JsonNode.Parse(
            """{"id":3,"url":"old","isPublic":false,"username":"u","password":"clear text","userEmail":"a@b.c"}"""));
        await IsSameAsync(body["registries"]![3], JsonNode.Parse(
            """{"id":4,"url":"older","isPublic":true,"username":null,"password":null,"userEmail":null}"""));
    }

    [Test]
    public async Task Volume_mounts_read_as_in_the_example()
    {
        await using var controller = await TestController.StartAsync();
        var agent = await TestAgent.CreateAsync(controller, Fog);
        var expected = ExampleNode("agent/volumeMounts.get.response.json");
        var tls = expected["volumeMounts"]![2]!["data"]!;
        await controller.Database.WriteAsync(async s =>
        {
            await InsertConfigMapAsync(controller, s, "settings",
                """{"app.yaml":"sampleMs: 500\nunit: bpm\n","conf.d/extra.yaml":"debug: false\n"}""");
            await InsertSecretAsync(controller, s, "token", "Opaque", """{"token":"s3cr3t"}""");
            await InsertSecretAsync(controller, s, "router-local-server-edge-1", "tls", tls.ToJsonString());
            await MountAsync(s, "c7b9a1f0-31d5-4e64-8f4d-0b5f6a2e9d01", "heart-settings", configMap: "settings", version: 3);
            await MountAsync(s, "c7b9a1f0-31d5-4e64-8f4d-0b5f6a2e9d02", "heart-token", secret: "token");
            await MountAsync(s, "c7b9a1f0-31d5-4e64-8f4d-0b5f6a2e9d03", "router-local-server-edge-1", secret: "router-local-server-edge-1");
        });

        var (status, body) = await agent.SendAsync("GET", "/volumeMounts");

        await Assert.That(status).IsEqualTo(HttpStatusCode.OK);
        await IsSameAsync(body, expected);
    }

    [Test]
    public async Task Only_linked_mounts_are_sent_and_each_once()
    {
        await using var controller = await TestController.StartAsync();
        var agent = await TestAgent.CreateAsync(controller, Fog);
        var other = await TestAgent.CreateAsync(controller);
        await IsSameAsync((await agent.SendAsync("GET", "/volumeMounts")).Body, JsonNode.Parse("""{"volumeMounts":[]}"""));

        await controller.Database.WriteAsync(async s =>
        {
            await InsertConfigMapAsync(controller, s, "c", "{}");
            await MountAsync(s, "mount-1", "one", configMap: "c");
            await VolumeMountStore.InsertAsync(s, new("mount-2", "two", "c", null), Now);
            // Old databases may hold a link twice.
            await s.ExecuteAsync("INSERT INTO \"FogVolumeMounts\" (\"fog_uuid\", \"volume_mount_uuid\") VALUES (@fog, 'mount-1')", new() { { "fog", Fog } });
        });

        await IsSameAsync((await agent.SendAsync("GET", "/volumeMounts")).Body, JsonNode.Parse(
            """{"volumeMounts":[{"uuid":"mount-1","name":"one","version":1,"type":"configMap","data":{}}]}"""));
        await IsSameAsync((await other.SendAsync("GET", "/volumeMounts")).Body, JsonNode.Parse("""{"volumeMounts":[]}"""));
    }

    [Test]
    public async Task Mount_without_a_readable_source_is_empty()
    {
        await using var controller = await TestController.StartAsync();
        var agent = await TestAgent.CreateAsync(controller, Fog);
        await controller.Database.WriteAsync(async s =>
        {
            await InsertAsync(s, "ConfigMaps", "garbage", "not encrypted", null);
            // Encrypted under another name: a value copied to another row does not decrypt.
            await InsertAsync(s, "Secrets", "copied", controller.Service<SecretCipher>().Encrypt("original", """{"k":"v"}"""), "Opaque");
            await MountAsync(s, "m1", "a", configMap: "garbage");
            await MountAsync(s, "m2", "b", secret: "copied");
            await MountAsync(s, "m3", "c");
        });

        await IsSameAsync((await agent.SendAsync("GET", "/volumeMounts")).Body, JsonNode.Parse(
            """
            {"volumeMounts":[{"uuid":"m1","name":"a","version":1,"type":"configMap","data":{}},
              {"uuid":"m2","name":"b","version":1,"type":"secret","data":{}},{"uuid":"m3","name":"c","version":1,"type":null,"data":{}}]}
            """));
    }

    [Test]
    public async Task Values_are_base64_of_their_utf8_text()
    {
        await using var controller = await TestController.StartAsync();
        var agent = await TestAgent.CreateAsync(controller, Fog);
        await controller.Database.WriteAsync(async s =>
        {
            await InsertConfigMapAsync(controller, s, "c", """{"text":"grün\u0001","empty":"","number":5,"object":{"a":[1]}}""");
            await MountAsync(s, "m1", "a", configMap: "c");
        });

        var (_, body) = await agent.SendAsync("GET", "/volumeMounts");

        await IsSameAsync(body!["volumeMounts"]![0]!["data"], JsonNode.Parse(
            """{"text":"Z3LDvG4B","empty":"","number":"NQ==","object":"eyJhIjpbMV19"}"""));
    }

    [Test]
    public async Task Service_accounts_are_no_volume_mounts()
    {
        await using var controller = await TestController.StartAsync();
        var agent = await TestAgent.CreateAsync(controller, Fog);
        await controller.Database.AddMicroserviceAsync(agent, uuid: Microservice);
        await controller.Database.WriteAsync(s => s.ExecuteAsync(
            """
            INSERT INTO "VolumeMappings" ("host_destination", "container_destination", "access_mode", "type", "microservice_uuid")
            VALUES ('sa', '/var/run/secrets', 'ro', 'serviceAccount', @uuid)
            """,
            new() { { "uuid", Microservice } }));

        await IsSameAsync((await agent.SendAsync("GET", "/volumeMounts")).Body, JsonNode.Parse("""{"volumeMounts":[]}"""));
    }

    [Test]
    public async Task Log_sessions_read_as_in_the_example()
    {
        await using var controller = await TestController.StartAsync();
        var agent = await TestAgent.CreateAsync(controller, Fog);
        await controller.Database.AddMicroserviceAsync(agent, uuid: Microservice);
        await IsSameAsync((await agent.SendAsync("GET", "/logs/sessions")).Body, ExampleNode("agent/logs.sessions.get.empty.response.json"));

        var expected = ExampleNode("agent/logs.sessions.get.response.json");
        var sessions = expected["logSessions"]!;
        await controller.Database.WriteAsync(async s =>
        {
            await SessionStore.InsertLogAsync(s, new((string)sessions[1]!["sessionId"]!, Fog, true, "ACTIVE",
                sessions[1]!["tailConfig"]!.ToJsonString(), true, true), Now);
            await SessionStore.InsertLogAsync(s, new((string)sessions[0]!["sessionId"]!, Microservice, false, "PENDING",
                sessions[0]!["tailConfig"]!.ToJsonString(), true, false), Now);
        });

        var (status, body) = await agent.SendAsync("GET", "/logs/sessions");

        await Assert.That(status).IsEqualTo(HttpStatusCode.OK);
        await IsSameAsync(body, expected);
    }

    [Test]
    [Arguments(null, """{"lines":100,"follow":true,"since":null,"until":null}""")]
    [Arguments("", """{"lines":100,"follow":true,"since":null,"until":null}""")]
    [Arguments("not json", """{"lines":100,"follow":true,"since":null,"until":null}""")]
    [Arguments("[1]", """{"lines":100,"follow":true,"since":null,"until":null}""")]
    [Arguments("""{"lines":7,"other":1,"until":"2026-07-10T07:00:00Z"}""", """{"lines":7,"follow":true,"since":null,"until":"2026-07-10T07:00:00Z"}""")]
    [Arguments("""{"lines":"7","follow":"no","since":5}""", """{"lines":100,"follow":true,"since":null,"until":null}""")]
    [Arguments("""{"lines":1e99,"follow":false}""", """{"lines":2147483647,"follow":false,"since":null,"until":null}""")]
    public async Task Tail_settings_always_have_their_four_members(string? stored, string expected)
    {
        await using var controller = await TestController.StartAsync();
        var agent = await TestAgent.CreateAsync(controller, Fog);
        await controller.Database.WriteAsync(s => SessionStore.InsertLogAsync(s, new("s", Fog, true, "PENDING", stored, true, false), Now));

        var (_, body) = await agent.SendAsync("GET", "/logs/sessions");

        await IsSameAsync(body!["logSessions"]![0]!["tailConfig"], JsonNode.Parse(expected));
    }

    [Test]
    public async Task Exec_sessions_read_as_in_the_example()
    {
        await using var controller = await TestController.StartAsync();
        var agent = await TestAgent.CreateAsync(controller, Fog);
        await controller.Database.AddMicroserviceAsync(agent, uuid: Microservice);
        await IsSameAsync((await agent.SendAsync("GET", "/exec/sessions")).Body, ExampleNode("agent/exec.sessions.get.empty.response.json"));

        await controller.Database.WriteAsync(s =>
            SessionStore.InsertExecAsync(s, new("5b1f2f5e-0e0c-4a1e-9c2d-2f6a6e0b7a10", Microservice, "PENDING", true, false), Now));

        var (status, body) = await agent.SendAsync("GET", "/exec/sessions");
        await Assert.That(status).IsEqualTo(HttpStatusCode.OK);
        await IsSameAsync(body, ExampleNode("agent/exec.sessions.get.response.json"));
    }

    [Test]
    public async Task The_agents_own_decoder_takes_every_answer()
    {
        await using var controller = await TestController.StartAsync();
        var agent = await TestAgent.CreateAsync(controller, Fog);
        await controller.Database.AddMicroserviceAsync(agent, uuid: Microservice);
        await controller.Database.WriteAsync(async s =>
        {
            await RegistryStore.InsertAsync(s, new(0, "older", true, null, null, null));
            await InsertSecretAsync(controller, s, "token", "Opaque", """{"token":"s3cr3t"}""");
            await MountAsync(s, "m1", "a", secret: "token");
            await MountAsync(s, "m2", "b");
            await SessionStore.InsertExecAsync(s, new("e", Microservice, "ACTIVE", true, true), Now);
            await SessionStore.InsertLogAsync(s, new("l", Microservice, false, "PENDING", null, true, false), Now);
            await SessionStore.InsertLogAsync(s, new("n", Fog, true, "PENDING", null, true, false), Now);
        });
        using var http = ControllerClient.CreateHttpClient();
        var client = new ControllerClient(http, controller.App.Address + "api/v3/", TimeProvider.System) { Identity = new(Fog, agent.Key) };

        await Assert.That((await client.GetRegistriesAsync()).Select(r => r.Url)).IsEquivalentTo(["docker.io", "from_cache", "older"]);
        await Assert.That((await client.GetVolumeMountsAsync())[0].Data["token"]).IsEqualTo("czNjcjN0");
        await Assert.That((await client.GetExecSessionsAsync()).Single()).IsEqualTo(new AgentExecSession("e", Microservice, "ACTIVE", true));
        await Assert.That((await client.GetLogSessionsAsync()).Select(l => (l.MicroserviceUuid, l.IofogUuid))).IsEquivalentTo(
            new (string?, string?)[] { (Microservice, null), (null, Fog) });
    }

    [Test]
    public async Task Sessions_without_a_user_or_of_other_fogs_are_not_listed()
    {
        await using var controller = await TestController.StartAsync();
        var agent = await TestAgent.CreateAsync(controller, Fog);
        var other = await TestAgent.CreateAsync(controller);
        var foreign = await controller.Database.AddMicroserviceAsync(other);
        await controller.Database.AddMicroserviceAsync(agent, uuid: Microservice);
        await controller.Database.WriteAsync(async s =>
        {
            await SessionStore.InsertExecAsync(s, new("e1", Microservice, "PENDING", false, false), Now);
            await SessionStore.InsertExecAsync(s, new("e2", Microservice, "CLOSED", true, false), Now);
            await SessionStore.InsertExecAsync(s, new("e3", foreign, "ACTIVE", true, true), Now);
            await SessionStore.InsertExecAsync(s, new("e4", Microservice, "ACTIVE", true, true), Now);
            await SessionStore.InsertLogAsync(s, new("l1", Microservice, false, "PENDING", null, false, false), Now);
            await SessionStore.InsertLogAsync(s, new("l2", Fog, true, "PENDING", null, false, false), Now);
            await SessionStore.InsertLogAsync(s, new("l3", foreign, false, "PENDING", null, true, false), Now);
            await SessionStore.InsertLogAsync(s, new("l4", other.Uuid, true, "PENDING", null, true, false), Now);
            await SessionStore.InsertLogAsync(s, new("l5", Fog, true, "ACTIVE", null, true, false), Now);
        });

        var exec = (await agent.SendAsync("GET", "/exec/sessions")).Body!["execSessions"]!.AsArray();
        await Assert.That(exec.Select(e => (string)e!["sessionId"]!)).IsEquivalentTo(["e4"]);
        var logs = (await agent.SendAsync("GET", "/logs/sessions")).Body!["logSessions"]!.AsArray();
        await Assert.That(logs.Select(e => (string)e!["sessionId"]!)).IsEquivalentTo(["l5"]);
    }

    private static Task InsertConfigMapAsync(TestController controller, DbSession session, string name, string data) =>
        InsertAsync(session, "ConfigMaps", name, controller.Service<SecretCipher>().Encrypt(name, data), null);

    private static Task InsertSecretAsync(TestController controller, DbSession session, string name, string type, string data) =>
        InsertAsync(session, "Secrets", name, controller.Service<SecretCipher>().Encrypt(name, data), type);

    private static Task InsertAsync(DbSession session, string table, string name, string data, string? type) =>
        session.ExecuteAsync(
            type is null
                ? $"INSERT INTO \"{table}\" (\"name\", \"data\") VALUES (@name, @data)"
                : $"INSERT INTO \"{table}\" (\"name\", \"data\", \"type\") VALUES (@name, @data, @type)",
            type is null ? new() { { "name", name }, { "data", data } } : new() { { "name", name }, { "data", data }, { "type", type } });

    private static async Task MountAsync(
        DbSession session, string uuid, string name, string? configMap = null, string? secret = null, int version = 1)
    {
        await VolumeMountStore.InsertAsync(session, new(uuid, name, configMap, secret, version), Now);
        await VolumeMountStore.LinkAsync(session, [(uuid, Fog)]);
    }
}
