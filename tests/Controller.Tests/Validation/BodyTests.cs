using System.Text.Json.Nodes;
using Controller.Agents;
using Controller.Applications;
using Controller.ApplicationTemplates;
using Controller.Catalog;
using Controller.Fogs;
using Controller.Microservices;
using Controller.Registries;
using Controller.Validation;

namespace Controller.Tests.Validation;

public class BodyTests
{
    public static IEnumerable<(string Name, string Path)> Examples() =>
    [
        ("fog create", "workloads/agent-create-request.json"),
        ("fog create", "workloads/agent-create-interior-system-request.json"),
        ("fog create", "workloads/agent-create-no-router-request.json"),
        ("fog update", "workloads/agent-update-request.json"),
        ("fog version", "workloads/agent-version-request.json"),
        ("fog exec", "workloads/agent-exec-request.json"),
        ("application create", "workloads/application-create-request.json"),
        ("application put", "workloads/application-put-request.json"),
        ("application update", "workloads/application-patch-start-request.json"),
        ("application update", "workloads/application-patch-stop-request.json"),
        ("application from template", "workloads/application-from-template-request.json"),
        ("template create", "workloads/application-template-create-request.json"),
        ("template put", "workloads/application-template-create-request.json"),
        ("template update", "workloads/application-template-patch-request.json"),
        ("microservice create", "workloads/microservice-create-request.json"),
        ("microservice create", "workloads/microservice-create-from-catalog-request.json"),
        ("microservice update", "workloads/microservice-patch-request.json"),
        ("microservice update", "workloads/microservice-system-patch-request.json"),
        ("microservice update", "workloads/microservice-move-request.json"),
        ("microservice config", "workloads/microservice-config-patch-request.json"),
        ("port mapping", "workloads/microservice-port-mapping-request.json"),
        ("volume mapping", "workloads/microservice-volume-mapping-request.json"),
        ("catalog create", "workloads/catalog-item-create-request.json"),
        ("catalog update", "workloads/catalog-item-patch-images-request.json"),
        ("registry create", "workloads/registry-create-request.json"),
        ("registry update", "workloads/registry-patch-request.json"),
        ("agent provision", "agent/provision.request.json"),
        ("agent deprovision", "agent/deprovision.request.json"),
        ("agent config", "agent/config.patch.request.json"),
        ("agent gps", "agent/config.gps.patch.request.json"),
        ("agent changes", "agent/changes.patch.request.json"),
        ("agent status", "agent/status.put.request.json"),
        ("agent status", "agent/status.put.minimal.request.json"),
        ("agent status", "agent/status.put.edgelet-1.1.request.json"),
        ("agent hal", "agent/hal.hw.put.request.json"),
        ("agent hal", "agent/hal.usb.put.request.json"),
        ("agent register", "agent/controller.register.request.json"),
    ];

