using System.Text.Json.Nodes;
using Controller.Tests.Support;

namespace Controller.Tests.Cli;

/// <summary>The nouns of the command line, beside a Controller that serves (runtime 6.4 to 6.8).</summary>
public sealed class NounTests
{
    [Test]
    public async Task A_node_lives_its_life_on_the_command_line()
    {
        await using var controller = await TestController.StartAsync();
        var terminal = new Terminal(controller.DataDirectory);
        var uuid = (await terminal.ReadAsync("iofog", "add", "--name", "gw", "-y", "2", "-t", "47.5", "-g", "-8.25", "--bluetooth-enable"))["uuid"]!.GetValue<string>();
        var listed = (await terminal.ReadAsync("iofog", "list"))["fogs"]!.AsArray().Single()!;
        await Assert.That(listed["uuid"]!.GetValue<string>()).IsEqualTo(uuid);
        await Assert.That(listed["latitude"]!.GetValue<double>()).IsEqualTo(47.5);
        await Assert.That(listed["longitude"]!.GetValue<double>()).IsEqualTo(-8.25);
        await Assert.That(listed["bluetoothEnabled"]!.GetValue<bool>()).IsTrue();

        await Assert.That(await terminal.DoAsync("iofog", "update", "-i", uuid, "-d", "on the roof", "-b")).IsEqualTo("ioFog node has been updated successfully.\n");
        var (_, fog) = await controller.SendAsync("GET", $"/api/v3/iofog/{uuid}");
        await Assert.That(fog!["description"]!.GetValue<string>()).IsEqualTo("on the roof");
        await Assert.That(fog["bluetoothEnabled"]!.GetValue<bool>()).IsFalse();
        await Assert.That(fog["latitude"]!.GetValue<double>()).IsEqualTo(47.5);

        var key = await terminal.DoAsync("iofog", "provisioning-key", "-i", uuid);
        await Assert.That(key.Trim()).DoesNotContain("\n");
        await Assert.That(JsonNode.Parse(key)!["key"]!.GetValue<string>()).IsNotEmpty();
        await Assert.That(await terminal.DoAsync("iofog", "remove", "-i", uuid)).IsEqualTo("ioFog node has been removed successfully\n");
        while ((await terminal.ReadAsync("iofog", "list"))["fogs"]!.AsArray().Count > 0)
        {
            // The platform worker takes it away.
            await Task.Delay(20);
        }
    }

    [Test]
    public async Task Orders_reach_the_node()
    {
        await using var controller = await TestController.StartAsync();
        var terminal = new Terminal(controller.DataDirectory);
        var agent = await TestAgent.CreateAsync(controller);
        await Assert.That(await terminal.DoAsync("iofog", "update", "-i", agent.Uuid, "-l", "roof", "--reboot", "-e")).Contains("updated");
        var changes = await agent.PollAsync();
        await Assert.That(changes["reboot"]!.GetValue<bool>()).IsTrue();
        await Assert.That(changes["prune"]!.GetValue<bool>()).IsTrue();
        await Assert.That(changes["config"]!.GetValue<bool>()).IsTrue();
    }

    [Test]
    [Arguments("--docker-url", "--docker-pruning-frequency", "--fog-type")]
    [Arguments("--container-engine-url", "--pruning-frequency", "--arch-id")]
    [Arguments("-D", "-p", "-y")]
    public async Task Renamed_options_are_taken_by_both_names(string url, string pruning, string architecture)
    {
        await using var controller = await TestController.StartAsync();
        var terminal = new Terminal(controller.DataDirectory);
        await terminal.DoAsync("iofog", "add", "-n", "gw", architecture, "3", url, "unix:///run/engine.sock", pruning, "7");
        var fog = (await terminal.ReadAsync("iofog", "list"))["fogs"]![0]!;
        await Assert.That(fog["containerEngineUrl"]!.GetValue<string>()).IsEqualTo("unix:///run/engine.sock");
        await Assert.That(fog["pruningFrequency"]!.GetValue<int>()).IsEqualTo(7);
        await Assert.That(fog["archId"]!.GetValue<int>()).IsEqualTo(3);
    }

