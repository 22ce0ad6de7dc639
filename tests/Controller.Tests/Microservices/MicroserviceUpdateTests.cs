using Controller.Sql.Stores;

namespace Controller.Tests.Microservices;

/// <summary>PATCH /microservices/{uuid}: what changes, what stays, rebuilds, moves (api-workloads 6.5, decisions 23 and 28).</summary>
public sealed class MicroserviceUpdateTests
{
    private const string Everything =
        """
        {"config":"{\"a\":1}","annotations":"{\"b\":2}","hostNetworkMode":true,"isPrivileged":true,"schedule":60,"logSize":5,"pidMode":"host",
         "ipcMode":"host","cpuSetCpus":"0","runAsUser":"me","platform":"p","memoryLimit":64,"cmd":["c"],"env":[{"key":"K","value":"V"}],
         "ports":[{"internal":80,"external":8080}],"extraHosts":[{"name":"x","address":"1.1.1.1"}],"cdiDevices":["d"],"capAdd":["A"],
         "capDrop":["D"],"healthCheck":{"test":["CMD"],"retries":2},
         "volumeMappings":[{"hostDestination":"/h","containerDestination":"/c","accessMode":"rw"}],
         "serviceAccount":{"roleRef":{"kind":"Role","name":"admin"}}}
        """;

    [Test]
    public async Task Nothing_named_nothing_changed_but_both_flags_raised()
    {
        await using var w = await Workloads.StartAsync();
        var uuid = await w.CreateAsync("a", Everything);
        await w.TakeFlagsAsync();
        await w.TakeRebuildAsync(uuid);
        var before = await w.GetAsync(uuid);
        await PatchAsync(w, uuid, "{}");
        await PatchAsync(w, uuid, """{"agentName":"edge-1"}""");
        await PatchAsync(w, uuid, """{"agentName":"unknown","application":"ignored","unknown":1}""");
        var after = await w.GetAsync(uuid);
        before.Remove("updatedAt");
        after.Remove("updatedAt");
        await Assert.That(after.ToJsonString()).IsEqualTo(before.ToJsonString());
        await Assert.That(await w.TakeFlagsAsync()).IsEqualTo(ChangeFlags.Microservices);
        await Assert.That(await w.TakeRebuildAsync(uuid)).IsFalse();
    }

    [Test]
    [Arguments("hostNetworkMode", "true", "false")]
    [Arguments("isPrivileged", "true", "false")]
    [Arguments("schedule", "60", "61")]
    public async Task Some_fields_rebuild_only_when_they_really_change(string field, string same, string other)
    {
        await using var w = await Workloads.StartAsync();
        var uuid = await w.CreateAsync("a", Everything);
        await w.TakeRebuildAsync(uuid);
        await PatchAsync(w, uuid, $$"""{"{{field}}":{{same}}}""");
        await Assert.That(await w.TakeRebuildAsync(uuid)).IsFalse();
        await PatchAsync(w, uuid, $$"""{"{{field}}":{{other}}}""");
        await Assert.That(await w.TakeRebuildAsync(uuid)).IsTrue();
        await Assert.That((await w.GetAsync(uuid))[field]!.ToJsonString()).IsEqualTo(other);
    }

