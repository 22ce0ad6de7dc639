using System.Net;
using System.Text.Json.Nodes;
using Controller.Agents;
using Controller.Sql.Stores;
using Controller.Tests.Support;

namespace Controller.Tests.Microservices;

/// <summary>The other routes of api-workloads 6.1 for users' microservices.</summary>
public sealed class MicroserviceRouteTests
{
    [Test]
    public async Task Lists_hold_the_users_microservices_by_name()
    {
        await using var w = await Workloads.StartAsync();
        var other = await w.AddApplicationAsync("other");
        var system = await w.AddApplicationAsync("system-edge-1", isSystem: true);
        await w.AddSystemMicroserviceAsync(system, "router", 1);
        await w.CreateAsync("b");
        await w.CreateAsync("a", """{"application":"other"}""");
        var dying = await w.CreateAsync("dying");
        await w.Database.WriteAsync(s => s.ExecuteAsync("UPDATE \"Microservices\" SET \"delete\" = TRUE WHERE \"uuid\" = @u", new() { { "u", dying } }));

        await Assert.That(await NamesAsync("")).IsEquivalentTo(["a", "b"], TUnit.Assertions.Enums.CollectionOrdering.Matching);
        await Assert.That(await NamesAsync("/")).IsEquivalentTo(["a", "b"]);
        await Assert.That(await NamesAsync("?application=shop")).IsEquivalentTo(["b"]);
        await Assert.That(await NamesAsync($"?application={other}")).IsEquivalentTo(["a"]);
        await Assert.That(await NamesAsync("?flowId=shop")).IsEquivalentTo(["b"]);
        await Assert.That(await NamesAsync($"?flowId={other}")).IsEquivalentTo(["a"]);
        await Assert.That(await NamesAsync("/system")).IsEquivalentTo(["router"]);
        await Assert.That(await NamesAsync("/system?application=system-edge-1")).IsEquivalentTo(["router"]);
        foreach (var (path, application) in new[]
        {
            ("?application=nope", "nope"), ("?flowId=77", "77"), ("?application=system-edge-1", "system-edge-1"), ("/system?application=shop", "shop"),
        })
        {
            await w.RefusedAsync("GET", "/microservices" + path, null, 404, "NotFoundError", $"Invalid application id '{application}'");
        }

        async Task<IEnumerable<string>> NamesAsync(string path)
        {
            var body = (await w.OkAsync("GET", "/microservices" + path, null, HttpStatusCode.OK))!.AsObject();
            await Assert.That(body.Select(p => p.Key)).IsEquivalentTo(["microservices"]);
            return body["microservices"]!.AsArray().Select(m => m!["name"]!.GetValue<string>());
        }
    }

    [Test]
    public async Task A_microservice_is_found_on_the_routes_of_its_kind_only()
    {
        await using var w = await Workloads.StartAsync();
        var system = await w.AddApplicationAsync("system-edge-1", isSystem: true);
        var router = await w.AddSystemMicroserviceAsync(system, "router", 1);
        var mine = await w.CreateAsync("mine");
        await Assert.That((await w.GetAsync(router, true))["name"]!.GetValue<string>()).IsEqualTo("router");
        const string message = "Invalid microservice user or UUID";
        await w.RefusedAsync("GET", "/microservices/" + router, null, 404, "NotFoundError", message);
        await w.RefusedAsync("GET", "/microservices/system/" + mine, null, 404, "NotFoundError", message);
        await w.RefusedAsync("GET", "/microservices/nope", null, 404, "NotFoundError", message);
    }

    [Test]
    public async Task Each_microservice_of_a_list_has_its_own_children()
    {
        await using var w = await Workloads.StartAsync();
        for (var i = 0; i < 25; i++)
        {
            await w.CreateAsync($"m{i}", $$"""{"ports":[{"internal":80,"external":{{1000 + i}}}],"env":[{"key":"I","value":"{{i}}"}]}""");
        }

        var list = (await w.OkAsync("GET", "/microservices", null, HttpStatusCode.OK))!["microservices"]!.AsArray();
        await Assert.That(list.Count).IsEqualTo(25);
        foreach (var m in list)
        {
            var number = m!["name"]!.GetValue<string>()[1..];
            await Assert.That(m["env"]![0]!["value"]!.GetValue<string>()).IsEqualTo(number);
            await Assert.That(m["ports"]!.AsArray().Single()!["external"]!.GetValue<int>()).IsEqualTo(1000 + int.Parse(number, System.Globalization.CultureInfo.InvariantCulture));
        }
    }

