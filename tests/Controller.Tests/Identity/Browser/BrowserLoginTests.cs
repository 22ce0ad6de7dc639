using System.Net;
using System.Text.Json.Nodes;
using Controller.Tests.Identity.Issuer;
using Controller.Tests.Support;

namespace Controller.Tests.Identity.Browser;

/// <summary>Browser login on behalf of the Console (auth-rbac 5.1, 5.2).</summary>
public sealed class BrowserLoginTests
{
    private const string Authorize = "/api/v3/user/oauth/authorize";
    private const string Callback = "/api/v3/user/oauth/callback";
    private const string Console = "https://console.example.org";

    private static readonly Dictionary<string, string> Public = new()
    {
        ["CONTROLLER_PUBLIC_URL"] = "https://controller.example.org",
        ["CONSOLE_URL"] = Console + "/",
    };

    [Test]
    [Arguments("memory")]
    [Arguments("database")]
    public async Task A_person_ends_up_at_the_console_with_tokens(string store)
    {
        await using var issuer = await IssuerHost.StartAsync(new(Public) { ["AUTH_SESSION_STORE_TYPE"] = store });
        var begun = await issuer.Browser.GetAsync(Authorize + "?postLoginRedirect=%23%2Fdashboard");
        await Assert.That(begun.Status).IsEqualTo(302);
        var answer = await PassAsync(issuer, begun);
        await Assert.That(answer.Location!).StartsWith("https://controller.example.org/api/v3/user/oauth/callback?code=");

        var done = await issuer.Browser.GetAsync(answer.Location!);
        await Assert.That(done.Status).IsEqualTo(302);
        await Assert.That(done.Location!).StartsWith(Console + "/login#accessToken=");
        await Assert.That(done.Header("Cache-Control")).IsEqualTo("no-store");
        await Assert.That(done.Parameter("postLoginRedirect")).IsEqualTo("#/dashboard");
        var access = Jwt.Payload(done.Parameter("accessToken")!);
        await Assert.That(Jwt.Shape(access)).IsEqualTo(Jwt.Shape(JsonAsserts.ExampleNode("auth/access-token-decoded.json")["payload"]));
        await Assert.That((await issuer.Host.ValidateAsync(done.Parameter("accessToken")!))!.Subject).IsEqualTo(issuer.User.Id);
        await Assert.That((await issuer.Host.RefreshAsync(done.Parameter("refreshToken")!)).Status).IsEqualTo(HttpStatusCode.OK);

        var again = await issuer.Browser.GetAsync(answer.Location!);
        await IsRefusedAsync(again, "OAuth session expired or missing");
    }

    [Test]
    public async Task Authorize_redirects_as_the_example_does()
    {
        await using var issuer = await IssuerHost.StartAsync(new(Public));
        var answer = await issuer.Browser.GetAsync(Authorize);
        var example = new Uri((string)JsonAsserts.ExampleNode("auth/oauth-authorize-redirect.json")["headers"]!["Location"]!);
        await Assert.That(new Uri(answer.Location!).GetLeftPart(UriPartial.Path)).IsEqualTo(example.GetLeftPart(UriPartial.Path));
        var expected = System.Web.HttpUtility.ParseQueryString(example.Query);
        await Assert.That(System.Web.HttpUtility.ParseQueryString(new Uri(answer.Location!).Query).AllKeys).IsEquivalentTo(expected.AllKeys);
        foreach (var name in new[] { "redirect_uri", "scope", "code_challenge_method", "prompt", "client_id", "response_type" })
        {
            await Assert.That(answer.Parameter(name)).IsEqualTo(expected[name]).Because(name);
        }

        var page = await issuer.Browser.GetAsync(answer.Location!);
        await Assert.That(page.Status).IsEqualTo((int)JsonAsserts.ExampleNode("auth/oauth-interaction-redirect.json")["status"]!);
        await Assert.That(page.Location!).StartsWith(Console + "/login/oauth?interaction=");
        var second = await issuer.Browser.GetAsync(Authorize);
        foreach (var name in new[] { "state", "nonce", "code_challenge" })
        {
            await Assert.That(second.Parameter(name)).IsNotEqualTo(answer.Parameter(name)).Because(name);
            await Assert.That(answer.Parameter(name)!.Length).IsEqualTo(43);
        }
    }