    [Test]
    [Arguments("pidMode", "\"host\"", true)]
    [Arguments("ipcMode", "\"host\"", true)]
    [Arguments("cpuSetCpus", "\"0\"", true)]
    [Arguments("runAsUser", "\"me\"", true)]
    [Arguments("platform", "\"p\"", true)]
    [Arguments("memoryLimit", "64", true)]
    [Arguments("annotations", "\"{}\"", true)]
    [Arguments("env", "[]", true)]
    [Arguments("cmd", "[]", true)]
    [Arguments("cdiDevices", "[]", true)]
    [Arguments("capAdd", "[]", true)]
    [Arguments("capDrop", "[]", true)]
    [Arguments("volumeMappings", "[]", true)]
    [Arguments("ports", "[]", true)]
    [Arguments("extraHosts", "[]", true)]
    [Arguments("rebuild", "true", true)]
    [Arguments("rebuild", "false", false)]
    [Arguments("runtime", "\"\"", false)]
    [Arguments("config", "\"{}\"", false)]
    [Arguments("logSize", "9", false)]
    [Arguments("healthCheck", "{}", false)]
    [Arguments("registryId", "1", false)]
    [Arguments("registryId", "2", true)]
    public async Task Naming_a_field_rebuilds_or_not(string field, string value, bool rebuild)
    {
        await using var w = await Workloads.StartAsync();
        var uuid = await w.CreateAsync("a", Everything);
        await w.TakeRebuildAsync(uuid);
        await PatchAsync(w, uuid, $$"""{"{{field}}":{{value}}}""");
        await Assert.That(await w.TakeRebuildAsync(uuid)).IsEqualTo(rebuild);
        if (field != "rebuild")
        {
            var shown = (await w.GetAsync(uuid))[field];
            await Assert.That(field == "volumeMappings" ? shown!.AsArray().Count == 1 : field == "healthCheck" ? shown is null : shown!.ToJsonString() == value)
                .IsTrue().Because($"{shown?.ToJsonString()}");
        }
    }

    [Test]
    public async Task Lists_are_replaced_as_a_whole_and_the_service_account_volume_stays()
    {
        await using var w = await Workloads.StartAsync();
        var uuid = await w.CreateAsync("a", Everything);
        await PatchAsync(
            w,
            uuid,
            """
            {"cmd":["x","y"],"env":[{"key":"N","value":"1"}],"ports":[{"internal":1,"external":8080},{"internal":2,"external":2,"protocol":"udp"}],
             "volumeMappings":[{"hostDestination":"v","containerDestination":"/v","accessMode":"ro","type":"volume"},
               {"hostDestination":"s","containerDestination":"/s","accessMode":"ro","type":"serviceAccount"}]}
            """);
        var m = await w.GetAsync(uuid);
        await Assert.That(m["cmd"]!.ToJsonString()).IsEqualTo("""["x","y"]""");
        await Assert.That(m["env"]!.AsArray().Select(e => e!["key"]!.GetValue<string>())).IsEquivalentTo(["N"]);
        await Assert.That(m["ports"]!.ToJsonString()).IsEqualTo(
            """[{"internal":1,"external":8080,"protocol":"tcp"},{"internal":2,"external":2,"protocol":"udp"}]""");
        await Assert.That(m["volumeMappings"]!.AsArray().Select(v => (v!["hostDestination"]!.GetValue<string>(), v["type"]!.GetValue<string>())))
            .IsEquivalentTo([("a", "serviceAccount"), ("v", "volume")]);
        await Assert.That(m["capAdd"]!.ToJsonString()).IsEqualTo("""["A"]""");
    }

    [Test]
    public async Task The_contracts_patch_and_move_examples_work()
    {
        await using var w = await Workloads.StartAsync();
        await w.AddFogAsync("gateway-1");
        var second = await w.AddFogAsync("gateway-2");
        var uuid = await w.CreateAsync("camera", """{"agentName":"gateway-1"}""");
        await PatchAsync(w, uuid, Text("microservice-patch-request.json"));
        var m = await w.GetAsync(uuid);
        await Assert.That(m["logSize"]!.GetValue<int>()).IsEqualTo(10);
        await Assert.That(m["env"]![0]!["value"]!.GetValue<string>()).IsEqualTo("test");
        await PatchAsync(w, uuid, Text("microservice-move-request.json"));
        await Assert.That((await w.GetAsync(uuid))["iofogUuid"]!.GetValue<string>()).IsEqualTo(second);
    }

