using System.Net;
using System.Text.Json.Nodes;
using Controller.Tests.Support;

namespace Controller.Tests.Fogs;

/// <summary>Provisioning key, version, reboot, prune, hardware (api-workloads 3.7 to 3.9; agent-wire 13, 14, 19, 20).</summary>
public sealed class FogCommandTests
{
    [Test]
    public async Task A_provisioning_key_lives_twenty_minutes_and_replaces_the_former_one()
    {
        await using var controller = await TestController.StartAsync();
        var uuid = await controller.CreateNodeAsync();
        var first = await controller.KeyAsync(uuid);
        var (status, body) = await controller.SendAsync("GET", $"/api/v3/iofog/{uuid}/provisioning-key");
        await Assert.That(status).IsEqualTo(HttpStatusCode.Created);
        await Assert.That(body!.AsObject().Select(p => p.Key)).IsEquivalentTo(["key", "expirationTime", "caCert"]);
        await Assert.That(body["caCert"]!.GetValue<string>()).IsEqualTo("");
        var left = body["expirationTime"]!.GetValue<long>() - DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        await Assert.That(left).IsBetween(1_190_000, 1_200_000);
        var (refused, _) = await controller.SendAsync("POST", "/api/v3/agent/provision", $$"""{"key":"{{first}}","type":1}""");
        await Assert.That(refused).IsEqualTo(HttpStatusCode.NotFound);
    }

    [Test]
    public async Task Reboot_and_prune_reach_the_agent()
    {
        await using var controller = await TestController.StartAsync();
        var agent = await controller.RunningNodeAsync();
        foreach (var order in new[] { "reboot", "prune" })
        {
            var (status, _) = await controller.SendAsync("POST", $"/api/v3/iofog/{agent.Uuid}/{order}", "");
            await Assert.That(status).IsEqualTo(HttpStatusCode.NoContent);
            await Assert.That((await agent.PollAsync())[order]!.GetValue<bool>()).IsTrue();
        }
    }

    [Test]
    public async Task A_version_command_reaches_the_agent_with_a_fresh_key_each_time()
    {
        await using var controller = await TestController.StartAsync();
        var agent = await controller.RunningNodeAsync();
        var (none, error) = await agent.SendAsync("GET", "/version");
        await Assert.That((none, error!["message"]!.GetValue<string>())).IsEqualTo((HttpStatusCode.NotFound, "Version command not found"));

        await Assert.That((await controller.SendAsync("POST", $"/api/v3/iofog/{agent.Uuid}/version/upgrade", """{"semver":"v1.10.3"}""")).Status).IsEqualTo(HttpStatusCode.NoContent);
        await Assert.That((await agent.PollAsync())["version"]!.GetValue<bool>()).IsTrue();
        var (_, first) = await agent.SendAsync("GET", "/version");
        var (_, second) = await agent.SendAsync("GET", "/version");
        await Assert.That($"{first!["versionCommand"]} {first["semver"]}").IsEqualTo("upgrade v1.10.3");
        await Assert.That(first["provisionKey"]!.GetValue<string>()).IsNotEqualTo(second!["provisionKey"]!.GetValue<string>());
        var (provisioned, _) = await controller.SendAsync("POST", "/api/v3/agent/provision", $$"""{"key":"{{second["provisionKey"]}}","type":1}""");
        await Assert.That(provisioned).IsEqualTo(HttpStatusCode.OK);
    }

    [Test]
    public async Task A_version_command_that_cannot_be_done_is_refused()
    {
        await using var controller = await TestController.StartAsync();
        var agent = await controller.RunningNodeAsync();
        await agent.SendAsync("PUT", "/status", """{"daemonStatus":"RUNNING"}""");
        await Refused("rollback", "", "Can't rollback version now. There are no backups on agent");
        await agent.SendAsync("PUT", "/status", """{"daemonStatus":"RUNNING","isReadyToUpgrade":false,"isReadyToRollback":true}""");
        await Refused("upgrade", "", "Can't upgrade version now. Latest is already installed");
        await Refused("sidegrade", "", "Field versionCommand is not one of enum values: upgrade,rollback");
        await Refused("rollback", """{"semver":5}""", "Field 'semver' is not of a type(s) string");
        await Refused("rollback", """{"semver":"latest"}""", "Invalid format for field 'semver'");
        await Assert.That((await controller.SendAsync("POST", $"/api/v3/iofog/{agent.Uuid}/version/rollback", "")).Status).IsEqualTo(HttpStatusCode.NoContent);
        var (_, body) = await agent.SendAsync("GET", "/version");
        await Assert.That(body!.AsObject().ContainsKey("semver")).IsFalse();

        async Task Refused(string command, string json, string message)
        {
            var (status, answer) = await controller.SendAsync("POST", $"/api/v3/iofog/{agent.Uuid}/version/{command}", json);
            await Assert.That((status, answer!["message"]!.GetValue<string>())).IsEqualTo((HttpStatusCode.BadRequest, message));
        }
    }