    [Test]
    [Arguments(false, true, true)]
    [Arguments(false, false, true)]
    [Arguments(true, false, false)]
    public async Task The_session_cookie_is_as_the_contract_says(bool devMode, bool insecure, bool given)
    {
        Dictionary<string, string> environment = new(Public) { ["SERVER_DEV_MODE"] = devMode ? "true" : "false", ["AUTH_INSECURE_ALLOW_HTTP"] = insecure ? "true" : "false" };
        await using var issuer = await IssuerHost.StartAsync(environment);
        await issuer.Browser.GetAsync(Authorize);
        var cookie = issuer.Browser.LastCookies.Single();
        await Assert.That(cookie).StartsWith("connect.sid=s%3A");
        var attributes = cookie.Split("; ").Skip(1).Select(a => a.ToLowerInvariant()).ToList();
        await Assert.That(attributes).Contains("httponly").And.Contains("path=/").And.Contains("samesite=lax").And.Contains("max-age=600");
        await Assert.That(attributes.Contains("secure")).IsEqualTo(given && !insecure);
        await Assert.That((await issuer.Browser.GetAsync("/api/v3/status")).Header("Set-Cookie")).IsNull();
    }

    [Test]
    public async Task After_the_login_the_console_is_sent_to_places_of_its_own_only()
    {
        await using var issuer = await IssuerHost.StartAsync(new(Public) { ["AUTH_RATE_LIMIT_ENABLED"] = "false" });
        foreach (var target in new[] { "#/dashboard", "#", "/", "/fogs?x=1", Console + "/#/a", "https://controller.example.org/x" })
        {
            var answer = await issuer.Browser.GetAsync($"{Authorize}?postLoginRedirect={WebUtility.UrlEncode(target)}");
            await Assert.That(answer.Status).IsEqualTo(302).Because(target);
        }

        foreach (var target in new[]
        {
            "//evil.example", "/\\evil.example", "\\\\evil.example", "/\t/evil.example", "https://evil.example", "https://console.example.org.evil.example",
            "https://console.example.org@evil.example", "https://user@console.example.org", "http://console.example.org", "https://console.example.org:444/",
            "javascript:alert(1)", "data:text/html,x", "evil.example", "https:evil.example", new string('#', 3000),
        })
        {
            var answer = await issuer.Browser.GetAsync($"{Authorize}?postLoginRedirect={WebUtility.UrlEncode(target)}");
            await Assert.That((answer.Status, (string?)answer.Json["name"])).IsEqualTo((400, "ValidationError")).Because(target);
            await Assert.That(issuer.Browser.LastCookies).IsEmpty();
        }
    }

    [Test]
    public async Task The_issuer_s_refusal_reaches_the_console_and_ends_the_attempt()
    {
        await using var issuer = await IssuerHost.StartAsync(new(Public));
        var begun = await issuer.Browser.GetAsync(Authorize);
        var refused = await issuer.Browser.GetAsync($"{Callback}?error=access_denied&error_description=End-User+aborted+interaction&state={begun.Parameter("state")}");
        await Assert.That(refused.Status).IsEqualTo(302);
        await Assert.That(refused.Location).IsEqualTo((string)JsonAsserts.ExampleNode("auth/oauth-callback-error-redirect.json")["headers"]!["Location"]!);
        var plain = await issuer.Browser.GetAsync($"{Callback}?error=login_required%26x%23");
        await Assert.That(plain.Location).IsEqualTo(Console + "/login?oauthError=login_required%26x%23");

        var answer = await PassAsync(issuer, begun);
        await IsRefusedAsync(await issuer.Browser.GetAsync(answer.Location!), "OAuth session expired or missing");
    }

