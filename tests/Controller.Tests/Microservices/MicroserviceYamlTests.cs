using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace Controller.Tests.Microservices;

/// <summary>YAML uploads (api-workloads 1.4, 9.1).</summary>
public sealed class MicroserviceYamlTests
{
    private static readonly string Yaml = Encoding.UTF8.GetString(Example.Bytes("workloads/microservice.yaml"));

    [Test]
    public async Task The_contracts_example_is_created_and_replaced()
    {
        await using var w = await StartAsync();
        var (status, body) = await w.UploadAsync("POST", "/microservices/yaml", Yaml);
        await Assert.That(status).IsEqualTo(HttpStatusCode.Created);
        var uuid = body!["uuid"]!.GetValue<string>();
        var m = await w.GetAsync(uuid);
        await Assert.That(m["name"]!.GetValue<string>()).IsEqualTo("camera");
        await Assert.That(m["application"]!.GetValue<string>()).IsEqualTo("packing");
        await Assert.That(m["registryId"]!.GetValue<int>()).IsEqualTo(2);
        await Assert.That(m["images"]!.AsArray().Count).IsEqualTo(4);
        await Assert.That(m["config"]!.GetValue<string>()).IsEqualTo("""{"fps":20}""");
        await Assert.That(m["env"]!.ToJsonString()).IsEqualTo("""[{"key":"PORT","value":"8080","valueFromSecret":null,"valueFromConfigMap":null}]""");

        // A manifest says all there is: lists it does not have become empty.
        var shorter = "kind: Microservice\nmetadata: {name: packing/camera}\nspec: {config: {fps: 1}}\n";
        (status, body) = await w.UploadAsync("PATCH", "/microservices/yaml/" + uuid, shorter);
        await Assert.That(status).IsEqualTo(HttpStatusCode.NoContent);
        m = await w.GetAsync(uuid);
        await Assert.That(m["ports"]!.AsArray().Count).IsEqualTo(0);
        await Assert.That(m["env"]!.AsArray().Count).IsEqualTo(0);
        await Assert.That(m["images"]!.AsArray().Count).IsEqualTo(4);
        await Assert.That(m["config"]!.GetValue<string>()).IsEqualTo("""{"fps":1}""");
    }

    [Test]
    public async Task A_system_microservice_is_patched_on_its_own_route()
    {
        await using var w = await StartAsync();
        var system = await w.AddApplicationAsync("system-edge-1", isSystem: true);
        var uuid = await w.AddSystemMicroserviceAsync(system, "router", 1);
        const string yaml = "kind: Microservice\nmetadata: {name: system-edge-1/router}\nspec: {container: {logSize: 7}}\n";
        var (status, _) = await w.UploadAsync("PATCH", "/microservices/system/yaml/" + uuid, yaml);
        await Assert.That(status).IsEqualTo(HttpStatusCode.NoContent);
        await Assert.That((await w.GetAsync(uuid, true))["logSize"]!.GetValue<int>()).IsEqualTo(7);
        (status, _) = await w.UploadAsync("PATCH", "/microservices/yaml/" + uuid, yaml);
        await Assert.That(status).IsEqualTo(HttpStatusCode.BadRequest);
    }

    [Test]
    [Arguments("kind: Application\nmetadata: {name: a}\nspec: {}\n", "Invalid kind Application")]
    [Arguments("kind: Microservice\nmetadata: {name: a}\n", "Invalid YAML format")]
    [Arguments("kind: Microservice\nmetadata: {name: a/b/c}\nspec: {}\n", "Invalid name a/b/c")]
    [Arguments("kind: Microservice\nmetadata: {name: a/B}\nspec: {}\n", "Invalid format for field 'name'")]
    [Arguments("kind: [", null)]
    [Arguments("", null)]
    public async Task Bad_manifests_are_the_clients_fault(string yaml, string? message)
    {
        await using var w = await StartAsync();
        var (status, body) = await w.UploadAsync("POST", "/microservices/yaml", yaml);
        await Assert.That(status).IsEqualTo(HttpStatusCode.BadRequest);
        await Assert.That(body!["name"]!.GetValue<string>()).IsEqualTo("ValidationError");
        if (message is not null)
        {
            await Assert.That(body["message"]!.GetValue<string>()).IsEqualTo(message);
        }
    }

    [Test]
    public async Task Exactly_one_file_of_the_right_name_is_taken()
    {
        await using var w = await StartAsync();
        await Refused(await w.UploadAsync("POST", "/microservices/yaml", Yaml, "application"), 400,
            "Unexpected file 'application': exactly one file 'microservice' is expected");
        await Refused(await w.UploadAsync("POST", "/microservices/yaml", Yaml, second: "microservice"), 400,
            "Unexpected file 'microservice': exactly one file 'microservice' is expected");
        await Refused(await w.Controller.SendAsync("POST", "/api/v3/microservices/yaml", "{}"), 400, "Microservice file missing");
        await Refused(await w.Controller.SendAsync("POST", "/api/v3/microservices/yaml"), 400, "Microservice file missing");
        await Refused(await SendAsync("--b--\r\n", "multipart/form-data; boundary=b"), 400, "Microservice file missing");
        await Refused(await SendAsync("--b\r\nContent-Disposition: form-data; name=\"microservice\"; filename=\"x\"\r\n\r\nkind", "multipart/form-data; boundary=b"),
            400, "Malformed multipart body");
        await Refused(await SendAsync("x", "multipart/form-data"), 400, "Malformed multipart body");
        await Refused(await w.UploadAsync("POST", "/microservices/yaml", new string('#', (10 * 1024 * 1024) + 1)), 413, null);

        static async Task Refused((HttpStatusCode Status, System.Text.Json.Nodes.JsonNode? Body) answer, int status, string? message)
        {
            await Assert.That((int)answer.Status).IsEqualTo(status);
            if (message is not null)
            {
                await Assert.That(answer.Body!["message"]!.GetValue<string>()).IsEqualTo(message);
            }
        }

        async Task<(HttpStatusCode, System.Text.Json.Nodes.JsonNode?)> SendAsync(string text, string type)
        {
            using var content = new StringContent(text);
            content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
            using var response = await w.Controller.Client.PostAsync("/api/v3/microservices/yaml", content);
            return (response.StatusCode, System.Text.Json.Nodes.JsonNode.Parse(await response.Content.ReadAsStringAsync()));
        }
    }

    private static async Task<Workloads> StartAsync()
    {
        var w = await Workloads.StartAsync();
        await w.AddFogAsync("gateway-1");
        await w.AddApplicationAsync("packing");
        return w;
    }
}