    [Test]
    public async Task The_status_is_the_newest_that_the_agent_reported()
    {
        await using var w = await Workloads.StartAsync();
        var agent = await TestAgent.CreateAsync(w.Controller);
        var uuid = await w.CreateAsync("a", $$"""{"iofogUuid":"{{agent.Uuid}}"}""");
        foreach (var cpu in new[] { "3.5", "4.5" })
        {
            var report = new JsonArray(new JsonObject
            {
                ["id"] = uuid, ["status"] = "RUNNING", ["cpuUsage"] = cpu, ["memoryUsage"] = "100", ["percentage"] = 100, ["containerId"] = "c1",
                ["startTime"] = 1783668600000, ["operatingDuration"] = 3600000, ["ipAddress"] = "10.88.0.5", ["healthStatus"] = "healthy",
                ["execSessionIds"] = new JsonArray("s1"),
            });
            var (status, _) = await agent.SendAsync(
                "PUT", "/status", new JsonObject { ["daemonStatus"] = "RUNNING", ["microserviceStatus"] = report.ToJsonString() }.ToJsonString());
            await Assert.That(status).IsEqualTo(HttpStatusCode.NoContent);
        }

        var shown = (await w.GetAsync(uuid))["status"]!.AsObject();
        shown.Remove("createdAt");
        shown.Remove("updatedAt");
        await Assert.That(shown.ToJsonString()).IsEqualTo(
            """
            {"status":"RUNNING","operatingDuration":3600000,"startTime":1783668600000,"cpuUsage":4.5,"memoryUsage":100,"containerId":"c1","percentage":100,"errorMessage":"","ipAddress":"10.88.0.5","healthStatus":"healthy","execSessionIds":["s1"]}
            """);
    }

    [Test]
    public async Task Runtimes_that_are_reported_but_not_yet_written_count()
    {
        await using var w = await Workloads.StartAsync();
        var agent = await TestAgent.CreateAsync(w.Controller);
        await agent.SendAsync("PUT", "/status", """{"availableRuntimes":["crun"]}""");
        await w.CreateAsync("a", $$"""{"iofogUuid":"{{agent.Uuid}}","runtime":"crun"}""");
        await Assert.That(w.Controller.Service<Fleet>().Find(agent.Uuid)).IsNotNull();
    }

    [Test]
    public async Task The_configuration_is_read_replaced_and_emptied()
    {
        await using var w = await Workloads.StartAsync();
        var uuid = await w.CreateAsync("a", """{"config":"{\"fps\":15,\"mode\":\"day\"}"}""");
        var path = $"/microservices/{uuid}/config";
        await Assert.That(JsonNode.DeepEquals(
            await w.OkAsync("GET", path, null, HttpStatusCode.OK), JsonNode.Parse(Example.Bytes("workloads/microservice-config-get-response.json")))).IsTrue();
        await w.TakeFlagsAsync();
        await w.OkAsync("PATCH", path, Text("microservice-config-patch-request.json"));
        await Assert.That(await w.TakeFlagsAsync()).IsEqualTo(ChangeFlags.MicroserviceConfig);
        await Assert.That((await w.OkAsync("GET", path, null, HttpStatusCode.OK))!.ToJsonString()).IsEqualTo("""{"config":{"fps":25,"mode":"night"}}""");
        await w.OkAsync("DELETE", path);
        await Assert.That(await w.TakeFlagsAsync()).IsEqualTo(ChangeFlags.MicroserviceConfig);
        await Assert.That((await w.OkAsync("GET", path, null, HttpStatusCode.OK))!.ToJsonString()).IsEqualTo("""{"config":{}}""");
        await Assert.That(await w.TakeRebuildAsync(uuid)).IsFalse();
        await w.RefusedAsync("PATCH", path, "[]", 400, "ValidationError", "Field 'instance' is not of a type(s) object");
        foreach (var method in new[] { "GET", "PATCH", "DELETE" })
        {
            await w.RefusedAsync(method, "/microservices/nope/config", method == "PATCH" ? "{}" : null, 404, "NotFoundError", "Invalid microservice UUID 'nope'");
        }
    }

