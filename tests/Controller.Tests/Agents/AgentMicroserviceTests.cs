using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Controller.Agents;
using Controller.Secrets;
using Controller.Tests.Support;
using Edgelet.Simulator;

namespace Controller.Tests.Agents;

/// <summary>What a node shall run (agent-wire 9 and 10).</summary>
public sealed class AgentMicroserviceTests
{
    private const string A = "0d4a2c9b-2c55-4d3e-9a0c-3e7f6b1a2c01";
    private const string B = "0d4a2c9b-2c55-4d3e-9a0c-3e7f6b1a2c02";

    [Test]
    public async Task A_full_microservice_has_the_shape_of_the_contract()
    {
        await using var controller = await TestController.StartAsync();
        var node = await TestAgent.CreateAsync(controller);
        await FillAsync(controller, node.Uuid);

        var (status, body) = await node.SendAsync("GET", "/microservices");

        await Assert.That(status).IsEqualTo(HttpStatusCode.OK);
        var expected = Example.Json("agent/microservices.get.response.json").GetProperty("microservices")[1];
        var actual = Example.Parse(body!["microservices"]![0]!.ToJsonString());
        await Assert.That(Shape(actual)).IsEqualTo(Shape(expected));

        // Every value but the role's rules, which are those of the role documents (auth-rbac 10.8).
        var left = JsonNode.Parse(actual.GetRawText())!.AsObject();
        var right = JsonNode.Parse(expected.GetRawText())!.AsObject();
        left["serviceAccount"]!.AsObject().Remove("rules");
        right["serviceAccount"]!.AsObject().Remove("rules");
        await Assert.That(JsonNode.DeepEquals(left, right)).IsTrue().Because($"{left}\n{right}");
    }

    [Test]
    public async Task A_strict_agent_decodes_the_list()
    {
        await using var controller = await TestController.StartAsync();
        var node = await TestAgent.CreateAsync(controller);
        await FillAsync(controller, node.Uuid);
        var system = await controller.AddApplicationAsync("system-" + node.Uuid, isSystem: true);
        await controller.AddMicroserviceAsync(B, "router", node.Uuid, system, catalogItem: 1);
        using var http = ControllerClient.CreateHttpClient();
        var client = new ControllerClient(http, controller.App.Address + "api/v3/", TimeProvider.System) { Identity = new(node.Uuid, node.Key) };

        var list = await client.GetMicroservicesAsync();

        await Assert.That(list.Select(m => m.Name)).IsEquivalentTo(["monitor", "router"]);
        var monitor = list.Single(m => m.Name == "monitor");
        await Assert.That(monitor.HealthCheck!.Test!.Count).IsEqualTo(2);
        await Assert.That(monitor.ServiceAccount!.Rules.Single().Resources).Contains("system/gps");
        await Assert.That(monitor.VolumeMappings.Select(v => v.Type)).DoesNotContain("serviceAccount");
        var router = list.Single(m => m.Name == "router");
        await Assert.That(router.IsRouter).IsTrue();
        await Assert.That(router.HealthCheck).IsNull();
        await Assert.That(router.ServiceAccount).IsNull();
        await Assert.That(router.LogSize).IsEqualTo(1L);
        await Assert.That(router.ImageId).IsEqualTo("ghcr.io/eclipse-iofog/router:latest");
    }

    [Test]
    public async Task An_empty_node_has_an_empty_list()
    {
        await using var controller = await TestController.StartAsync();
        var node = await TestAgent.CreateAsync(controller);
        var (_, body) = await node.SendAsync("GET", "/microservices");
        await Assert.That(JsonNode.DeepEquals(body, JsonNode.Parse(Example.Bytes("agent/microservices.get.empty.response.json")))).IsTrue();
    }