    [Test]
    public async Task The_role_and_the_log_size_stay_when_they_are_not_named()
    {
        await using var w = await Workloads.StartAsync();
        var uuid = await w.CreateAsync("a", Everything);
        await PatchAsync(w, uuid, """{"cmd":[]}""");
        var m = await w.GetAsync(uuid);
        await Assert.That(m["logSize"]!.GetValue<int>()).IsEqualTo(5);
        await Assert.That(m["serviceAccount"]!["roleRef"]!["name"]!.GetValue<string>()).IsEqualTo("admin");
        await PatchAsync(w, uuid, """{"serviceAccount":{"roleRef":{"kind":"Role","name":"microservice"}}}""");
        await Assert.That((await w.GetAsync(uuid))["serviceAccount"]!["roleRef"]!["name"]!.GetValue<string>()).IsEqualTo("microservice");
        await RefusedAsync(w, uuid, """{"serviceAccount":{"roleRef":{"kind":"Role","name":"no"}}}""", "Referenced role 'no' does not exist");
    }

    [Test]
    public async Task A_rename_takes_account_and_volume_along()
    {
        await using var w = await Workloads.StartAsync();
        var uuid = await w.CreateAsync("old");
        await w.CreateAsync("taken");
        await w.TakeRebuildAsync(uuid);
        await PatchAsync(w, uuid, """{"name":"new"}""");
        var m = await w.GetAsync(uuid);
        await Assert.That(m["name"]!.GetValue<string>()).IsEqualTo("new");
        await Assert.That(m["serviceAccount"]!["name"]!.GetValue<string>()).IsEqualTo("new");
        await Assert.That(m["volumeMappings"]![0]!["hostDestination"]!.GetValue<string>()).IsEqualTo("new");
        await Assert.That(await w.TakeRebuildAsync(uuid)).IsTrue();
        await RefusedAsync(w, uuid, """{"name":"taken"}""", "Duplicate name 'taken'", 409, "DuplicatePropertyError");
        await RefusedAsync(w, uuid, """{"name":"Bad"}""", "Invalid format for field 'name'");
        await w.CreateAsync("old");
    }

    [Test]
    public async Task A_move_resets_the_status_and_brings_ports_mounts_and_hosts_along()
    {
        await using var w = await Workloads.StartAsync();
        var other = await w.AddFogAsync("edge-2");
        await w.AddConfigMapAsync("c", """{"key":"x"}""");
        await w.AddVolumeMountAsync("mount", configMap: "c");
        var uuid = await w.CreateAsync(
            "a",
            """
            {"ports":[{"internal":80,"external":8080}],
             "volumeMappings":[{"hostDestination":"mount","containerDestination":"/c","accessMode":"ro","type":"volumeMount"}]}
            """);
        var pointing = await w.CreateAsync("b", """{"extraHosts":[{"name":"a","address":"${Apps.shop.a.local}"}]}""");
        await w.Database.WriteAsync(s => s.ExecuteAsync("UPDATE \"MicroserviceStatuses\" SET \"status\" = 'RUNNING', \"container_id\" = 'x', \"start_time\" = 5"));
        await w.TakeFlagsAsync();
        await w.TakeRebuildAsync(pointing);

        var blocker = await w.CreateAsync("blocker", """{"agentName":"edge-2","ports":[{"internal":80,"external":8080}]}""");
        await RefusedAsync(w, uuid, """{"agentName":"edge-2"}""", "Port '8080' is not available");
        await Assert.That((await w.RowAsync(uuid)).FogUuid).IsEqualTo(w.Fog);
        await w.OkAsync("DELETE", "/microservices/" + blocker);
        await w.TakeFlagsAsync(other);

        await PatchAsync(w, uuid, """{"agentName":"edge-2"}""");
        var m = await w.GetAsync(uuid);
        await Assert.That(m["iofogUuid"]!.GetValue<string>()).IsEqualTo(other);
        await Assert.That(m["status"]!["status"]!.GetValue<string>()).IsEqualTo("QUEUED");
        await Assert.That(m["status"]!["containerId"]!.GetValue<string>()).IsEqualTo("");
        await Assert.That(m["status"]!["startTime"]!.GetValue<long>()).IsEqualTo(0);
        await Assert.That(await w.TakeFlagsAsync(other)).IsEqualTo(ChangeFlags.Microservices | ChangeFlags.VolumeMounts);
        await Assert.That(await w.TakeFlagsAsync()).IsEqualTo(ChangeFlags.Microservices);
        await Assert.That(await w.CountAsync("FogVolumeMounts")).IsEqualTo(2);
        await Assert.That((await w.RowAsync(pointing)).ExtraHosts.Single().TargetFogUuid).IsEqualTo(other);
        await Assert.That(await w.TakeRebuildAsync(pointing)).IsTrue();
    }

