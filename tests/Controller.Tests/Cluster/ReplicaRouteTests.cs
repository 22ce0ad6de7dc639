using System.Net;
using Controller.Cluster;
using Controller.Tests.Support;
using static Controller.Tests.Support.JsonAsserts;
using static Controller.Tests.Support.OperatorApi;

namespace Controller.Tests.Cluster;

/// <summary>The replicas as operators see them (api-platform 5).</summary>
public sealed class ReplicaRouteTests
{
    private const string All = "/cluster/controllers";

    [Test]
    public async Task This_replica_is_listed_read_renamed_and_counted_as_dead_until_it_beats()
    {
        await using var controller = await TestController.StartAsync();
        var replica = controller.Service<Replica>();
        var one = $"{All}/{replica.Id}";
        var list = (await controller.OkAsync(200, "GET", All))!.AsArray();
        await Assert.That(list.Count).IsEqualTo(1);
        await Assert.That(JsonShape.Differences(ExampleNode("platform/cluster.controllers.list.response.json")[0], list[0])).IsEmpty();
        await Assert.That($"{list[0]!["uuid"]} {list[0]!["processId"]} {list[0]!["isActive"]}").IsEqualTo($"{replica.Id} {Environment.ProcessId} true");
        await IsSameAsync(await controller.OkAsync(200, "GET", one), list[0]);

        var renamed = (await controller.OkAsync(200, "PATCH", one, ExampleText("platform/cluster.controller.patch.request.json")))!;
        await Assert.That((string)renamed["host"]!).IsEqualTo("controller-0");
        await IsSameAsync(await controller.OkAsync(200, "PATCH", one, "{}"), renamed);
        var (status, body) = await controller.SendAsync("DELETE", Base + one);
        await Assert.That((status, body)).IsEqualTo((HttpStatusCode.NoContent, null));
        await Assert.That((await controller.OkAsync(200, "GET", one))!["isActive"]!.GetValue<bool>()).IsFalse();
        await replica.BeatAsync(default);
        await Assert.That((await controller.OkAsync(200, "GET", one))!["isActive"]!.GetValue<bool>()).IsTrue();
    }

    [Test]
    public async Task What_is_not_there_or_not_allowed_is_refused()
    {
        await using var controller = await TestController.StartAsync();
        foreach (var (method, body) in new[] { ("GET", null), ("PATCH", """{"host":"x"}"""), ("PATCH", "{}"), ("DELETE", null) })
        {
            await controller.RefusedAsync(method, All + "/none", body, 404, "Cluster controller not found");
        }

        var one = $"{All}/{controller.Service<Replica>().Id}";
        await controller.RefusedAsync("PATCH", one, """{"isActive":false}""", 400, "Field 'isActive' not allowed");
        await controller.RefusedAsync("PATCH", one, """{"host":7}""", 400, "Field 'host' is not of a type(s) string");
    }
}
