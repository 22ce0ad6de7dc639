using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Controller.AccessControl;
using Controller.Identity.External;
using Controller.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Controller.Tests.Identity.External;

/// <summary>Login, refresh, profile and logout at an external identity provider (auth-rbac 6, external rows).</summary>
public sealed class ExternalSessionTests
{
    private const string Token = FakeIdentityProvider.Token;
    private const string Password = "bob's päss & word=1";

    [Test]
    [Arguments("")]
    [Arguments(null)]
    [Arguments("123456")]
    public async Task Login_is_a_password_grant_of_our_client(string? code)
    {
        await using var host = await ExternalHost.StartAsync();
        var access = host.Token();
        Grants(host, access, "r1");
        var (status, body) = await LoginAsync(host, code);

        await Assert.That(status).IsEqualTo(HttpStatusCode.OK);
        await Assert.That(body!.ToJsonString()).IsEqualTo($$"""{"accessToken":"{{access}}","refreshToken":"r1"}""");
        var request = host.Provider.Requests.Single(r => r.Path == Token);
        await Assert.That(request.Authorization).IsNull();
        var expected = new Dictionary<string, string>
        {
            ["grant_type"] = "password",
            ["username"] = " Bob@Example.org",
            ["password"] = Password,
            ["client_id"] = FakeIdentityProvider.ClientId,
            ["client_secret"] = FakeIdentityProvider.ClientSecret,
        };
        if (code == "123456")
        {
            expected["totp"] = code;
        }

        await Assert.That(request.Form).IsEquivalentTo(expected);
        await Assert.That(await host.StatusAsync(access)).IsEqualTo(HttpStatusCode.OK);
    }

    [Test]
    [Arguments("client_secret_basic", true)]
    [Arguments("client_secret_basic client_secret_post", false)]
    [Arguments("private_key_jwt", false)]
    public async Task The_client_proves_itself_as_the_provider_takes_it(string methods, bool byHeader)
    {
        await using var host = await ExternalHost.StartAsync();
        host.Provider.Describe = document =>
            document["token_endpoint_auth_methods_supported"] = new JsonArray([.. methods.Split(' ').Select(m => JsonValue.Create(m))]);
        Grants(host, host.Token());
        await LoginAsync(host);

        var request = host.Provider.Requests.Single(r => r.Path == Token);
        var credentials = Convert.ToBase64String(Encoding.ASCII.GetBytes("pot-controller:s3cr3t%20of%20the%2Fclient%2B"));
        await Assert.That(request.Authorization).IsEqualTo(byHeader ? $"Basic {credentials}" : null);
        await Assert.That(request.Form.ContainsKey("client_secret")).IsEqualTo(!byHeader);
    }

    [Test]
    [Arguments(401, """{"error":"invalid_grant","error_description":"Account disabled"}""", "Account disabled")]
    [Arguments(400, """{"error":"invalid_grant"}""", "invalid_grant")]
    [Arguments(400, """{"error":"unauthorized_client","error_description":""}""", "unauthorized_client")]
    [Arguments(403, "", "Invalid credentials")]
    [Arguments(400, "<html>no</html>", "Invalid credentials")]
    [Arguments(400, """{"error":5}""", "Invalid credentials")]
    public async Task A_refusal_carries_the_provider_s_words(int status, string body, string message)
    {
        await using var host = await ExternalHost.StartAsync();
        host.Provider.On(Token, status, body);
        foreach (var (answered, error) in new[] { await LoginAsync(host), await host.Controller.RefreshAsync("r1") })
        {
            await Assert.That(answered).IsEqualTo(HttpStatusCode.Unauthorized);
            await Assert.That(error!.ToJsonString()).IsEqualTo($$"""{"name":"InvalidCredentialsError","message":"{{message}}"}""");
        }
    }

