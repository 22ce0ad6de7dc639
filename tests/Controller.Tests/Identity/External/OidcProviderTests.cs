using System.Net;
using System.Text.Json.Nodes;
using Controller.Testing;
using Microsoft.Extensions.Time.Testing;

namespace Controller.Tests.Identity.External;

/// <summary>External mode with a provider that others wrote (auth-rbac 5, 6, 14).</summary>
public sealed class OidcProviderTests
{
    private const string PublicUrl = "http://controller.test";
    private const string Console = "http://console.test";
    private const string Callback = PublicUrl + "/api/v3/user/oauth/callback";

    [Test]
    public async Task A_command_line_signs_in_stays_in_and_signs_out()
    {
        await using var provider = await OidcProvider.StartAsync(Callback);
        await using var host = await StartAsync(provider);

        var (status, pair) = await host.LoginAsync("alice", "alice's password");
        await Assert.That(status).IsEqualTo(HttpStatusCode.OK);
        var access = (string)pair!["accessToken"]!;
        await Assert.That((await host.ValidateAsync(access))!.Groups).IsEquivalentTo(["sre"]);
        await Assert.That((await host.SendAsync("GET", "/api/v3/registries", authorization: $"Bearer {access}")).Status).IsEqualTo(HttpStatusCode.OK);

        var (_, profile, _) = await host.SendAsync("GET", "/api/v3/user/profile", authorization: $"Bearer {access}");
        var example = JsonNode.Parse(Example.Bytes("auth/profile-response-external.json"));
        await Assert.That(Jwt.Shape(profile)).IsEqualTo(Jwt.Shape(example));
        await Assert.That((string)profile!["sub"]!).IsEqualTo("alice");

        var (refreshed, next) = await host.RefreshAsync((string)pair["refreshToken"]!);
        await Assert.That(refreshed).IsEqualTo(HttpStatusCode.OK);
        await Assert.That(await host.ValidateAsync((string)next!["accessToken"]!)).IsNotNull();
        await Assert.That((await host.RefreshAsync("unknown")).Status).IsEqualTo(HttpStatusCode.Unauthorized);

        // It revokes no JWTs, which is none of the user's business.
        await Assert.That((await host.SendAsync("POST", "/api/v3/user/logout", authorization: $"Bearer {access}")).Status)
            .IsEqualTo(HttpStatusCode.NoContent);
    }

    [Test]
    public async Task A_wrong_password_and_a_missing_second_factor_are_refused_in_the_provider_s_words()
    {
        await using var provider = await OidcProvider.StartAsync(Callback, "client_secret_basic");
        await using var host = await StartAsync(provider);

        foreach (var (password, code, message) in new[]
        {
            ("wrong", "123456", "Invalid user credentials"),
            ("bob's password", "", "Second factor required"),
        })
        {
            var (refused, error, _) = await LoginAsync(host, "bob", password, code);
            await Assert.That(refused).IsEqualTo(HttpStatusCode.Unauthorized);
            await Assert.That(error!.ToJsonString()).IsEqualTo(new JsonObject { ["name"] = "InvalidCredentialsError", ["message"] = message }.ToJsonString());
        }

        var (status, pair, _) = await LoginAsync(host, "bob", "bob's password", "123456");
        await Assert.That(status).IsEqualTo(HttpStatusCode.OK);
        await Assert.That((await host.ValidateAsync((string)pair!["accessToken"]!))!.Groups).IsEquivalentTo(["viewer"]);
    }

    [Test]
    public async Task A_browser_comes_back_to_the_Console_with_tokens()
    {
        await using var provider = await OidcProvider.StartAsync(Callback);
        await using var host = await StartAsync(provider);
        using var browser = new TestBrowser(host);

        var login = await browser.TravelAsync(PublicUrl + "/api/v3/user/oauth/authorize?postLoginRedirect=%23%2Fdashboard", Console);
        await Assert.That(login.Url.AbsoluteUri).StartsWith(provider.Issuer + "/interaction/");
        var consent = await browser.SubmitAsync(login, Console, ("login", "alice"), ("password", "any"));
        await Assert.That(consent.Url.AbsoluteUri).StartsWith(provider.Issuer + "/interaction/");
        var end = await browser.SubmitAsync(consent, Console);

        await Assert.That(end.Url.GetLeftPart(UriPartial.Query)).IsEqualTo(Console + "/login");
        await Assert.That(end.Delivered("postLoginRedirect")).IsEqualTo("#/dashboard");
        var identity = await host.ValidateAsync(end.Delivered("accessToken")!);
        await Assert.That(identity!.Username).IsEqualTo("alice");
        await Assert.That((await host.RefreshAsync(end.Delivered("refreshToken")!)).Status).IsEqualTo(HttpStatusCode.OK);
        await Assert.That(await host.UserAsync("alice")).IsNull();

        var again = await browser.TravelAsync($"{Callback}?code=c&state=s&iss={provider.Issuer}", Console);
        await Assert.That(again.Status).IsEqualTo(401);
        await Assert.That(again.Body).Contains("OAuth session expired or missing");
    }

    [Test]
    public async Task A_browser_that_gives_up_is_told_so_on_the_Console()
    {
        await using var provider = await OidcProvider.StartAsync(Callback);
        await using var host = await StartAsync(provider);
        using var browser = new TestBrowser(host);

        var login = await browser.TravelAsync(PublicUrl + "/api/v3/user/oauth/authorize", Console);
        var end = await browser.TravelAsync(login.Url.AbsoluteUri + "/abort", Console);
        await Assert.That(end.Url.AbsoluteUri).IsEqualTo(Console + "/login?oauthError=access_denied&oauthErrorDescription=End-User+aborted+interaction");
    }

    [Test]
    public async Task A_code_that_the_provider_refuses_is_a_failed_sign_in()
    {
        await using var provider = await OidcProvider.StartAsync(Callback);
        await using var host = await StartAsync(provider);
        using var browser = new TestBrowser(host);
        var state = (await browser.GetAsync(PublicUrl + "/api/v3/user/oauth/authorize")).Parameter("state");
        var answer = await browser.GetAsync($"{Callback}?code=made-up&state={state}&iss={provider.Issuer}");
        await Assert.That(answer.Status).IsEqualTo(401);
        await Assert.That((string)answer.Json["name"]!).IsEqualTo("AuthenticationError");
    }

    private static Task<IdentityHost> StartAsync(OidcProvider provider) => IdentityHost.StartAsync(
        new()
        {
            ["AUTH_MODE"] = "external",
            ["AUTH_INSECURE_ALLOW_HTTP"] = "true",
            ["OIDC_ISSUER_URL"] = provider.Issuer,
            ["OIDC_CLIENT_ID"] = OidcProvider.ClientId,
            ["OIDC_CLIENT_SECRET"] = OidcProvider.ClientSecret,
            ["CONTROLLER_PUBLIC_URL"] = PublicUrl,
            ["CONSOLE_URL"] = Console,
        },
        clock: new FakeTimeProvider(DateTimeOffset.UtcNow));

    private static Task<(HttpStatusCode Status, JsonNode? Body, HttpResponseMessage Response)> LoginAsync(
        IdentityHost host, string name, string password, string code) =>
        host.SendAsync("POST", "/api/v3/user/login", new JsonObject { ["email"] = name, ["password"] = password, ["totp"] = code });
}
