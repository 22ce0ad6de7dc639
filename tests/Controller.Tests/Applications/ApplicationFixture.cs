using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Controller.Secrets;
using Controller.Tests.Agents;
using Controller.Tests.Support;

namespace Controller.Tests.Applications;

/// <summary>Shorthand of the application tests.</summary>
internal static class ApplicationFixture
{
    public const string Route = "/api/v3/application";

    /// <summary>The body of an application with one microservice per name on a fog.</summary>
    public static string Body(string name, string fog, params string[] microservices) => new JsonObject
    {
        ["name"] = name,
        ["isActivated"] = true,
        ["microservices"] = new JsonArray([.. microservices.Select(m => (JsonNode)Microservice(m, fog))]),
    }.ToJsonString();

    public static JsonObject Microservice(string name, string fog, int? port = null)
    {
        var body = new JsonObject
        {
            ["name"] = name,
            ["iofogUuid"] = fog,
            ["images"] = new JsonArray(new JsonObject { ["containerImage"] = $"example/{name}:1", ["archId"] = 1 }),
        };
        if (port is not null)
        {
            body["ports"] = new JsonArray(new JsonObject { ["internal"] = 80, ["external"] = port });
        }

        return body;
    }

    public static async Task<JsonNode> GetAsync(this TestController controller, string name)
    {
        var (status, body) = await controller.SendAsync("GET", $"{Route}/{name}");
        await Assert.That(status).IsEqualTo(HttpStatusCode.OK).Because(body?.ToJsonString() ?? "");
        return body!;
    }

    /// <summary>Sends what must succeed.</summary>
    public static async Task<JsonNode?> DoAsync(this TestController controller, string method, string path, string? json, HttpStatusCode expected)
    {
        var (status, body) = await controller.SendAsync(method, path, json);
        await Assert.That(status).IsEqualTo(expected).Because(body?.ToJsonString() ?? "");
        return body;
    }

    /// <summary>Sends what must fail.</summary>
    public static async Task FailAsync(
        this TestController controller, string method, string path, string? json, HttpStatusCode expected, string name, string message)
    {
        var (status, body) = await controller.SendAsync(method, path, json);
        await Assert.That($"{(int)status} {body?["name"]}: {body?["message"]}").IsEqualTo($"{(int)expected} {name}: {message}");
    }

    /// <summary>The agent's flags about microservices, read and acknowledged: "list", "config", "list config" or nothing.</summary>
    public static async Task<string> FlagsAsync(this TestAgent agent)
    {
        var body = await agent.PollAsync(prefer: "wait=0");
        var flags = new[] { ("microserviceList", "list"), ("microserviceConfig", "config") };
        return string.Join(' ', flags.Where(f => body[f.Item1]!.GetValue<bool>()).Select(f => f.Item2));
    }

    /// <summary>Everything the contract's example application refers to.</summary>
    public static async Task<TestAgent> AddExampleWorldAsync(this TestController controller)
    {
        var gateway = await TestAgent.CreateAsync(controller);
        var hub = await TestAgent.CreateAsync(controller);
        var cipher = controller.Service<SecretCipher>();
        await controller.RunAllAsync(
            $"""
            UPDATE "Fogs" SET "name" = 'gateway-1', "available_runtimes" = '["crun"]' WHERE "uuid" = '{gateway.Uuid}';
            UPDATE "Fogs" SET "name" = 'hub-1', "host" = '10.20.0.2' WHERE "uuid" = '{hub.Uuid}';
            INSERT INTO "Registries" ("id", "url", "is_public") VALUES (3, 'registry.example.com', FALSE);
            INSERT INTO "CatalogItems" ("id", "name", "category", "registry_id") VALUES (6, 'broker', 'USER', 1);
            INSERT INTO "CatalogItemImages" ("catalog_item_id", "arch_id", "container_image") VALUES (6, 1, 'example/broker:1');
            INSERT INTO "NatsAccountRules" ("name") VALUES ('default-account-rule');
            INSERT INTO "NatsUserRules" ("name") VALUES ('default-user-rule');
            """);
        await controller.RunAsync(
            "INSERT INTO \"Secrets\" (\"name\", \"type\", \"data\") VALUES ('camera-secret', 'Opaque', @d)",
            new() { { "d", cipher.Encrypt("camera-secret", """{"token":"s3cr3t-example"}""") } });
        await controller.RunAsync(
            "INSERT INTO \"ConfigMaps\" (\"name\", \"data\") VALUES ('app-settings', @d)",
            new() { { "d", cipher.Encrypt("app-settings", """{"level":"info"}""") } });
        await controller.RunAsync(
            "INSERT INTO \"VolumeMounts\" (\"uuid\", \"name\", \"config_map_name\") VALUES ('33333333-3333-4333-8333-333333333333', 'app-settings', 'app-settings')");
        return gateway;
    }
}
