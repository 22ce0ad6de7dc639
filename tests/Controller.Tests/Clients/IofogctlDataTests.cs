using System.Text.Json.Nodes;
using Controller.Tests.Support;

namespace Controller.Tests.Clients;

/// <summary>Secrets, config maps and volume mounts from the command line and in the Console (clients 2.3, 3.4, 4.4).</summary>
public sealed class IofogctlDataTests
{
    [Test]
    public async Task Secrets_and_config_maps_are_created_replaced_listed_and_deleted()
    {
        await using var controller = await TestController.StartAsync();
        using var cli = await Iofogctl.StartAsync(controller);
        foreach (var value in new[] { "first", "second" })
        {
            var secret = await cli.DeployDataAsync("/secrets", new() { ["name"] = "login", ["type"] = "Opaque", ["data"] = new JsonObject { ["k"] = value } });
            await Assert.That(secret).IsEqualTo(new("login", "Opaque", false, false, $"k={value}"));

            // The client leaves false out.
            var map = await cli.DeployDataAsync("/configmaps", new() { ["name"] = "conf", ["useVault"] = true, ["data"] = new JsonObject { ["k"] = value } });
            await Assert.That(map).IsEqualTo(new("conf", "", false, true, $"k={value}"));
        }

        await Assert.That((await cli.DataAsync("/secrets", "secrets")).Single()).IsEqualTo(new("login", "Opaque", false, false, ""));
        await Assert.That((await cli.DataAsync("/configmaps", "configMaps")).Single()).IsEqualTo(new("conf", "", false, true, ""));
        foreach (var path in new[] { "/secrets/login", "/configmaps/conf" })
        {
            await cli.Client.DoAsync("DELETE", path);
            await Assert.That(await cli.Client.ExistsAsync(path)).IsFalse();
        }
    }

    [Test]
    public async Task A_volume_mount_is_created_changed_linked_by_names_and_unlinked()
    {
        await using var controller = await TestController.StartAsync();
        using var cli = await Iofogctl.StartAsync(controller);
        var uuid = await controller.CreateNodeAsync("edge-1");
        await cli.DeployDataAsync("/secrets", new() { ["name"] = "login", ["type"] = "Opaque", ["data"] = new JsonObject() });
        await cli.DeployDataAsync("/configmaps", new() { ["name"] = "conf", ["data"] = new JsonObject() });
        await Assert.That(await cli.DeployVolumeMountAsync(new() { ["name"] = "files", ["configMapName"] = "conf" })).IsEqualTo(new("files", "conf", "", 1));
        await Assert.That(await cli.DeployVolumeMountAsync(new() { ["name"] = "files", ["secretName"] = "login" })).IsEqualTo(new("files", "", "login", 2));

        await cli.LinkVolumeMountAsync("POST", "files", "edge-1");
        await Assert.That((await cli.AgentAsync(uuid)).VolumeMounts).IsEquivalentTo(["files"]);
        await cli.LinkVolumeMountAsync("DELETE", "files", "edge-1");
        await Assert.That((await cli.AgentAsync(uuid)).VolumeMounts).IsEmpty();
        await cli.Client.DoAsync("DELETE", "/volumeMounts/files");
        await Assert.That(await cli.Client.ExistsAsync("/volumeMounts/files")).IsFalse();
    }

    [Test]
    public async Task An_authority_of_the_operators_own_is_uploaded_once_and_signs()
    {
        await using var controller = await TestController.StartAsync();
        using var cli = await Iofogctl.StartAsync(controller);
        var secret = JsonAsserts.ExampleNode("platform/secret.post.tls.request.json").AsObject();
        for (var deploy = 0; deploy < 2; deploy++)
        {
            await cli.UploadAuthorityAsync(secret);
        }

        await Assert.That(cli.Client.Calls.Count(c => c.StartsWith("POST", StringComparison.Ordinal))).IsEqualTo(2);
        await cli.DeployCertificateAsync("/certificates/ca", new() { ["name"] = "site-ca", ["subject"] = "site-ca", ["expiration"] = 60, ["type"] = "self-signed" });
        var server = await cli.DeployCertificateAsync("/certificates", new()
        {
            ["name"] = "server", ["subject"] = "server", ["hosts"] = "a,b", ["expiration"] = 12,
            ["ca"] = new JsonObject { ["type"] = "direct", ["secretName"] = "example-ca" },
        });
        await Assert.That(server).IsEqualTo(new("server", "server", "a,b", false, "example-ca", "example-ca", false));
        await Assert.That(async () => await cli.DeployCertificateAsync("/certificates", new() { ["name"] = "server" })).Throws<InvalidOperationException>();
        await Assert.That((await cli.CertificatesAsync()).Select(c => $"{c.Name} {c.IsCa}")).IsEquivalentTo(["example-ca True", "server False", "site-ca True"]);
        await Assert.That(await cli.AuthoritiesAsync()).IsEquivalentTo(["example-ca", "site-ca"]);
    }

    [Test]
    public async Task The_console_shows_them_saves_what_it_shows_and_links_nodes()
    {
        await using var controller = await TestController.StartAsync(new() { ["CONSOLE_URL"] = EdgeOpsConsole.Origin });
        using var console = new EdgeOpsConsole(controller);
        var uuid = await controller.CreateNodeAsync("edge-1");
        await console.SendAsync("POST", "/secrets", JsonNode.Parse("""{"name":"login","type":"Opaque","data":{"k":"v"}}"""));
        await console.SendAsync("POST", "/configmaps", JsonNode.Parse("""{"name":"conf","immutable":false,"useVault":true,"data":{"k":"v"}}"""));
        await console.SendAsync("POST", "/volumeMounts", JsonNode.Parse("""{"name":"files","configMapName":"conf"}"""));

        await Assert.That((await console.SendAsync("GET", "/secrets"))!["secrets"]!.AsArray().Count).IsEqualTo(1);
        var listed = (await console.SendAsync("GET", "/configmaps"))!["configMaps"]![0]!;
        await Assert.That(listed["immutable"]!.GetValue<bool>()).IsFalse();
        var map = (await console.SendAsync("GET", "/configmaps/conf"))!;
        await console.SendAsync("PATCH", "/configmaps/conf", new JsonObject
        {
            ["name"] = map["name"]!.DeepClone(), ["immutable"] = map["immutable"]!.GetValue<bool>(), ["useVault"] = map["useVault"]!.GetValue<bool>(),
            ["data"] = map["data"]!.DeepClone(),
        });
        await Assert.That((await console.SendAsync("GET", "/volumeMounts"))!.AsArray().Count).IsEqualTo(1);
        await console.SendAsync("POST", "/volumeMounts/files/link", new JsonObject { ["fogUuids"] = new JsonArray(uuid) });
        await Assert.That((await console.SendAsync("GET", "/volumeMounts/files/link"))!["fogUuids"]!.ToJsonString()).IsEqualTo($"[\"{uuid}\"]");
        await console.SendAsync("PATCH", "/volumeMounts/files", JsonNode.Parse("""{"name":"files","secretName":"login"}"""));
        await console.SendAsync("DELETE", "/volumeMounts/files/link", new JsonObject { ["fogUuids"] = new JsonArray(uuid) });
        await console.SendAsync("DELETE", "/volumeMounts/files");
    }
}
