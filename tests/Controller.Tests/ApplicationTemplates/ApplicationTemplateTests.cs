using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Controller.Tests.Applications;
using Controller.Tests.Agents;
using Controller.Tests.Support;
using static Controller.Tests.Support.JsonAsserts;

namespace Controller.Tests.ApplicationTemplates;

/// <summary>Application templates as operators keep them (api-workloads 5.1 to 5.4).</summary>
public sealed class ApplicationTemplateTests
{
    private const string All = "/api/v3/applicationTemplates";
    private const string Route = "/api/v3/applicationTemplate";
    private const string Yaml = Route + "/yaml";

    private static string Example(string name) => Encoding.UTF8.GetString(Tests.Example.Bytes($"workloads/application-template{name}"));

    [Test]
    public async Task The_examples_are_kept_and_read_with_their_placeholders()
    {
        await using var controller = await TestController.StartAsync();
        var created = await controller.DoAsync("POST", Route, Example("-create-request.json"), HttpStatusCode.Created);
        await Assert.That(created!.AsObject().Select(p => p.Key)).IsEquivalentTo(["id", "name"]);

        var one = await controller.DoAsync("GET", Route + "/camera-app", null, HttpStatusCode.OK);
        await IsSameAsync(Normal(one!), Normal(ExampleNode("workloads/application-template-get-response.json")));
        var list = await controller.DoAsync("GET", All, null, HttpStatusCode.OK);
        await IsSameAsync(
            Normal(list!["applicationTemplates"]![0]!),
            Normal(ExampleNode("workloads/application-template-list-response.json")["applicationTemplates"]![0]!));
        foreach (var node in new[] { one!, one!["variables"]![0]! })
        {
            await Assert.That(node["createdAt"]!.GetValue<string>()).EndsWith("Z");
            await Assert.That(node["updatedAt"]!.GetValue<string>()).EndsWith("Z");
        }

        await Assert.That(one["variables"]![1]!["applicationTemplateId"]!.GetValue<long>()).IsEqualTo(created["id"]!.GetValue<long>());
    }

    [Test]
    public async Task Default_values_keep_their_types_and_are_text_in_the_list()
    {
        await using var controller = await TestController.StartAsync();
        string[] values = ["\"nginx\"", "8080", "true", "{\"a\":[1,null]}", "\"\"", "1.5"];
        var body = new JsonObject
        {
            ["name"] = "t",
            ["variables"] = new JsonArray([.. values.Select((v, i) => (JsonNode)new JsonObject { ["key"] = $"k{i}", ["defaultValue"] = JsonNode.Parse(v) })]),
        };
        body["variables"]!.AsArray().Add((JsonNode)new JsonObject { ["key"] = "none" });
        body["variables"]!.AsArray().Add((JsonNode)new JsonObject { ["key"] = "null", ["defaultValue"] = null });
        await controller.DoAsync("POST", Route, body.ToJsonString(), HttpStatusCode.Created);

        var one = (await controller.DoAsync("GET", Route + "/t", null, HttpStatusCode.OK))!["variables"]!.AsArray();
        var list = (await controller.DoAsync("GET", All, null, HttpStatusCode.OK))!["applicationTemplates"]![0]!["variables"]!.AsArray();
        await Assert.That(one.Take(6).Select(v => v!["defaultValue"]!.ToJsonString())).IsEquivalentTo(values);
        await Assert.That(list.Take(6).Select(v => v!["defaultValue"]!.GetValue<string>())).IsEquivalentTo(values);
        await Assert.That(one.Concat(list).Count(v => v!["defaultValue"] is null)).IsEqualTo(4);
        await Assert.That(one[0]!["description"]!.GetValue<string>()).IsEqualTo("");
    }

