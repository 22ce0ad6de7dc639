using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Controller.Tests.Cli;
using Controller.Tests.Support;

namespace Controller.Tests.Tunnels;

/// <summary>Reverse SSH tunnels (api-platform 7, runtime 6.8, agent-wire 13).</summary>
public sealed class TunnelTests
{
    /// <summary>Nothing listens on these ports.</summary>
    private const string Server = "tunnel: { username: pot, password: hidden-4711, host: 127.0.0.1, rsaKey: ssh-rsa AAAA, portRange: 1-3 }";

    [Test]
    public async Task A_tunnel_is_opened_read_and_closed_and_its_node_is_told()
    {
        await using var controller = await StartAsync(Server);
        var agent = await controller.RunningNodeAsync();
        await Assert.That(await ChangeAsync(controller, agent.Uuid, "open")).IsEqualTo((HttpStatusCode.NoContent, null));
        await Assert.That((await agent.PollAsync())["tunnel"]!.GetValue<bool>()).IsTrue();
        var (_, told) = await agent.SendAsync("GET", "/tunnel");
        var tunnel = told!["tunnel"]!;
        await Assert.That($"{tunnel["username"]} {tunnel["password"]} {tunnel["host"]} {tunnel["rport"]} {tunnel["lport"]} {tunnel["rsakey"]} {tunnel["closed"]}")
            .IsEqualTo("pot hidden-4711 127.0.0.1 1 22 ssh-rsa AAAA false");

        await Assert.That(await ReadAsync(controller, agent.Uuid)).IsEqualTo("""{"username":"pot","host":"127.0.0.1","remotePort":1,"localPort":22,"status":"open"}""");
        await Assert.That(await ChangeAsync(controller, agent.Uuid, "close")).IsEqualTo((HttpStatusCode.NoContent, null));
        await Assert.That((await agent.PollAsync())["tunnel"]!.GetValue<bool>()).IsTrue();
        await Assert.That((await agent.SendAsync("GET", "/tunnel")).Body!["tunnel"]!["closed"]!.GetValue<bool>()).IsTrue();
        await Assert.That(await ReadAsync(controller, agent.Uuid)).Contains("closed");
    }

    [Test]
    public async Task The_password_is_kept_encrypted()
    {
        await using var controller = await StartAsync(Server);
        var uuid = await controller.CreateNodeAsync();
        await ChangeAsync(controller, uuid, "open");
        await Assert.That(await controller.TextAsync("SELECT \"password\" FROM \"Tunnels\"")).IsNotNull().And.DoesNotContain("hidden-4711");
    }

    [Test]
    public async Task What_cannot_be_done_is_refused()
    {
        await using var controller = await TestController.StartAsync();
        var uuid = await controller.CreateNodeAsync();
        foreach (var body in (string[])["""{"action":"reopen"}""", """{"action":5}""", "{}"])
        {
            await Assert.That(await SendAsync(controller, uuid, body)).IsEqualTo((HttpStatusCode.BadRequest, "Unknown action property. Action can be \"open\" or \"close\""));
        }

        await Assert.That(await ChangeAsync(controller, "nope", "open")).IsEqualTo((HttpStatusCode.NotFound, "Invalid ioFog UUID 'nope'"));
        await Assert.That(await ChangeAsync(controller, "nope", "close")).IsEqualTo((HttpStatusCode.NotFound, "Invalid Tunnel Id"));
        await Assert.That(await ChangeAsync(controller, uuid, "close")).IsEqualTo((HttpStatusCode.NotFound, "Invalid Tunnel Id"));
        var (status, none) = await controller.SendAsync("GET", $"/api/v3/iofog/{uuid}/tunnel");
        await Assert.That((status, none!["message"]!.GetValue<string>())).IsEqualTo((HttpStatusCode.NotFound, "Invalid Tunnel Id"));
        await Assert.That(await ChangeAsync(controller, uuid, "open")).IsEqualTo((HttpStatusCode.BadRequest, "Required field 'username' is missing"));
        await Assert.That((await controller.SendAsync("GET", "/api/v3/tunnels")).Body!.ToJsonString()).IsEqualTo("""{"tunnels":[]}""");
    }

    [Test]
    [Arguments("username: pot", "password")]
    [Arguments("username: pot, password: p", "host")]
    public async Task A_server_that_is_half_configured_is_no_server(string configured, string missing)
    {
        await using var controller = await StartAsync($"tunnel: {{ {configured} }}");
        await Assert.That(await ChangeAsync(controller, await controller.CreateNodeAsync(), "open"))
            .IsEqualTo((HttpStatusCode.BadRequest, $"Required field '{missing}' is missing"));
    }