    [Test]
    [Arguments("hw")]
    [Arguments("usb")]
    public async Task Hardware_is_shown_as_reported_last(string kind)
    {
        await using var controller = await TestController.StartAsync();
        var agent = await controller.RunningNodeAsync();
        var (empty, nothing) = await controller.SendAsync("GET", $"/api/v3/iofog/{agent.Uuid}/hal/{kind}");
        await Assert.That((empty, nothing)).IsEqualTo((HttpStatusCode.OK, null));
        await agent.SendAsync("PUT", $"/hal/{kind}", """{"info":"[]"}""");
        var (status, _) = await agent.SendAsync("PUT", $"/hal/{kind}", """{"info":"[{\"id\":1}]"}""");
        await Assert.That(status).IsEqualTo(HttpStatusCode.NoContent);
        var (_, row) = await controller.SendAsync("GET", $"/api/v3/iofog/{agent.Uuid}/hal/{kind}");
        await Assert.That(row!["info"]!.GetValue<string>()).IsEqualTo("""[{"id":1}]""");
        await Assert.That(row["iofogUuid"]!.GetValue<string>()).IsEqualTo(agent.Uuid);
        await Assert.That(row["id"]!.GetValueKind()).IsEqualTo(System.Text.Json.JsonValueKind.Number);
        var (missing, error) = await agent.SendAsync("PUT", $"/hal/{kind}", "{}");
        await Assert.That((missing, error!["message"]!.GetValue<string>())).IsEqualTo((HttpStatusCode.BadRequest, "Required field 'info' is missing"));
        var (wrong, _) = await agent.SendAsync("PUT", $"/hal/{kind}", """{"info":[]}""");
        await Assert.That(wrong).IsEqualTo(HttpStatusCode.BadRequest);
    }

    [Test]
    public async Task The_tunnel_is_shown_to_its_agent()
    {
        await using var controller = await TestController.StartAsync();
        var agent = await controller.RunningNodeAsync();
        var (none, error) = await agent.SendAsync("GET", "/tunnel");
        await Assert.That((none, error!["message"]!.GetValue<string>())).IsEqualTo((HttpStatusCode.NotFound, "Tunnel not found"));
        await controller.Database.WriteAsync(s => s.ExecuteAsync(
            "INSERT INTO \"Tunnels\" (\"username\", \"password\", \"host\", \"remote_port\", \"rsa_key\", \"iofog_uuid\") VALUES ('pot', 'p', 'h', 9022, 'k', @u)",
            new() { { "u", agent.Uuid } }));
        var (_, body) = await agent.SendAsync("GET", "/tunnel");
        var expected = JsonNode.Parse(Example.Bytes("agent/tunnel.get.response.json"))!["tunnel"]!.AsObject();
        await Assert.That(body!["tunnel"]!.AsObject().Select(p => p.Key)).IsEquivalentTo(expected.Select(p => p.Key));
        await Assert.That($"{body["tunnel"]!["rport"]} {body["tunnel"]!["lport"]} {body["tunnel"]!["closed"]}").IsEqualTo("9022 22 false");
    }

    [Test]
    public async Task The_certificate_to_trust_is_text_and_empty_without_tls()
    {
        await using var controller = await TestController.StartAsync();
        var agent = await controller.RunningNodeAsync();
        await Assert.That(await agent.SendAsync("GET", "/cert")).IsEqualTo((HttpStatusCode.OK, null));
    }
}
