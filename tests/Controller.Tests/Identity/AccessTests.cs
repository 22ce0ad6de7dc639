using System.Net;
using System.Text.Json.Nodes;
using Controller.AccessControl;
using Controller.Hosting;

namespace Controller.Tests.Identity;

/// <summary>Who passes to operator routes (auth-rbac 10).</summary>
public sealed class AccessTests
{
    private const string Password = "Correct-Horse-7-Battery";

    [Test]
    public async Task Roles_decide_by_resource_and_verb()
    {
        await using var host = await IdentityHost.StartAsync(new(IdentityHost.Configured) { ["AUTH_RATE_LIMIT_ENABLED"] = "false" });
        (string Method, string Path, string Resource, string Verb, string Allowed)[] routes =
        [
            ("GET", "/catalog/microservices", "catalog", "list", "admin sre developer viewer"),
            ("POST", "/catalog/microservices", "catalog", "create", "admin sre developer"),
            ("DELETE", "/catalog/microservices/{id}", "catalog", "delete", "admin sre developer"),
            ("POST", "/iofog", "fogs", "create", "admin sre"),
            ("GET", "/iofog/{uuid}", "fogs", "get", "admin sre developer viewer"),
            ("GET", "/events", "events", "list", "admin sre"),
            ("POST", "/roles", "roles", "create", "admin"),
            ("POST", "/auth/jwks/rotate", "authAdmin", "patch", "admin"),
        ];
        await using var probe = await ProbeHost.StartAsync(host, api =>
        {
            foreach (var route in routes)
            {
                api.Operator(route.Method, route.Path, new Permission(route.Resource, route.Verb), 204, c => c.RespondAsync(204));
            }
        });

        foreach (var role in new[] { "admin", "sre", "developer", "viewer", "agent-admin", "microservice", "nobody" })
        {
            await host.SqlAsync($"INSERT INTO \"AuthGroups\" (\"name\") VALUES ('{role}') ON CONFLICT DO NOTHING");
            await host.AddUserAsync(role, Password, [role]);
            var token = (await host.SignInAsync(role, Password)).AccessToken;
            foreach (var route in routes)
            {
                var path = "/api/v3" + route.Path.Replace("{id}", "1", StringComparison.Ordinal).Replace("{uuid}", "u", StringComparison.Ordinal);
                var (status, body, _) = await host.SendAsync(route.Method, path, authorization: $"Bearer {token}", at: probe.Address);
                var allowed = route.Allowed.Split(' ').Contains(role);
                await Assert.That(status).IsEqualTo(allowed ? HttpStatusCode.NoContent : HttpStatusCode.Forbidden).Because($"{role} {route.Method} {route.Path}");
                if (!allowed)
                {
                    await Contains(body, "rbac-error-403");
                }
            }
        }
    }

    [Test]
    public async Task Without_a_valid_token_there_is_no_identity()
    {
        await using var host = await IdentityHost.StartAsync();
        await using var probe = await ProbeHost.StartAsync(host, Probe);
        var pair = await host.SignInAsync();

        foreach (var header in new[] { null, "", "Bearer", "Bearer ", $"bearer {pair.AccessToken}", pair.AccessToken, $"Bearer {pair.RefreshToken}" })
        {
            var (status, body, response) = await host.SendAsync("GET", "/api/v3/probe", authorization: header, at: probe.Address);
            await Assert.That(status).IsEqualTo(HttpStatusCode.Unauthorized).Because(header ?? "none");
            await Contains(body, "rbac-error-401");
            await Assert.That((string)body!["message"]!).IsEqualTo((string)body["error"]!);
            await Assert.That(response.Headers.WwwAuthenticate).IsEmpty();
        }

        await Assert.That((await host.SendAsync("GET", "/api/v3/probe", authorization: $"Bearer {pair.AccessToken}", at: probe.Address)).Status)
            .IsEqualTo(HttpStatusCode.NoContent);
    }

    [Test]
    public async Task A_due_password_change_comes_first_and_ends_with_the_change()
    {
        await using var host = await IdentityHost.StartAsync();
        await using var probe = await ProbeHost.StartAsync(host, Probe);
        var user = await host.AddUserAsync("alice", Password, ["viewer"], mustChange: true);
        var token = $"Bearer {(await host.SignInAsync("alice", Password)).AccessToken}";

        var (status, body, _) = await host.SendAsync("GET", "/api/v3/probe", authorization: token, at: probe.Address);
        await Assert.That(status).IsEqualTo(HttpStatusCode.Forbidden);
        await Contains(body, "rbac-password-change-error-403");
        var profile = await host.SendAsync("GET", "/api/v3/user/profile", authorization: token);
        await Assert.That((bool)profile.Body!["password_change_required"]!).IsTrue();

        await host.SqlAsync($"UPDATE \"AuthUsers\" SET \"must_change_password\" = FALSE WHERE \"id\" = '{user.Id}'");
        await Assert.That((await host.SendAsync("GET", "/api/v3/probe", authorization: token, at: probe.Address)).Status).IsEqualTo(HttpStatusCode.NoContent);

        await host.SqlAsync($"UPDATE \"AuthUsers\" SET \"deleted_at\" = '2026-01-01 00:00:00.000 +00:00' WHERE \"id\" = '{user.Id}'");
        await Assert.That((await host.SendAsync("GET", "/api/v3/probe", authorization: token, at: probe.Address)).Status).IsEqualTo(HttpStatusCode.Forbidden);
        await host.SqlAsync($"DELETE FROM \"AuthUsers\" WHERE \"id\" = '{user.Id}'");
        await Assert.That((await host.SendAsync("GET", "/api/v3/probe", authorization: token, at: probe.Address)).Status).IsEqualTo(HttpStatusCode.Forbidden);
    }

    private static void Probe(ApiRoutes api) => api.Operator("GET", "/probe", new Permission("catalog", "list"), 204, c => c.RespondAsync(204));

    /// <summary>The example's members, to which decision 30 adds a name.</summary>
    private static async Task Contains(JsonNode? body, string example)
    {
        foreach (var (name, value) in JsonNode.Parse(Example.Bytes($"auth/{example}.json"))!.AsObject())
        {
            await Assert.That(body![name]!.ToJsonString()).IsEqualTo(value!.ToJsonString());
        }
    }
}
