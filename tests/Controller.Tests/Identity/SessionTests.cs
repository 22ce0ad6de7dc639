using System.Net;
using System.Text.Json.Nodes;
using Controller.Identity;
using Controller.Sql.Stores;

namespace Controller.Tests.Identity;

/// <summary>Refresh, profile and logout (auth-rbac 3.2, 6.2 to 6.4).</summary>
public sealed class SessionTests
{
    private const string Password = "Correct-Horse-7-Battery";

    [Test]
    public async Task A_refresh_token_works_once_and_its_successor_lives_on()
    {
        await using var host = await IdentityHost.StartAsync();
        var first = await host.SignInAsync();
        host.Clock.Advance(TimeSpan.FromSeconds(10));
        var (status, body) = await host.RefreshAsync(first.RefreshToken);
        await Assert.That(status).IsEqualTo(HttpStatusCode.OK);
        await Assert.That(Jwt.Shape(body)).IsEqualTo("accessToken: String, refreshToken: String");
        var second = (string)body!["refreshToken"]!;
        await Assert.That(Jwt.Payload(second)["family_id"]!.ToString()).IsEqualTo(Jwt.Payload(first.RefreshToken)["family_id"]!.ToString());
        await Assert.That(Jwt.Payload(second)["jti"]!.ToString()).IsNotEqualTo(Jwt.Payload(first.RefreshToken)["jti"]!.ToString());
        await Assert.That(await host.ValidateAsync((string)body["accessToken"]!)).IsNotNull();

        var (reused, refusal) = await host.RefreshAsync(first.RefreshToken);
        await Assert.That(reused).IsEqualTo(HttpStatusCode.Unauthorized);
        await Assert.That((string)refusal!["name"]!).IsEqualTo("InvalidCredentialsError");
        await Assert.That((await host.RefreshAsync(second)).Status).IsEqualTo(HttpStatusCode.OK).Because("reuse does not end the family");
    }