    [Test]
    public async Task A_template_without_an_application_has_an_empty_one_and_its_name_is_dropped()
    {
        await using var controller = await TestController.StartAsync();
        await controller.DoAsync("POST", Route, """{"name":"bare"}""", HttpStatusCode.Created);
        await controller.DoAsync("POST", Route, """{"name":"named","application":{"name":"x","isActivated":true,"natsConfig":{"natsAccess":true},"other":[1]}}""", HttpStatusCode.Created);
        var bare = await controller.DoAsync("GET", Route + "/bare", null, HttpStatusCode.OK);
        await Assert.That((bare!["description"]!.GetValue<string>(), bare["schemaVersion"]!.GetValue<string>(), bare["application"]!.ToJsonString(), bare["variables"]!.ToJsonString()))
            .IsEqualTo(("", "", "{}", "[]"));
        var named = await controller.DoAsync("GET", Route + "/named", null, HttpStatusCode.OK);
        await Assert.That(named!["application"]!.ToJsonString()).IsEqualTo("""{"isActivated":true,"natsConfig":{"natsAccess":true},"other":[1]}""");

        // As another Controller may have left it.
        await controller.RunAllAsync("INSERT INTO \"ApplicationTemplates\" (\"name\") VALUES ('old')");
        var old = await controller.DoAsync("GET", Route + "/old", null, HttpStatusCode.OK);
        await Assert.That(old!.AsObject()["application"]).IsNull();
    }

    [Test]
    [Arguments("{}", "Required field 'name' is missing")]
    [Arguments("""{"name":""}""", "Field name does not meet minimum length of 1")]
    [Arguments("""{"name":"A"}""", "Invalid format for field 'name'")]
    [Arguments("""{"name":1}""", "Field 'name' is not of a type(s) string")]
    [Arguments("""{"name":"a","description":1}""", "Field 'description' is not of a type(s) string")]
    [Arguments("""{"name":"a","application":[]}""", "Field 'application' is not of a type(s) object")]
    [Arguments("""{"name":"a","variables":{}}""", "Field 'variables' is not of a type(s) array")]
    [Arguments("""{"name":"a","variables":[{}]}""", "Required field 'key' is missing")]
    [Arguments("""{"name":"a","variables":[{"key":"A"}]}""", "Invalid format for field 'variables[0].key'")]
    public async Task What_is_wrong_is_told(string body, string message)
    {
        await using var controller = await TestController.StartAsync();
        await IsErrorAsync(await controller.SendAsync("POST", Route, body), 400, "ValidationError", message);
    }

    [Test]
    public async Task A_default_value_fits_its_column()
    {
        await using var controller = await TestController.StartAsync();
        await controller.DoAsync("POST", Route, Body(253), HttpStatusCode.Created);
        await IsErrorAsync(
            await controller.SendAsync("PUT", Route + "/t", Body(254)), 400, "ValidationError", "Field variables[0].defaultValue does not meet maximum length of 255");

        static string Body(int length) => $$"""{"name":"t","variables":[{"key":"k","defaultValue":"{{new string('x', length)}}"}]}""";
    }

    [Test]
    public async Task A_member_that_is_there_twice_counts_once()
    {
        await using var controller = await TestController.StartAsync();
        await controller.DoAsync("POST", Route, """{"name":"t","application":{"description":"a","description":"b","microservices":[{"name":"x","name":"y"}]}}""", HttpStatusCode.Created);
        var read = await controller.DoAsync("GET", Route + "/t", null, HttpStatusCode.OK);
        await Assert.That(read!["application"]!.ToJsonString()).IsEqualTo("""{"description":"b","microservices":[{"name":"y"}]}""");
    }

    [Test]
    public async Task A_name_is_taken_once()
    {
        await using var controller = await TestController.StartAsync();
        await controller.DoAsync("POST", Route, """{"name":"a"}""", HttpStatusCode.Created);
        await controller.DoAsync("POST", Route, """{"name":"b"}""", HttpStatusCode.Created);
        await IsErrorAsync(await controller.SendAsync("POST", Route, """{"name":"a"}"""), 409, "DuplicatePropertyError", "Duplicate name 'a'");
        await IsErrorAsync(await controller.SendAsync("PUT", Route + "/b", """{"name":"a"}"""), 409, "DuplicatePropertyError", "Duplicate name 'a'");
        await IsErrorAsync(await controller.SendAsync("PATCH", Route + "/b", """{"name":"a"}"""), 409, "DuplicatePropertyError", "Duplicate name 'a'");
    }

