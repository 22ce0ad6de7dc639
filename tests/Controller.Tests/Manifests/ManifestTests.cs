using System.Text;
using System.Text.Json.Nodes;
using Controller.Applications;
using Controller.ApplicationTemplates;
using Controller.Manifests;
using Controller.Microservices;

namespace Controller.Tests.Manifests;

public class ManifestTests
{
    [Test]
    public async Task Application_example_is_a_valid_body()
    {
        var body = ApplicationManifest.Read(Example.Bytes("workloads/application.yaml"));

        await Assert.That(ApplicationSchemas.Create.Validate(Manifest.ToElement(body))).IsNull();
        var expected = """
            {
              "name": "packing",
              "natsConfig": {"natsAccess": true, "natsRule": "default-account-rule"},
              "isActivated": true,
              "microservices": [
                {
                  "name": "camera", "agentName": "gateway-1", "config": "{\"fps\":15,\"mode\":\"day\"}",
                  "images": [
                    {"containerImage": "registry.example.com/packing/camera:2.1", "archId": 1},
                    {"containerImage": "registry.example.com/packing/camera:2.1-arm64", "archId": 2}
                  ],
                  "registryId": 3, "hostNetworkMode": false, "isPrivileged": false, "pidMode": "", "ipcMode": "", "cpuSetCpus": "",
                  "capAdd": [], "capDrop": [],
                  "ports": [{"internal": 8080, "external": 18080, "protocol": "tcp"}],
                  "extraHosts": [{"name": "hub", "address": "${Agents.hub-1}"}],
                  "healthCheck": {"test": ["CMD", "curl", "-f", "http://localhost:8080/health"], "interval": 30, "timeout": 5, "retries": 3},
                  "annotations": "{\"team\":\"vision\"}",
                  "volumeMappings": [{"hostDestination": "/data/camera", "containerDestination": "/data", "accessMode": "rw", "type": "bind"}],
                  "cmd": ["--verbose"],
                  "env": [
                    {"key": "MODE", "value": "prod"},
                    {"key": "TOKEN", "valueFromSecret": "camera-secret/token"},
                    {"key": "LEVEL", "valueFromConfigMap": "app-settings/level"}
                  ],
                  "runtime": "crun", "schedule": 50,
                  "serviceAccount": {"roleRef": {"kind": "Role", "name": "microservice"}},
                  "natsConfig": {"natsAccess": true}
                },
                {
                  "name": "broker", "agentName": "gateway-1", "config": "{}", "catalogItemId": 6,
                  "hostNetworkMode": false, "isPrivileged": false, "pidMode": "", "ipcMode": "", "cpuSetCpus": "",
                  "capAdd": [], "capDrop": [], "ports": [{"internal": 1883, "external": 11883}], "extraHosts": [],
                  "healthCheck": {}, "volumeMappings": [], "cmd": [], "env": [], "schedule": 50
                }
              ]
            }
            """;
        await Assert.That(JsonNode.DeepEquals(body, JsonNode.Parse(expected))).IsTrue();
    }

    [Test]
    public async Task Application_from_template_carries_the_template()
    {
        var body = ApplicationManifest.Read(Example.Bytes("workloads/application-from-template.yaml"));

        await Assert.That(ApplicationSchemas.FromTemplate.Validate(Manifest.ToElement(body))).IsNull();
        await Assert.That(Manifest.ToJsonText(body["template"]!)).IsEqualTo(
            """{"name":"camera-app","variables":[{"key":"agent-name","value":"gateway-2"},{"key":"web-port","value":28080}]}""");
        await Assert.That(body["microservices"]!.AsArray()).IsEmpty();
    }

    [Test]
    public async Task Template_example_keeps_its_placeholders()
    {
        var body = ApplicationManifest.ReadTemplate(Example.Bytes("workloads/application-template.yaml"));

        await Assert.That(ApplicationTemplateSchemas.Create.Validate(Manifest.ToElement(body))).IsNull();
        var microservice = body["application"]!["microservices"]![0]!;
        await Assert.That((string?)microservice["agentName"]).IsEqualTo("{{ agent-name }}");
        await Assert.That((string?)microservice["config"]).IsEqualTo("""{"port":"{{ web-port }}"}""");
        await Assert.That((string?)microservice["ports"]![0]!["external"]).IsEqualTo("{{ web-port }}");
        await Assert.That(body["application"]!["name"]).IsNull();
    }