    [Test]
    public async Task Of_refreshes_at_the_same_moment_one_wins()
    {
        await using var host = await IdentityHost.StartAsync();
        var pair = await host.SignInAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => host.RefreshAsync(pair.RefreshToken)));
        await Assert.That(answers.Count(a => a.Status == HttpStatusCode.OK)).IsEqualTo(1);
        await Assert.That(answers.Count(a => a.Status == HttpStatusCode.Unauthorized)).IsEqualTo(7);
    }

    [Test]
    public async Task Anything_else_refreshes_nothing()
    {
        await using var host = await IdentityHost.StartAsync();
        var pair = await host.SignInAsync();
        var key = await host.Service<SigningKeys>().CurrentAsync(default);
        string Changed(string claim, string value)
        {
            var payload = Jwt.Payload(pair.RefreshToken);
            payload[claim] = value;
            return Jwt.Make(Jwt.Header(pair.RefreshToken), payload, d => key.Sign(d));
        }

        foreach (var token in new[]
        {
            "", "nonsense", pair.AccessToken, pair.RefreshToken[..^4] + "AAAA", Changed("jti", "unknown"), Changed("sub", "other"),
            Changed("family_id", "other"), Changed("iss", "other"), Changed("aud", "other"), Changed("token_use", "access"),
        })
        {
            await Assert.That((await host.RefreshAsync(token)).Status).IsEqualTo(HttpStatusCode.Unauthorized).Because(token);
        }

        var missing = await host.SendAsync("POST", "/api/v3/user/refresh", new JsonObject());
        await Assert.That(missing.Status).IsEqualTo(HttpStatusCode.BadRequest);
        await Assert.That((string)missing.Body!["message"]!).IsEqualTo("Required field 'refreshToken' is missing");

        host.Clock.Advance(TimeSpan.FromHours(1));
        await Assert.That((await host.RefreshAsync(pair.RefreshToken)).Status).IsEqualTo(HttpStatusCode.Unauthorized).Because("expired");
    }

    [Test]
    public async Task Refresh_reads_the_account_again()
    {
        await using var host = await IdentityHost.StartAsync();
        var user = await host.AddUserAsync("alice@example.org", Password, ["viewer"]);
        var pair = await host.SignInAsync("alice@example.org", Password);
        await host.Controller.Database.WriteAsync(s => UserStore.JoinAsync(s, user.Id, "sre", host.Clock.GetUtcNow()));
        await host.SqlAsync($"UPDATE \"AuthUsers\" SET \"must_change_password\" = TRUE WHERE \"id\" = '{user.Id}'");

        var (_, body) = await host.RefreshAsync(pair.RefreshToken);
        var claims = Jwt.Payload((string)body!["accessToken"]!);
        await Assert.That(claims["groups"]!.ToJsonString()).IsEqualTo("""["sre","viewer"]""");
        await Assert.That((bool)claims["password_change_required"]!).IsTrue();

        await host.SqlAsync($"UPDATE \"AuthUsers\" SET \"deleted_at\" = '2026-01-01 00:00:00.000 +00:00' WHERE \"id\" = '{user.Id}'");
        await Assert.That((await host.RefreshAsync((string)body["refreshToken"]!)).Status).IsEqualTo(HttpStatusCode.Unauthorized);
    }

    [Test]
    public async Task Without_rotation_the_refresh_token_stays()
    {
        await using var host = await IdentityHost.StartAsync();
        await host.SqlAsync("UPDATE \"AuthPolicy\" SET \"refresh_rotation\" = FALSE");
        var pair = await host.SignInAsync();
        for (var i = 0; i < 2; i++)
        {
            var (status, body) = await host.RefreshAsync(pair.RefreshToken);
            await Assert.That(status).IsEqualTo(HttpStatusCode.OK);
            await Assert.That((string)body!["refreshToken"]!).IsEqualTo(pair.RefreshToken);
        }
    }

    [Test]
    public async Task The_profile_says_who_the_token_is()
    {
        await using var host = await IdentityHost.StartAsync();
        var alice = await host.AddUserAsync("alice@example.org", Password, ["developer"]);
        await host.AddUserAsync("admin", Password, ["admin"]);
        var pair = await host.SignInAsync("alice@example.org", Password);
        await host.SqlAsync($"INSERT INTO \"AuthMfa\" (\"user_id\", \"enabled\") VALUES ('{alice.Id}', TRUE)");
        var plain = await host.SignInAsync("admin", Password);

        var expected = JsonNode.Parse(Example.Bytes("auth/profile-response.json"))!;
        expected["sub"] = alice.Id;
        var profile = await host.SendAsync("GET", "/api/v3/user/profile", authorization: $"Bearer {pair.AccessToken}");
        await Assert.That(profile.Status).IsEqualTo(HttpStatusCode.OK);
        await Assert.That(profile.Body!.ToJsonString()).IsEqualTo(expected.ToJsonString());

        var bare = await host.SendAsync("GET", "/api/v3/user/profile", authorization: plain.AccessToken);
        await Assert.That(Jwt.Shape(bare.Body)).IsEqualTo(Jwt.Shape(JsonNode.Parse(Example.Bytes("auth/profile-response-bootstrap.json"))));

        foreach (var header in new[] { null, "Bearer ", "bearer " + pair.AccessToken, "Basic abc", "Bearer " + pair.RefreshToken, pair.AccessToken + "x" })
        {
            var refused = await host.SendAsync("GET", "/api/v3/user/profile", authorization: header);
            await Assert.That(refused.Status).IsEqualTo(HttpStatusCode.Unauthorized).Because(header ?? "none");
            await Assert.That((string)refused.Body!["name"]!).IsEqualTo("AuthenticationError");
        }
    }

    [Test]
    public async Task Logout_ends_every_session_of_the_user()
    {
        await using var host = await IdentityHost.StartAsync();
        await host.AddUserAsync("alice", Password);
        var alice = await host.SignInAsync("alice", Password);
        var elsewhere = await host.SignInAsync("alice", Password);
        var admin = await host.SignInAsync();
        var sub = Jwt.Payload(alice.AccessToken)["sub"]!.ToString();
        foreach (var (model, account) in new[] { ("Session", sub), ("Grant", sub), ("AccessToken", sub), ("Interaction", "another") })
        {
            await host.SqlAsync($$"""
                INSERT INTO "AuthOidcProviderStates" ("model", "record_id", "payload") VALUES ('{{model}}', 'r', '{"accountId":"{{account}}","x":1}')
                """);
        }

        host.Clock.Advance(TimeSpan.FromMinutes(20));
        var (status, body, _) = await host.SendAsync("POST", "/api/v3/user/logout", authorization: $"Bearer {alice.AccessToken}");
        await Assert.That(status).IsEqualTo(HttpStatusCode.NoContent).Because("an expired token still signs out");
        await Assert.That(body).IsNull();
        await Assert.That((await host.RefreshAsync(alice.RefreshToken)).Status).IsEqualTo(HttpStatusCode.Unauthorized);
        await Assert.That((await host.RefreshAsync(elsewhere.RefreshToken)).Status).IsEqualTo(HttpStatusCode.Unauthorized);
        await Assert.That((await host.RefreshAsync(admin.RefreshToken)).Status).IsEqualTo(HttpStatusCode.OK);
        var left = await host.Controller.Database.ReadAsync(
            s => s.QueryAsync("SELECT \"model\" FROM \"AuthOidcProviderStates\" ORDER BY \"model\"", r => r.Text()));
        await Assert.That(left).IsEquivalentTo(["AccessToken", "Interaction"]);
    }

    [Test]
    public async Task A_forged_logout_does_nothing()
    {
        await using var host = await IdentityHost.StartAsync();
        var pair = await host.SignInAsync();
        var forged = Jwt.Make(Jwt.Header(pair.AccessToken), Jwt.Payload(pair.AccessToken), _ => new byte[256]);
        foreach (var header in new[] { $"Bearer {forged}", "Bearer nonsense", "Basic abc", "Bearer " })
        {
            await Assert.That((await host.SendAsync("POST", "/api/v3/user/logout", authorization: header)).Status).IsEqualTo(HttpStatusCode.NoContent);
        }

        var none = await host.SendAsync("POST", "/api/v3/user/logout");
        await Assert.That(none.Status).IsEqualTo(HttpStatusCode.Unauthorized);
        await Assert.That((string)none.Body!["name"]!).IsEqualTo("AuthenticationError");
        await Assert.That((await host.RefreshAsync(pair.RefreshToken)).Status).IsEqualTo(HttpStatusCode.OK);
    }
}
