using Controller.Tests.Support;
using static Controller.Tests.Support.JsonAsserts;
using static Controller.Tests.Support.OperatorApi;

namespace Controller.Tests.ConfigEntries;

/// <summary>Texts by key (api-platform 4).</summary>
public sealed class ConfigEntryTests
{
    [Test]
    public async Task The_contracts_examples_are_set_and_read()
    {
        await using var controller = await TestController.StartAsync();
        var saved = await controller.OkAsync(200, "PUT", "/config", ExampleText("platform/config.put.request.json"));
        await IsLikeAsync(saved, ExampleNode("platform/config.put.response.json"));
        await IsSameAsync(await controller.OkAsync(200, "GET", "/config/site"), ExampleNode("platform/config.get.response.json"));
        await IsSameAsync(await controller.OkAsync(200, "GET", "/config"), ExampleNode("platform/config.list.response.json"));

        var again = (await controller.OkAsync(200, "PUT", "/config", """{"key":"site","value":"{{ 'PARIS' | downcase }}","more":1}"""))!;
        await Assert.That($"{again["id"]} {again["value"]} {again["createdAt"]}").IsEqualTo($"{saved!["id"]} paris {saved["createdAt"]}");
        await controller.OkAsync(200, "PUT", "/config", """{"key":"area","value":""}""");
        await Assert.That((await controller.OkAsync(200, "GET", "/config"))!.ToJsonString())
            .IsEqualTo("""{"config":[{"key":"area","value":""},{"key":"site","value":"paris"}]}""");
    }

    [Test]
    [Arguments("{}", "Required field 'key' is missing")]
    [Arguments("""{"key":"a"}""", "Required field 'value' is missing")]
    [Arguments("""{"key":"","value":"a"}""", "Field key does not meet minimum length of 1")]
    [Arguments("""{"key":"a","value":5}""", "Field 'value' is not of a type(s) string")]
    public async Task A_bad_body_is_refused(string body, string message)
    {
        await using var controller = await TestController.StartAsync();
        await controller.RefusedAsync("PUT", "/config", body, 400, message);
        await controller.RefusedAsync("GET", "/config/a", null, 404, "Unkown config key 'a'");
    }

    [Test]
    public async Task A_text_has_255_characters_at_most_on_every_database()
    {
        await using var controller = await TestController.StartAsync();
        await controller.OkAsync(200, "PUT", "/config", $$"""{"key":"{{new string('k', 255)}}","value":"{{new string('v', 255)}}"}""");
        await controller.RefusedAsync("PUT", "/config", $$"""{"key":"k","value":"{{new string('v', 256)}}"}""", 400, "Field value does not meet maximum length of 255");
    }
}
