using System.Net;
using System.Text.Json.Nodes;
using Controller.Identity;

namespace Controller.Tests.Identity;

/// <summary>Who may do what to accounts: what the role table allows and nothing else (auth-rbac 10.8).</summary>
public sealed class EscalationTests
{
    private const string Password = IdentityHost.AdminPassword;

    private static readonly (string Method, string Path, string? Body, string Allowed)[] Routes =
    [
        ("GET", "/users", null, "admin sre developer viewer"),
        ("GET", "/users/{id}", null, "admin sre developer viewer"),
        ("POST", "/users", """{"email":"{role}@example.org","password":"Temp0rary-Pass","groups":["admin"]}""", "admin sre"),
        ("PATCH", "/users/{id}", """{"groups":["viewer"]}""", "admin sre"),
        ("POST", "/users/{id}/reset-password", null, "admin sre"),
        ("POST", "/users/{id}/reset-token", null, "admin sre"),
        ("DELETE", "/users/{id}", null, "admin sre"),
        ("GET", "/groups", null, "admin sre developer viewer"),
        ("GET", "/groups/viewer", null, "admin sre developer viewer"),
        ("POST", "/groups", """{"name":"group-of-{role}"}""", "admin sre"),
        ("PATCH", "/groups/viewer", """{"mfaRequired":false}""", "admin sre"),
        ("DELETE", "/groups/group-for-{role}", null, "admin sre"),
        ("POST", "/auth/jwks/rotate", null, "admin"),
        ("POST", "/auth/migration/export", null, "admin"),
    ];

    [Test]
    [Arguments("admin")]
    [Arguments("sre")]
    [Arguments("developer")]
    [Arguments("viewer")]
    [Arguments("agent-admin")]
    [Arguments("microservice")]
    [Arguments("crew")]
    public async Task A_role_opens_its_routes_and_no_other(string role)
    {
        await using var host = await IdentityHost.StartAsync([]);
        await host.SqlAsync($"INSERT INTO \"AuthGroups\" (\"name\") VALUES ('{role}'), ('group-for-{role}') ON CONFLICT DO NOTHING");
        var (_, bearer) = await host.EnterAsync("operator", role);
        foreach (var (method, path, body, allowed) in Routes)
        {
            var target = await host.AddUserAsync($"{Guid.NewGuid()}", "x");
            string Fill(string text) => text.Replace("{id}", target.Id, StringComparison.Ordinal).Replace("{role}", role, StringComparison.Ordinal);
            var (status, answer) = await host.CallAsync(method, Fill(path), bearer, body is null ? null : Fill(body));
            if (allowed.Split(' ').Contains(role))
            {
                await Assert.That((int)status / 100).IsEqualTo(2).Because($"{role} {method} {path}: {answer}");
            }
            else
            {
                await Assert.That(status).IsEqualTo(HttpStatusCode.Forbidden).Because($"{role} {method} {path}");
                await Assert.That((string)answer!["error"]!).IsEqualTo("Forbidden");
            }
        }
    }

    [Test]
    public async Task Without_a_token_every_route_is_closed()
    {
        await using var host = await IdentityHost.StartAsync([]);
        foreach (var (method, path, body, _) in Routes)
        {
            await Assert.That((await host.CallAsync(method, path, null, body)).Status).IsEqualTo(HttpStatusCode.Unauthorized).Because($"{method} {path}");
        }
    }

    [Test]
    public async Task A_due_password_change_closes_everything_but_oneself()
    {
        await using var host = await IdentityHost.StartAsync([]);
        await host.AddUserAsync("alice", Password, ["admin"], mustChange: true);
        var bearer = await host.BearerAsync("alice");
        foreach (var (method, path, body, _) in Routes)
        {
            var (status, answer) = await host.CallAsync(method, path, bearer, body);
            await Assert.That(status).IsEqualTo(HttpStatusCode.Forbidden).Because($"{method} {path}");
            await Assert.That((string)answer!["message"]!).IsEqualTo("Password change required before accessing this resource");
        }

        await Assert.That((await host.CallAsync("GET", "/user/profile", bearer)).Status).IsEqualTo(HttpStatusCode.OK);
        var change = new JsonObject { ["currentPassword"] = Password, ["newPassword"] = "Another-Good-Pass-42" };
        await Assert.That((await host.CallAsync("POST", "/user/change-password", bearer, change.ToJsonString())).Status).IsEqualTo(HttpStatusCode.OK);
        await Assert.That((await host.CallAsync("GET", "/users", bearer)).Status).IsEqualTo(HttpStatusCode.OK);
    }

    [Test]
    public async Task Twenty_guesses_at_once_lock_after_exactly_five_and_the_right_password_waits_too()
    {
        await using var host = await IdentityHost.StartAsync([]);
        await host.AddUserAsync("alice", Password);
        var hasher = host.Service<PasswordHasher>();
        var before = hasher.Computed;
        var guesses = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => host.LoginAsync("alice", "wrong")));
        await Assert.That(guesses.All(g => g.Status == HttpStatusCode.Unauthorized)).IsTrue();
        await Assert.That(hasher.Computed - before).IsEqualTo(20);
        var user = await host.UserAsync("alice");
        await Assert.That(user!.FailedAttempts).IsEqualTo(5);
        await Assert.That(user.LockedUntil).IsEqualTo(host.Clock.GetUtcNow().AddMinutes(15));
        await Assert.That((await host.LoginAsync("alice", Password)).Status).IsEqualTo(HttpStatusCode.Unauthorized);
        host.Clock.Advance(TimeSpan.FromMinutes(15));
        await host.SignInAsync("alice");
    }

    [Test]
    public async Task What_an_operator_may_do_follows_their_groups_at_the_next_refresh()
    {
        await using var host = await IdentityHost.StartAsync([]);
        var (_, admin) = await host.EnterAsync("root", "admin");
        var alice = await host.AddUserAsync("alice", Password, ["sre"]);
        var pair = await host.SignInAsync("alice");
        await host.CallAsync("PATCH", $"/users/{alice.Id}", admin, """{"groups":["viewer"]}""");
        var next = (string)(await host.RefreshAsync(pair.RefreshToken)).Body!["accessToken"]!;
        await Assert.That((await host.CallAsync("POST", "/groups", $"Bearer {next}", """{"name":"x"}""")).Status).IsEqualTo(HttpStatusCode.Forbidden);
    }
}
