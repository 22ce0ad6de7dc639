using System.Net;
using System.Text.Json.Nodes;
using Controller.Sql.Stores;

namespace Controller.Tests.Microservices;

/// <summary>POST /microservices: defaults, every field, every refusal (api-workloads 6.2 to 6.4).</summary>
public sealed class MicroserviceCreateTests
{
    [Test]
    public async Task The_smallest_body_gets_every_default()
    {
        await using var w = await Workloads.StartAsync();
        var uuid = await w.CreateAsync("camera");
        await Assert.That(Guid.Parse(uuid).Version).IsEqualTo(4);
        var m = await w.GetAsync(uuid);

        foreach (var name in new[] { "createdAt", "updatedAt" })
        {
            await Assert.That(m[name]!.GetValue<string>()).Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$");
        }

        var account = m["serviceAccount"]!.AsObject();
        var mapping = m["volumeMappings"]![0]!.AsObject();
        await Assert.That(mapping["id"]!.GetValue<long>()).IsGreaterThan(0);
        Strip(m, "createdAt", "updatedAt");
        Strip(account, "createdAt", "updatedAt", "id");
        Strip(mapping, "id");
        Strip(m["status"]!.AsObject(), "createdAt", "updatedAt");
        Strip(m["execStatus"]!.AsObject(), "createdAt", "updatedAt");
        var expected = JsonNode.Parse(
            $$"""
            {
              "uuid": "{{uuid}}", "config": "{}", "annotations": "{}", "name": "camera", "hostNetworkMode": false, "isPrivileged": false,
              "runAsUser": "", "platform": "", "runtime": "", "logSize": 1, "pidMode": "", "ipcMode": "", "schedule": 50, "cpuSetCpus": "",
              "memoryLimit": null, "delete": false, "deleteWithCleanup": false, "isActivated": true, "isController": false,
              "natsAccess": false, "natsAccountId": null, "natsUserId": null, "natsCredsSecretName": null, "catalogItemId": null,
              "registryId": 1, "iofogUuid": "{{w.Fog}}", "applicationId": {{w.ApplicationId}},
              "serviceAccount": { "name": "camera", "microserviceUuid": "{{uuid}}", "applicationId": {{w.ApplicationId}},
                "roleRef": { "kind": "Role", "name": "microservice" }, "roleId": null },
              "ports": [],
              "volumeMappings": [ { "hostDestination": "camera", "containerDestination": "/var/run/secrets/edgelet.iofog.org/serviceaccount",
                "accessMode": "ro", "type": "serviceAccount" } ],
              "env": [], "cmd": [], "cdiDevices": [], "capAdd": [], "capDrop": [], "extraHosts": [],
              "images": [ { "containerImage": "image", "archId": 1 } ],
              "status": { "status": "QUEUED", "operatingDuration": 0, "startTime": 0, "cpuUsage": 0, "memoryUsage": 0, "containerId": "",
                "percentage": 0, "errorMessage": "", "ipAddress": "", "healthStatus": "", "execSessionIds": [] },
              "execStatus": { "status": null, "execSessionId": null },
              "application": "shop", "flowId": {{w.ApplicationId}}, "natsConfig": { "natsAccess": false, "natsRule": null }
            }
            """);
        await Assert.That(JsonNode.DeepEquals(m, expected)).IsTrue().Because(m.ToJsonString());
        await Assert.That(await w.TakeFlagsAsync()).IsEqualTo(ChangeFlags.MicroserviceList);
        await Assert.That(await w.TakeRebuildAsync(uuid)).IsFalse();
    }