    [Test]
    public async Task A_microservice_takes_every_option()
    {
        await using var controller = await TestController.StartAsync();
        var terminal = new Terminal(controller.DataDirectory);
        var node = (await terminal.ReadAsync("iofog", "add", "-n", "gw", "-y", "1"))["uuid"]!.GetValue<string>();
        await Assert.That((await terminal.ReadAsync("application", "add", "-n", "app", "-d", "first", "-a"))["name"]!.GetValue<string>()).IsEqualTo("app");
        var uuid = (await terminal.ReadAsync(
            "microservice", "add", "-n", "web", "-F", "app", "-I", node, "-x", "nginx:1", "--arm-image", "nginx:1-arm", "-g", """{"a":1}""",
            "-v", "/data:/var/data:rw", "logs:/log:ro:volume", "-l", "5", "-e", "A=1", "B=x=y", "-p", "80:8080", "53:5353:udp",
            "-C", "nginx", "-C", "daemon", "--capAdd", "NET_ADMIN", "-U", "1000", "--host-network-mode"))["uuid"]!.GetValue<string>();
        var (_, web) = await controller.SendAsync("GET", $"/api/v3/microservices/{uuid}");
        await Assert.That(web!["application"]!.GetValue<string>()).IsEqualTo("app");
        await Assert.That(web["images"]!.AsArray().Select(i => $"{i!["archId"]}={i["containerImage"]}")).IsEquivalentTo(["1=nginx:1", "2=nginx:1-arm"]);
        await Assert.That(web["volumeMappings"]!.AsArray().Where(v => v!["type"]!.GetValue<string>() != "serviceAccount").Select(v => $"{v!["hostDestination"]}:{v["containerDestination"]}:{v["accessMode"]}:{v["type"]}"))
            .IsEquivalentTo(["/data:/var/data:rw:bind", "logs:/log:ro:volume"]);
        await Assert.That(web["env"]!.AsArray().Select(e => $"{e!["key"]}={e["value"]}")).IsEquivalentTo(["A=1", "B=x=y"]);
        await Assert.That(web["ports"]!.AsArray().Select(p => $"{p!["internal"]}:{p["external"]}:{p["protocol"]}")).IsEquivalentTo(["80:8080:tcp", "53:5353:udp"]);
        await Assert.That(web["cmd"]!.AsArray().Select(c => c!.GetValue<string>())).IsEquivalentTo(["nginx", "daemon"]);
        await Assert.That(web["capAdd"]!.AsArray().Select(c => c!.GetValue<string>())).IsEquivalentTo(["NET_ADMIN"]);
        await Assert.That(web["hostNetworkMode"]!.GetValue<bool>()).IsTrue();
        await Assert.That(web["runAsUser"]!.GetValue<string>()).IsEqualTo("1000");
        await Assert.That(web["logSize"]!.GetValue<int>()).IsEqualTo(5);

        await Assert.That(await terminal.DoAsync("microservice", "port-mapping-create", "-i", uuid, "-P", "90:9090")).IsEqualTo("Port mapping has been created successfully.\n");
        await Assert.That(await terminal.DoAsync("microservice", "port-mapping-remove", "-i", uuid, "-b", "80")).IsEqualTo("Port mapping has been removed successfully.\n");
        await Assert.That((await terminal.ReadAsync("microservice", "port-mapping-list", "-i", uuid)).ToJsonString()).Contains("9090").And.DoesNotContain("8080");
        var volume = (await terminal.ReadAsync("microservice", "volume-mapping-create", "-i", uuid, "-P", "/x:/y:rw"))["id"]!.ToString();
        await Assert.That(await terminal.DoAsync("microservice", "volume-mapping-remove", "-i", uuid, "-m", volume)).IsEqualTo("Volume mapping has been deleted successfully.\n");
        await Assert.That(await terminal.DoAsync("microservice", "update", "-i", uuid, "-e", "C=3", "-w")).IsEqualTo("Microservice has been updated successfully.\n");
        var changed = await terminal.ReadAsync("microservice", "info", "-i", uuid);
        await Assert.That(changed["env"]!.AsArray().Single()!["key"]!.GetValue<string>()).IsEqualTo("C");
        await Assert.That((await terminal.ReadAsync("microservice", "list"))["microservices"]!.AsArray().Count).IsEqualTo(1);
        await Assert.That(await terminal.DoAsync("microservice", "remove", "-i", uuid, "-z")).IsEqualTo("Microservice has been removed successfully.\n");
        await Assert.That(await terminal.DoAsync("application", "update", "-n", "app", "-D")).IsEqualTo("Application updated successfully.\n");
        await Assert.That((await terminal.ReadAsync("application", "info", "-n", "app"))["isActivated"]!.GetValue<bool>()).IsFalse();
        await Assert.That(await terminal.DoAsync("application", "remove", "-n", "app")).IsEqualTo("Application removed successfully.\n");
        await Assert.That((await terminal.ReadAsync("application", "list"))["applications"]!.AsArray().Count).IsEqualTo(0);
    }