    [Test]
    public async Task Only_active_microservices_of_active_applications_are_listed_and_system_ones()
    {
        await using var controller = await TestController.StartAsync();
        var node = await TestAgent.CreateAsync(controller);
        var other = await TestAgent.CreateAsync(controller);
        var on = await controller.AddApplicationAsync("on");
        var off = await controller.AddApplicationAsync("off", isActivated: false);
        var system = await controller.AddApplicationAsync("sys", isActivated: false, isSystem: true);
        await controller.AddMicroserviceAsync("m-on", "on", node.Uuid, on);
        await controller.AddMicroserviceAsync("m-stopped", "stopped", node.Uuid, on, isActivated: false);
        await controller.AddMicroserviceAsync("m-off", "off", node.Uuid, off);
        await controller.AddMicroserviceAsync("m-none", "none", node.Uuid, null);
        await controller.AddMicroserviceAsync("m-other", "other", other.Uuid, on);
        await controller.AddMicroserviceAsync("m-nats", "nats", node.Uuid, system, catalogItem: 5, isActivated: false);
        await controller.AddMicroserviceAsync("m-router", "router", node.Uuid, system, catalogItem: 1);
        // No image for the node's architecture, or an empty one.
        await controller.AddMicroserviceAsync("m-arm", "arm", node.Uuid, on);
        await controller.RunAsync("UPDATE \"CatalogItemImages\" SET \"arch_id\" = 2 WHERE \"microservice_uuid\" = 'm-arm'");
        await controller.AddMicroserviceAsync("m-blank", "blank", node.Uuid, on);
        await controller.RunAsync("UPDATE \"CatalogItemImages\" SET \"container_image\" = '' WHERE \"microservice_uuid\" = 'm-blank'");

        var list = await ListAsync(node);

        await Assert.That(list.Select(m => m!["uuid"]!.GetValue<string>())).IsEquivalentTo(["m-on", "m-nats"]);
        var nats = list.Single(m => m!["uuid"]!.GetValue<string>() == "m-nats")!;
        await Assert.That(nats["isNats"]!.GetValue<bool>()).IsTrue();
        await Assert.That(nats["isRouter"]!.GetValue<bool>()).IsFalse();
    }

    [Test]
    public async Task A_router_by_name_alone_is_none()
    {
        await using var controller = await TestController.StartAsync();
        var node = await TestAgent.CreateAsync(controller);
        await controller.AddMicroserviceAsync(A, "router", node.Uuid, await controller.AddApplicationAsync("mine"));
        await Assert.That((await ListAsync(node)).Single()!["isRouter"]!.GetValue<bool>()).IsFalse();
    }

    [Test]
    public async Task A_catalog_item_decides_image_and_registry()
    {
        await using var controller = await TestController.StartAsync();
        var node = await TestAgent.CreateAsync(controller);
        await controller.RunAllAsync(
            """
            INSERT INTO "CatalogItems" ("id", "name", "category", "registry_id") VALUES (9, 'item', 'USER', 2);
            INSERT INTO "CatalogItemImages" ("catalog_item_id", "arch_id", "container_image") VALUES (9, 1, 'catalog/image:1');
            """);
        await controller.AddMicroserviceAsync(A, "a", node.Uuid, await controller.AddApplicationAsync("app"), catalogItem: 9);
        var entry = (await ListAsync(node)).Single()!;
        await Assert.That(entry["imageId"]!.GetValue<string>()).IsEqualTo("catalog/image:1");
        await Assert.That(entry["registryId"]!.GetValue<int>()).IsEqualTo(2);
    }

    [Test]
    public async Task A_rebuild_order_is_handed_out_once()
    {
        await using var controller = await TestController.StartAsync();
        var node = await TestAgent.CreateAsync(controller);
        var application = await controller.AddApplicationAsync("app");
        await controller.AddMicroserviceAsync(A, "a", node.Uuid, application, rebuild: true);
        await controller.AddMicroserviceAsync(B, "b", node.Uuid, application, isActivated: false, rebuild: true);

        using (var head = new HttpRequestMessage(HttpMethod.Head, controller.App.Address + "api/v3/agent/microservices"))
        {
            head.Headers.TryAddWithoutValidation("Authorization", "Bearer " + node.Token());
            using var client = new HttpClient();
            using var answer = await client.SendAsync(head);
            await Assert.That(answer.StatusCode).IsEqualTo(HttpStatusCode.OK);
        }

        await Assert.That((await ListAsync(node)).Single()!["rebuild"]!.GetValue<bool>()).IsTrue();
        await Assert.That(await controller.IsRebuildSetAsync(A)).IsFalse();
        await Assert.That((await ListAsync(node)).Single()!["rebuild"]!.GetValue<bool>()).IsFalse();

        // What was not in the answer keeps its order.
        await Assert.That(await controller.IsRebuildSetAsync(B)).IsTrue();
    }

