using System.Net;
using System.Text.Json.Nodes;
using Controller.Identity;
using Controller.Sql.Stores;

namespace Controller.Tests.Identity;

/// <summary>Login and lockout (auth-rbac 6.1 and 7.3).</summary>
public sealed class SignInTests
{
    private const string Password = "Correct-Horse-7-Battery";
    private const string Refused = """{"name":"InvalidCredentialsError","message":"Invalid credentials"}""";

    [Test]
    public async Task The_example_request_gets_a_pair()
    {
        await using var host = await IdentityHost.StartAsync();
        await host.AddUserAsync("alice@example.org", Password, ["developer"]);
        var (status, body, _) = await host.SendAsync("POST", "/api/v3/user/login", JsonNode.Parse(Example.Bytes("auth/login-request.json")));

        await Assert.That(status).IsEqualTo(HttpStatusCode.OK);
        await Assert.That(Jwt.Shape(body)).IsEqualTo(Jwt.Shape(JsonNode.Parse(Example.Bytes("auth/login-response.json"))));
        await Assert.That((await host.LoginAsync("  ALICE@Example.org ", Password)).Status).IsEqualTo(HttpStatusCode.OK);
        var withoutTotp = await host.SendAsync("POST", "/api/v3/user/login", new JsonObject { ["email"] = "alice@example.org", ["password"] = Password });
        await Assert.That(withoutTotp.Status).IsEqualTo(HttpStatusCode.OK);
    }

    [Test]
    public async Task What_is_no_login_is_told_so()
    {
        await using var host = await IdentityHost.StartAsync();
        async Task Says(string body, string message)
        {
            var (status, answer, _) = await host.SendAsync("POST", "/api/v3/user/login", JsonNode.Parse(body));
            await Assert.That(status).IsEqualTo(HttpStatusCode.BadRequest);
            await Assert.That((string)answer!["name"]!).IsEqualTo("ValidationError");
            await Assert.That((string)answer["message"]!).IsEqualTo(message);
        }

        await Says("""{"email":"a"}""", (string)JsonNode.Parse(Example.Bytes("auth/login-error-400.json"))!["message"]!);
        await Says("{}", "Required field 'email' is missing");
        await Says("""{"email":"","password":"x"}""", "Field email does not meet minimum length of 1");
        await Says("""{"email":"a","password":1}""", "Field 'password' is not of a type(s) string");
    }

    [Test]
    public async Task Every_refusal_reads_the_same_and_costs_one_hash()
    {
        await using var host = await IdentityHost.StartAsync();
        var deleted = await host.AddUserAsync("deleted", Password);
        var locked = await host.AddUserAsync("locked", Password);
        var mfa = await host.AddUserAsync("mfa", Password);
        await host.AddUserAsync("must-enroll", Password, ["developer"]);
        var broken = await host.AddUserAsync("broken", Password);
        await host.SqlAsync($"UPDATE \"AuthUsers\" SET \"deleted_at\" = '2026-01-01 00:00:00.000 +00:00' WHERE \"id\" = '{deleted.Id}'");
        await host.SqlAsync($"UPDATE \"AuthUsers\" SET \"locked_until\" = '2036-01-01 00:00:00.000 +00:00' WHERE \"id\" = '{locked.Id}'");
        await host.SqlAsync($"UPDATE \"AuthUsers\" SET \"password_hash\" = 'x' WHERE \"id\" = '{broken.Id}'");
        await host.SqlAsync($"INSERT INTO \"AuthMfa\" (\"user_id\", \"enabled\") VALUES ('{mfa.Id}', TRUE)");
        await host.SqlAsync("UPDATE \"AuthGroups\" SET \"mfa_required\" = TRUE WHERE \"name\" = 'developer'");
        var hasher = host.Service<PasswordHasher>();

        foreach (var name in new[] { "unknown", "deleted", "locked", "mfa", "must-enroll", "broken", IdentityHost.AdminName })
        {
            var before = hasher.Computed;
            var (status, body) = await host.LoginAsync(name, name == IdentityHost.AdminName ? "wrong" : Password);
            await Assert.That(status).IsEqualTo(HttpStatusCode.Unauthorized).Because(name);
            await Assert.That(body!.ToJsonString()).IsEqualTo(Refused);
            await Assert.That(hasher.Computed - before).IsEqualTo(1).Because(name);
        }

        // A missing second factor is no wrong password.
        await Assert.That((await host.UserAsync("mfa"))!.FailedAttempts).IsEqualTo(0);
        await Assert.That(JsonNode.Parse(Example.Bytes("auth/login-error-401.json"))!.ToJsonString()).IsEqualTo(Refused);
    }

