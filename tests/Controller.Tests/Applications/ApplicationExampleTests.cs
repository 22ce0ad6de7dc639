using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Controller.Tests.Support;

namespace Controller.Tests.Applications;

/// <summary>The contract's examples of applications, replayed.</summary>
public sealed class ApplicationExampleTests
{
    private static readonly string[] Later =
    [
        // What issuing NATS credentials adds, which is not part of this.
        "natsCredsSecretName", "natsAccountId", "natsUserId",
    ];

    [Test]
    public async Task An_application_reads_as_the_contract_shows_it()
    {
        await using var controller = await TestController.StartAsync();
        await controller.AddExampleWorldAsync();

        var created = await controller.DoAsync("POST", ApplicationFixture.Route, Text("application-create-request.json"), HttpStatusCode.Created);
        await Assert.That(created!.AsObject().Select(p => p.Key)).IsEquivalentTo(Node("application-create-response.json").AsObject().Select(p => p.Key));
        await Assert.That(created["name"]!.GetValue<string>()).IsEqualTo("packing");

        var one = await controller.GetAsync("packing");
        await Assert.That(JsonShape.Differences(Node("application-get-response.json"), one, Later)).IsEmpty();
        var list = await controller.DoAsync("GET", ApplicationFixture.Route, null, HttpStatusCode.OK);
        await Assert.That(JsonShape.Differences(Node("application-list-response.json"), list, Later)).IsEmpty();

        await Assert.That(one["natsConfig"]!.ToJsonString()).IsEqualTo("""{"natsAccess":true,"natsRule":"default-account-rule"}""");
        await Assert.That(one["isActivated"]!.GetValue<bool>()).IsTrue();
        var camera = one["microservices"]![0]!;
        await Assert.That(camera["application"]!.GetValue<string>()).IsEqualTo("packing");
        await Assert.That(camera["extraHosts"]![1]!["value"]!.GetValue<string>()).IsEqualTo("10.20.0.2");
        await Assert.That(camera.AsObject().ContainsKey("serviceAccount")).IsFalse();
        await Assert.That(camera.AsObject().ContainsKey("rebuild")).IsTrue();
    }

    [Test]
    public async Task The_requests_of_the_contract_are_taken_in_turn()
    {
        await using var controller = await TestController.StartAsync();
        var gateway = await controller.AddExampleWorldAsync();
        await controller.DoAsync("POST", ApplicationFixture.Route, Text("application-create-request.json"), HttpStatusCode.Created);
        await controller.DoAsync("PUT", ApplicationFixture.Route + "/packing", Text("application-put-request.json"), HttpStatusCode.NoContent);
        await controller.DoAsync("PATCH", ApplicationFixture.Route + "/packing", Text("application-patch-stop-request.json"), HttpStatusCode.NoContent);
        var (_, stopped) = await gateway.SendAsync("GET", "/microservices");
        await Assert.That(stopped!["microservices"]!.AsArray().Count).IsEqualTo(0);
        await controller.DoAsync("PATCH", ApplicationFixture.Route + "/packing", Text("application-patch-start-request.json"), HttpStatusCode.NoContent);
        var (_, started) = await gateway.SendAsync("GET", "/microservices");
        var entry = started!["microservices"]!.AsArray().Single()!;
        await Assert.That(entry["application"]!.GetValue<string>()).IsEqualTo("packing");
        await Assert.That(entry["env"]!.ToJsonString()).Contains("s3cr3t-example");
        await Assert.That(entry["serviceAccount"]!["name"]!.GetValue<string>()).IsEqualTo("camera");
    }

    [Test]
    public async Task A_manifest_creates_and_replaces()
    {
        await using var controller = await TestController.StartAsync();
        await controller.AddExampleWorldAsync();
        var yaml = Text("application.yaml");

        var (status, created) = await controller.UploadAsync("POST", ApplicationFixture.Route + "/yaml", yaml);
        await Assert.That(status).IsEqualTo(HttpStatusCode.Created).Because(created?.ToJsonString() ?? "");
        await Assert.That(created!["name"]!.GetValue<string>()).IsEqualTo("packing");
        var before = await controller.GetAsync("packing");
        await Assert.That(before["isActivated"]!.GetValue<bool>()).IsTrue();
        await Assert.That(Names(before)).IsEquivalentTo(["camera", "broker"]);

        (status, var answer) = await controller.UploadAsync("PUT", ApplicationFixture.Route + "/yaml/packing", yaml);
        await Assert.That(status).IsEqualTo(HttpStatusCode.NoContent).Because(answer?.ToJsonString() ?? "");
        var after = await controller.GetAsync("packing");
        await Assert.That(Uuids(after)).IsEquivalentTo(Uuids(before));

        // A manifest without microservices is the empty set.
        (status, _) = await controller.UploadAsync(
            "PUT", ApplicationFixture.Route + "/yaml/packing", "kind: Application\nmetadata:\n  name: packing\nspec:\n  description: bare\n");
        await Assert.That(status).IsEqualTo(HttpStatusCode.NoContent);
        await Assert.That(Names(await controller.GetAsync("packing"))).IsEmpty();
    }

    [Test]
    public async Task A_manifest_that_cannot_be_used_is_the_clients_fault()
    {
        await using var controller = await TestController.StartAsync();
        await RefusedAsync("POST", "/yaml", "kind: Secret\nmetadata: {name: a}\nspec: {}\n", "application", "Invalid kind Secret");
        await RefusedAsync("POST", "/yaml", "kind: Application\nmetadata: {name: a}\n", "application", "Invalid YAML format");
        await RefusedAsync("POST", "/yaml", "kind: Application\nmetadata: {name: A_B}\nspec: {}\n", "application", "Invalid format for field 'name'");
        await RefusedAsync("PUT", "/yaml/a", "kind: [", "application", null);
        await RefusedAsync("PUT", "/yaml/a", "kind: Application\n", "other", null);
        var (status, body) = await controller.SendAsync("POST", ApplicationFixture.Route + "/yaml", "{}");
        await Assert.That($"{(int)status} {body!["message"]}").IsEqualTo("400 Application file missing");

        async Task RefusedAsync(string method, string path, string yaml, string part, string? message)
        {
            var (refused, error) = await controller.UploadAsync(method, ApplicationFixture.Route + path, yaml, part);
            await Assert.That(refused).IsEqualTo(HttpStatusCode.BadRequest).Because(error?.ToJsonString() ?? "");
            if (message is not null)
            {
                await Assert.That(error!["message"]!.GetValue<string>()).IsEqualTo(message);
            }
        }
    }

    private static IEnumerable<string> Names(JsonNode application) =>
        application["microservices"]!.AsArray().Select(m => m!["name"]!.GetValue<string>());

    private static IEnumerable<string> Uuids(JsonNode application) =>
        application["microservices"]!.AsArray().Select(m => m!["uuid"]!.GetValue<string>());

    private static string Text(string name) => Encoding.UTF8.GetString(Example.Bytes("workloads/" + name));

    private static JsonNode Node(string name) => JsonNode.Parse(Example.Bytes("workloads/" + name))!;
}
