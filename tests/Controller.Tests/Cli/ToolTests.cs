using System.Text.Json.Nodes;
using Controller.Hosting;
using Controller.Testing;
using Controller.Tests.Support;

namespace Controller.Tests.Cli;

/// <summary>Health check, routes, settings, completion.</summary>
public sealed class ToolTests
{
    [Test]
    public async Task The_health_check_answers_by_its_exit_code()
    {
        await using var controller = await TestController.StartAsync();
        var terminal = new Terminal(controller.DataDirectory, new() { ["API_PORT"] = $"{controller.App.Address.Port}" });
        await Assert.That(await terminal.DoAsync("healthcheck")).IsEqualTo("ready\n");
        await Assert.That(await terminal.DoAsync("healthcheck", "--live")).IsEqualTo("alive\n");

        await controller.Database.DisposeAsync();
        // An answer holds for a second.
        CommandResult unready;
        do
        {
            unready = await terminal.RunAsync("healthcheck");
        }
        while (unready.Code == 0);

        await Assert.That(unready.Code).IsEqualTo(1);
        await Assert.That(unready.Error).StartsWith("Not ready: 503");
        await Assert.That(await terminal.DoAsync("healthcheck", "--live")).IsEqualTo("alive\n");
    }

    [Test]
    public async Task Nobody_there_is_not_healthy()
    {
        using var directory = new TempDirectory();
        var result = await new Terminal(directory.Path, new() { ["API_PORT"] = "1" }).RunAsync("healthcheck", "--json");
        await Assert.That(result.Code).IsEqualTo(1);
        await Assert.That(JsonNode.Parse(result.Error)!["name"]!.GetValue<string>()).IsEqualTo("UnhealthyError");
    }

    [Test]
    public async Task The_health_check_speaks_TLS_where_the_controller_does()
    {
        using var directory = new TempDirectory();
        var environment = new Dictionary<string, string>(await TestCertificate.SettingsAsync(directory.Path))
        {
            ["OIDC_BOOTSTRAP_ADMIN_USERNAME"] = "admin@example.com",
            ["OIDC_BOOTSTRAP_ADMIN_PASSWORD"] = "Correct-Horse-9-Battery",
        };
        await using var controller = await TestController.StartAsync(environment, directory.Path);
        var terminal = new Terminal(directory.Path, new(environment) { ["API_PORT"] = $"{controller.App.Address.Port}" });
        await Assert.That(await terminal.DoAsync("healthcheck")).IsEqualTo("ready\n");
    }

    [Test]
    public async Task The_routes_are_those_that_are_served()
    {
        await using var controller = await TestController.StartAsync();
        var listed = (await new Terminal(controller.DataDirectory).ReadAsync("routes", "--json"))["routes"]!.AsArray();
        var served = controller.Service<RouteCatalog>().Routes;
        await Assert.That(listed.Count).IsEqualTo(served.Count);
        foreach (var route in served.Where(r => r.Class == RouteClass.Authorized))
        {
            await Assert.That(listed.Any(l => l!["method"]!.GetValue<string>() == route.Method
                && l["path"]!.GetValue<string>().TrimEnd('/') == (ApiRoutes.Base + route.Path).TrimEnd('/')
                && l["permission"]!.GetValue<string>() == $"{route.Permission.Resource}:{route.Permission.Verb}")).IsTrue();
        }
    }

    [Test]
    public async Task Settings_are_shown_without_secrets_and_not_changed()
    {
        using var directory = new TempDirectory();
        var terminal = new Terminal(directory.Path, new() { ["API_PORT"] = "51999", ["OIDC_BOOTSTRAP_ADMIN_PASSWORD"] = "Hidden-Word-4711" });
        await Assert.That(await terminal.DoAsync("config", "list")).Contains("Port: 51999").And.Contains("Dev mode: on").And.DoesNotContain("Hidden");
        var change = await terminal.RunAsync("config", "add", "-p", "51998");
        await Assert.That(change.Code).IsEqualTo(1);
        await Assert.That(change.Error).Contains("API_PORT");
        await Assert.That((await terminal.RunAsync("config", "dev-mode", "--on")).Error).Contains("SERVER_DEV_MODE");
    }

    [Test]
    [Arguments("iofog-controller iofog up", "update")]
    [Arguments("/usr/bin/iofog-controller iofog add --na", "--name")]
    [Arguments("iofog-controller micro", "microservice")]
    [Arguments("iofog-controller completion b", "bash")]
    [Arguments("iofog-controller iofog ", "provisioning-key")]
    public async Task The_end_of_a_line_is_known(string line, string word)
    {
        var candidates = (await new Terminal(Path.GetTempPath()).DoAsync("complete", "--", line)).Split('\n');
        await Assert.That(candidates).Contains(word).And.DoesNotContain("/h");
    }
}
