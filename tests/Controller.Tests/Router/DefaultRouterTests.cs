using System.Text.Json.Nodes;
using Controller.Sql.Stores;
using Controller.Tests.Support;
using static Controller.Tests.Support.JsonAsserts;
using static Controller.Tests.Support.OperatorApi;

namespace Controller.Tests.Router;

/// <summary>Where the default router is (api-platform 6).</summary>
public sealed class DefaultRouterTests
{
    [Test]
    public async Task The_contracts_examples_are_set_and_read()
    {
        await using var controller = await TestController.StartAsync();
        await controller.RefusedAsync("GET", "/router", null, 404, "Invalid router 'default-router'");
        var saved = await controller.OkAsync(200, "PUT", "/router", ExampleText("platform/router.put.request.json"));
        await IsLikeAsync(saved, ExampleNode("platform/router.put.response.json"));
        var expected = ExampleNode("platform/router.get.response.json");
        expected["host"] = "router.iofog.svc.cluster.local";
        await IsSameAsync(await controller.OkAsync(200, "GET", "/router"), expected);

        // What is not given has its usual value again.
        await controller.OkAsync(200, "PUT", "/router", """{"host":"{{ 'R' | downcase }}","messagingPort":1,"routerMode":"interior"}""");
        await IsSameAsync(
            await controller.OkAsync(200, "GET", "/router"),
            JsonNode.Parse("""{"host":"r","messagingPort":1,"edgeRouterPort":45671,"interRouterPort":55671}"""));
    }

    [Test]
    [Arguments("{}", "Required field 'host' is missing")]
    [Arguments("""{"host":5}""", "Field 'host' is not of a type(s) string")]
    [Arguments("""{"host":"a","messagingPort":0}""", "messagingPort must be greater than or equal to 1")]
    [Arguments("""{"host":"a","edgeRouterPort":1.5}""", "Field 'edgeRouterPort' is not of a type(s) integer")]
    public async Task A_bad_body_is_refused(string body, string message)
    {
        await using var controller = await TestController.StartAsync();
        await controller.RefusedAsync("PUT", "/router", body, 400, message);
        await controller.RefusedAsync("GET", "/router", null, 404, "Invalid router 'default-router'");
    }

    [Test]
    public async Task There_is_one_whoever_sets_it_first()
    {
        await using var controller = await TestController.StartAsync();
        await Task.WhenAll(Enumerable.Range(1, 6).Select(i => controller.OkAsync(200, "PUT", "/router", $$"""{"host":"h","messagingPort":{{i}} }""")));
        var routers = await controller.Database.ReadAsync(s => s.QueryOneAsync("SELECT COUNT(*) FROM \"Routers\"", r => r.Long()));
        await Assert.That(routers).IsEqualTo(1);
        await Assert.That((await controller.Database.ReadAsync(RelayBrokerStore.FindDefaultRouterAsync))!.Host).IsEqualTo("h");
    }
}