    [Test]
    public async Task An_answer_is_taken_only_by_the_browser_that_asked()
    {
        await using var issuer = await IssuerHost.StartAsync(new(Public));
        using var victim = new TestBrowser(issuer.Host);
        var answer = await PassAsync(issuer, await issuer.Browser.GetAsync(Authorize));
        await IsRefusedAsync(await victim.GetAsync(answer.Location!), "OAuth session expired or missing");

        await victim.GetAsync(Authorize); // a session of the victim's own, with another state
        await IsRefusedAsync(await victim.GetAsync(answer.Location!), "OAuth authorization failed");
        await Assert.That((await issuer.Browser.GetAsync(answer.Location!)).Parameter("accessToken")).IsNotNull();
    }

    [Test]
    public async Task A_planted_cookie_is_replaced()
    {
        await using var issuer = await IssuerHost.StartAsync(new(Public));
        await issuer.Browser.GetAsync(Authorize);
        var planted = issuer.Browser.Cookies[("connect.sid", "/")];
        await issuer.Browser.GetAsync(Authorize);
        await Assert.That(issuer.Browser.Cookies[("connect.sid", "/")]).IsNotEqualTo(planted);
    }

    [Test]
    [Arguments("state", "forged", "OAuth authorization failed")]
    [Arguments("state", null, "OAuth authorization failed")]
    [Arguments("code", "forged", "OAuth authorization failed")]
    [Arguments("code", null, "OAuth authorization failed")]
    [Arguments("iss", "https://evil.example/oidc", "OAuth authorization failed")]
    [Arguments("iss", null, "OAuth authorization failed")]
    public async Task A_wrong_answer_is_refused_and_ends_the_attempt(string name, string? value, string message)
    {
        await using var issuer = await IssuerHost.StartAsync();
        var answer = await PassAsync(issuer, await issuer.Browser.GetAsync(Authorize));
        var parameters = System.Web.HttpUtility.ParseQueryString(new Uri(answer.Location!).Query);
        if (value is null)
        {
            parameters.Remove(name);
        }
        else
        {
            parameters[name] = value;
        }

        await IsRefusedAsync(await issuer.Browser.GetAsync($"{Callback}?{parameters}"), message);
        await IsRefusedAsync(await issuer.Browser.GetAsync(answer.Location!), "OAuth session expired or missing");
    }

    [Test]
    public async Task A_code_of_another_attempt_is_refused()
    {
        await using var issuer = await IssuerHost.StartAsync();
        using var attacker = new TestBrowser(issuer.Host);
        var theirs = await PassAsync(issuer, await attacker.GetAsync(Authorize), attacker);
        var begun = await issuer.Browser.GetAsync(Authorize);
        var injected = await issuer.Browser.GetAsync(
            $"{Callback}?code={theirs.Parameter("code")}&state={begun.Parameter("state")}&iss={WebUtility.UrlEncode(issuer.Oidc.Issuer)}");
        await IsRefusedAsync(injected, "OAuth authorization failed");
    }

    [Test]
    public async Task A_tampered_cookie_is_no_session()
    {
        await using var issuer = await IssuerHost.StartAsync();
        var answer = await PassAsync(issuer, await issuer.Browser.GetAsync(Authorize));
        var right = issuer.Browser.Cookies[("connect.sid", "/")];
        foreach (var forged in new[] { right[..right.LastIndexOf('.')], right[..^2] + "AA", right.Replace("s%3A", "s%3Ax"), "", "s%3Ax.y", new string('x', 8000) })
        {
            issuer.Browser.Cookies[("connect.sid", "/")] = forged;
            await IsRefusedAsync(await issuer.Browser.GetAsync(answer.Location!), "OAuth session expired or missing");
        }

        issuer.Browser.Cookies[("connect.sid", "/")] = right;
        await Assert.That((await issuer.Browser.GetAsync(answer.Location!)).Parameter("accessToken")).IsNotNull();
    }

