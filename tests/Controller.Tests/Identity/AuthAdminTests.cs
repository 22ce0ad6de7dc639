using System.Net;
using Controller.AccessControl;
using Controller.Configuration;
using Controller.Hosting;
using Controller.Identity;
using Controller.Sql.Stores;
using Controller.Tests.Support;
using Microsoft.AspNetCore.Http;

namespace Controller.Tests.Identity;

/// <summary>Key rotation, migration export and what external mode answers (auth-rbac 3.4, 8.3).</summary>
public sealed class AuthAdminTests
{
    [Test]
    public async Task A_rotated_key_signs_at_once_and_the_old_one_verifies_until_its_last_token_expires()
    {
        await using var host = await IdentityHost.StartAsync([]);
        var (_, admin) = await host.EnterAsync("root", "admin");
        var before = await host.SignInAsync("root");
        var (status, body) = await host.CallAsync("POST", "/auth/jwks/rotate", admin);
        await Assert.That(status).IsEqualTo(HttpStatusCode.OK);
        var expected = JsonAsserts.ExampleNode("auth/jwks-rotate-response.json");
        expected["kid"] = (string)body!["kid"]!;
        expected["rotatedAt"] = "2026-06-21T00:00:00.000Z";
        await JsonAsserts.IsSameAsync(body, expected);

        var after = await host.SignInAsync("root");
        await Assert.That((string)Jwt.Header(after.AccessToken)["kid"]!).IsEqualTo((string)body["kid"]!);
        await Assert.That((string)Jwt.Header(before.AccessToken)["kid"]!).IsNotEqualTo((string)body["kid"]!);
        await Assert.That(await host.ValidateAsync(before.AccessToken)).IsNotNull();
        await Assert.That(await host.ValidateAsync(after.AccessToken)).IsNotNull();

        // The last moment of a refresh token that the old key signed.
        host.Clock.Advance(TimeSpan.FromSeconds(3599));
        await Assert.That((await host.RefreshAsync(before.RefreshToken)).Status).IsEqualTo(HttpStatusCode.OK);
        host.Clock.Advance(TimeSpan.FromSeconds(62));
        var old = (string)Jwt.Header(before.AccessToken)["kid"]!;
        await Assert.That(await host.Service<SigningKeys>().FindAsync(old, "RS256", default)).IsNull();
        await Assert.That(await host.Service<SigningKeys>().FindAsync((string)body["kid"]!, "RS256", default)).IsNotNull();
    }

    [Test]
    public async Task Rotations_at_the_same_moment_leave_one_active_key()
    {
        await using var host = await IdentityHost.StartAsync([]);
        var (_, admin) = await host.EnterAsync("root", "admin");
        var pair = await host.SignInAsync("root");
        var answers = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => host.CallAsync("POST", "/auth/jwks/rotate", admin)));
        await Assert.That(answers.All(a => a.Status == HttpStatusCode.OK)).IsTrue();
        var keys = await host.Controller.Database.ReadAsync(s => SigningKeyStore.ListAsync(s, DateTimeOffset.UnixEpoch));
        await Assert.That(keys.Count(k => k.IsActive)).IsEqualTo(1);
        await Assert.That(keys.Count).IsEqualTo(4);
        await Assert.That((await host.RefreshAsync(pair.RefreshToken)).Status).IsEqualTo(HttpStatusCode.OK);
        await Assert.That((string)Jwt.Header((await host.SignInAsync("root")).AccessToken)["kid"]!).IsEqualTo(keys.Single(k => k.IsActive).Kid);
    }

    [Test]
    public async Task A_rotated_key_and_the_tokens_of_the_old_one_survive_a_restart()
    {
        using var directory = new Testing.TempDirectory();
        SignedIn before;
        string kid;
        await using (var host = await IdentityHost.StartAsync(dataDirectory: directory.Path))
        {
            before = await host.SignInAsync();
            kid = (string)(await host.CallAsync("POST", "/auth/jwks/rotate", $"Bearer {before.AccessToken}")).Body!["kid"]!;
        }

        await using var again = await IdentityHost.StartAsync(dataDirectory: directory.Path);
        await Assert.That(await again.ValidateAsync(before.AccessToken)).IsNotNull();
        await Assert.That((string)Jwt.Header((await again.SignInAsync()).AccessToken)["kid"]!).IsEqualTo(kid);
    }

    [Test]
    public async Task The_export_is_that_of_the_example_without_the_deleted()
    {
        await using var host = await IdentityHost.StartAsync([]);
        var (_, admin) = await host.EnterAsync("root", "admin");
        var alice = await host.AddUserAsync("alice@example.org", IdentityHost.AdminPassword, ["developer"]);
        var gone = await host.AddUserAsync("gone@example.org", IdentityHost.AdminPassword);
        await host.CallAsync("DELETE", $"/users/{gone.Id}", admin);
        var root = await host.UserAsync("root");
        await host.CallAsync("PATCH", $"/users/{root!.Id}", admin, """{"email":"zoe@example.org"}""");

        var (status, body) = await host.CallAsync("POST", "/auth/migration/export", admin);
        await Assert.That(status).IsEqualTo(HttpStatusCode.OK);
        var expected = JsonAsserts.ExampleNode("auth/migration-export-response.json");
        expected["exportedAt"] = "2026-06-21T00:00:00.000Z";
        expected["users"]![0]!["id"] = (await host.UserAsync("admin"))!.Id;
        expected["users"]![1]!["id"] = alice.Id;
        body!["users"]!.AsArray().RemoveAt(2);
        await JsonAsserts.IsSameAsync(body, expected);
    }

    [Test]
    public async Task In_external_mode_the_routes_of_local_accounts_refuse()
    {
        var embedded = new EmbeddedMode(Settings([]));
        var external = new EmbeddedMode(Settings(new()
        {
            ["AUTH_MODE"] = "external",
            ["OIDC_ISSUER_URL"] = "https://idp.example.org",
            ["OIDC_CLIENT_ID"] = "c",
            ["OIDC_CLIENT_SECRET"] = "s",
        }));
        var called = 0;
        Task Handler(HttpContext context)
        {
            called++;
            return Task.CompletedTask;
        }

        await embedded.Only(Handler)(new DefaultHttpContext());
        await embedded.Only(Handler, EmbeddedMode.InvalidArgument())(new DefaultHttpContext());
        await Assert.That(called).IsEqualTo(2);

        var plain = Assert.Throws<ApiException>(() => { external.Only(Handler)(new DefaultHttpContext()); });
        await Assert.That((plain.Status, plain.Name)).IsEqualTo((501, "NotImplementedError"));
        var mfa = Assert.Throws<ApiException>(() => { external.Only(Handler, EmbeddedMode.InvalidArgument())(new DefaultHttpContext()); });
        await Assert.That((mfa.Status, mfa.Name, mfa.Message)).IsEqualTo((400, "InvalidArgumentError", "This endpoint is only available in embedded auth mode"));
        await Assert.That(called).IsEqualTo(2);
    }

    private static ControllerSettings Settings(Dictionary<string, string> environment) => ControllerSettings.Load(environment, "/tmp", "/tmp").Settings!;
}