    [Test]
    [Arguments(500, "{}")]
    [Arguments(429, "{}")]
    [Arguments(302, "")]
    [Arguments(404, "{}")]
    [Arguments(200, "{}")]
    [Arguments(200, "no JSON")]
    public async Task A_fault_of_the_provider_is_not_the_user_s(int status, string body)
    {
        await using var host = await ExternalHost.StartAsync();
        host.Provider.On(Token, status, body);
        await Assert.That((await LoginAsync(host)).Status).IsEqualTo(HttpStatusCode.ServiceUnavailable);
        await Assert.That((await host.Controller.RefreshAsync("r1")).Status).IsEqualTo(HttpStatusCode.ServiceUnavailable);
    }

    [Test]
    public async Task A_provider_that_cannot_be_reached_is_503()
    {
        await using var host = await ExternalHost.StartAsync(e => e["OIDC_ISSUER_URL"] = "http://127.0.0.1:1");
        await Assert.That((await LoginAsync(host)).Status).IsEqualTo(HttpStatusCode.ServiceUnavailable);
        await Assert.That(host.Controller.Log).Contains("http://127.0.0.1:1/.well-known/openid-configuration cannot be reached");
    }

    [Test]
    public async Task Missing_fields_are_refused_before_anybody_is_asked()
    {
        await using var host = await ExternalHost.StartAsync();
        var (status, body, _) = await host.Controller.SendAsync("POST", "/api/v3/user/login", new JsonObject { ["email"] = "bob" });
        await Assert.That(status).IsEqualTo(HttpStatusCode.BadRequest);
        await Assert.That((string)body!["message"]!).IsEqualTo("Required field 'password' is missing");
        await Assert.That(host.Provider.Requests).IsEmpty();
    }

    [Test]
    public async Task Without_a_refresh_token_a_login_has_none_and_a_refresh_keeps_the_old_one()
    {
        await using var host = await ExternalHost.StartAsync();
        var access = host.Token();
        Grants(host, access);
        var (_, login) = await LoginAsync(host);
        await Assert.That(login!.ToJsonString()).IsEqualTo($$"""{"accessToken":"{{access}}"}""");

        var (_, kept) = await host.Controller.RefreshAsync("old");
        await Assert.That((string)kept!["refreshToken"]!).IsEqualTo("old");
        var request = host.Provider.Requests.Last(r => r.Path == Token);
        await Assert.That(request.Form["grant_type"]).IsEqualTo("refresh_token");
        await Assert.That(request.Form["refresh_token"]).IsEqualTo("old");

        Grants(host, access, "new");
        var (_, rotated) = await host.Controller.RefreshAsync("old");
        await Assert.That((string)rotated!["refreshToken"]!).IsEqualTo("new");
    }

    [Test]
    public async Task The_profile_is_the_provider_s_own_text()
    {
        await using var host = await ExternalHost.StartAsync();
        var text = Encoding.UTF8.GetString(Example.Bytes("auth/profile-response-external.json"));
        host.Provider.On(FakeIdentityProvider.UserInfo, 200, text);
        var token = host.Token();
        foreach (var header in new[] { $"Bearer {token}", token })
        {
            var (status, _, response) = await host.Controller.SendAsync("GET", "/api/v3/user/profile", authorization: header);
            await Assert.That(status).IsEqualTo(HttpStatusCode.OK);
            await Assert.That(await response.Content.ReadAsStringAsync()).IsEqualTo(text);
        }

        await Assert.That(host.Provider.Requests.Last().Authorization).IsEqualTo($"Bearer {token}");
    }

    [Test]
    [Arguments(401, "", 401)]
    [Arguments(403, """{"error":"insufficient_scope"}""", 401)]
    [Arguments(200, """{"sub":"somebody-else"}""", 401)]
    [Arguments(200, "{}", 401)]
    [Arguments(200, "eyJhbGciOiJSUzI1NiJ9.e30.x", 503)]
    [Arguments(500, "", 503)]
    public async Task A_profile_that_is_not_given_is_told_so(int status, string body, int answered)
    {
        await using var host = await ExternalHost.StartAsync();
        host.Provider.On(FakeIdentityProvider.UserInfo, status, body);
        var (got, error, _) = await host.Controller.SendAsync("GET", "/api/v3/user/profile", authorization: $"Bearer {host.Token()}");
        await Assert.That((int)got).IsEqualTo(answered);
        await Assert.That((string)error!["name"]!).IsEqualTo(answered == 401 ? "AuthenticationError" : "ServiceUnavailableError");
    }