    [Test]
    public async Task A_move_needs_an_image_for_the_new_node()
    {
        await using var w = await Workloads.StartAsync();
        await w.AddFogAsync("arm", 4);
        var uuid = await w.CreateAsync("a");
        const string missing = "Microservice a does not have a valid image for its Agent type";
        await RefusedAsync(w, uuid, """{"agentName":"arm"}""", missing);
        await PatchAsync(w, uuid, """{"agentName":"arm","images":[{"containerImage":"four","archId":4}]}""");
        await RefusedAsync(w, uuid, """{"agentName":"edge-1"}""", missing);
    }

    [Test]
    public async Task Images_change_between_own_ones_and_the_catalog()
    {
        await using var w = await Workloads.StartAsync();
        var item = await w.AddCatalogItemAsync("item", registryId: 2, images: [("one", 1), ("two", 2)]);
        var uuid = await w.CreateAsync("a");
        await w.TakeRebuildAsync(uuid);
        await PatchAsync(w, uuid, """{"images":[{"containerImage":"image","archId":1}]}""");
        await Assert.That(await w.TakeRebuildAsync(uuid)).IsFalse();
        await PatchAsync(w, uuid, """{"images":[{"containerImage":"newer","archId":1}]}""");
        await Assert.That(await w.TakeRebuildAsync(uuid)).IsTrue();

        await PatchAsync(w, uuid, $$"""{"catalogItemId":{{item}}}""");
        var m = await w.GetAsync(uuid);
        await Assert.That(m["images"]!.AsArray().Count).IsEqualTo(0);
        await Assert.That(m["registryId"]!.GetValue<int>()).IsEqualTo(2);
        await Assert.That(await w.TakeRebuildAsync(uuid)).IsTrue();
        await PatchAsync(w, uuid, $$"""{"catalogItemId":{{item}},"images":[{"containerImage":"one","archId":1}]}""");
        await Assert.That(await w.TakeRebuildAsync(uuid)).IsFalse();
        await RefusedAsync(
            w, uuid, $$"""{"catalogItemId":{{item}},"images":[{"containerImage":"x","archId":1}]}""", $"Catalog item {item} does not match provided images");

        await PatchAsync(w, uuid, """{"images":[{"containerImage":"own","archId":1}],"registryId":1}""");
        m = await w.GetAsync(uuid);
        await Assert.That(m["catalogItemId"]).IsNull();
        await Assert.That(m["images"]!.AsArray().Count).IsEqualTo(1);
        await Assert.That(m["registryId"]!.GetValue<int>()).IsEqualTo(1);

        await RefusedAsync(w, uuid, """{"catalogItemId":99}""", "Invalid catalog item id '99'", 404, "NotFoundError");
        await RefusedAsync(w, uuid, """{"catalogItemId":1}""", "catalogItemId must be greater than or equal to 4");
        await RefusedAsync(w, uuid, """{"registryId":99}""", "Invalid registry id '99'", 404, "NotFoundError");
        await RefusedAsync(
            w, uuid, """{"images":[{"containerImage":"a","archId":1},{"containerImage":"a","archId":1}]}""", "Duplicate archId '1' in images");
        await RefusedAsync(w, uuid, """{"images":[{"containerImage":"a","archId":2}]}""", "Microservice a does not have a valid image for its Agent type");
    }