    [Test]
    public async Task Catalog_and_registries()
    {
        await using var controller = await TestController.StartAsync();
        var terminal = new Terminal(controller.DataDirectory);
        var registry = (await terminal.ReadAsync("registry", "add", "-U", "reg.example.com", "-r", "-l", "me", "-p", "hidden-4711", "-e", "a@b.c"))["id"]!.ToString();
        await Assert.That(await terminal.DoAsync("registry", "list")).Contains("reg.example.com").And.DoesNotContain("hidden-4711");
        await Assert.That(await terminal.DoAsync("registry", "update", "-i", registry, "-b")).IsEqualTo("Registry has been updated successfully.\n");
        var (_, stored) = await controller.SendAsync("GET", $"/api/v3/registries/{registry}");
        await Assert.That(stored!["isPublic"]!.GetValue<bool>()).IsTrue();

        var item = (await terminal.ReadAsync(
            "catalog", "add", "-n", "sensor", "-c", "UTILITIES", "-x", "sensor:1", "-a", "sensor:1-arm", "-g", registry, "-I", "json", "-F", "text/json", "-P"))["id"]!.ToString();
        var shown = await terminal.ReadAsync("catalog", "info", "-i", item);
        await Assert.That(shown["inputType"]!["infoType"]!.GetValue<string>()).IsEqualTo("json");
        await Assert.That(shown["inputType"]!["infoFormat"]!.GetValue<string>()).IsEqualTo("text/json");
        await Assert.That(shown["images"]!.AsArray().Count).IsEqualTo(2);
        await Assert.That(await terminal.DoAsync("catalog", "update", "-i", item, "-d", "a sensor")).IsEqualTo("Catalog item has been updated successfully.\n");
        await Assert.That(await terminal.DoAsync("catalog", "list")).Contains("a sensor");
        await Assert.That(await terminal.DoAsync("catalog", "remove", "-i", item)).IsEqualTo("Catalog item has been removed successfully\n");
        await Assert.That(await terminal.DoAsync("registry", "remove", "-i", registry)).IsEqualTo("Registry has been removed successfully.\n");
    }

    [Test]
    public async Task An_object_comes_from_a_file_or_from_standard_input_and_options_win()
    {
        await using var controller = await TestController.StartAsync();
        var file = Path.Combine(controller.DataDirectory, "node.json");
        await File.WriteAllTextAsync(file, """{"name":"from-file","archId":1,"description":"kept"}""");
        var terminal = new Terminal(controller.DataDirectory) { Input = """{"name":"from-input","archId":1}""" };
        await terminal.DoAsync("iofog", "add", "-f", "node.json", "-n", "from-option");
        await terminal.DoAsync("iofog", "add", "-f", "-");
        var nodes = (await terminal.ReadAsync("iofog", "list"))["fogs"]!.AsArray();
        await Assert.That(nodes.Select(n => $"{n!["name"]} {n["description"]}")).IsEquivalentTo(["from-option kept", "from-input "]);

        await File.WriteAllTextAsync(file, "[1]");
        await Assert.That(await terminal.RunAsync("iofog", "add", "-f", "node.json")).IsEqualTo(new CommandResult(1, "", "node.json holds no JSON object\n"));
    }