    [Test]
    public async Task The_contracts_example_can_be_created_and_comes_back_as_documented()
    {
        await using var w = await Workloads.StartAsync();
        var fog = await w.AddFogAsync("gateway-1", 2, runtimes: """["runc","crun"]""");
        await w.AddFogAsync("hub-1", host: "10.20.0.2");
        await w.AddApplicationAsync("packing", natsAccess: true);
        var registry = await w.AddRegistryAsync();
        await w.AddSecretAsync("camera-secret", """{"token":"s3cr3t-example"}""");
        await w.AddConfigMapAsync("app-settings", """{"level":"info"}""");
        await w.AddVolumeMountAsync("app-settings", configMap: "app-settings");
        await w.Database.WriteAsync(s => s.ExecuteAsync("INSERT INTO \"NatsUserRules\" (\"name\") VALUES ('default-user-rule')"));
        await Assert.That(registry).IsEqualTo(3);

        var created = await w.OkAsync("POST", "/microservices", Text("microservice-create-request.json"), HttpStatusCode.Created);
        await Assert.That(created!.AsObject().Select(p => p.Key)).IsEquivalentTo(["uuid", "name"]);
        var m = await w.GetAsync(created["uuid"]!.GetValue<string>());
        var expected = JsonNode.Parse(Text("microservice-get-response.json"))!.AsObject();
        await Assert.That(Shape(m)).IsEquivalentTo(Shape(expected));
        foreach (var same in new[]
        {
            "config", "annotations", "name", "runtime", "logSize", "schedule", "cpuSetCpus", "memoryLimit", "registryId", "ports", "cmd",
            "cdiDevices", "capAdd", "capDrop", "extraHosts", "images", "healthCheck", "application", "natsConfig", "natsAccess",
        })
        {
            await Assert.That(JsonNode.DeepEquals(m[same], expected[same])).IsTrue().Because($"{same}: {m[same]?.ToJsonString()}");
        }

        // Decision 21: what comes from a secret is not shown; credentials for NATS are issued elsewhere.
        await Assert.That(m["env"]!.ToJsonString()).IsEqualTo(
            """
            [{"key":"MODE","value":"prod","valueFromSecret":null,"valueFromConfigMap":null},{"key":"TOKEN","value":"","valueFromSecret":"camera-secret/token","valueFromConfigMap":null},{"key":"LEVEL","value":"info","valueFromSecret":null,"valueFromConfigMap":"app-settings/level"}]
            """);
        await Assert.That(m["volumeMappings"]!.AsArray().Select(v => v!["type"]!.GetValue<string>())).IsEquivalentTo(["bind", "volumeMount", "serviceAccount"]);
        await Assert.That(await w.TakeFlagsAsync(fog)).IsEqualTo(ChangeFlags.Microservices | ChangeFlags.VolumeMounts);
        await Assert.That((await w.RowAsync(created["uuid"]!.GetValue<string>())).Rebuild).IsTrue();
        await Assert.That(await w.CountAsync("FogVolumeMounts")).IsEqualTo(1);
    }

    [Test]
    public async Task The_contracts_catalog_example_takes_images_and_registry_from_the_item()
    {
        await using var w = await Workloads.StartAsync();
        await w.AddFogAsync("gateway-1", uuid: "6f0d2a54-3f0e-4c56-9a41-0d2b7a5f6c11");
        await w.AddApplicationAsync("packing");
        var item = await w.AddCatalogItemAsync("mosquitto", registryId: 2, images: [("mosquitto:2", 1), ("mosquitto:2-arm", 2)]);
        await Assert.That(item).IsEqualTo(6);
        var created = await w.OkAsync("POST", "/microservices", Text("microservice-create-from-catalog-request.json"), HttpStatusCode.Created);
        var m = await w.GetAsync(created!["uuid"]!.GetValue<string>());
        await Assert.That(m["catalogItemId"]!.GetValue<int>()).IsEqualTo(6);
        await Assert.That(m["registryId"]!.GetValue<int>()).IsEqualTo(2);
        await Assert.That(m["images"]!.AsArray().Count).IsEqualTo(0);
        await Assert.That(m["ports"]!.ToJsonString()).IsEqualTo("""[{"internal":1883,"external":11883,"protocol":"tcp"}]""");
    }

    [Test]
    [Arguments("""{"env":[{"key":"A","value":"1"}]}""")]
    [Arguments("""{"cmd":["a"]}""")]
    [Arguments("""{"cdiDevices":["a"]}""")]
    [Arguments("""{"capAdd":["a"]}""")]
    [Arguments("""{"capDrop":["a"]}""")]
    [Arguments("""{"ports":[{"internal":1,"external":2}]}""")]
    public async Task Some_lists_ask_for_a_rebuild_and_more_flags(string more)
    {
        await using var w = await Workloads.StartAsync();
        var uuid = await w.CreateAsync("a", more);
        await Assert.That(await w.TakeRebuildAsync(uuid)).IsTrue();
        await Assert.That(await w.TakeFlagsAsync()).IsEqualTo(ChangeFlags.Microservices);
    }