    [Test]
    public async Task Concurrent_readers_share_out_every_rebuild_order_exactly_once()
    {
        await using var controller = await TestController.StartAsync();
        var node = await TestAgent.CreateAsync(controller);
        var application = await controller.AddApplicationAsync("app");
        for (var i = 0; i < 5; i++)
        {
            await controller.AddMicroserviceAsync($"m-{i}", $"m{i}", node.Uuid, application, rebuild: true);
        }

        var lists = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => ListAsync(node)));

        await Assert.That(lists.All(l => l.Count == 5)).IsTrue();
        await Assert.That(lists.Sum(l => l.Count(m => m!["rebuild"]!.GetValue<bool>()))).IsEqualTo(5);
    }

    [Test]
    public async Task Variables_are_resolved_when_the_agent_asks()
    {
        await using var controller = await TestController.StartAsync();
        var node = await TestAgent.CreateAsync(controller);
        await controller.AddMicroserviceAsync(A, "a", node.Uuid, await controller.AddApplicationAsync("app"));
        var cipher = controller.Service<SecretCipher>();
        await SecretAsync("plain", "Opaque", cipher.Encrypt("plain", """{"key":"one","n":5}"""));
        await SecretAsync("cert", "tls", cipher.Encrypt("cert", """{"tls.crt":"UEVN"}"""));
        await SecretAsync("broken", "Opaque", cipher.Encrypt("another name", """{"key":"x"}"""));
        await SecretAsync("vault", "Opaque", "\"VAULT_REF:secret/data/x\"");
        await controller.RunAsync(
            "INSERT INTO \"ConfigMaps\" (\"name\", \"data\") VALUES ('map', @d)", new() { { "d", cipher.Encrypt("map", """{"level":"info"}""") } });
        await controller.RunAllAsync(
            $"""
            INSERT INTO "MicroserviceEnvs" ("key", "value", "microservice_uuid") VALUES ('LITERAL', 'v', '{A}');
            INSERT INTO "MicroserviceEnvs" ("key", "value_from_secret", "microservice_uuid") VALUES ('SECRET', 'plain/key', '{A}');
            INSERT INTO "MicroserviceEnvs" ("key", "value_from_secret", "microservice_uuid") VALUES ('NUMBER', 'plain/n', '{A}');
            INSERT INTO "MicroserviceEnvs" ("key", "value_from_secret", "microservice_uuid") VALUES ('TLS', 'cert/tls.crt', '{A}');
            INSERT INTO "MicroserviceEnvs" ("key", "value_from_config_map", "microservice_uuid") VALUES ('MAP', 'map/level', '{A}');
            INSERT INTO "MicroserviceEnvs" ("key", "value_from_secret", "microservice_uuid") VALUES ('BROKEN', 'broken/key', '{A}');
            INSERT INTO "MicroserviceEnvs" ("key", "value_from_secret", "microservice_uuid") VALUES ('VAULT', 'vault/key', '{A}');
            INSERT INTO "MicroserviceEnvs" ("key", "value_from_secret", "microservice_uuid") VALUES ('NO_KEY', 'plain/other', '{A}');
            INSERT INTO "MicroserviceEnvs" ("key", "value_from_secret", "microservice_uuid") VALUES ('NO_SECRET', 'gone/key', '{A}');
            INSERT INTO "MicroserviceEnvs" ("key", "value", "value_from_secret", "microservice_uuid") VALUES ('OLD_COPY', 'kept', 'gone/key', '{A}');
            INSERT INTO "MicroserviceEnvs" ("key", "value_from_secret", "microservice_uuid") VALUES ('NO_SLASH', 'plain', '{A}');
            """);

        var env = (await ListAsync(node)).Single()!["env"]!.AsArray();

        await Assert.That(env.Select(e => $"{e!["key"]}={e["value"]}")).IsEquivalentTo(
        [
            "LITERAL=v", "SECRET=one", "NUMBER=5", "TLS=PEM", "MAP=info", "BROKEN=", "VAULT=", "NO_KEY=", "NO_SECRET=", "OLD_COPY=kept", "NO_SLASH=",
        ]);
        await Assert.That(env.All(e => e!.AsObject().Count == 2)).IsTrue();

        // A later value shows without anything else being touched.
        await controller.RunAsync(
            "UPDATE \"Secrets\" SET \"data\" = @d WHERE \"name\" = 'plain'", new() { { "d", cipher.Encrypt("plain", """{"key":"two"}""") } });
        env = (await ListAsync(node)).Single()!["env"]!.AsArray();
        await Assert.That(env[1]!["value"]!.GetValue<string>()).IsEqualTo("two");

        Task SecretAsync(string name, string type, string data) => controller.RunAsync(
            "INSERT INTO \"Secrets\" (\"name\", \"type\", \"data\") VALUES (@n, @t, @d)", new() { { "n", name }, { "t", type }, { "d", data } });
    }

    [Test]
    public async Task Addresses_of_nodes_are_live()
    {
        await using var controller = await TestController.StartAsync();
        var node = await TestAgent.CreateAsync(controller);
        var hub = await TestAgent.CreateAsync(controller);
        await controller.RunAsync("UPDATE \"Fogs\" SET \"host\" = '10.0.0.2' WHERE \"uuid\" = @u", new() { { "u", hub.Uuid } });
        await controller.AddMicroserviceAsync(A, "a", node.Uuid, await controller.AddApplicationAsync("app"));
        await controller.RunAllAsync(
            $$"""
            INSERT INTO "MicroserviceExtraHost" ("template_type", "name", "template", "value", "microservice_uuid", "target_fog_uuid") VALUES ('Agents', 'hub', '${Agents.hub}', '10.0.0.1', '{{A}}', '{{hub.Uuid}}');
            INSERT INTO "MicroserviceExtraHost" ("template_type", "name", "template", "value", "microservice_uuid") VALUES ('Litteral', 'plc', '10.9.9.9', '10.9.9.9', '{{A}}');
            INSERT INTO "MicroserviceExtraHost" ("template_type", "name", "template", "value", "microservice_uuid") VALUES ('Apps', 'ui', '${Apps.a.b.local}', 'iofog_x', '{{A}}');
            INSERT INTO "MicroserviceExtraHost" ("template_type", "name", "template", "value", "microservice_uuid") VALUES ('Agents', 'lost', '${Agents.lost}', '', '{{A}}');
            """);
        var hosts = (await ListAsync(node)).Single()!["extraHosts"]!.AsArray();
        await Assert.That(hosts.Select(h => h!.GetValue<string>())).IsEquivalentTo(["hub:10.0.0.2", "plc:10.9.9.9", "ui:iofog_x"]);
    }

    [Test]
    [Arguments("""["CMD","x"]""", """["CMD","x"]""")]
    [Arguments("curl -f http://localhost", """["curl -f http://localhost"]""")]
    [Arguments("\"one\"", """["one"]""")]
    [Arguments("", "null")]
    [Arguments(null, "null")]
    public async Task A_health_check_is_an_array_whatever_is_stored(string? stored, string expected)
    {
        await using var controller = await TestController.StartAsync();
        var node = await TestAgent.CreateAsync(controller);
        await controller.AddMicroserviceAsync(A, "a", node.Uuid, await controller.AddApplicationAsync("app"));
        await controller.RunAsync(
            "INSERT INTO \"MicroserviceHealthChecks\" (\"test\", \"interval\", \"microservice_uuid\") VALUES (@t, 30, @u)",
            new() { { "t", stored }, { "u", A } });
        var check = (await ListAsync(node)).Single()!["healthCheck"]!.AsObject();
        await Assert.That(check.ToJsonString()).IsEqualTo(
            $$"""{"test":{{expected}},"interval":30,"timeout":null,"startPeriod":null,"startInterval":null,"retries":null}""");
    }

    [Test]
    public async Task Service_accounts_carry_the_rules_of_their_role()
    {
        await using var controller = await TestController.StartAsync();
        var node = await TestAgent.CreateAsync(controller);
        var application = await controller.AddApplicationAsync("app");
        foreach (var name in new[] { "system", "upper", "stored", "bare", "unknown", "by-id" })
        {
            await controller.AddMicroserviceAsync(name, name, node.Uuid, application);
        }

        await controller.RunAllAsync(
            """
            INSERT INTO "RbacRoles" ("id", "name", "kind") VALUES (7, 'camera', 'Role');
            INSERT INTO "RbacRoles" ("id", "name", "kind") VALUES (8, 'empty', 'Role');
            INSERT INTO "RbacRoleRules" ("role_id", "api_groups", "resources", "verbs", "resource_names") VALUES (7, '["edgelet.iofog.org/v1"]', '["images"]', '["get","list"]', '["a"]');
            INSERT INTO "RbacRoleRules" ("role_id", "api_groups", "resources", "verbs") VALUES (7, '["*"]', '["system/gps"]', '["*"]');
            INSERT INTO "RbacServiceAccounts" ("name", "microservice_uuid", "application_id", "role_ref") VALUES ('system', 'system', 1, '{"kind":"Role","name":"microservice"}');
            INSERT INTO "RbacServiceAccounts" ("name", "microservice_uuid", "application_id", "role_ref") VALUES ('upper', 'upper', 1, '{"kind":"Role","name":"Agent-Admin"}');
            INSERT INTO "RbacServiceAccounts" ("name", "microservice_uuid", "application_id", "role_ref") VALUES ('stored', 'stored', 1, '{"kind":"Role","name":"camera"}');
            INSERT INTO "RbacServiceAccounts" ("name", "microservice_uuid", "application_id", "role_ref") VALUES ('bare', 'bare', 1, '{"kind":"Role","name":"empty"}');
            INSERT INTO "RbacServiceAccounts" ("name", "microservice_uuid", "application_id", "role_ref") VALUES ('unknown', 'unknown', 1, '{"kind":"Role","name":"nobody"}');
            INSERT INTO "RbacServiceAccounts" ("name", "microservice_uuid", "application_id", "role_id") VALUES ('by-id', 'by-id', 1, 7);
            """);
        var accounts = (await ListAsync(node)).ToDictionary(m => m!["name"]!.GetValue<string>(), m => m!["serviceAccount"]);

        await Assert.That(accounts["system"]!["rules"]!.ToJsonString()).IsEqualTo(
            """[{"apiGroups":["edgelet.iofog.org/v1"],"resources":["microservices/config/self","auth/whoami","system/gps","microservices/control/self"],"verbs":["get"]}]""");
        await Assert.That(accounts["upper"]!["rules"]![0]!["resources"]!.ToJsonString()).IsEqualTo("""["*"]""");
        await Assert.That(accounts["stored"]!.ToJsonString()).IsEqualTo(
            """{"name":"stored","roleRef":{"kind":"Role","name":"camera","apiGroup":"edgelet.iofog.org/v1"},"rules":[{"apiGroups":["edgelet.iofog.org/v1"],"resources":["images"],"verbs":["get","list"],"resourceNames":["a"]},{"apiGroups":["*"],"resources":["system/gps"],"verbs":["*"]}]}""");
        await Assert.That(accounts["bare"]!["rules"]!.AsArray().Count).IsEqualTo(0);
        await Assert.That(accounts["unknown"]).IsNull();
        await Assert.That(accounts["by-id"]!["roleRef"]!["name"]!.GetValue<string>()).IsEqualTo("camera");
    }

    [Test]
    public async Task One_microservice_has_the_shape_of_the_contract()
    {
        await using var controller = await TestController.StartAsync();
        var node = await TestAgent.CreateAsync(controller);
        var other = await TestAgent.CreateAsync(controller);
        var application = await controller.AddApplicationAsync("heart-rate");
        await controller.AddMicroserviceAsync(B, "viewer", node.Uuid, application, isActivated: false, rebuild: true);
        await controller.RunAllAsync(
            $"""
            UPDATE "Microservices" SET "created_at" = '2026-07-10 07:55:00.000 +00:00', "updated_at" = '2026-07-10 07:58:00.000 +00:00' WHERE "uuid" = '{B}';
            INSERT INTO "MicroservicePorts" ("port_internal", "port_external", "is_udp", "microservice_uuid") VALUES (80, 5000, FALSE, '{B}');
            """);

        var (status, body) = await node.SendAsync("GET", "/microservices/" + B);

        await Assert.That(status).IsEqualTo(HttpStatusCode.OK);
        await Assert.That(Shape(Example.Parse(body!.ToJsonString()))).IsEqualTo(Shape(Example.Json("agent/microservice.get.response.json")));
        await Assert.That(body["microservice"]!["createdAt"]!.GetValue<string>()).IsEqualTo("2026-07-10T07:55:00.000Z");
        await Assert.That(await controller.IsRebuildSetAsync(B)).IsTrue();

        var (missing, error) = await other.SendAsync("GET", "/microservices/" + B);
        await Assert.That(missing).IsEqualTo(HttpStatusCode.NotFound);
        await Assert.That(error!["name"]!.GetValue<string>()).IsEqualTo("NotFoundError");
        await Assert.That(error["message"]!.GetValue<string>()).IsEqualTo($"Invalid microservice UUID '{B}'");
    }

    [Test]
    public async Task The_list_costs_the_same_however_long_it_is()
    {
        await using var controller = await TestController.StartAsync();
        var node = await TestAgent.CreateAsync(controller);
        var application = await controller.AddApplicationAsync("app");
        await controller.AddMicroserviceAsync("m-first", "first", node.Uuid, application);
        var one = await CountAsync();
        for (var i = 0; i < 20; i++)
        {
            await controller.AddMicroserviceAsync($"m-{i}", $"m{i}", node.Uuid, application);
        }

        await Assert.That(await CountAsync()).IsEqualTo(one);
        await Assert.That(one).IsLessThanOrEqualTo(10);

        Task<int> CountAsync() => controller.Database.ReadAsync(async s =>
        {
            await controller.Service<AgentMicroserviceService>().ReadAsync(s, node.Uuid);
            return s.StatementCount;
        });
    }

    [Test]
    public async Task Without_a_token_there_is_no_list()
    {
        await using var controller = await TestController.StartAsync();
        var (status, _) = await controller.SendAsync("GET", "/api/v3/agent/microservices");
        await Assert.That(status).IsEqualTo(HttpStatusCode.Unauthorized);
    }

    private static async Task<List<JsonNode?>> ListAsync(TestAgent node)
    {
        var (status, body) = await node.SendAsync("GET", "/microservices");
        await Assert.That(status).IsEqualTo(HttpStatusCode.OK).Because(body?.ToJsonString() ?? "");
        return [.. body!["microservices"]!.AsArray()];
    }

    /// <summary>The contract's example with every field set.</summary>
    private static async Task FillAsync(TestController controller, string fog)
    {
        var cipher = controller.Service<SecretCipher>();
        var application = await controller.AddApplicationAsync("heart-rate");
        await controller.AddMicroserviceAsync(A, "monitor", fog, application, rebuild: true);
        await controller.RunAsync(
            "INSERT INTO \"Secrets\" (\"name\", \"type\", \"data\") VALUES ('api', 'Opaque', @d)", new() { { "d", cipher.Encrypt("api", """{"token":"s3cr3t"}""") } });
        await controller.RunAllAsync(
            $$"""
            INSERT INTO "Registries" ("id", "url", "is_public") VALUES (3, 'registry.example.com', FALSE);
            UPDATE "Fogs" SET "arch_id" = 2 WHERE "uuid" = '{{fog}}';
            UPDATE "CatalogItemImages" SET "arch_id" = 2, "container_image" = 'example/heart-rate-monitor:2.1.0' WHERE "microservice_uuid" = '{{A}}';
            UPDATE "Microservices" SET "config" = '{"sampleMs":500,"unit":"bpm"}', "annotations" = '{"team":"cardio"}', "cpu_set_cpus" = '0-1', "memory_limit" = 256, "run_as_user" = '1000', "platform" = 'linux/arm64', "runtime" = 'runc', "log_size" = 10, "registry_id" = 3, "schedule" = 50 WHERE "uuid" = '{{A}}';
            INSERT INTO "MicroserviceHealthChecks" ("test", "interval", "timeout", "start_period", "start_interval", "retries", "microservice_uuid") VALUES ('["CMD-SHELL","wget -qO- http://localhost:8080/health || exit 1"]', 30, 10, 5, 5, 3, '{{A}}');
            INSERT INTO "MicroservicePorts" ("port_internal", "port_external", "is_udp", "microservice_uuid") VALUES (8080, 18080, FALSE, '{{A}}');
            INSERT INTO "MicroservicePorts" ("port_internal", "port_external", "is_udp", "microservice_uuid") VALUES (5353, 15353, TRUE, '{{A}}');
            INSERT INTO "VolumeMappings" ("host_destination", "container_destination", "access_mode", "type", "microservice_uuid") VALUES ('/srv/heart', '/data', 'rw', NULL, '{{A}}');
            INSERT INTO "VolumeMappings" ("host_destination", "container_destination", "access_mode", "type", "microservice_uuid") VALUES ('heart-cache', '/cache', 'rw', 'volume', '{{A}}');
            INSERT INTO "VolumeMappings" ("host_destination", "container_destination", "access_mode", "type", "microservice_uuid") VALUES ('heart-settings/app.yaml', '/etc/heart/app.yaml', 'ro', 'volumeMount', '{{A}}');
            INSERT INTO "VolumeMappings" ("host_destination", "container_destination", "access_mode", "type", "microservice_uuid") VALUES ('monitor', '/var/run/secrets/edgelet.iofog.org/serviceaccount', 'ro', 'serviceAccount', '{{A}}');
            INSERT INTO "MicroserviceEnvs" ("key", "value", "microservice_uuid") VALUES ('SENSOR', 'ble0', '{{A}}');
            INSERT INTO "MicroserviceEnvs" ("key", "value_from_secret", "microservice_uuid") VALUES ('API_TOKEN', 'api/token', '{{A}}');
            INSERT INTO "MicroserviceExtraHost" ("template_type", "name", "template", "value", "microservice_uuid") VALUES ('Litteral', 'gateway', '192.168.1.1', '192.168.1.1', '{{A}}');
            INSERT INTO "MicroserviceExtraHost" ("template_type", "name", "template", "value", "microservice_uuid") VALUES ('Litteral', 'ui', '192.168.1.41', '192.168.1.41', '{{A}}');
            INSERT INTO "MicroserviceArgs" ("cmd", "microservice_uuid") VALUES ('--verbose', '{{A}}');
            INSERT INTO "MicroserviceArgs" ("cmd", "microservice_uuid") VALUES ('--sample=500', '{{A}}');
            INSERT INTO "MicroserviceCdiDevices" ("cdi_devices", "microservice_uuid") VALUES ('vendor.example/gpu=0', '{{A}}');
            INSERT INTO "MicroserviceCapAdd" ("cap_add", "microservice_uuid") VALUES ('NET_RAW', '{{A}}');
            INSERT INTO "MicroserviceCapDrop" ("cap_drop", "microservice_uuid") VALUES ('ALL', '{{A}}');
            INSERT INTO "RbacServiceAccounts" ("name", "microservice_uuid", "application_id", "role_ref") VALUES ('monitor', '{{A}}', {{application}}, '{"kind":"Role","name":"microservice"}');
            """);
    }

    /// <summary>Names and kinds of members at every depth; of an array, those of its first item. Null fits anything.</summary>
    private static string Shape(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "{" + string.Join(",", value.EnumerateObject().Select(p => $"{p.Name}:{Shape(p.Value)}")) + "}",
        JsonValueKind.Array => "[" + (value.GetArrayLength() == 0 ? "" : Shape(value[0])) + "]",
        JsonValueKind.True or JsonValueKind.False => "bool",
        JsonValueKind.Number when value.GetRawText().AsSpan().ContainsAny('.', 'e') => "fraction",
        _ => value.ValueKind.ToString(),
    };
}