    [Test]
    public async Task Ports_are_mapped_and_unmapped()
    {
        await using var w = await Workloads.StartAsync();
        var uuid = await w.CreateAsync("a", """{"ports":[{"internal":8080,"external":18080}]}""");
        var path = $"/microservices/{uuid}/port-mapping";
        await Assert.That(JsonNode.DeepEquals(
            await w.OkAsync("GET", path, null, HttpStatusCode.OK),
            JsonNode.Parse(Example.Bytes("workloads/microservice-port-mapping-list-response.json")))).IsTrue();
        await w.TakeFlagsAsync();
        await w.TakeRebuildAsync(uuid);

        await Assert.That(await w.OkAsync("POST", path, Text("microservice-port-mapping-request.json"), HttpStatusCode.Created)).IsNull();
        await Assert.That(await w.TakeFlagsAsync()).IsEqualTo(ChangeFlags.MicroserviceConfig);
        await Assert.That(await w.TakeRebuildAsync(uuid)).IsTrue();
        await w.RefusedAsync("POST", path, """{"internal":1,"external":19000,"protocol":"udp"}""", 400, "ValidationError", "Port '19000' is not available");
        await w.RefusedAsync("POST", path, """{"internal":1,"external":54322}""", 400, "ValidationError", "Port '54322' is reserved for internal use");
        await w.RefusedAsync("POST", path, """{"internal":1}""", 400, "ValidationError", "Required field 'external' is missing");
        await w.RefusedAsync("POST", path, """{"internal":"1","external":2}""", 400, "ValidationError", "Field 'internal' is not of a type(s) integer");
        await w.RefusedAsync("POST", "/microservices/nope/port-mapping", """{"internal":1,"external":2}""", 404, "NotFoundError", "Invalid microservice UUID 'nope'");
        await w.RefusedAsync("GET", "/microservices/nope/port-mapping", null, 404, "NotFoundError", "Invalid microservice UUID 'nope'");

        await w.OkAsync("POST", path, """{"internal":9000,"external":19001,"protocol":"udp"}""", HttpStatusCode.Created);
        await w.TakeFlagsAsync();
        await w.TakeRebuildAsync(uuid);
        await w.OkAsync("DELETE", path + "/9000");
        await Assert.That((await w.RowAsync(uuid)).Ports.Select(p => p.External)).IsEquivalentTo([18080, 19001]);
        await Assert.That(await w.TakeFlagsAsync()).IsEqualTo(ChangeFlags.Microservices);
        await Assert.That(await w.TakeRebuildAsync(uuid)).IsTrue();
        foreach (var unknown in new[] { "1", "x", "99999999999" })
        {
            await w.RefusedAsync("DELETE", $"{path}/{unknown}", null, 404, "NotFoundError", "port mapping not exists");
        }
    }