    [Test]
    public async Task Microservice_example_is_a_valid_body()
    {
        var body = MicroserviceManifest.Read(Example.Bytes("workloads/microservice.yaml"));

        await Assert.That(MicroserviceSchemas.Create.Validate(Manifest.ToElement(body))).IsNull();
        await Assert.That(MicroserviceSchemas.Update.Validate(Manifest.ToElement(body))).IsNull();
        await Assert.That((string?)body["application"]).IsEqualTo("packing");
        await Assert.That((string?)body["name"]).IsEqualTo("camera");
        await Assert.That((int?)body["registryId"]).IsEqualTo(2);
        await Assert.That(Manifest.ToJsonText(body["env"]!)).IsEqualTo("""[{"key":"PORT","value":"8080"}]""");
        await Assert.That(body["images"]!.AsArray().Select(image => (int)image!["archId"]!)).IsEquivalentTo([1, 2, 3, 4]);
    }

    [Test]
    public async Task Schedule_of_a_patch_stays_out_unless_named()
    {
        var yaml = "kind: Microservice\nmetadata: {name: a}\nspec: {}"u8.ToArray();

        await Assert.That((int?)MicroserviceManifest.Read(yaml)["schedule"]).IsEqualTo(50);
        await Assert.That(MicroserviceManifest.Read(yaml, patch: true).ContainsKey("schedule")).IsFalse();
        await Assert.That(MicroserviceManifest.Read(yaml, patch: true)["volumeMappings"]!.AsArray()).IsEmpty();
    }

    [Test]
    [Arguments("{registry: remote, amd64: i}", "1")]
    [Arguments("{registry: local, amd64: i}", "2")]
    [Arguments("{registry: '7', amd64: i}", "7")]
    [Arguments("{registry: 8, amd64: i}", "8")]
    [Arguments("{registry: '', amd64: i}", "1")]
    [Arguments("{amd64: i}", "1")]
    [Arguments("{amd64: i, registry: '{{ r }}'}", "\"{{ r }}\"")]
    [Arguments("{amd64: i, registry: nowhere}", "\"nowhere\"")]
    public async Task Registries(string images, string registry)
    {
        var body = MicroserviceManifest.Read(Microservice($"images: {images}"));

        await Assert.That(Manifest.ToJsonText(body["registryId"]!)).IsEqualTo(registry);
    }

    [Test]
    public async Task Images_by_architecture_in_the_order_of_the_contract()
    {
        var body = MicroserviceManifest.Read(Microservice("images: {arm: e, riscv: d, x86: b, amd64: a, arm64: c, riscv64: ''}"));

        await Assert.That(Manifest.ToJsonText(body["images"]!)).IsEqualTo(
            """[{"containerImage":"a","archId":1},{"containerImage":"b","archId":1},{"containerImage":"c","archId":2},{"containerImage":"d","archId":3},{"containerImage":"e","archId":4}]""");
    }

    [Test]
    public async Task A_catalog_item_replaces_images_and_registry()
    {
        var body = MicroserviceManifest.Read(Microservice("images: {catalogId: 6, amd64: i, registry: 3}"));

        await Assert.That((int?)body["catalogItemId"]).IsEqualTo(6);
        await Assert.That(body.ContainsKey("images") || body.ContainsKey("registryId")).IsFalse();
    }

    [Test]
    public async Task Other_container_keys_are_copied()
    {
        var body = MicroserviceManifest.Read(Microservice("container: {runtime: crun, cdiDevices: [a], logSize: 5, platform: }"));

        await Assert.That((string?)body["runtime"]).IsEqualTo("crun");
        await Assert.That((long?)body["logSize"]).IsEqualTo(5);
        await Assert.That(body["cdiDevices"]!.AsArray().Count).IsEqualTo(1);
        await Assert.That(body.ContainsKey("platform") || body.ContainsKey("commands") || body.ContainsKey("volumes")).IsFalse();
    }

    [Test]
    [Arguments("8080", "8080")]
    [Arguments("true", "true")]
    [Arguments("1.50", "1.5")]
    [Arguments("0.00001", "0.00001")]
    [Arguments("1e-7", "1e-7")]
    [Arguments("1e21", "1e+21")]
    [Arguments("-1.5e20", "-150000000000000000000")]
    [Arguments("''", "")]
    [Arguments("'<ü>'", "<ü>")]
    public async Task Environment_values_become_text(string value, string text)
    {
        var body = MicroserviceManifest.Read(Microservice($"container: {{env: [{{key: K, value: {value}}}]}}"));

        await Assert.That((string?)body["env"]![0]!["value"]).IsEqualTo(text);
    }

