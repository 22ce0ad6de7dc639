using System.Text.Json.Nodes;
using Controller.Tests.Support;

namespace Controller.Tests.Clients;

/// <summary>Application templates from the command line and the Console (clients 3.4, 4.3, 4.4).</summary>
public sealed class TemplateFlowTests
{
    private const string Spec =
        """
        {"description":"one camera","application":{"microservices":[{"name":"camera","agent":{"name":"{{ agent }}"},"images":{"amd64":"example/camera:{{ tag }}"},
          "container":{"ports":[{"internal":80,"external":"{{ port }}"}]},"config":{"port":"{{ port }}"}}]},
         "variables":[{"key":"agent","description":"where"},{"key":"tag","defaultValue":"1.4"},{"key":"port","defaultValue":8080}]}
        """;

    [Test]
    public async Task A_template_is_deployed_twice_and_an_application_from_it()
    {
        await using var controller = await TestController.StartAsync();
        await controller.CreateNodeAsync("edge-1");
        using var cli = await Iofogctl.StartAsync(controller);
        var document = Iofogctl.Document("ApplicationTemplate", "cameras", JsonNode.Parse(Spec)!.AsObject());
        var created = await cli.DeployTemplateAsync(document);
        await Assert.That($"{created.Name} {created.Description} {string.Join(',', created.Keys)} {created.Microservices}").IsEqualTo("cameras one camera agent,tag,port 1");
        document["spec"]!["description"] = "two";
        await Assert.That((await cli.DeployTemplateAsync(document)).Description).IsEqualTo("two");
        await Assert.That((await cli.TemplatesAsync()).Single().Name).IsEqualTo("cameras");

        var application = Iofogctl.Document("Application", "shop", JsonNode.Parse(
            """{"name":"shop","template":{"name":"cameras","variables":[{"key":"agent","description":"","value":"edge-1"},{"key":"port","description":"","value":9000}]}}""")!.AsObject());
        await cli.DeployApplicationAsync(application);
        await cli.DeployApplicationAsync(application);
        var camera = (await cli.MicroservicesAsync("/microservices?application=shop")).Single();
        await Assert.That((camera.Wire.Objects("ports").Single().Int("external"), camera.Config.GetRawText())).IsEqualTo((9000, """{"port":9000}"""));

        await cli.Client.DoAsync("DELETE", "/applicationTemplate/cameras");
        await Assert.That(async () => await cli.TemplateAsync("cameras")).Throws<GoNotFoundException>();
    }

    [Test]
    public async Task The_console_puts_templates_and_deploys_them()
    {
        await using var controller = await TestController.StartAsync(new() { ["CONSOLE_URL"] = EdgeOpsConsole.Origin });
        await controller.CreateNodeAsync("edge-1");
        using var console = new EdgeOpsConsole(controller);
        var body = JsonNode.Parse(Spec)!.AsObject();
        body["name"] = "cameras";
        body["application"]!["microservices"] = JsonNode.Parse(
            """[{"name":"camera","agentName":"{{ agent }}","images":[{"containerImage":"example/camera:{{ tag }}","archId":1}],"registryId":1,"config":"{\"port\":\"{{ port }}\"}","ports":[]}]""");
        await console.SendAsync("PUT", "/applicationTemplate/cameras", body);
        await console.SendAsync("PUT", "/applicationTemplate/cameras", body);
        var listed = EdgeOpsConsole.Array(await console.SendAsync("GET", "/applicationTemplates"), "applicationTemplates").Single()!;
        await Assert.That((EdgeOpsConsole.Array(listed, "variables").Count, EdgeOpsConsole.Array(listed["application"], "microservices").Count)).IsEqualTo((3, 1));

        var deploy = JsonNode.Parse("""{"name":"shop","isActivated":true,"template":{"name":"cameras","variables":[{"key":"agent","value":"edge-1"}]}}""")!;
        await console.SendAsync("POST", "/application", deploy);
        await console.SendAsync("PUT", "/application/shop", deploy);
        await Assert.That((string?)(await console.PollAsync()).Microservices.Single()["config"]).IsEqualTo("""{"port":8080}""");
        await console.SendAsync("PATCH", "/applicationTemplate/cameras", JsonNode.Parse("""{"description":"d"}"""));
        await console.SendAsync("DELETE", "/applicationTemplate/cameras");
    }
}