    [Test]
    public async Task The_controller_tells_of_itself()
    {
        await using var controller = await TestController.StartAsync();
        var terminal = new Terminal(controller.DataDirectory);
        await Assert.That((await terminal.ReadAsync("controller", "status"))["status"]!.GetValue<string>()).IsEqualTo("online");
        await Assert.That(await terminal.DoAsync("controller", "version")).IsEqualTo("ioFog-Controller version: 3.8.0\n");
        await Assert.That((await terminal.ReadAsync("version", "--json"))["version"]!.GetValue<string>()).IsEqualTo("3.8.0");
        foreach (var spelling in (string[])["architectures", "fog-types"])
        {
            await Assert.That((await terminal.ReadAsync("controller", spelling))["architectures"]!.AsArray().Count).IsEqualTo(5);
        }

        var empty = Directory.CreateTempSubdirectory("controller-test-").FullName;
        var offline = await new Terminal(empty).RunAsync("controller", "status");
        await Assert.That(offline.Code).IsEqualTo(1);
        await Assert.That(JsonNode.Parse(offline.Output)!["status"]!.GetValue<string>()).IsEqualTo("offline");
        Directory.Delete(empty, true);
    }

    [Test]
    public async Task Failures_have_exit_codes_and_words()
    {
        await using var controller = await TestController.StartAsync();
        var terminal = new Terminal(controller.DataDirectory);
        await Assert.That(await terminal.RunAsync("iofog", "info", "-i", "nope")).IsEqualTo(new CommandResult(1, "", "Invalid ioFog UUID 'nope'\n"));
        var json = await terminal.RunAsync("--json", "iofog", "info", "-i", "nope");
        await Assert.That(json.Code).IsEqualTo(1);
        await Assert.That(JsonNode.Parse(json.Error)!["name"]!.GetValue<string>()).IsEqualTo("NotFoundError");
        await Assert.That(JsonNode.Parse(await terminal.DoAsync("--json", "application", "add", "-n", "a"))!["name"]!.GetValue<string>()).IsEqualTo("a");
        await Assert.That(JsonNode.Parse(await terminal.DoAsync("application", "remove", "-n", "a", "--json"))!["message"]!.GetValue<string>())
            .IsEqualTo("Application removed successfully.");
        var port = await terminal.RunAsync("microservice", "add", "-n", "web", "-p", "eighty");
        await Assert.That(port.Code).IsEqualTo(1);
        await Assert.That(port.Error).Contains("'eighty' is not internal:external");
    }

    [Test]
    [Arguments("iofog add --bluetooth-enable --bluetooth-disable", "Two opposite can not be used simultaneously")]
    [Arguments("iofog add --latitude north", "--latitude")]
    [Arguments("iofog info", "--iofog-uuid")]
    [Arguments("iofog list --wrong", "--wrong")]
    [Arguments("nonsense", "nonsense")]
    [Arguments("iofog", "command")]
    [Arguments("healthcheck --timeout 0", "--timeout")]
    [Arguments("completion tcsh", "tcsh")]
    public async Task A_wrong_command_line_is_told_with_code_2(string line, string told)
    {
        var result = await new Terminal(Path.GetTempPath()).RunAsync(line.Split(' '));
        await Assert.That(result.Code).IsEqualTo(2);
        await Assert.That(result.Error).Contains(told);
    }

    [Test]
    [Arguments("help", "healthcheck")]
    [Arguments("--help", "healthcheck")]
    [Arguments("iofog help", "provisioning-key")]
    [Arguments("help iofog", "provisioning-key")]
    [Arguments("microservice add help", "--host-network-mode")]
    public async Task Every_command_takes_help(string line, string told)
    {
        var result = await new Terminal(Path.GetTempPath()).RunAsync(line.Split(' '));
        await Assert.That(result.Code).IsEqualTo(0);
        await Assert.That(result.Output).Contains(told);
    }
}