    [Test]
    public async Task A_put_creates_replaces_and_renames()
    {
        await using var controller = await TestController.StartAsync();
        var created = await controller.DoAsync(
            "PUT", Route + "/t", """{"name":"ignored","description":"d","application":{"isActivated":true},"variables":[{"key":"a","defaultValue":1},{"key":"b"}]}""", HttpStatusCode.OK);
        await Assert.That(created!["name"]!.GetValue<string>()).IsEqualTo("t");

        // Only what is sent is replaced.
        await controller.DoAsync("PUT", Route + "/t", """{"application":{"description":"x"}}""", HttpStatusCode.OK);
        var read = await controller.DoAsync("GET", Route + "/t", null, HttpStatusCode.OK);
        await Assert.That((read!["description"]!.GetValue<string>(), read["application"]!.ToJsonString(), read["variables"]!.AsArray().Count))
            .IsEqualTo(("d", """{"description":"x"}""", 2));

        var renamed = await controller.DoAsync("PUT", Route + "/t", """{"name":"u","variables":[{"key":"c"}]}""", HttpStatusCode.OK);
        await IsSameAsync(renamed, new JsonObject { ["id"] = created["id"]!.GetValue<long>(), ["name"] = "u" });
        read = await controller.DoAsync("GET", Route + "/u", null, HttpStatusCode.OK);
        await Assert.That((read!["application"]!.ToJsonString(), read["variables"]!.AsArray().Single()!["key"]!.GetValue<string>())).IsEqualTo(("""{"description":"x"}""", "c"));
        await Assert.That((await controller.SendAsync("GET", Route + "/t")).Status).IsEqualTo(HttpStatusCode.NotFound);
        await controller.DoAsync("PUT", Route + "/u", """{"variables":[]}""", HttpStatusCode.OK);
        read = await controller.DoAsync("GET", Route + "/u", null, HttpStatusCode.OK);
        await Assert.That(read!["variables"]!.AsArray().Count).IsEqualTo(0);
    }

    [Test]
    public async Task A_patch_changes_name_and_description_only()
    {
        await using var controller = await TestController.StartAsync();
        await controller.DoAsync("POST", Route, Example("-create-request.json"), HttpStatusCode.Created);
        await controller.DoAsync("PATCH", Route + "/camera-app", Example("-patch-request.json"), HttpStatusCode.NoContent);
        await controller.DoAsync("PATCH", Route + "/camera-app", """{"name":"cam","application":{},"variables":[]}""", HttpStatusCode.NoContent);
        var read = await controller.DoAsync("GET", Route + "/cam", null, HttpStatusCode.OK);
        await Assert.That((read!["description"]!.GetValue<string>(), read["variables"]!.AsArray().Count, read["application"]!["microservices"]!.AsArray().Count))
            .IsEqualTo(("camera, one agent", 2, 1));
        await IsErrorAsync(await controller.SendAsync("PATCH", Route + "/none", "{}"), 404, "NotFoundError", "Invalid application id '{}'");
    }

    [Test]
    public async Task A_delete_is_done_when_there_is_nothing_left()
    {
        await using var controller = await TestController.StartAsync();
        await controller.DoAsync("POST", Route, Example("-create-request.json"), HttpStatusCode.Created);
        await controller.DoAsync("DELETE", Route + "/camera-app", null, HttpStatusCode.NoContent);
        await controller.DoAsync("DELETE", Route + "/camera-app", null, HttpStatusCode.NoContent);
        await IsErrorAsync(await controller.SendAsync("GET", Route + "/camera-app"), 404, "NotFoundError", "Could not find Application Template camera-app");
        await Assert.That((await controller.DoAsync("GET", All, null, HttpStatusCode.OK))!["applicationTemplates"]!.AsArray().Count).IsEqualTo(0);
    }