    [Test]
    public async Task Volumes_are_mapped_and_unmapped()
    {
        await using var w = await Workloads.StartAsync();
        await w.AddConfigMapAsync("c", """{"key":"x"}""");
        await w.AddVolumeMountAsync("mount", configMap: "c");
        var uuid = await w.CreateAsync("a");
        var path = $"/microservices/{uuid}/volume-mapping";
        await w.TakeFlagsAsync();
        var created = await w.OkAsync("POST", path, Text("microservice-volume-mapping-request.json"), HttpStatusCode.Created);
        await Assert.That(created!.AsObject().Select(p => p.Key)).IsEquivalentTo(["id"]);
        var id = created["id"]!.GetValue<long>();
        await Assert.That(await w.TakeFlagsAsync()).IsEqualTo(ChangeFlags.Microservices);
        await Assert.That(await w.TakeRebuildAsync(uuid)).IsTrue();
        await w.RefusedAsync("POST", path, Text("microservice-volume-mapping-request.json"), 400, "ValidationError", "Volume mapping already exists");
        await w.RefusedAsync(
            "POST", path, """{"hostDestination":"x","containerDestination":"/x","accessMode":"ro","type":"serviceAccount"}""", 400, "ValidationError",
            "Volume mappings of type serviceAccount are system-managed and cannot be created by users");
        await w.RefusedAsync(
            "POST", path, """{"hostDestination":"no","containerDestination":"/x","accessMode":"ro","type":"volumeMount"}""", 400, "ValidationError",
            "Volume mount with name no not found");
        await w.RefusedAsync("POST", path, """{"hostDestination":"x"}""", 400, "ValidationError", "Required field 'containerDestination' is missing");
        await w.OkAsync(
            "POST", path, """{"hostDestination":"mount/key","containerDestination":"/k","accessMode":"ro","type":"volumeMount"}""", HttpStatusCode.Created);
        await Assert.That(await w.TakeFlagsAsync()).IsEqualTo(ChangeFlags.Microservices | ChangeFlags.VolumeMounts);

        var list = (await w.OkAsync("GET", path, null, HttpStatusCode.OK))!["volumeMappings"]!.AsArray();
        await Assert.That(list.Select(m => m!["type"]!.GetValue<string>())).IsEquivalentTo(["serviceAccount", "volume", "volumeMount"]);
        await Assert.That(list[0]!.AsObject().Select(p => p.Key))
            .IsEquivalentTo(["hostDestination", "containerDestination", "accessMode", "id", "type"]);
        await w.RefusedAsync(
            "DELETE", $"{path}/{list[0]!["id"]}", null, 400, "ValidationError",
            "Volume mappings of type serviceAccount are system-managed and cannot be deleted by users");
        await w.TakeRebuildAsync(uuid);
        await w.OkAsync("DELETE", $"{path}/{id}");
        await Assert.That(await w.TakeFlagsAsync()).IsEqualTo(ChangeFlags.Microservices);
        await Assert.That(await w.TakeRebuildAsync(uuid)).IsTrue();
        foreach (var unknown in new[] { $"{id}", "x", "99999999999999999999" })
        {
            await w.RefusedAsync("DELETE", $"{path}/{unknown}", null, 400, "ValidationError", $"Invalid volume mapping id '{unknown}'");
        }

        // A mapping is removed through its own microservice only.
        var other = await w.CreateAsync("b");
        var foreign = list[2]!["id"]!.GetValue<long>();
        await w.RefusedAsync("DELETE", $"/microservices/{other}/volume-mapping/{foreign}", null, 400, "ValidationError", $"Invalid volume mapping id '{foreign}'");
    }

    [Test]
    public async Task Rebuild_start_and_stop()
    {
        await using var w = await Workloads.StartAsync();
        await w.AddApplicationAsync("asleep", isActivated: false);
        var uuid = await w.CreateAsync("a");
        var asleep = await w.CreateAsync("b", """{"application":"asleep"}""");
        await w.TakeFlagsAsync();
        await w.OkAsync("PATCH", $"/microservices/{uuid}/rebuild");
        await Assert.That(await w.TakeRebuildAsync(uuid)).IsTrue();
        await Assert.That(await w.TakeFlagsAsync()).IsEqualTo(ChangeFlags.Microservices);
        foreach (var (verb, active) in new[] { ("stop", false), ("start", true) })
        {
            await w.OkAsync("PATCH", $"/microservices/{uuid}/{verb}");
            await Assert.That((await w.GetAsync(uuid))["isActivated"]!.GetValue<bool>()).IsEqualTo(active);
            await Assert.That(await w.TakeFlagsAsync()).IsEqualTo(ChangeFlags.MicroserviceList);
        }

        await w.OkAsync("PATCH", $"/microservices/{asleep}/stop");
        await w.RefusedAsync("PATCH", $"/microservices/{asleep}/start", null, 400, "ValidationError", "Application asleep is not activated");
        foreach (var verb in new[] { "rebuild", "start", "stop" })
        {
            await w.RefusedAsync("PATCH", $"/microservices/nope/{verb}", null, 404, "NotFoundError", "Invalid microservice UUID 'nope'");
        }
    }

