using System.Net;
using System.Text.Json.Nodes;
using Controller.AccessControl;
using Controller.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using static Controller.Tests.Applications.ApplicationFixture;
using static Controller.Tests.Support.JsonAsserts;

namespace Controller.Tests.Substitution;

/// <summary>The filters that look into the database, and who may use them.</summary>
public sealed class LookupTests
{
    [Test]
    public async Task An_agent_is_found_as_it_is_read()
    {
        await using var controller = await TestController.StartAsync();
        var uuid = await controller.CreateNodeAsync("edge", ""","host":"10.1.2.3","tags":["a","b"]""");
        await controller.PhaseAsync(uuid, "Ready"); // or the two readings below could differ by it
        var body = $$$"""{"name":"shown","microservices":[{"name":"a","iofogUuid":"{{{uuid}}}","config":"{{ 'edge' | findAgent | json }}","images":[{"containerImage":"x","archId":1}]}]}""";
        await controller.DoAsync("POST", Route, body, HttpStatusCode.Created);
        var shown = (await controller.GetAsync("shown"))["microservices"]![0]!["config"]!.GetValue<string>();
        await IsSameAsync(JsonNode.Parse(shown), await controller.FogAsync(uuid));
        await Assert.That(await RenderAsync(controller, "{% assign a = 'edge' | findAgent %}{{ a.host }} {{ a.tags | join: '+' }}")).IsEqualTo("10.1.2.3 a+b");
        await Assert.That(await RenderAsync(controller, "{{ 'none' | findAgent }}")).IsEqualTo("RenderError: Invalid ioFog UUID 'none', line:1, col:1");
        await Assert.That(await RenderAsync(controller, "{{ missing | findAgent }}")).IsEqualTo("RenderError: Invalid ioFog UUID '', line:1, col:1");
    }

    [Test]
    public async Task The_empty_name_finds_all_agents()
    {
        await using var controller = await TestController.StartAsync();
        await controller.CreateNodeAsync("edge-1");
        await controller.CreateNodeAsync("edge-2");
        await Assert.That(await RenderAsync(controller, "{{ '' | findAgent | map: 'name' | join: ',' }}")).IsEqualTo("edge-1,edge-2");
    }

    [Test]
    public async Task An_application_and_the_agents_of_its_microservices_are_found()
    {
        await using var controller = await TestController.StartAsync();
        var uuid = await controller.CreateNodeAsync("edge", ""","host":"10.1.2.3" """);
        await controller.DoAsync("POST", Route, Body("shop", uuid, "b", "a"), HttpStatusCode.Created);
        await Assert.That(await RenderAsync(
            controller,
            "{% assign s = 'shop' | findApplication %}{{ s.name }}{% for m in s.microservices %} {{ m.name }}@{% assign f = m | findMicroserviceAgent %}{{ f.host }} {{ m.serviceAccount.name }}{% endfor %}"))
            .IsEqualTo("shop a@10.1.2.3 a b@10.1.2.3 b");
        await Assert.That(await RenderAsync(controller, "x{{ 'none' | findApplication }}")).IsEqualTo("xnull");
        await Assert.That(await RenderAsync(controller, "{{ 'x' | findMicroserviceAgent }}")).IsEqualTo("RenderError: Invalid ioFog UUID '', line:1, col:1");
    }

    [Test]
    public async Task Each_thing_is_looked_up_once_per_request()
    {
        var asked = new Authorizer();
        await using var controller = await TestController.StartAsync(customize: s => s.AddSingleton<IAuthorizer>(asked));
        await controller.CreateNodeAsync("edge");
        await controller.DoAsync("POST", "/api/v3/applicationTemplate", """{"name":"t","application":{"natsConfig":{"natsAccess":"{{ 'edge' | findAgent | size }}"},"microservices":[]}}""", HttpStatusCode.Created);
        asked.Questions.Clear();
        await controller.SendAsync("POST", Route, """
            {"name":"app","description":"{% for i in (1..50) %}{% assign a = 'edge' | findAgent %}{% assign b = 'none' | findAgent %}{% endfor %}","template":{"name":"t"}}
            """);
        await Assert.That(asked.Questions.Count(q => q == "fogs get")).IsEqualTo(2);
    }

    [Test]
    public async Task Too_many_lookups_are_refused()
    {
        await using var controller = await TestController.StartAsync();
        await IsErrorAsync(
            await controller.SendAsync("POST", Route, """{"name":"app","description":"{% for i in (1..5000) %}{{ i | toString | findApplication }}{% endfor %}"}"""),
            400, "ValidationError", "Template takes more than 1000000 steps");
    }

    [Test]
    [Arguments("{{ 'edge' | findAgent | json }}")]
    [Arguments("{{ '' | findAgent | json }}")]
    [Arguments("{{ 'none' | findAgent }}")]
    [Arguments("{% assign s = 'shop' | findApplication %}{{ s.microservices.first | findMicroserviceAgent | json }}")]
    public async Task Nobody_sees_through_a_template_what_their_role_does_not_show(string template)
    {
        // Somebody who may do anything but read agents.
        await using var controller = await TestController.StartAsync(customize: s => s.AddSingleton<IAuthorizer>(new Authorizer("fogs")));
        var agent = await TestAgent.CreateAsync(controller);
        await controller.DoAsync("POST", Route, Body("shop", agent.Uuid, "a"), HttpStatusCode.Created);
        var (status, body) = await controller.SendAsync("POST", Route, new JsonObject { ["name"] = "app", ["description"] = template }.ToJsonString());
        await Assert.That(status).IsEqualTo(HttpStatusCode.Forbidden);
        await Assert.That(body!["error"]!.GetValue<string>()).IsEqualTo("Forbidden");
        await Assert.That((await controller.SendAsync("GET", Route + "/app")).Status).IsEqualTo(HttpStatusCode.NotFound);
    }

    /// <summary>What a template gives as the description of an application.</summary>
    private static async Task<string> RenderAsync(TestController controller, string template)
    {
        await controller.SendAsync("DELETE", Route + "/rendered");
        await controller.DoAsync("POST", Route, new JsonObject { ["name"] = "rendered", ["description"] = template }.ToJsonString(), HttpStatusCode.Created);
        return (await controller.GetAsync("rendered"))["description"]!.GetValue<string>();
    }

    /// <summary>Notes what it is asked, and denies one resource.</summary>
    private sealed class Authorizer(string? denied = null) : IAuthorizer
    {
        public List<string> Questions { get; } = [];

        public ValueTask<bool> IsAllowedAsync(OperatorIdentity identity, string resource, string verb, string? resourceName, CancellationToken cancel)
        {
            Questions.Add($"{resource} {verb}");
            return new(resource != denied);
        }
    }
}