    [Test]
    public async Task Tunnels_opened_at_once_have_different_ports_and_a_closed_one_gives_its_port_back()
    {
        await using var controller = await StartAsync(Server);
        var nodes = new List<string>();
        for (var i = 0; i < 4; i++)
        {
            nodes.Add(await controller.CreateNodeAsync($"node-{i}"));
        }

        await Task.WhenAll(nodes.Take(3).Select(n => ChangeAsync(controller, n, "open")));
        await Assert.That(await PortsAsync()).IsEquivalentTo([1, 2, 3]);
        await Assert.That(await ChangeAsync(controller, nodes[3], "open"))
            .IsEqualTo((HttpStatusCode.BadRequest, "No port of '127.0.0.1' in 1-3 is free for another tunnel"));

        var before = await ReadAsync(controller, nodes[1]);
        await ChangeAsync(controller, nodes[1], "open");
        await Assert.That(await ReadAsync(controller, nodes[1])).IsEqualTo(before);
        await ChangeAsync(controller, nodes[1], "close");
        await Assert.That((await ChangeAsync(controller, nodes[3], "open")).Status).IsEqualTo(HttpStatusCode.NoContent);
        await Assert.That(await PortsAsync()).IsEquivalentTo([1, 2, 3]);

        async Task<IEnumerable<int>> PortsAsync() =>
            (await controller.SendAsync("GET", "/api/v3/tunnels")).Body!["tunnels"]!.AsArray()
                .Where(t => t!["status"]!.GetValue<string>() == "open").Select(t => t!["remotePort"]!.GetValue<int>());
    }

    [Test]
    public async Task A_port_where_something_listens_is_passed_over()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var port = ((IPEndPoint)other.LocalEndpoint).Port;
        await using var controller = await StartAsync(Server.Replace("1-3", $"{port}-{Math.Min(port + 500, 65535)}", StringComparison.Ordinal));
        var uuid = await controller.CreateNodeAsync();
        await ChangeAsync(controller, uuid, "open");
        await Assert.That(JsonNode.Parse(await ReadAsync(controller, uuid))!["remotePort"]!.GetValue<int>()).IsGreaterThan(port);
    }

    [Test]
    public async Task Another_server_can_be_named_on_the_command_line_only()
    {
        await using var controller = await StartAsync(Server);
        var agent = await controller.RunningNodeAsync();
        await SendAsync(controller, agent.Uuid, """{"action":"open","host":"elsewhere.example"}""");
        await Assert.That((await agent.SendAsync("GET", "/tunnel")).Body!["tunnel"]!["host"]!.GetValue<string>()).IsEqualTo("127.0.0.1");

        var terminal = new Terminal(controller.DataDirectory);
        await File.WriteAllTextAsync(Path.Combine(controller.DataDirectory, "host.pub"), "ssh-ed25519 BBBB");
        await Assert.That(await terminal.DoAsync(
            "tunnel", "update", "-i", agent.Uuid, "-a", "open", "-u", "ops", "-p", "hidden-0815", "-s", "localhost", "-k", "host.pub", "-o", "2222"))
            .IsEqualTo("Tunnel has been updated successfully.\n");
        var tunnel = (await agent.SendAsync("GET", "/tunnel")).Body!["tunnel"]!;
        await Assert.That($"{tunnel["username"]} {tunnel["password"]} {tunnel["host"]} {tunnel["lport"]} {tunnel["rsakey"]}")
            .IsEqualTo("ops hidden-0815 localhost 2222 ssh-ed25519 BBBB");

        var listed = await terminal.ReadAsync("tunnel", "list");
        await Assert.That(listed.ToJsonString()).DoesNotContain("hidden").And.DoesNotContain("BBBB");
        await Assert.That(listed["tunnels"]!.AsArray().Single()!["iofogUuid"]!.GetValue<string>()).IsEqualTo(agent.Uuid);
        await terminal.DoAsync("tunnel", "update", "--iofog-uuid", agent.Uuid, "--action", "close");
        await Assert.That(await ReadAsync(controller, agent.Uuid)).Contains("closed");
        var refused = await terminal.RunAsync("tunnel", "update", "-i", agent.Uuid, "-a", "open", "-o", "70000");
        await Assert.That(refused.Code).IsEqualTo(1);
        await Assert.That(refused.Error).Contains("lport").And.Contains("65535");
    }

    private static async Task<TestController> StartAsync(string configuration)
    {
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, configuration);
            return await TestController.StartAsync(new() { ["CONFIG_PATH"] = file });
        }
        finally
        {
            // It is read at start.
            File.Delete(file);
        }
    }

    private static Task<(HttpStatusCode Status, string? Message)> ChangeAsync(TestController controller, string uuid, string action) =>
        SendAsync(controller, uuid, $$"""{"action":"{{action}}"}""");

    private static async Task<(HttpStatusCode Status, string? Message)> SendAsync(TestController controller, string uuid, string json)
    {
        var (status, body) = await controller.SendAsync("PATCH", $"/api/v3/iofog/{uuid}/tunnel", json);
        return (status, body?["message"]!.GetValue<string>());
    }

    private static async Task<string> ReadAsync(TestController controller, string uuid) =>
        (await controller.SendAsync("GET", $"/api/v3/iofog/{uuid}/tunnel")).Body!.ToJsonString();
}