    [Test]
    public async Task The_agent_is_named_by_uuid_or_name_and_the_uuid_wins()
    {
        await using var w = await Workloads.StartAsync();
        var other = await w.AddFogAsync("edge-2");
        var uuid = await w.CreateAsync("a", $$"""{"iofogUuid":"{{other}}","agentName":"nowhere"}""");
        await Assert.That((await w.RowAsync(uuid)).FogUuid).IsEqualTo(other);
        await w.CreateRefusedAsync("""{"iofogUuid":"x"}""", "Invalid ioFog UUID 'x'");
        await w.CreateRefusedAsync("""{"agentName":"x"}""", "Invalid ioFog UUID 'x'");
        var none = Workloads.Body("refused");
        none.Remove("agentName");
        await w.RefusedAsync("POST", "/microservices", none.ToJsonString(), 400, "ValidationError", "ioFog node is required.");
    }

    [Test]
    public async Task The_application_is_a_users_by_name_or_id_and_flowId_stands_in_for_it()
    {
        await using var w = await Workloads.StartAsync();
        await w.AddApplicationAsync("system-edge-1", isSystem: true);
        await w.CreateAsync("by-id", $$"""{"application":"{{w.ApplicationId}}"}""");
        foreach (var flow in new[] { $"{w.ApplicationId}", $"\"{w.ApplicationId}\"", "\"shop\"" })
        {
            var body = Workloads.Body($"flow-{flow.Length}-{flow.Contains('s')}".ToLowerInvariant(), $$"""{"flowId":{{flow}}}""");
            body.Remove("application");
            await w.CreateAsync(body);
        }

        await w.CreateRefusedAsync("""{"application":"nope"}""", "Invalid application id 'nope'", 404, "NotFoundError");
        await w.CreateRefusedAsync("""{"application":"system-edge-1"}""", "Invalid application id 'system-edge-1'", 404, "NotFoundError");
        await w.CreateRefusedAsync("""{"application":"99999999999999999999"}""", "Invalid application id '99999999999999999999'", 404, "NotFoundError");
        var none = Workloads.Body("refused");
        none.Remove("application");
        await w.RefusedAsync("POST", "/microservices", none.ToJsonString(), 400, "ValidationError", "Required field 'application' is missing");
    }

    [Test]
    public async Task Names_are_unique_within_an_application()
    {
        await using var w = await Workloads.StartAsync();
        await w.AddApplicationAsync("other");
        await w.CreateAsync("refused");
        await w.CreateRefusedAsync("{}", "Duplicate name 'refused'", 409, "DuplicatePropertyError");
        await w.CreateAsync("refused", """{"application":"other"}""");
    }