    [Test]
    public async Task A_manifest_creates_and_replaces()
    {
        await using var controller = await TestController.StartAsync();
        var (status, created) = await controller.UploadAsync("POST", Yaml, Example(".yaml"), "template");
        await Assert.That(status).IsEqualTo(HttpStatusCode.Created).Because(created?.ToJsonString() ?? "");
        var read = await controller.DoAsync("GET", Route + "/camera-app", null, HttpStatusCode.OK);
        var microservice = read!["application"]!["microservices"]![0]!;
        await Assert.That((microservice["agentName"]!.GetValue<string>(), microservice["config"]!.GetValue<string>()))
            .IsEqualTo(("{{ agent-name }}", """{"port":"{{ web-port }}"}"""));
        await Assert.That(read["variables"]![1]!["defaultValue"]!.GetValue<int>()).IsEqualTo(18080);

        // Placeholders among the variables are filled in, and nowhere else.
        const string yaml =
            """
            kind: ApplicationTemplate
            metadata: {name: camera-app}
            spec:
              description: "{{ 1 }}"
              application: {description: "{{ v }}"}
              variables: [{key: v, defaultValue: "{{ 'AB' | downcase }}"}, {key: w, defaultValue: "{{ 7 }}"}]
            """;
        (status, var saved) = await controller.UploadAsync("PUT", Yaml + "/camera-app", yaml, "template");
        await Assert.That((status, saved!["id"]!.GetValue<long>())).IsEqualTo((HttpStatusCode.OK, created!["id"]!.GetValue<long>()));
        read = await controller.DoAsync("GET", Route + "/camera-app", null, HttpStatusCode.OK);
        await Assert.That((read!["description"]!.GetValue<string>(), read["application"]!["description"]!.GetValue<string>())).IsEqualTo(("{{ 1 }}", "{{ v }}"));
        await Assert.That(string.Join(' ', read["variables"]!.AsArray().Select(v => v!["defaultValue"]!.ToJsonString()))).IsEqualTo("\"ab\" 7");

        (status, _) = await controller.UploadAsync("PUT", Yaml + "/other", yaml, "template");
        await Assert.That(status).IsEqualTo(HttpStatusCode.OK);
        await controller.DoAsync("GET", Route + "/other", null, HttpStatusCode.OK);
    }

    [Test]
    [Arguments("kind: Application\nmetadata: {name: a}\nspec: {}\n", "Invalid kind Application")]
    [Arguments("kind: ApplicationTemplate\nmetadata: {name: a}\n", "Invalid YAML format")]
    [Arguments("kind: ApplicationTemplate\nmetadata: {name: A}\nspec: {}\n", "Invalid format for field 'name'")]
    [Arguments("kind: [", null)]
    public async Task Bad_manifests_are_the_clients_fault(string yaml, string? message)
    {
        await using var controller = await TestController.StartAsync();
        var (status, body) = await controller.UploadAsync("POST", Yaml, yaml, "template");
        await Assert.That(status).IsEqualTo(HttpStatusCode.BadRequest);
        await Assert.That(body!["message"]!.GetValue<string>()).Contains(message ?? "Error parsing YAML");
        await IsErrorAsync(await controller.SendAsync("POST", Yaml, "{}"), 400, "ValidationError", "Application file missing");
    }

    [Test]
    public async Task The_capability_is_there_for_operators()
    {
        await using var controller = await TestController.StartAsync();
        var (status, body) = await controller.SendAsync("HEAD", "/api/v3/capabilities/applicationTemplates");
        await Assert.That((status, body)).IsEqualTo((HttpStatusCode.NoContent, null));
        controller.Client.DefaultRequestHeaders.Authorization = null;
        await Assert.That((await controller.SendAsync("HEAD", "/api/v3/capabilities/applicationTemplates")).Status).IsEqualTo(HttpStatusCode.Unauthorized);
    }

    [Test]
    public async Task Roles_decide_who_may()
    {
        await using var controller = await TestController.StartAsync(groups: ["viewer"]);
        await controller.RunAllAsync("INSERT INTO \"ApplicationTemplates\" (\"name\") VALUES ('t')");
        await controller.DoAsync("GET", All, null, HttpStatusCode.OK);
        await controller.DoAsync("GET", Route + "/t", null, HttpStatusCode.OK);
        foreach (var (method, path) in new[] { ("POST", Route), ("PUT", Route + "/t"), ("PATCH", Route + "/t"), ("DELETE", Route + "/t") })
        {
            await Assert.That((await controller.SendAsync(method, path, """{"name":"x"}""")).Status).IsEqualTo(HttpStatusCode.Forbidden);
        }
    }

    /// <summary>Without ids and times, which differ from run to run.</summary>
    private static JsonNode Normal(JsonNode original)
    {
        var template = original.DeepClone();
        foreach (var node in template["variables"]!.AsArray().Append(template))
        {
            foreach (var name in new[] { "id", "createdAt", "updatedAt", "applicationTemplateId" })
            {
                node!.AsObject().Remove(name);
            }
        }

        return template;
    }
}