    private static BodySchema Schema(string name) => name switch
    {
        "fog create" => FogSchemas.Create,
        "fog update" => FogSchemas.Update,
        "fog version" => FogSchemas.Version,
        "fog exec" => FogSchemas.Exec,
        "application create" => ApplicationSchemas.Create,
        "application put" => ApplicationSchemas.Put,
        "application update" => ApplicationSchemas.Update,
        "application from template" => ApplicationSchemas.FromTemplate,
        "template create" => ApplicationTemplateSchemas.Create,
        "template put" => ApplicationTemplateSchemas.Put,
        "template update" => ApplicationTemplateSchemas.Update,
        "microservice create" => MicroserviceSchemas.Create,
        "microservice update" => MicroserviceSchemas.Update,
        "microservice config" => MicroserviceSchemas.Config,
        "port mapping" => MicroserviceSchemas.PortMapping,
        "volume mapping" => MicroserviceSchemas.VolumeMapping,
        "catalog create" => CatalogSchemas.Create,
        "catalog update" => CatalogSchemas.Update,
        "registry create" => RegistrySchemas.Create,
        "registry update" => RegistrySchemas.Update,
        "agent provision" => AgentSchemas.Provision,
        "agent deprovision" => AgentSchemas.Deprovision,
        "agent config" => AgentSchemas.Config,
        "agent gps" => AgentSchemas.Gps,
        "agent changes" => AgentSchemas.Changes,
        "agent status" => AgentSchemas.Status,
        "agent hal" => AgentSchemas.Hal,
        "agent register" => AgentSchemas.ControllerRegister,
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, null),
    };

    [Test]
    [MethodDataSource(nameof(Examples))]
    public async Task Examples_of_the_contract_are_valid(string name, string path) =>
        await Assert.That(Schema(name).Validate(Example.Json(path))).IsNull();

    [Test]
    [Arguments("fog create", """{"name":"a"}""", "Required field 'archId' is missing")]
    [Arguments("fog create", """{"archId":1,"name":5}""", "Field 'name' is not of a type(s) string")]
    [Arguments("fog create", """{"archId":1}""", "Required field 'name' is missing")]
    [Arguments("fog create", """{"name":"a","archId":-1}""", "archId must be greater than or equal to 0")]
    [Arguments("fog create", """{"name":"a","archId":1,"containerEngine":"lxc"}""", "Field containerEngine is not one of enum values: edgelet,docker,podman")]
    [Arguments("fog create", """{"name":"a","archId":1,"jsStorageSize":"10KB"}""", "Invalid format for field 'jsStorageSize'")]
    [Arguments("fog create", """{"name":"a","archId":1,"upstreamRouters":[""]}""", "Field upstreamRouters[0] does not meet minimum length of 1")]
    [Arguments("fog create", """{"name":"a","archId":1,"logLevel":null}""", "Field 'logLevel' is not of a type(s) string")]
    [Arguments("fog update", """{"networkRouter":""}""", "Field networkRouter does not meet minimum length of 1")]
    [Arguments("fog version", """{"semver":"latest"}""", "Invalid format for field 'semver'")]
    [Arguments("application create", """{"name":"Packing"}""", "Invalid format for field 'name'")]
    [Arguments("application create", """{"name":""}""", "Field name does not meet minimum length of 1")]
    [Arguments("application create", """{"name":"a","natsConfig":{"x":1}}""", "Field 'x' not allowed")]
    [Arguments("application create", """{"name":"a","microservices":[{"name":"B"}]}""", "Invalid format for field 'microservices[0].name'")]
    [Arguments("application put", """{"microservices":{}}""", "Field 'microservices' is not of a type(s) array")]
    [Arguments("microservice create", """{"name":"a","catalogItemId":3}""", "catalogItemId must be greater than or equal to 4")]
    [Arguments("microservice create", """{"application":"a"}""", "Required field 'name' is missing")]
    [Arguments("microservice create", """{"name":"a","config":{}}""", "Field 'config' is not of a type(s) string")]
    [Arguments("microservice create", """{"name":"a","ports":[{"internal":1}]}""", "Required field 'external' is missing")]
    [Arguments("microservice create", """{"name":"a","ports":[{"internal":1,"external":99999999999}]}""", "2147483647")]
    [Arguments("microservice create", """{"name":"a","volumeMappings":[{"type":"x"}]}""", "Field volumeMappings[0].type is not one of enum values: volume,bind,volumeMount,serviceAccount")]
    [Arguments("microservice create", """{"name":"a","env":[{"key":"K","value":"1","valueFromSecret":"a/b"}]}""", "must have exactly one of value, valueFromSecret and valueFromConfigMap")]
    [Arguments("microservice create", """{"name":"a","env":[{"key":"K"}]}""", "must have exactly one of value, valueFromSecret and valueFromConfigMap")]
    [Arguments("microservice create", """{"name":"a","serviceAccount":{"roleRef":{"kind":"Role"}}}""", "Required field 'name' is missing")]
    [Arguments("microservice create", """{"name":"a","schedule":101}""", "must be less than or equal to 100")]
    [Arguments("microservice create", """{"name":"a","images":[{},{},{},{},{}]}""", "Required field 'containerImage' is missing")]
    [Arguments("microservice update", """{"images":[]}""", "does not meet minimum length of 1")]
    [Arguments("microservice update", """{"logSize":-1}""", "logSize must be greater than or equal to 0")]
    [Arguments("microservice config", """[]""", "Field 'instance' is not of a type(s) object")]
    [Arguments("catalog create", """{"name":"a","registryId":1,"images":[]}""", "does not meet minimum length of 1")]
    [Arguments("registry create", """{"url":"u","isPublic":true,"username":"","password":"","email":"x"}""", "Invalid format for field 'email'")]
    [Arguments("registry create", """{"url":"u","isPublic":true,"username":"","password":""}""", "Required field 'email' is missing")]
    [Arguments("agent provision", """{"type":2}""", "Required field 'key' is missing")]
    [Arguments("agent provision", """{"key":"k","type":5}""", "must be less than or equal to 4")]
    [Arguments("agent provision", """{"key":"k","type":4,"engine":"lxc"}""", "Field engine is not one of enum values: edgelet,docker,podman")]
    [Arguments("agent deprovision", """{}""", "Required field 'microserviceUuids' is missing")]
    [Arguments("agent config", """{"diskLimit":-0.5}""", "diskLimit must be greater than or equal to 0")]
    [Arguments("agent config", """{"latitude":91}""", "must be less than or equal to 90")]
    [Arguments("agent changes", """{"lastUpdated":"yesterday"}""", "Invalid format for field 'lastUpdated'")]
    [Arguments("agent status", """{"microserviceStatus":[]}""", "Field 'microserviceStatus' is not of a type(s) string")]
    [Arguments("agent register", """{"uuid":"u","registryId":1,"images":[{"containerImage":"i","archId":1}],"natsConfig":{}}""", "Field 'natsConfig' not allowed")]
    [Arguments("agent register", """{"uuid":"u","registryId":1,"images":[{"containerImage":"i","archId":1}],"schedule":1}""", "does not exactly match expected constant: 0")]
    [Arguments("agent register", """{"uuid":"u","registryId":1,"name":"other"}""", "Field name is not one of enum values: controller")]
    public async Task Violations(string name, string body, string message)
    {
        var actual = Schema(name).Validate(Example.Parse(body))!;

        await Assert.That(actual.StartsWith('{') ? Reason(actual) : actual).Contains(message);
    }

    [Test]
    [Arguments("""{"routerMode":"edge"}""", true)]
    [Arguments("""{"description":"x"}""", true)]
    [Arguments("""{"routerMode":"interior","interRouterPort":55671,"edgeRouterPort":45671}""", true)]
    [Arguments("""{"routerMode":"interior","interRouterPort":55671}""", false)]
    public async Task An_update_to_interior_names_its_ports(string body, bool valid) =>
        await Assert.That(FogSchemas.Update.Validate(Example.Parse(body)) is null).IsEqualTo(valid);

    [Test]
    public async Task A_fog_needs_no_host_and_no_ports_to_be_created() =>
        await Assert.That(FogSchemas.Create.Validate(Example.Parse("""{"name":"a","archId":1,"routerMode":"interior"}"""))).IsNull();

    [Test]
    public async Task Limits_of_an_agent_may_be_fractions() =>
        await Assert.That(AgentSchemas.Config.Validate(Example.Parse("""{"diskLimit":10.5,"cpuLimit":0}"""))).IsNull();

    [Test]
    public async Task A_report_without_a_list_of_runtimes_is_taken() =>
        await Assert.That(AgentSchemas.Status.Validate(Example.Parse("""{"availableRuntimes":null}"""))).IsNull();

    [Test]
    [Arguments("upgrade", null)]
    [Arguments("rollback", null)]
    [Arguments("downgrade", "Field versionCommand is not one of enum values: upgrade,rollback")]
    public async Task Version_commands(string command, string? message) =>
        await Assert.That(FogSchemas.ValidateVersionCommand(command)).IsEqualTo(message);

    private static string Reason(string message) => (string)JsonNode.Parse(message)!["message"]!;
}