    [Test]
    public async Task Of_many_creates_with_one_name_at_once_one_wins()
    {
        await using var w = await Workloads.StartAsync();
        var body = Workloads.Body("same").ToJsonString();
        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => w.Controller.SendAsync("POST", "/api/v3/microservices", body)));
        await Assert.That(answers.Count(a => a.Status == HttpStatusCode.Created)).IsEqualTo(1);
        foreach (var (status, refusal) in answers.Where(a => a.Status != HttpStatusCode.Created))
        {
            await Assert.That(status).IsEqualTo(HttpStatusCode.Conflict);
            await Assert.That(refusal!["message"]!.GetValue<string>()).IsEqualTo("Duplicate name 'same'");
        }

        await Assert.That(await w.CountAsync("RbacServiceAccounts")).IsEqualTo(1);
    }

    [Test]
    public async Task Of_many_creates_with_one_port_at_once_one_wins()
    {
        await using var w = await Workloads.StartAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => w.Controller.SendAsync(
            "POST", "/api/v3/microservices", Workloads.Body($"m{i}", """{"ports":[{"internal":80,"external":8080}]}""").ToJsonString())));
        await Assert.That(answers.Count(a => a.Status == HttpStatusCode.Created)).IsEqualTo(1);
        await Assert.That(await w.CountAsync("MicroservicePorts")).IsEqualTo(1);
    }

    [Test]
    public async Task Images_must_be_there_once_per_architecture_and_fit_the_node()
    {
        await using var w = await Workloads.StartAsync();
        await w.AddFogAsync("unprovisioned", 0);
        const string missing = "Microservice refused does not have a valid image for its Agent type";
        await w.CreateRefusedAsync("""{"images":[]}""", "Microservice refused does not have valid images");
        var none = Workloads.Body("refused");
        none.Remove("images");
        await w.RefusedAsync("POST", "/microservices", none.ToJsonString(), 400, "ValidationError", "Microservice refused does not have valid images");
        await w.CreateRefusedAsync(
            """{"images":[{"containerImage":"a","archId":1},{"containerImage":"b","archId":1}]}""", "Duplicate archId '1' in images");
        await w.CreateRefusedAsync("""{"images":[{"containerImage":"a","archId":2}]}""", missing);
        await w.CreateRefusedAsync("""{"images":[{"containerImage":"","archId":1}]}""", missing);
        await w.CreateRefusedAsync("""{"agentName":"unprovisioned"}""", missing);
    }

    [Test]
    public async Task Catalog_items_must_exist_match_and_fit_the_node()
    {
        await using var w = await Workloads.StartAsync();
        var item = await w.AddCatalogItemAsync("item", registryId: 1, images: [("one", 1), ("two", 2)]);
        var arm = await w.AddCatalogItemAsync("arm", registryId: 1, images: [("four", 4)]);
        await w.CreateRefusedAsync("""{"catalogItemId":99}""", "Invalid catalog item id '99'", 404, "NotFoundError");
        await w.CreateRefusedAsync("""{"catalogItemId":3}""", "catalogItemId must be greater than or equal to 4");
        await w.CreateRefusedAsync($$"""{"catalogItemId":{{item}}}""", $"Catalog item {item} does not match provided images");
        await w.CreateRefusedAsync(
            $$"""{"catalogItemId":{{arm}},"images":[]}""", "Microservice refused does not have a valid image for its Agent type");
        await w.CreateAsync("a", $$"""{"catalogItemId":{{item}},"images":[{"containerImage":"","archId":1},{"containerImage":"","archId":2}]}""");
        await w.CreateAsync("b", $$"""{"catalogItemId":{{item}},"images":[{"containerImage":"one","archId":1}]}""");
    }

    [Test]
    public async Task A_runtime_must_be_one_the_agent_reports()
    {
        await using var w = await Workloads.StartAsync();
        await w.AddFogAsync("edge-2", runtimes: """["crun"]""");
        await w.CreateRefusedAsync("""{"runtime":"crun"}""", "Runtime 'crun' is not available on agent 'edge-1'");
        await w.CreateRefusedAsync("""{"runtime":"kata","agentName":"edge-2"}""", "Runtime 'kata' is not available on agent 'edge-2'");
        await w.CreateAsync("a", """{"runtime":"crun","agentName":"edge-2"}""");
        await w.CreateAsync("b", """{"runtime":""}""");
    }

    [Test]
    public async Task Ports_must_be_free_on_the_node_whatever_their_protocol()
    {
        await using var w = await Workloads.StartAsync();
        await w.AddFogAsync("edge-2");
        await w.CreateAsync("a", """{"ports":[{"internal":80,"external":8080},{"internal":80,"external":8081,"protocol":"udp"}]}""");
        await w.CreateRefusedAsync("""{"ports":[{"internal":1,"external":8080,"protocol":"udp"}]}""", "Port '8080' is not available");
        await w.CreateRefusedAsync("""{"ports":[{"internal":1,"external":9},{"internal":2,"external":9}]}""", "Port '9' is not available");
        foreach (var reserved in new[] { 54321, 54322, 53 })
        {
            await w.CreateRefusedAsync($$"""{"ports":[{"internal":1,"external":{{reserved}}}]}""", $"Port '{reserved}' is reserved for internal use");
        }

        await w.CreateAsync("b", """{"agentName":"edge-2","ports":[{"internal":80,"external":8080}]}""");
    }

    [Test]
    public async Task Extra_hosts_resolve_addresses_agents_and_microservices()
    {
        await using var w = await Workloads.StartAsync();
        var hub = await w.AddFogAsync("hub.example", host: "10.0.0.9");
        await w.AddApplicationAsync("a.b");
        var target = await w.CreateAsync("c.d", """{"application":"a.b"}""");
        var uuid = await w.CreateAsync(
            "a",
            """
            {"extraHosts":[{"name":"x","address":"1.2.3.4"},{"name":"y","address":"${Agents.hub.example}"},
              {"name":"z","address":"${Apps.a.b.c.d.local}"}]}
            """);
        await Assert.That((await w.GetAsync(uuid))["extraHosts"]!.ToJsonString()).IsEqualTo(
            $$"""
            [{"name":"x","address":"1.2.3.4","value":"1.2.3.4"},{"name":"y","address":"${Agents.hub.example}","value":"10.0.0.9"},{"name":"z","address":"${Apps.a.b.c.d.local}","value":"iofog_{{target}}"}]
            """);
        var hosts = (await w.RowAsync(uuid)).ExtraHosts;
        await Assert.That(hosts.Select(h => (h.TemplateType, h.TargetMicroserviceUuid, h.TargetFogUuid))).IsEquivalentTo(
            [("Litteral", null, null), ("Agents", null, hub), ("Apps", (string?)target, (string?)w.Fog)]);

        await w.Database.WriteAsync(s => s.ExecuteAsync("UPDATE \"Fogs\" SET \"host\" = 'moved' WHERE \"name\" = 'hub.example'"));
        await Assert.That((await w.GetAsync(uuid))["extraHosts"]![1]!["value"]!.GetValue<string>()).IsEqualTo("moved");

        await w.AddFogAsync("edge-2");
        await w.CreateAsync("far", """{"agentName":"edge-2"}""");
        await Refused("${Agents.nobody}", "Could not find nobody host template");
        await Refused("${Apps.none.x.local}", "Could not find none host template");
        await Refused("${Apps.shop.nothing.local}", "Could not find nothing host template");
        await Refused("${Apps.shop.a}", "${Apps.shop.a} is not a valid host template");
        await Refused("${Apps.shop.local}", "${Apps.shop.local} is not a valid host template");
        await Refused("${}", "${} is not a valid host template");
        await Refused("${Agents.}", "${Agents.} is not a valid host template");
        await Refused("${Other.x}", "${Other.x} is not a valid host template");
        await Refused(
            "${Apps.shop.far.local}",
            "The microservice you would like to add as an extra host is not in the same fog as the microservice you are adding it to");
        await w.CreateRefusedAsync("""{"extraHosts":[{"name":"service.local","address":"1.2.3.4"}]}""", "Extra host name 'service.local' is reserved");

        Task Refused(string address, string message) => w.CreateRefusedAsync(
            new JsonObject { ["extraHosts"] = new JsonArray(new JsonObject { ["name"] = "n", ["address"] = address }) }.ToJsonString(), message);
    }

    [Test]
    public async Task Volume_mappings_are_checked_by_type()
    {
        await using var w = await Workloads.StartAsync();
        await w.AddSecretAsync("s", """{"dir/file":"x","plain":"y"}""");
        await w.AddConfigMapAsync("c", """{"key":"x"}""");
        await w.AddVolumeMountAsync("sm", secret: "s");
        await w.AddVolumeMountAsync("cm", configMap: "c");
        await Refused("/data", "volume",
            "hostDestination includes invalid characters for a local volume name, only \"[a-zA-Z0-9][a-zA-Z0-9_.-]\" are allowed. If you intended to pass a host directory, use type: bind");
        await Refused("", "volumeMount", "hostDestination is required when type is volumeMount");
        await Refused("/x", "volumeMount", "Invalid volume mount reference for volume mapping: /x");
        await Refused("nope", "volumeMount", "Volume mount with name nope not found");
        await Refused("sm/none", "volumeMount", "Secret key none not found in secret s in volume mount sm");
        await Refused("sm/di", "volumeMount", "Secret key di not found in secret s in volume mount sm");
        await Refused("cm/none", "volumeMount", "Configmap key none not found in configmap c in volume mount cm");
        await Assert.That(await w.CountAsync("FogVolumeMounts")).IsEqualTo(0);
        await w.TakeFlagsAsync();

        foreach (var (host, i) in new[] { "sm", "sm/dir", "sm/dir/file", "sm/plain", "cm/key" }.Select((h, i) => (h, i)))
        {
            await w.CreateAsync($"ok{i}", Mapping(host, "volumeMount"));
            await Assert.That((await w.TakeFlagsAsync()).HasFlag(ChangeFlags.VolumeMounts)).IsEqualTo(i is 0 or 4).Because(host);
        }

        await Assert.That(await w.CountAsync("FogVolumeMounts")).IsEqualTo(2);
        var uuid = await w.CreateAsync("own", Mapping("sneaky", "serviceAccount"));
        await Assert.That((await w.RowAsync(uuid)).VolumeMappings.Select(m => m.HostDestination)).IsEquivalentTo(["own"]);

        static string Mapping(string host, string type) =>
            $$"""{"volumeMappings":[{"hostDestination":"{{host}}","containerDestination":"/c","accessMode":"rw","type":"{{type}}"}]}""";
        Task Refused(string host, string type, string message) => w.CreateRefusedAsync(Mapping(host, type), message);
    }

    [Test]
    public async Task References_in_the_environment_must_lead_somewhere()
    {
        await using var w = await Workloads.StartAsync();
        await w.AddSecretAsync("s", """{"key":"x"}""");
        await w.AddConfigMapAsync("c", """{"key":"x"}""");
        await Refused("""{"key":"A","valueFromSecret":"s"}""", "Invalid secret reference: s");
        await Refused("""{"key":"A","valueFromConfigMap":"/c"}""", "Invalid configmap reference: /c");
        await Refused("""{"key":"A","valueFromSecret":"none/key"}""", "Secret with name \"none\" not found", 404, "NotFoundError");
        await Refused("""{"key":"A","valueFromSecret":"s/none"}""", "Secret key none not found in secret s", 404, "NotFoundError");
        await Refused("""{"key":"A","valueFromConfigMap":"none/key"}""", "ConfigMap with name none not found", 404, "NotFoundError");
        await Refused("""{"key":"A","valueFromConfigMap":"c/none"}""", "Configmap key none not found in configmap c", 404, "NotFoundError");

        Task Refused(string variable, string message, int status = 400, string name = "ValidationError") =>
            w.CreateRefusedAsync($$"""{"env":[{{variable}}]}""", message, status, name);
    }

    [Test]
    public async Task Secrets_of_the_environment_are_not_stored_with_the_microservice()
    {
        await using var w = await Workloads.StartAsync();
        await w.AddSecretAsync("s", """{"key":"hidden-value"}""");
        var uuid = await w.CreateAsync("a", """{"env":[{"key":"A","valueFromSecret":"s/key"}]}""");
        await Assert.That((await w.RowAsync(uuid)).Env.Single().Value).IsNull();
    }

    [Test]
    public async Task Registries_and_roles_must_exist()
    {
        await using var w = await Workloads.StartAsync();
        await w.CreateRefusedAsync("""{"registryId":77}""", "Invalid registry id '77'", 404, "NotFoundError");
        await w.CreateRefusedAsync("""{"serviceAccount":{"roleRef":{"kind":"Role","name":"nope"}}}""", "Referenced role 'nope' does not exist");
        var id = await w.Database.WriteAsync(s => s.InsertAsync("INSERT INTO \"RbacRoles\" (\"name\", \"kind\") VALUES ('mine', 'Role')"));
        var uuid = await w.CreateAsync("a", """{"serviceAccount":{"roleRef":{"kind":"Role","name":"mine"}}}""");
        var account = (await w.GetAsync(uuid))["serviceAccount"]!;
        await Assert.That(account["roleRef"]!.ToJsonString()).IsEqualTo("""{"kind":"Role","name":"mine"}""");
        await Assert.That(account["roleId"]!.GetValue<long>()).IsEqualTo(id);
    }

    [Test]
    public async Task Nats_access_needs_the_applications_and_a_rule_that_exists()
    {
        await using var w = await Workloads.StartAsync();
        await w.AddApplicationAsync("wired", natsAccess: true);
        await w.CreateRefusedAsync("""{"natsAccess":true}""", "natsAccess must be provided under natsConfig.natsAccess");
        await w.CreateRefusedAsync("""{"natsAccess":true,"name":5}""", "natsAccess must be provided under natsConfig.natsAccess");
        await w.CreateRefusedAsync("""{"natsConfig":{"natsAccess":true,"natsRule":"nope"}}""", "NATS user rule nope does not exist");
        await w.CreateRefusedAsync("""{"natsConfig":{"natsAccess":true}}""", "Microservice natsAccess requires application natsAccess=true");
        await w.CreateRefusedAsync("""{"natsConfig":{"more":1}}""", "Field 'more' not allowed");
        var uuid = await w.CreateAsync("a", """{"application":"wired","natsConfig":{"natsAccess":true,"natsRule":"default-user"}}""");
        await Assert.That((await w.GetAsync(uuid))["natsConfig"]!.ToJsonString()).IsEqualTo("""{"natsAccess":true,"natsRule":"default-user"}""");
        await Assert.That(await w.CountAsync("Secrets")).IsEqualTo(0);
    }

    [Test]
    [Arguments("name", "5", "Field 'name' is not of a type(s) string")]
    [Arguments("name", "\"Upper\"", "Invalid format for field 'name'")]
    [Arguments("name", "null", "Field 'name' is not of a type(s) string")]
    [Arguments("application", "5", "Field 'application' is not of a type(s) string")]
    [Arguments("iofogUuid", "true", "Field 'iofogUuid' is not of a type(s) string")]
    [Arguments("images", "{}", "Field 'images' is not of a type(s) array")]
    [Arguments("images", """[{"archId":1}]""", "Required field 'containerImage' is missing")]
    [Arguments("images", """[{"containerImage":"a","archId":0}]""", "images[0].archId must be greater than or equal to 1")]
    [Arguments("registryId", "\"1\"", "Field 'registryId' is not of a type(s) integer")]
    [Arguments("config", "{}", "Field 'config' is not of a type(s) string")]
    [Arguments("config", "\"{no\"", "Field 'config' is not a JSON text")]
    [Arguments("annotations", "\"{no\"", "Field 'annotations' is not a JSON text")]
    [Arguments("schedule", "-1", "schedule must be greater than or equal to 0")]
    [Arguments("isPrivileged", "1", "Field 'isPrivileged' is not of a type(s) boolean")]
    [Arguments("memoryLimit", "1.5", "Field 'memoryLimit' is not of a type(s) integer")]
    [Arguments("ports", """[{"internal":1}]""", "Required field 'external' is missing")]
    [Arguments("ports", """[{"internal":1,"external":2,"protocol":"sctp"}]""", "Field ports[0].protocol is not one of enum values: tcp,udp")]
    [Arguments("ports", """[{"internal":1,"external":3000000000}]""", null)]
    [Arguments("env", """[{"key":"a"}]""", null)]
    [Arguments("env", """[{"key":"a","value":"b","valueFromSecret":"c/d"}]""", null)]
    [Arguments("env", """[{"value":"b"}]""", "Required field 'key' is missing")]
    [Arguments("volumeMappings", """[{"hostDestination":"a","containerDestination":"b"}]""", "Required field 'accessMode' is missing")]
    [Arguments("extraHosts", """[{"name":"a"}]""", "Required field 'address' is missing")]
    [Arguments("cmd", "[1]", "Field 'cmd[0]' is not of a type(s) string")]
    [Arguments("healthCheck", "[]", "Field 'healthCheck' is not of a type(s) object")]
    [Arguments("serviceAccount", """{"name":"x"}""", "Field 'name' not allowed")]
    [Arguments("serviceAccount", """{"roleRef":{"name":"x"}}""", "Required field 'kind' is missing")]
    public async Task Bad_bodies_are_the_clients_fault(string field, string value, string? message)
    {
        await using var w = await Workloads.StartAsync();
        var (status, body) = await w.Controller.SendAsync(
            "POST", "/api/v3/microservices", Workloads.Body("refused", $$"""{"{{field}}":{{value}}}""").ToJsonString());
        await Assert.That(status).IsEqualTo(HttpStatusCode.BadRequest);
        await Assert.That(body!["name"]!.GetValue<string>()).IsEqualTo("ValidationError");
        if (message is not null)
        {
            await Assert.That(body["message"]!.GetValue<string>()).IsEqualTo(message);
        }

        await Assert.That(await w.CountAsync("Microservices")).IsEqualTo(0);
    }

    [Test]
    public async Task Json_texts_are_unescaped_only_when_they_must_be()
    {
        await using var w = await Workloads.StartAsync();
        var valid = await w.CreateAsync("a", """{"config":"{\"a\":\"say \\\"hi\\\"\"}"}""");
        await Assert.That((await w.GetAsync(valid))["config"]!.GetValue<string>()).IsEqualTo("""{"a":"say \"hi\""}""");
        var twice = await w.CreateAsync("b", """{"config":"{\\\"a\\\":1}","annotations":""}""");
        await Assert.That((await w.GetAsync(twice))["config"]!.GetValue<string>()).IsEqualTo("""{"a":1}""");
        await Assert.That((await w.GetAsync(twice))["annotations"]!.GetValue<string>()).IsEqualTo("{}");
    }

    [Test]
    public async Task Schedule_zero_is_the_default_and_health_checks_without_a_test_are_none()
    {
        await using var w = await Workloads.StartAsync();
        var m = await w.GetAsync(await w.CreateAsync("a", """{"schedule":0,"healthCheck":{"test":[],"interval":null}}"""));
        await Assert.That(m["schedule"]!.GetValue<int>()).IsEqualTo(50);
        await Assert.That(m.ContainsKey("healthCheck")).IsFalse();
        m = await w.GetAsync(await w.CreateAsync("b", """{"schedule":7,"healthCheck":{"test":["CMD","x"],"retries":3}}"""));
        await Assert.That(m["schedule"]!.GetValue<int>()).IsEqualTo(7);
        await Assert.That(m["healthCheck"]!.ToJsonString()).IsEqualTo("""{"test":["CMD","x"],"retries":3}""");
    }

    [Test]
    public async Task The_first_failing_check_is_the_one_reported()
    {
        await using var w = await Workloads.StartAsync();
        var steps = new (string Fix, string Message)[]
        {
            ("""{"natsAccess":true}""", "natsAccess must be provided under natsConfig.natsAccess"),
            ("{}", "Field 'capDrop' is not of a type(s) array"),
            ("""{"capDrop":[]}""", "Invalid ioFog UUID 'nowhere'"),
            ("""{"agentName":"edge-1"}""", "Runtime 'kata' is not available on agent 'edge-1'"),
            ("""{"runtime":""}""", "Microservice m does not have valid images"),
            ("""{"images":[{"containerImage":"i","archId":1}]}""", "Could not find none host template"),
            ("""{"extraHosts":[]}""", "Port '53' is reserved for internal use"),
            ("""{"ports":[]}""", "Volume mount with name none not found"),
            ("""{"volumeMappings":[]}""", "Invalid registry id '99'"),
            ("""{"registryId":1}""", "Invalid application id 'none'"),
            ("""{"application":"shop"}""", "Microservice natsAccess requires application natsAccess=true"),
        };
        var body = JsonNode.Parse(
            """
            {"name":"m","application":"none","agentName":"nowhere","runtime":"kata","images":[],"registryId":99,"capDrop":5,
             "extraHosts":[{"name":"x","address":"${Agents.none}"}],"ports":[{"internal":1,"external":53}],
             "volumeMappings":[{"hostDestination":"none","containerDestination":"/c","accessMode":"rw","type":"volumeMount"}],
             "natsConfig":{"natsAccess":true}}
            """)!.AsObject();
        foreach (var (fix, message) in steps)
        {
            body.Remove("natsAccess");
            foreach (var (key, value) in JsonNode.Parse(fix)!.AsObject())
            {
                body[key] = value?.DeepClone();
            }

            var (_, answer) = await w.Controller.SendAsync("POST", "/api/v3/microservices", body.ToJsonString());
            await Assert.That(answer!["message"]!.GetValue<string>()).IsEqualTo(message);
        }

        body["natsConfig"] = new JsonObject();
        await w.OkAsync("POST", "/microservices", body.ToJsonString(), HttpStatusCode.Created);
    }

    private static string Text(string example) => System.Text.Encoding.UTF8.GetString(Example.Bytes("workloads/" + example));

    private static void Strip(JsonObject o, params string[] names)
    {
        foreach (var name in names)
        {
            o.Remove(name);
        }
    }

    /// <summary>Every member's path and JSON kind, numbers and texts that may be null aside.</summary>
    private static IEnumerable<string> Shape(JsonObject m) => m.SelectMany(p => p.Value is JsonObject child && p.Key is not "natsConfig"
        ? child.Select(c => $"{p.Key}.{c.Key}")
        : [p.Key]);
}
