using System.Net;
using Controller.Sql.Stores;

namespace Controller.Tests.Microservices;

/// <summary>The Controller's own microservices: what the plain routes refuse and the <c>/system</c> routes allow.</summary>
public sealed class MicroserviceSystemTests
{
    [Test]
    public async Task Plain_routes_refuse_the_controllers_own()
    {
        await using var w = await Workloads.StartAsync();
        var system = await w.AddApplicationAsync("system-edge-1", isSystem: true);
        var router = await w.AddSystemMicroserviceAsync(system, "router", 1);
        var controller = await w.AddSystemMicroserviceAsync(system, "controller", isController: true);
        foreach (var uuid in new[] { router, controller })
        {
            var message = $"Microservice uuid {uuid} is system and can't be updated";
            foreach (var (method, path, body) in new[]
            {
                ("PATCH", "", "{}"), ("PATCH", "/rebuild", null), ("PATCH", "/start", null), ("PATCH", "/stop", null), ("GET", "/config", null),
                ("PATCH", "/config", "{}"), ("DELETE", "/config", null), ("POST", "/port-mapping", """{"internal":1,"external":2}"""),
                ("DELETE", "/port-mapping/1", null),
                ("POST", "/volume-mapping", """{"hostDestination":"/h","containerDestination":"/c","accessMode":"rw"}"""),
                ("DELETE", "/volume-mapping/1", (string?)null),
            })
            {
                await w.RefusedAsync(method, $"/microservices/{uuid}{path}", body, 400, "ValidationError", message);
            }

            await w.OkAsync("GET", $"/microservices/{uuid}/port-mapping", null, HttpStatusCode.OK);
            await w.OkAsync("GET", $"/microservices/{uuid}/volume-mapping", null, HttpStatusCode.OK);
        }

        await w.RefusedAsync("DELETE", "/microservices/" + router, null, 404, "NotFoundError", $"Microservice uuid {router} is system and can't be deleted");
        await w.RefusedAsync(
            "DELETE", "/microservices/" + controller, null, 403, "ForbiddenError",
            $"Microservice uuid {controller} is the controller microservice and can't be deleted");
        await Assert.That(await w.TakeFlagsAsync()).IsEqualTo(ChangeFlags.None);
    }

    [Test]
    public async Task System_routes_change_the_controllers_own()
    {
        await using var w = await Workloads.StartAsync();
        var system = await w.AddApplicationAsync("system-edge-1", isSystem: true);
        var uuid = await w.AddSystemMicroserviceAsync(system, "router", 1);
        var path = "/microservices/system/" + uuid;
        await w.AddFogAsync("hub-1");
        await w.OkAsync("PATCH", path, System.Text.Encoding.UTF8.GetString(Example.Bytes("workloads/microservice-system-patch-request.json")));
        await Assert.That((await w.GetAsync(uuid, true))["logSize"]!.GetValue<int>()).IsEqualTo(5);
        await w.OkAsync("PATCH", path, """{"agentName":"edge-1","schedule":5,"natsConfig":{"natsAccess":true}}""");
        var m = await w.GetAsync(uuid, true);
        await Assert.That(m["schedule"]!.GetValue<int>()).IsEqualTo(5);
        await Assert.That(m["natsAccess"]!.GetValue<bool>()).IsFalse();
        await w.RefusedAsync("PATCH", path, """{"schedule":6}""", 400, "ValidationError", "System microservice schedule must be between 0 and 5");
        await w.RefusedAsync("PATCH", path, """{"name":"other"}""", 400, "ValidationError", "Microservice Resource Name is immutable");
        var users = await w.AddCatalogItemAsync("users", images: [("a", 1)]);
        await w.RefusedAsync("PATCH", path, $$"""{"catalogItemId":{{users}}}""", 400, "ValidationError", $"Invalid catalog item id '{users}'");
        await w.OkAsync("PATCH", path, """{"catalogItemId":5}""");

        await w.TakeFlagsAsync();
        await w.TakeRebuildAsync(uuid);
        await w.OkAsync("PATCH", path + "/rebuild");
        await Assert.That(await w.TakeRebuildAsync(uuid)).IsTrue();
        await w.OkAsync("PATCH", path + "/config", """{"a":1}""");
        await Assert.That((await w.OkAsync("GET", path + "/config", null, HttpStatusCode.OK))!.ToJsonString()).IsEqualTo("""{"config":{"a":1}}""");
        await w.OkAsync("DELETE", path + "/config");
        await w.OkAsync("POST", path + "/port-mapping", """{"internal":1,"external":2}""", HttpStatusCode.Created);
        await w.OkAsync("DELETE", path + "/port-mapping/1");
        var id = (await w.OkAsync(
            "POST", path + "/volume-mapping", """{"hostDestination":"/h","containerDestination":"/c","accessMode":"rw"}""", HttpStatusCode.Created))!["id"];
        await w.OkAsync("DELETE", $"{path}/volume-mapping/{id}");
    }

    [Test]
    public async Task System_routes_leave_users_microservices_alone()
    {
        await using var w = await Workloads.StartAsync();
        var uuid = await w.CreateAsync("mine");
        foreach (var (method, path, body) in new[]
        {
            ("PATCH", "", "{}"), ("PATCH", "/rebuild", null), ("GET", "/config", null), ("PATCH", "/config", "{}"), ("DELETE", "/config", null),
            ("POST", "/port-mapping", """{"internal":1,"external":2}"""), ("DELETE", "/port-mapping/1", null),
            ("POST", "/volume-mapping", """{"hostDestination":"/h","containerDestination":"/c","accessMode":"rw"}"""),
            ("DELETE", "/volume-mapping/1", (string?)null),
        })
        {
            await w.RefusedAsync(method, $"/microservices/system/{uuid}{path}", body, 404, "NotFoundError", $"Invalid microservice UUID '{uuid}'");
        }
    }

    [Test]
    public async Task The_controller_keeps_its_schedule_and_has_no_configuration_to_change()
    {
        await using var w = await Workloads.StartAsync();
        var system = await w.AddApplicationAsync("system-edge-1", isSystem: true);
        var uuid = await w.AddSystemMicroserviceAsync(system, "controller", isController: true);
        await w.OkAsync("PATCH", "/microservices/system/" + uuid, """{"schedule":4,"logSize":3}""");
        var m = await w.GetAsync(uuid, true);
        await Assert.That(m["schedule"]!.GetValue<int>()).IsEqualTo(0);
        await Assert.That(m["logSize"]!.GetValue<int>()).IsEqualTo(3);
        await Assert.That(m["isController"]!.GetValue<bool>()).IsTrue();
        foreach (var method in new[] { "GET", "PATCH", "DELETE" })
        {
            await w.RefusedAsync(
                method, $"/microservices/system/{uuid}/config", method == "PATCH" ? "{}" : null, 400, "ValidationError",
                $"Microservice uuid {uuid} is system and can't be updated");
        }
    }

    [Test]
    public async Task There_are_no_further_system_routes()
    {
        await using var w = await Workloads.StartAsync();
        foreach (var (method, path) in new[]
        {
            ("POST", "/system"), ("DELETE", "/system/u"), ("PATCH", "/system/u/start"), ("PATCH", "/system/u/stop"), ("GET", "/system/u/port-mapping"),
            ("GET", "/system/u/volume-mapping"), ("POST", "/u/exec"), ("DELETE", "/u/exec"),
        })
        {
            var (status, _) = await w.Controller.SendAsync(method, "/api/v3/microservices" + path);
            await Assert.That((int)status is 404 or 405).IsTrue().Because($"{method} {path}: {status}");
        }
    }
}
