using System.Net;
using Controller.Tests.Support;

namespace Controller.Tests.Identity;

/// <summary>Groups of local accounts (auth-rbac 8.2).</summary>
public sealed class GroupTests
{
    [Test]
    public async Task The_examples_create_list_change_and_delete()
    {
        await using var host = await TestController.StartAsync();
        var (status, created) = await host.SendAsync("POST", "/api/v3/groups", JsonAsserts.ExampleNode("auth/group-create-request.json").ToJsonString());
        await Assert.That(status).IsEqualTo(HttpStatusCode.Created);
        var expected = JsonAsserts.ExampleNode("auth/group-response.json");
        foreach (var name in new[] { "id", "createdAt", "updatedAt" })
        {
            await Assert.That(created![name]!.GetValueKind()).IsEqualTo(expected[name]!.GetValueKind());
            expected[name] = created[name]!.DeepClone();
        }

        await JsonAsserts.IsSameAsync(created, expected);
        await JsonAsserts.IsSameAsync((await host.SendAsync("GET", "/api/v3/groups/%20Plant-Operators")).Body, expected);

        var (_, list) = await host.SendAsync("GET", "/api/v3/groups");
        var example = JsonAsserts.ExampleNode("auth/groups-list-response.json");
        await Assert.That(Members(list!)).IsEqualTo(Members(example));
        await Assert.That(Jwt.Shape(list![0])).IsEqualTo(Jwt.Shape(example[0]));

        var (changed, body) = await host.SendAsync("PATCH", "/api/v3/groups/Viewer", JsonAsserts.ExampleNode("auth/group-update-request.json").ToJsonString());
        await Assert.That(changed).IsEqualTo(HttpStatusCode.OK);
        await Assert.That((bool)body!["mfaRequired"]!).IsTrue();
        body = (await host.SendAsync("PATCH", "/api/v3/groups/plant-operators", """{"name":" Crew "}""")).Body;
        await Assert.That((string)body!["name"]!).IsEqualTo("crew");
        await Assert.That((bool)body["mfaRequired"]!).IsTrue().Because("it was not named");
        await Assert.That((long)body["id"]!).IsEqualTo((long)created!["id"]!);
        await Assert.That((await host.SendAsync("PATCH", "/api/v3/groups/crew", """{"name":"CREW"}""")).Status).IsEqualTo(HttpStatusCode.OK);

        await Assert.That((await host.SendAsync("DELETE", "/api/v3/groups/CREW")).Status).IsEqualTo(HttpStatusCode.NoContent);
        await JsonAsserts.IsErrorAsync(await host.SendAsync("GET", "/api/v3/groups/crew"), 404, "NotFoundError", "Group not found");
    }

    [Test]
    public async Task What_is_wrong_is_told()
    {
        await using var host = await TestController.StartAsync();
        await host.SendAsync("POST", "/api/v3/groups", """{"name":"crew"}""");
        async Task Says(string method, string path, string? body, int status, string name, string message) =>
            await JsonAsserts.IsErrorAsync(await host.SendAsync(method, "/api/v3/groups" + path, body), status, name, message);

        await Says("POST", "", "{}", 400, "ValidationError", "name is required");
        await Says("POST", "", """{"name":"  "}""", 400, "ValidationError", "name is required");
        await Says("POST", "", """{"name":1}""", 400, "ValidationError", "Field 'name' is not of a type(s) string");
        await Says("POST", "", $$"""{"name":"{{new string('x', 256)}}"}""", 400, "ValidationError", "Field name does not meet maximum length of 255");
        await Says("POST", "", """{"name":"x","mfaRequired":"yes"}""", 400, "ValidationError", "mfaRequired must be a boolean");
        foreach (var system in new[] { "admin", "SRE", " developer", "Viewer" })
        {
            await Says("POST", "", $$"""{"name":"{{system}}"}""", 409, "ConflictError", "A system group with this name already exists");
        }

        await Says("POST", "", """{"name":"Crew"}""", 409, "ConflictError", "A group with this name already exists");
        await Says("PATCH", "/crew", "{}", 400, "ValidationError", "At least one of name or mfaRequired is required");
        await Says("PATCH", "/crew", """{"name":""}""", 400, "ValidationError", "name is required");
        await Says("PATCH", "/crew", """{"mfaRequired":1}""", 400, "ValidationError", "mfaRequired must be a boolean");
        await Says("PATCH", "/crew", """{"name":"admin"}""", 409, "ConflictError", "A system group with this name already exists");
        await host.SendAsync("POST", "/api/v3/groups", """{"name":"other"}""");
        await Says("PATCH", "/crew", """{"name":"other"}""", 409, "ConflictError", "A group with this name already exists");
        var expected = JsonAsserts.ExampleNode("auth/group-update-error-403.json");
        await Says("PATCH", "/admin", """{"name":"boss","mfaRequired":true}""", 403, (string)expected["name"]!, (string)expected["message"]!);
        await Assert.That((bool)(await host.SendAsync("GET", "/api/v3/groups/admin")).Body!["mfaRequired"]!).IsFalse();
        await Says("DELETE", "/admin", null, 403, "ForbiddenError", "System groups cannot be deleted");
        foreach (var (method, body) in new[] { ("GET", null), ("PATCH", """{"mfaRequired":true}"""), ("DELETE", null) })
        {
            await Says(method, "/nobody", body, 404, "NotFoundError", "Group not found");
        }
    }

    [Test]
    public async Task One_of_those_who_want_a_name_at_once_gets_it()
    {
        await using var host = await TestController.StartAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => host.SendAsync("POST", "/api/v3/groups", """{"name":"crew"}""")));
        await Assert.That(answers.Count(a => a.Status == HttpStatusCode.Created)).IsEqualTo(1);
        await Assert.That(answers.Count(a => a.Status == HttpStatusCode.Conflict)).IsEqualTo(5);
    }

    [Test]
    public async Task Members_lose_a_group_that_is_deleted_and_follow_one_that_is_renamed()
    {
        await using var host = await IdentityHost.StartAsync([]);
        var (_, admin) = await host.EnterAsync("root", "admin");
        await host.CallAsync("POST", "/groups", admin, """{"name":"one"}""");
        await host.CallAsync("POST", "/groups", admin, """{"name":"two"}""");
        var alice = await host.AddUserAsync("alice", IdentityHost.AdminPassword, ["one", "two"]);
        await host.CallAsync("PATCH", "/groups/one", admin, """{"name":"uno"}""");
        await host.CallAsync("DELETE", "/groups/two", admin);
        await Assert.That((await host.CallAsync("GET", $"/users/{alice.Id}", admin)).Body!["groups"]!.ToJsonString()).IsEqualTo("""["uno"]""");
        await Assert.That(Jwt.Payload((await host.SignInAsync("alice")).AccessToken)["groups"]!.ToJsonString()).IsEqualTo("""["uno"]""");
    }

    private static string Members(System.Text.Json.Nodes.JsonNode list) =>
        string.Join(' ', list.AsArray().Select(g => $"{g!["name"]}:{g["isSystem"]}:{g["mfaRequired"]}"));
}