    [Test]
    public async Task Logout_revokes_a_token_of_the_provider_and_no_other()
    {
        await using var host = await ExternalHost.StartAsync();
        host.Provider.On(FakeIdentityProvider.Revocation, 200, "");
        var token = host.Token();
        host.Clock.Advance(TimeSpan.FromHours(1));
        foreach (var header in new[] { $"Bearer {token}", "Bearer x.y.z", $"Bearer {ProviderKey.Create("RS256", host.Key.Kid).Sign(host.Provider.Claims())}" })
        {
            await Assert.That((await host.Controller.SendAsync("POST", "/api/v3/user/logout", authorization: header)).Status).IsEqualTo(HttpStatusCode.NoContent);
        }

        var request = host.Provider.Requests.Single(r => r.Path == FakeIdentityProvider.Revocation);
        await Assert.That(request.Form["token"]).IsEqualTo(token);
        await Assert.That(request.Form["token_type_hint"]).IsEqualTo("access_token");
        await Assert.That(request.Form["client_secret"]).IsEqualTo(FakeIdentityProvider.ClientSecret);
        await Assert.That((await host.Controller.SendAsync("POST", "/api/v3/user/logout")).Status).IsEqualTo(HttpStatusCode.Unauthorized);
    }

    [Test]
    public async Task Logout_succeeds_whatever_the_provider_says()
    {
        await using var host = await ExternalHost.StartAsync();
        host.Provider.On(FakeIdentityProvider.Revocation, 500, "down");
        await Assert.That(await LogoutAsync(host)).IsEqualTo(HttpStatusCode.NoContent);

        await using var silent = await ExternalHost.StartAsync();
        silent.Provider.Describe = document => document.Remove("revocation_endpoint");
        await Assert.That(await LogoutAsync(silent)).IsEqualTo(HttpStatusCode.NoContent);
        await Assert.That(silent.Provider.Count(FakeIdentityProvider.Revocation)).IsEqualTo(0);

        await using var gone = await ExternalHost.StartAsync(e => e["OIDC_ISSUER_URL"] = "http://127.0.0.1:1");
        await Assert.That(await LogoutAsync(gone)).IsEqualTo(HttpStatusCode.NoContent);
    }

    [Test]
    public async Task Access_tokens_that_nobody_will_accept_are_logged_at_the_login()
    {
        await using var host = await ExternalHost.StartAsync();
        Grants(host, "opaque");
        await Assert.That((await LoginAsync(host)).Status).IsEqualTo(HttpStatusCode.OK);
        await Assert.That(host.Controller.Log).Contains("must be JWTs for the audience pot-controller");
    }

    [Test]
    public async Task No_secret_reaches_the_log()
    {
        await using var host = await ExternalHost.StartAsync();
        var access = host.Token();
        Grants(host, access, "refresh-1");
        await LoginAsync(host, "654321");
        await host.Controller.RefreshAsync("refresh-0");
        host.Provider.On(FakeIdentityProvider.UserInfo, 500, "");
        await host.Controller.SendAsync("GET", "/api/v3/user/profile", authorization: $"Bearer {access}");
        await host.Controller.SendAsync("POST", "/api/v3/user/logout", authorization: $"Bearer {access}");
        host.Provider.On(Token, 500, "");
        await LoginAsync(host, "654321");
        await host.ValidateAsync(access + "x");

        foreach (var secret in new[] { Password, FakeIdentityProvider.ClientSecret, access, "refresh-0", "refresh-1", "654321" })
        {
            await Assert.That(host.Controller.Log).DoesNotContain(secret);
        }
    }