    [Test]
    [Arguments("x", "Invalid environment variable format")]
    [Arguments("{value: x}", "Environment variable must have a key")]
    [Arguments("{key: K}", "Environment variable 'K' must have either value, valueFromSecret, or valueFromConfigMap")]
    [Arguments("{key: K, value: x, valueFromSecret: a/b}", "Environment variable 'K' can only have one of: value, valueFromSecret, or valueFromConfigMap")]
    [Arguments("{key: K, valueFromSecret: 5}", "valueFromSecret for environment variable 'K' must be a string")]
    [Arguments("{key: K, valueFromSecret: ab}", "valueFromSecret for environment variable 'K' must be in format 'secret-name/key'")]
    [Arguments("{key: K, valueFromSecret: a/b/c}", "valueFromSecret for environment variable 'K' must be in format 'secret-name/key'")]
    [Arguments("{key: K, valueFromConfigMap: /b}", "valueFromConfigMap for environment variable 'K' must be in format 'configmap-name/key'")]
    [Arguments("{key: K, valueFromConfigMap: []}", "valueFromConfigMap for environment variable 'K' must be a string")]
    public async Task Environment_errors(string entry, string message) =>
        await Refused(() => MicroserviceManifest.Read(Microservice($"container: {{env: [{entry}]}}")), message);

    [Test]
    public async Task What_clients_print_of_a_described_microservice_is_taken()
    {
        var yaml = Microservice(
            """
            images: {amd64: a, registry: ""}
              container: {env: [{key: A, value: shown, valueFromConfigMap: m/k}, {key: B, value: "", valueFromSecret: s/k}, {key: C, value: v, valueFromSecret: ""}]}
            """);
        var body = MicroserviceManifest.Read(yaml, patch: true);

        await Assert.That(body["env"]!.ToJsonString()).IsEqualTo("""[{"key":"A","valueFromConfigMap":"m/k"},{"key":"B","valueFromSecret":"s/k"},{"key":"C","value":"v"}]""");
        await Assert.That(body.ContainsKey("registryId")).IsFalse();
        await Assert.That(MicroserviceManifest.Read(yaml)["env"]!.ToJsonString()).IsEqualTo(body["env"]!.ToJsonString());
        await Assert.That((int?)MicroserviceManifest.Read(Microservice("images: {amd64: a}"))["registryId"]).IsEqualTo(1);
    }

    [Test]
    [Arguments("kind: Thing\nmetadata: {}\nspec: {}", "Invalid kind Thing")]
    [Arguments("metadata: {}\nspec: {}", "Invalid kind undefined")]
    [Arguments("kind: Microservice\nspec: {}", "Invalid YAML format")]
    [Arguments("kind: Microservice\nmetadata: {}", "Invalid YAML format")]
    [Arguments("- a", "Invalid YAML format")]
    [Arguments("", "Invalid YAML format")]
    [Arguments("kind: Microservice\nmetadata: {name: a/b/c}\nspec: {}", "Invalid name a/b/c")]
    [Arguments("kind: Microservice\nmetadata: {name: /b}\nspec: {}", "Invalid name /b")]
    [Arguments("kind: [", "Error parsing YAML: ")]
    public async Task Structure_errors(string yaml, string message) =>
        await Refused(() => MicroserviceManifest.Read(Encoding.UTF8.GetBytes(yaml)), message);

    [Test]
    [Arguments("kind: Microservice\nmetadata: {}\nspec: {}", "Invalid kind Microservice")]
    [Arguments("kind: Application\nmetadata: {}\nspec: {microservices: {}}", "Invalid YAML format")]
    [Arguments("kind: Application\nmetadata: {}\nspec: {microservices: [x]}", "Invalid YAML format")]
    public async Task Application_errors(string yaml, string message) =>
        await Refused(() => ApplicationManifest.Read(Encoding.UTF8.GetBytes(yaml)), message);

    [Test]
    public async Task An_application_is_always_activated()
    {
        var body = ApplicationManifest.Read("kind: Application\nmetadata: {name: a}\nspec: {isActivated: false, description: }"u8);

        await Assert.That((bool?)body["isActivated"]).IsTrue();
        await Assert.That(body.ContainsKey("description")).IsFalse();
        await Assert.That(body["microservices"]!.AsArray()).IsEmpty();
    }

    private static byte[] Microservice(string spec) =>
        Encoding.UTF8.GetBytes($"kind: Microservice\nmetadata: {{name: a}}\nspec:\n  {spec}\n");

    private static async Task Refused(Func<JsonNode> read, string message)
    {
        var error = await Assert.That(() => read()).Throws<ManifestException>();
        await Assert.That(error!.Message).StartsWith(message);
    }
}