    [Test]
    public async Task Delete_takes_everything_along()
    {
        await using var w = await Workloads.StartAsync();
        var plain = await w.CreateAsync("plain");
        var uuid = await w.CreateAsync(
            "a",
            """
            {"ports":[{"internal":1,"external":2}],"env":[{"key":"a","value":"b"}],"cmd":["x"],"cdiDevices":["x"],"capAdd":["x"],"capDrop":["x"],
             "extraHosts":[{"name":"x","address":"y"}],"healthCheck":{"test":["x"]}}
            """);
        await w.TakeFlagsAsync();
        await w.OkAsync("DELETE", "/microservices/" + plain, """{"withCleanup":true}""");
        await Assert.That(await w.TakeFlagsAsync()).IsEqualTo(ChangeFlags.MicroserviceList);
        await w.OkAsync("DELETE", "/microservices/" + uuid);
        await Assert.That(await w.TakeFlagsAsync()).IsEqualTo(ChangeFlags.Microservices);
        foreach (var table in new[]
        {
            "Microservices", "MicroservicePorts", "MicroserviceEnvs", "MicroserviceArgs", "MicroserviceCdiDevices", "MicroserviceCapAdd",
            "MicroserviceCapDrop", "MicroserviceExtraHost", "MicroserviceHealthChecks", "VolumeMappings", "MicroserviceStatuses",
            "MicroserviceExecStatuses", "RbacServiceAccounts",
        })
        {
            await Assert.That(await w.CountAsync(table)).IsEqualTo(0).Because(table);
        }

        await w.RefusedAsync("DELETE", "/microservices/" + uuid, null, 404, "NotFoundError", $"Invalid microservice UUID '{uuid}'");
    }

    [Test]
    public async Task Roles_decide_who_may_call()
    {
        await using var w = await Workloads.StartAsync(["viewer"]);
        await w.OkAsync("GET", "/microservices", null, HttpStatusCode.OK);
        await w.OkAsync("GET", "/microservices/system", null, HttpStatusCode.OK);
        foreach (var (method, path) in new[]
        {
            ("POST", ""), ("POST", "/yaml"), ("PATCH", "/u"), ("DELETE", "/u"), ("PATCH", "/yaml/u"), ("PATCH", "/u/rebuild"), ("PATCH", "/u/start"),
            ("PATCH", "/u/stop"), ("PATCH", "/u/config"), ("DELETE", "/u/config"), ("POST", "/u/port-mapping"), ("DELETE", "/u/port-mapping/1"),
            ("POST", "/u/volume-mapping"), ("DELETE", "/u/volume-mapping/1"), ("PATCH", "/system/u"), ("PATCH", "/system/yaml/u"),
            ("PATCH", "/system/u/rebuild"), ("PATCH", "/system/u/config"), ("DELETE", "/system/u/config"), ("POST", "/system/u/port-mapping"),
            ("DELETE", "/system/u/port-mapping/1"), ("POST", "/system/u/volume-mapping"), ("DELETE", "/system/u/volume-mapping/1"),
        })
        {
            var (status, _) = await w.Controller.SendAsync(method, "/api/v3/microservices" + path);
            await Assert.That((int)status).IsEqualTo(403).Because($"{method} {path}");
        }

        foreach (var method in new[] { "POST", "DELETE" })
        {
            await Assert.That((int)(await w.Controller.SendAsync(method, "/api/v3/iofog/u/exec")).Status).IsEqualTo(403);
        }
    }

    private static string Text(string example) => System.Text.Encoding.UTF8.GetString(Example.Bytes("workloads/" + example));
}
