using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Controller.Tests.Microservices;
using Controller.Tests.Roles;
using Controller.Tests.Support;
using static Controller.Tests.Support.JsonAsserts;

namespace Controller.Tests.Applications;

/// <summary>The contract's answers to workload requests, errors among them, that no other test replays.</summary>
public sealed class WorkloadExampleTests
{
    /// <summary>What a node's agent, router and NATS add once they run.</summary>
    private static readonly string[] OfRunningNode =
        ["systemAvailableDisk", "systemAvailableMemory", "messagingPort", "interRouterPort", "edgeRouterPort", "natsServerPort", "natsLeafPort", "natsClusterPort", "natsMqttPort", "natsHttpPort", "jsStorageSize", "jsMemoryStoreSize"];

    [Test]
    [Arguments("error-400-required", 400, "POST", "/iofog", """{"name":"gateway-9"}""")]
    [Arguments("error-400-validation", 400, "POST", "/iofog", """{"name":5,"archId":1}""")]
    [Arguments("error-404-agent", 404, "GET", "/iofog/b2f7a0de-8a35-4b0c-8d4e-51f7c9d0e322", null)]
    [Arguments("error-404-application", 404, "GET", "/application/packing", null)]
    [Arguments("error-500-application-duplicate", 409, "POST", "/application", """{"name":"packing"}""")]
    [Arguments("error-500-microservice-list-unknown-application", 404, "GET", "/microservices?application=nope", null)]
    [Arguments("error-409-catalog-duplicate", 409, "POST", "/catalog/microservices", null)]
    public async Task Errors_have_the_contracts_names_and_texts(string example, int expected, string method, string path, string? json)
    {
        await using var controller = await TestController.StartAsync();
        if (path == "/application")
        {
            await controller.DoAsync("POST", ApplicationFixture.Route, json, HttpStatusCode.Created);
        }
        else if (path == "/catalog/microservices")
        {
            json = Text("catalog-item-create-request.json");
            await controller.DoAsync("POST", "/api/v3" + path, json, HttpStatusCode.Created);
        }

        // Where the original answers 500 with a stack it is the client's fault all the same (decision 20).
        var error = ExampleNode($"workloads/{example}.json").AsObject();
        error.Remove("stack");
        var (status, body) = await controller.SendAsync(method, "/api/v3" + path, json);
        await Assert.That((int)status).IsEqualTo(expected);
        await IsSameAsync(body, error);
    }

    [Test]
    public async Task Who_may_not_is_told_so_in_the_contracts_members()
    {
        await using var controller = await TestController.StartAsync(groups: []);
        var (status, body) = await controller.SendAsync("GET", "/api/v3/iofog-list");
        await Assert.That(status).IsEqualTo(HttpStatusCode.Forbidden);
        await SameShapeAsync("error-403-rbac", body, "name");
    }

    [Test]
    public async Task Agents_read_as_the_contract_shows_them()
    {
        await using var controller = await TestController.StartAsync();
        await controller.CreateFogAsync(Text("agent-create-interior-system-request.json"));
        var created = await controller.DoAsync("POST", "/api/v3/iofog", Text("agent-create-request.json"), HttpStatusCode.Created);
        await SameShapeAsync("agent-uuid-response", created);
        var uuid = created!["uuid"]!.GetValue<string>();
        await SameShapeAsync("agent-get-response", await controller.DoAsync("GET", $"/api/v3/iofog/{uuid}", null, HttpStatusCode.OK), OfRunningNode);
        await SameShapeAsync("agent-list-response", await controller.DoAsync("GET", "/api/v3/iofog-list", null, HttpStatusCode.OK), OfRunningNode);
        await SameShapeAsync("agent-provisioning-key-response", await controller.DoAsync("GET", $"/api/v3/iofog/{uuid}/provisioning-key", null, HttpStatusCode.Created));
        await SameShapeAsync("agent-uuid-response", await controller.DoAsync("POST", $"/api/v3/iofog/{uuid}/reconcile", null, HttpStatusCode.OK));
        await SameShapeAsync("agent-uuid-response", await controller.DoAsync("DELETE", $"/api/v3/iofog/{uuid}", null, HttpStatusCode.Accepted));
        await SameShapeAsync("status-response", await controller.DoAsync("GET", "/api/v3/status", null, HttpStatusCode.OK), "ecnViewer");
    }

    [Test]
    public async Task Microservices_and_templates_read_as_the_contract_shows_them()
    {
        await using var controller = await TestController.StartAsync();
        await controller.AddExampleWorldAsync();
        await controller.DoAsync("POST", ApplicationFixture.Route, """{"name":"packing","natsConfig":{"natsAccess":true}}""", HttpStatusCode.Created);
        var created = await controller.DoAsync("POST", "/api/v3/microservices", Text("microservice-create-request.json"), HttpStatusCode.Created);
        await SameShapeAsync("microservice-create-response", created);
        await SameShapeAsync(
            "microservice-list-response", await controller.DoAsync("GET", "/api/v3/microservices", null, HttpStatusCode.OK), "natsCredsSecretName", "natsAccountId", "natsUserId");
        var mappings = $"/api/v3/microservices/{created!["uuid"]}/volume-mapping";
        await SameShapeAsync("microservice-volume-mapping-list-response", await controller.DoAsync("GET", mappings, null, HttpStatusCode.OK));
        await SameShapeAsync(
            "microservice-volume-mapping-response",
            await controller.DoAsync("POST", mappings, """{"hostDestination":"/other","containerDestination":"/other","accessMode":"ro"}""", HttpStatusCode.Created));
        await SameShapeAsync(
            "application-template-create-response",
            await controller.DoAsync("POST", "/api/v3/applicationTemplate", Text("application-template-create-request.json"), HttpStatusCode.Created));
    }

    [Test]
    public async Task The_other_kinds_are_taken_from_the_contracts_manifests()
    {
        await using var controller = await TestController.StartAsync();
        await controller.DoAsync("POST", ApplicationFixture.Route, """{"name":"packing"}""", HttpStatusCode.Created);
        foreach (var (path, part, file) in new[]
        {
            ("/roles", "role", "role"), ("/rolebindings", "rolebinding", "rolebinding"), ("/serviceaccounts", "serviceaccount", "serviceaccount"),
            ("/secrets", "secret", "secret"), ("/configmaps", "configMap", "configmap"), ("/volumeMounts", "volumeMount", "volumemount"),
            ("/certificates", "certificate", "certificateauthority"), ("/certificates", "certificate", "certificate"),
        })
        {
            var (status, body) = await controller.UploadAsync("POST", $"/api/v3{path}/yaml", Text($"yaml-kinds/{file}.yaml"), part);
            await Assert.That(status is HttpStatusCode.Created or HttpStatusCode.OK).IsTrue().Because(body?.ToJsonString() ?? "");
        }

        var role = await controller.DoAsync("GET", "/api/v3/roles/app-reader", null, HttpStatusCode.OK);
        await Assert.That(role!.ToJsonString()).Contains("\"verbs\":[\"get\",\"list\"]");
        var account = await controller.DoAsync("GET", "/api/v3/serviceaccounts/packing/camera", null, HttpStatusCode.OK);
        await Assert.That(account!.ToJsonString()).Contains("\"name\":\"camera\"");
    }

    private static async Task SameShapeAsync(string example, JsonNode? actual, params string[] except) =>
        await Assert.That(JsonShape.Differences(ExampleNode($"workloads/{example}.json"), actual, except)).IsEmpty().Because(actual?.ToJsonString() ?? "");

    private static string Text(string name) => Encoding.UTF8.GetString(Example.Bytes("workloads/" + name));
}