    [Test]
    [Arguments(599, null)]
    [Arguments(600, "OAuth session expired")]
    [Arguments(700, "OAuth session expired or missing")]
    public async Task An_attempt_lives_as_long_as_the_session(int seconds, string? message)
    {
        await using var issuer = await IssuerHost.StartAsync();
        var begun = await issuer.Browser.GetAsync(Authorize);
        issuer.Host.Clock.Advance(TimeSpan.FromSeconds(seconds));
        var answer = await PassAsync(issuer, begun);
        var done = await issuer.Browser.GetAsync(answer.Location!);
        if (message is null)
        {
            await Assert.That(done.Status).IsEqualTo(302);
        }
        else
        {
            await IsRefusedAsync(done, message);
        }
    }

    [Test]
    public async Task Signing_out_ends_a_login_that_is_under_way()
    {
        await using var issuer = await IssuerHost.StartAsync();
        var answer = await PassAsync(issuer, await issuer.Browser.GetAsync(Authorize));
        await issuer.Browser.SendAsync("POST", "/api/v3/user/logout", null, ("Authorization", "Bearer nonsense"));
        await IsRefusedAsync(await issuer.Browser.GetAsync(answer.Location!), "OAuth session expired or missing");
    }

    [Test]
    public async Task A_user_that_is_gone_is_told_so()
    {
        await using var issuer = await IssuerHost.StartAsync();
        var answer = await PassAsync(issuer, await issuer.Browser.GetAsync(Authorize));
        await issuer.Host.SqlAsync("UPDATE \"AuthUsers\" SET \"deleted_at\" = '2026-01-01 00:00:00.000 +00:00' WHERE \"email\" = 'alice@example.org'");
        await IsRefusedAsync(await issuer.Browser.GetAsync(answer.Location!), "OAuth user not found");
    }

    [Test]
    public async Task Both_routes_are_limited()
    {
        await using var issuer = await IssuerHost.StartAsync(new() { ["AUTH_RATE_LIMIT_MAX_REQUESTS"] = "2" });
        await issuer.Browser.GetAsync(Authorize);
        await issuer.Browser.GetAsync(Callback);
        foreach (var path in new[] { Authorize, Callback })
        {
            await Assert.That((await issuer.Browser.GetAsync(path)).Status).IsEqualTo(429);
        }
    }

    [Test]
    public async Task Nothing_secret_is_logged()
    {
        await using var issuer = await IssuerHost.StartAsync();
        var begun = await issuer.Browser.GetAsync(Authorize);
        var answer = await PassAsync(issuer, begun);
        var done = await issuer.Browser.GetAsync(answer.Location!);
        var tokens = (await issuer.Oidc.TokenAsync(await issuer.CodeAsync(("prompt", "login")))).Json;
        foreach (var secret in new[]
        {
            answer.Parameter("code")!, done.Parameter("accessToken")!, done.Parameter("refreshToken")!, await issuer.Oidc.SecretAsync(), IssuerHost.Password,
            (string)tokens["access_token"]!, (string)tokens["id_token"]!, issuer.Browser.Cookies[("_session", "/oidc")],
        })
        {
            await Assert.That(issuer.Host.Log).DoesNotContain(secret);
        }
    }

    /// <summary>Signs in at the issuer; returns its answer to the callback.</summary>
    private static async Task<BrowserAnswer> PassAsync(IssuerHost issuer, BrowserAnswer begun, TestBrowser? browser = null)
    {
        browser ??= issuer.Browser;
        var uid = issuer.Oidc.UidOf(await browser.GetAsync(begun.Location!));
        return await browser.GetAsync(await issuer.Oidc.PassAsync(uid, IssuerHost.Email, IssuerHost.Password));
    }

    private static async Task IsRefusedAsync(BrowserAnswer answer, string message)
    {
        await Assert.That((answer.Status, answer.Location)).IsEqualTo((401, null));
        await JsonAsserts.IsSameAsync(answer.Json, new JsonObject { ["name"] = "AuthenticationError", ["message"] = message });
    }
}