    [Test]
    public async Task Ports_may_be_sent_again_but_not_taken_from_another()
    {
        await using var w = await Workloads.StartAsync();
        var uuid = await w.CreateAsync("a", Everything);
        await w.CreateAsync("b", """{"ports":[{"internal":1,"external":9090}]}""");
        await PatchAsync(w, uuid, """{"ports":[{"internal":80,"external":8080}]}""");
        await RefusedAsync(w, uuid, """{"ports":[{"internal":80,"external":9090}]}""", "Port '9090' is not available");
        await RefusedAsync(w, uuid, """{"ports":[{"internal":80,"external":53}]}""", "Port '53' is reserved for internal use");
        await Assert.That((await w.RowAsync(uuid)).Ports.Single().External).IsEqualTo(8080);
    }

    [Test]
    public async Task Other_refusals()
    {
        await using var w = await Workloads.StartAsync();
        var uuid = await w.CreateAsync("a");
        await RefusedAsync(w, "nope", "{}", "Invalid microservice UUID 'nope'", 404, "NotFoundError");
        await RefusedAsync(w, uuid, """{"schedule":5}""", "Microservice schedule must be between 6 and 100");
        await RefusedAsync(w, uuid, """{"logSize":-1}""", "logSize must be greater than or equal to 0");
        await RefusedAsync(w, uuid, """{"runtime":"kata"}""", "Runtime 'kata' is not available on agent 'edge-1'");
        await RefusedAsync(w, uuid, """{"natsAccess":true}""", "natsAccess must be provided under natsConfig.natsAccess");
        await RefusedAsync(w, uuid, """{"natsConfig":{"natsAccess":true}}""", "Microservice natsAccess requires application natsAccess=true");
        await RefusedAsync(w, uuid, """{"natsConfig":{"natsRule":"no"}}""", "NATS user rule no does not exist");
        await RefusedAsync(w, uuid, """{"env":[{"key":"a","valueFromSecret":"s/k"}]}""", "Secret with name \"s\" not found", 404, "NotFoundError");
        await RefusedAsync(w, uuid, """{"config":"{"}""", "Field 'config' is not a JSON text");
        await RefusedAsync(w, uuid, """{"cmd":null}""", "Field 'cmd' is not of a type(s) array");
    }

    [Test]
    public async Task Nats_access_is_switched_and_its_rule_leaves_with_it()
    {
        await using var w = await Workloads.StartAsync();
        await w.AddApplicationAsync("wired", natsAccess: true);
        var uuid = await w.CreateAsync("a", """{"application":"wired"}""");
        await PatchAsync(w, uuid, """{"natsConfig":{"natsAccess":true,"natsRule":"default-mqtt-user"}}""");
        await Assert.That(await Nats()).IsEqualTo("""{"natsAccess":true,"natsRule":"default-mqtt-user"}""");
        await PatchAsync(w, uuid, """{"natsConfig":{"natsAccess":true}}""");
        await Assert.That(await Nats()).IsEqualTo("""{"natsAccess":true,"natsRule":"default-mqtt-user"}""");
        await PatchAsync(w, uuid, """{"natsConfig":{"natsAccess":false}}""");
        await Assert.That(await Nats()).IsEqualTo("""{"natsAccess":false,"natsRule":null}""");

        async Task<string> Nats() => (await w.GetAsync(uuid))["natsConfig"]!.ToJsonString();
    }

    private static Task PatchAsync(Workloads w, string uuid, string json) => w.OkAsync("PATCH", "/microservices/" + uuid, json);

    private static Task RefusedAsync(Workloads w, string uuid, string json, string message, int status = 400, string name = "ValidationError") =>
        w.RefusedAsync("PATCH", "/microservices/" + uuid, json, status, name, message);

    private static string Text(string example) => System.Text.Encoding.UTF8.GetString(Example.Bytes("workloads/" + example));
}