    [Test]
    public async Task Five_wrong_passwords_lock_the_account_for_a_while()
    {
        await using var host = await IdentityHost.StartAsync();
        await host.AddUserAsync("alice", Password);
        for (var i = 1; i <= 5; i++)
        {
            await Assert.That((await host.LoginAsync("alice", "wrong")).Status).IsEqualTo(HttpStatusCode.Unauthorized);
            await Assert.That((await host.UserAsync("alice"))!.FailedAttempts).IsEqualTo(i);
        }

        await Assert.That((await host.LoginAsync("alice", Password)).Status).IsEqualTo(HttpStatusCode.Unauthorized);
        await Assert.That((await host.LoginAsync("alice", "wrong")).Status).IsEqualTo(HttpStatusCode.Unauthorized);
        await Assert.That((await host.UserAsync("alice"))!.FailedAttempts).IsEqualTo(5).Because("while locked nothing counts");

        host.Clock.Advance(TimeSpan.FromMinutes(15));
        await Assert.That((await host.LoginAsync("alice", "wrong")).Status).IsEqualTo(HttpStatusCode.Unauthorized);
        await Assert.That((await host.LoginAsync("alice", Password)).Status).IsEqualTo(HttpStatusCode.Unauthorized).Because("one more locks again");

        host.Clock.Advance(TimeSpan.FromMinutes(15));
        await host.SignInAsync("alice", Password);
        var user = await host.UserAsync("alice");
        await Assert.That(user!.FailedAttempts).IsEqualTo(0);
        await Assert.That(user.LockedUntil).IsNull();
    }

    [Test]
    public async Task Guesses_at_the_same_moment_are_counted_like_any_other()
    {
        await using var host = await IdentityHost.StartAsync();
        await host.AddUserAsync("alice", Password);
        var guesses = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => host.LoginAsync("alice", "wrong")));

        await Assert.That(guesses.All(g => g.Status == HttpStatusCode.Unauthorized)).IsTrue();
        await Assert.That((await host.UserAsync("alice"))!.FailedAttempts).IsEqualTo(5);
        await Assert.That((await host.LoginAsync("alice", Password)).Status).IsEqualTo(HttpStatusCode.Unauthorized);
    }

    [Test]
    public async Task The_policy_in_the_database_and_the_settings_decide_lifetimes()
    {
        await using var host = await IdentityHost.StartAsync(new(IdentityHost.Configured) { ["AUTH_REFRESH_TOKEN_TTL_SECONDS"] = "7200" });
        await host.SqlAsync("UPDATE \"AuthPolicy\" SET \"access_token_ttl_seconds\" = 60, \"refresh_token_ttl_seconds\" = 90");
        var pair = await host.SignInAsync();
        var now = host.Clock.GetUtcNow().ToUnixTimeSeconds();
        await Assert.That((long)Jwt.Payload(pair.AccessToken)["exp"]!).IsEqualTo(now + 60);
        await Assert.That((long)Jwt.Payload(pair.RefreshToken)["exp"]!).IsEqualTo(now + 7200);
    }

    [Test]
    public async Task Neither_passwords_nor_tokens_are_logged()
    {
        await using var host = await IdentityHost.StartAsync();
        var pair = await host.SignInAsync();
        await host.LoginAsync(IdentityHost.AdminName, "Wrong-Horse-8-Battery");
        for (var i = 0; i < 6; i++)
        {
            await host.LoginAsync(IdentityHost.AdminName, "Wrong-Horse-8-Battery");
        }

        var next = await host.RefreshAsync(pair.RefreshToken);
        await host.RefreshAsync(pair.RefreshToken);
        await host.SendAsync("GET", "/api/v3/user/profile", authorization: $"Bearer {pair.AccessToken}");
        await host.SendAsync("GET", "/api/v3/user/profile", authorization: $"Bearer {pair.RefreshToken}");
        await host.SendAsync("GET", "/api/v3/user/profile", authorization: $"Bearer {pair.AccessToken}x");
        await host.SendAsync("POST", "/api/v3/user/logout", authorization: $"Bearer {pair.AccessToken}");

        await Assert.That(host.Log).Contains("is locked after 5 wrong passwords");
        foreach (var secret in new[] { IdentityHost.AdminPassword, "Wrong-Horse", pair.AccessToken, pair.RefreshToken, (string)next.Body!["refreshToken"]! })
        {
            await Assert.That(host.Log).DoesNotContain(secret);
            // A signature alone would do harm too.
            await Assert.That(host.Log).DoesNotContain(secret[(secret.LastIndexOf('.') + 1)..]);
            await Assert.That(host.Output).DoesNotContain(secret);
        }
    }
}