    [Test]
    public async Task Without_an_issuer_development_mode_says_that_nobody_can_sign_in()
    {
        await using var controller = await TestController.StartAsync(
            new() { ["AUTH_MODE"] = "external" },
            customize: services => services.AddSingleton<IBearerValidator>(p => p.GetRequiredService<UnconfiguredIdentity>()));
        foreach (var (method, path, body) in new[]
        {
            ("POST", "/api/v3/user/login", """{"email":"a","password":"b"}"""),
            ("POST", "/api/v3/user/refresh", """{"refreshToken":"r"}"""),
            ("POST", "/api/v3/user/logout", null),
            ("GET", "/api/v3/user/oauth/authorize", null),
        })
        {
            var (status, answer) = await controller.SendAsync(method, path, body);
            await Assert.That(status).IsEqualTo(HttpStatusCode.InternalServerError).Because(path);
            await Assert.That((string)answer!["message"]!).IsEqualTo("Auth is not configured for this cluster. Please contact your administrator.");
        }

        await Assert.That((await controller.SendAsync("GET", "/api/v3/registries")).Status).IsEqualTo(HttpStatusCode.Unauthorized);
        await Assert.That((await controller.SendAsync("GET", "/api/v3/user/profile")).Status).IsEqualTo(HttpStatusCode.Unauthorized);
        await Assert.That((await controller.SendAsync("GET", "/api/v3/status")).Status).IsEqualTo(HttpStatusCode.OK);
    }

    [Test]
    [Arguments("GET", "/api/v3/users", 501)]
    [Arguments("POST", "/api/v3/groups", 501)]
    [Arguments("POST", "/api/v3/auth/jwks/rotate", 501)]
    [Arguments("POST", "/api/v3/auth/migration/export", 501)]
    [Arguments("POST", "/api/v3/user/change-password", 501)]
    [Arguments("POST", "/api/v3/user/mfa/enroll", 400)]
    [Arguments("DELETE", "/api/v3/user/mfa", 400)]
    [Arguments("GET", "/api/v3/user/interaction/uid", 501)]
    [Arguments("POST", "/api/v3/user/interaction/uid/login", 501)]
    [Arguments("GET", "/oidc/.well-known/openid-configuration", 404)]
    [Arguments("GET", "/oidc/jwks", 404)]
    public async Task What_belongs_to_local_accounts_is_not_here(string method, string path, int status)
    {
        await using var host = await ExternalHost.StartAsync();
        var token = host.Token(c => c["groups"] = new JsonArray("admin"));
        var (answered, body, _) = await host.Controller.SendAsync(method, path, authorization: $"Bearer {token}");
        await Assert.That((int)answered).IsEqualTo(status);
        await Assert.That((string)body!["name"]!).IsEqualTo(
            status switch { 501 => "NotImplementedError", 400 => "InvalidArgumentError", _ => "NotFoundError" });
    }

    [Test]
    public async Task The_Console_is_told_the_mode_and_nothing_of_the_issuer()
    {
        await using var host = await ExternalHost.StartAsync();
        using var client = new HttpClient();
        var text = await client.GetStringAsync(new Uri(host.Controller.Controller.App.ConsoleAddress, "/controller-config.js"));
        await Assert.That(text).Contains("\"auth\":{\"mode\":\"external\",\"loginUrl\":\"/api/v3/user/login\"");
        await Assert.That(text).DoesNotContain(host.Provider.Issuer);
        await Assert.That(text).DoesNotContain(FakeIdentityProvider.ClientId);
    }

    private static void Grants(ExternalHost host, string access, string? refresh = null)
    {
        var body = new JsonObject { ["access_token"] = access, ["token_type"] = "Bearer", ["expires_in"] = 300 };
        if (refresh is not null)
        {
            body["refresh_token"] = refresh;
        }

        host.Provider.On(Token, 200, body.ToJsonString());
    }

    private static async Task<(HttpStatusCode Status, JsonNode? Body)> LoginAsync(ExternalHost host, string? code = null)
    {
        var body = new JsonObject { ["email"] = " Bob@Example.org", ["password"] = Password };
        if (code is not null)
        {
            body["totp"] = code;
        }

        var (status, answer, _) = await host.Controller.SendAsync("POST", "/api/v3/user/login", body);
        return (status, answer);
    }

    private static async Task<HttpStatusCode> LogoutAsync(ExternalHost host) =>
        (await host.Controller.SendAsync("POST", "/api/v3/user/logout", authorization: $"Bearer {host.Token()}")).Status;
}
