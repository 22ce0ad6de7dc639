using System.Net;

namespace Controller.Tests.Identity.Issuer;

/// <summary>The authorization endpoint: what it takes, where its answers go (RFC 6749 4.1, OpenID Connect Core 3.1.2).</summary>
public sealed class AuthorizationTests
{
    [Test]
    public async Task A_person_signs_in_and_the_client_gets_a_code()
    {
        await using var issuer = await IssuerHost.StartAsync();
        var begun = await issuer.Browser.GetAsync(issuer.Oidc.AuthUrl());
        await Assert.That(begun.Status).IsEqualTo(303);
        var uid = issuer.Oidc.UidOf(begun);
        await Assert.That(begun.Header("Cache-Control")).IsEqualTo("no-store");
        var resume = issuer.Browser.LastCookies.Single();
        await Assert.That(resume).StartsWith("_interaction_resume=");
        await Assert.That(resume.ToLowerInvariant()).Contains($"path=/oidc/auth/{uid}".ToLowerInvariant());
        await Assert.That(resume.ToLowerInvariant()).Contains("httponly");
        await Assert.That(resume.ToLowerInvariant()).Contains("samesite=lax");

        var redirectTo = await issuer.Oidc.PassAsync(uid, IssuerHost.Email, IssuerHost.Password);
        await Assert.That(redirectTo).StartsWith($"{issuer.Oidc.Issuer}/auth/{uid}");
        var answer = await issuer.Browser.GetAsync(redirectTo);
        await Assert.That(answer.Status).IsEqualTo(303);
        await Assert.That(answer.Location!).StartsWith($"{issuer.Oidc.RedirectUri}?code=");
        await Assert.That(answer.Parameter("state")).IsEqualTo("the state");
        await Assert.That(answer.Parameter("iss")).IsEqualTo(issuer.Oidc.Issuer);
        await Assert.That(issuer.Browser.Cookies.Keys).IsEquivalentTo([("_session", "/oidc")]).Because("the resume cookie has served");
        await Assert.That((await issuer.Browser.GetAsync(redirectTo)).Status).IsEqualTo(400).Because("an interaction ends once");
    }

    [Test]
    public async Task A_request_may_be_posted()
    {
        await using var issuer = await IssuerHost.StartAsync();
        var answer = await issuer.Browser.PostAsync("/oidc/auth", issuer.Oidc.Request().Select(p => (p.Key, p.Value)));
        await Assert.That(issuer.Oidc.UidOf(answer)).IsNotEmpty();
    }

    [Test]
    public async Task Nothing_is_sent_to_an_address_that_is_not_the_client_s()
    {
        await using var issuer = await IssuerHost.StartAsync();
        var uri = issuer.Oidc.RedirectUri;
        var port = new Uri(uri).Port;
        foreach (var trick in new[]
        {
            null, "", uri + "/", uri + "/..", uri + "?x=1", uri + "#x", uri + "%2f", uri.Replace("callback", "%63allback"), uri.ToUpperInvariant(),
            uri.Replace($":{port}", $":{port + 1}"), uri.Replace("http:", "https:"), uri.Replace("localhost", "localhost.evil.example"),
            uri.Replace("localhost", "user@localhost"), uri[..^1], " " + uri, "https://evil.example/", "javascript:alert(1)", "//evil.example",
        })
        {
            var answer = await issuer.Browser.GetAsync(issuer.Oidc.AuthUrl(("redirect_uri", trick), ("prompt", "none")));
            await Assert.That((answer.Status, answer.Location)).IsEqualTo((400, null)).Because(trick ?? "none");
            await Assert.That(answer.Error).IsEqualTo("invalid_request");
        }

        foreach (var client in new[] { null, "other", "ecn-viewer" })
        {
            var answer = await issuer.Browser.GetAsync(issuer.Oidc.AuthUrl(("client_id", client)));
            await Assert.That((answer.Status, answer.Location, answer.Error)).IsEqualTo((400, null, "invalid_client"));
        }

        var twice = await issuer.Browser.GetAsync(issuer.Oidc.AuthUrl() + "&redirect_uri=https%3A%2F%2Fevil.example");
        await Assert.That((twice.Status, twice.Location, twice.Error)).IsEqualTo((400, null, "invalid_request"));
    }

    [Test]
    [Arguments("response_type", "token", "unsupported_response_type")]
    [Arguments("response_type", "code id_token", "unsupported_response_type")]
    [Arguments("response_type", null, "invalid_request")]
    [Arguments("response_mode", "web_message", "invalid_request")]
    [Arguments("scope", "email", "invalid_scope")]
    [Arguments("scope", null, "invalid_scope")]
    [Arguments("prompt", "none login", "invalid_request")]
    [Arguments("prompt", "dance", "invalid_request")]
    [Arguments("prompt", "none", "login_required")]
    [Arguments("max_age", "-1", "invalid_request")]
    [Arguments("max_age", "soon", "invalid_request")]
    [Arguments("code_challenge_method", "plain", "invalid_request")]
    [Arguments("code_challenge_method", null, "invalid_request")]
    [Arguments("code_challenge", "short", "invalid_request")]
    [Arguments("code_challenge", null, "invalid_request")]
    [Arguments("request", "eyJhbGciOiJub25lIn0.e30.", "request_not_supported")]
    [Arguments("registration", "{}", "registration_not_supported")]
    [Arguments("id_token_hint", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.", "invalid_request")]
    public async Task A_wrong_request_is_told_to_the_client(string name, string? value, string error)
    {
        await using var issuer = await IssuerHost.StartAsync();
        var answer = await issuer.Browser.GetAsync(issuer.Oidc.AuthUrl((name, value)));
        await Assert.That(answer.Location!).StartsWith(issuer.Oidc.RedirectUri + "?");
        await Assert.That(answer.Parameter("error")).IsEqualTo(error);
        await Assert.That(answer.Parameter("state")).IsEqualTo("the state");
        await Assert.That(answer.Parameter("iss")).IsEqualTo(issuer.Oidc.Issuer);
        await Assert.That(answer.Parameter("code")).IsNull();
    }

    [Test]
    public async Task Unknown_scopes_and_unknown_parameters_are_no_error()
    {
        await using var issuer = await IssuerHost.StartAsync();
        var code = await issuer.CodeAsync(("scope", "openid email dance"), ("display", "popup"), ("claims", "{}"));
        await Assert.That((string)(await issuer.Oidc.TokenAsync(code)).Json["scope"]!).IsEqualTo("openid email");
    }

    [Test]
    public async Task Answers_travel_in_the_fragment_or_a_form_when_asked()
    {
        await using var issuer = await IssuerHost.StartAsync();
        var fragment = await issuer.SignInAsync(("response_mode", "fragment"));
        await Assert.That(fragment.Location!).StartsWith(issuer.Oidc.RedirectUri + "#code=");

        var state = "\"><script>alert(1)</script>";
        var form = await issuer.SignInAsync(("response_mode", "form_post"), ("state", state), ("prompt", "login"));
        await Assert.That(form.Status).IsEqualTo(200);
        await Assert.That(form.Body).Contains($"action=\"{issuer.Oidc.RedirectUri}\"");
        await Assert.That(form.Body).Contains("name=\"code\"");
        await Assert.That(form.Body).DoesNotContain("<script>alert");
        await Assert.That(WebUtility.HtmlDecode(form.Body)).Contains(state);
        await Assert.That(form.Header("Content-Security-Policy")).Contains("default-src 'none'").And.Contains("script-src 'sha256-");
    }

    [Test]
    public async Task What_is_too_large_is_refused()
    {
        await using var issuer = await IssuerHost.StartAsync();
        var parameter = await issuer.Browser.GetAsync(issuer.Oidc.AuthUrl(("state", new string('s', 9000))));
        await Assert.That((parameter.Status, parameter.Error)).IsEqualTo((400, "invalid_request"));
        var line = await issuer.Browser.GetAsync(issuer.Oidc.AuthUrl(("state", new string('s', 17_000))));
        await Assert.That(line.Status).IsEqualTo(414);
        var cookie = await issuer.Browser.GetAsync(issuer.Oidc.AuthUrl(), ("Cookie", "_session=" + new string('c', 33_000)));
        await Assert.That(cookie.Status).IsEqualTo(431);
        var form = await issuer.Browser.PostAsync("/oidc/auth", issuer.Oidc.Request(("state", new string('s', 70_000))).Select(p => (p.Key, p.Value)));
        await Assert.That(form.Status).IsBetween(400, 413);
        var many = await issuer.Browser.PostAsync("/oidc/auth", Enumerable.Range(0, 100).Select(i => ($"p{i}", "x")));
        await Assert.That((many.Status, many.Error)).IsEqualTo((400, "invalid_request"));
        using var json = new StringContent("{}", System.Text.Encoding.UTF8, "application/json");
        var foreign = await issuer.Browser.SendAsync("POST", "/oidc/auth", json);
        await Assert.That((foreign.Status, foreign.Error)).IsEqualTo((400, "invalid_request"));
    }

    [Test]
    public async Task Only_the_browser_that_began_can_go_on()
    {
        await using var issuer = await IssuerHost.StartAsync();
        var uid = await issuer.Oidc.BeginAsync(issuer.Browser);
        var redirectTo = await issuer.Oidc.PassAsync(uid, IssuerHost.Email, IssuerHost.Password);

        using var other = new TestBrowser(issuer.Host);
        var without = await other.GetAsync(redirectTo);
        await Assert.That((without.Status, without.Location, without.Error)).IsEqualTo((400, null, "invalid_request"));
        var path = $"/oidc/auth/{uid}";
        var right = issuer.Browser.Cookies[("_interaction_resume", path)];
        var theirs = await issuer.Oidc.BeginAsync(other);
        foreach (var forged in new[] { uid, $"{uid}.", $"{uid}.AAAA", right[..^1] + (right[^1] == 'A' ? 'B' : 'A'), other.Cookies[("_interaction_resume", $"/oidc/auth/{theirs}")] })
        {
            other.Cookies[("_interaction_resume", path)] = forged;
            await Assert.That((await other.GetAsync(redirectTo)).Status).IsEqualTo(400).Because(forged);
        }

        await Assert.That((await issuer.Browser.GetAsync(redirectTo)).Parameter("code")).IsNotNull();
    }

    [Test]
    public async Task Lending_the_own_sign_in_to_somebody_else_gains_nothing()
    {
        await using var issuer = await IssuerHost.StartAsync();
        using var attacker = new TestBrowser(issuer.Host);
        var uid = await issuer.Oidc.BeginAsync(attacker);
        await issuer.Oidc.PassAsync(uid, IssuerHost.Email, IssuerHost.Password); // the victim, on the page of the attacker's link
        foreach (var url in new[] { $"{issuer.Oidc.Issuer}/auth/{uid}", $"{issuer.Oidc.Issuer}/auth/{uid}?resume_token=x" })
        {
            var answer = await attacker.GetAsync(url);
            await Assert.That((answer.Status, answer.Location)).IsEqualTo((400, null));
        }
    }

    [Test]
    public async Task Coming_back_too_early_leads_to_the_page_and_too_late_nowhere()
    {
        await using var issuer = await IssuerHost.StartAsync();
        var uid = await issuer.Oidc.BeginAsync(issuer.Browser);
        var early = await issuer.Browser.GetAsync($"/oidc/auth/{uid}");
        await Assert.That(issuer.Oidc.UidOf(early)).IsEqualTo(uid);

        var redirectTo = await issuer.Oidc.PassAsync(uid, IssuerHost.Email, IssuerHost.Password);
        issuer.Host.Clock.Advance(TimeSpan.FromMinutes(10));
        await Assert.That((await issuer.Browser.GetAsync(redirectTo)).Status).IsEqualTo(400);
    }

    [Test]
    public async Task An_account_that_ends_on_the_way_is_not_signed_in()
    {
        await using var issuer = await IssuerHost.StartAsync();
        var deleted = await issuer.Oidc.PassAsync(await issuer.Oidc.BeginAsync(issuer.Browser), IssuerHost.Email, IssuerHost.Password);
        await issuer.Host.SqlAsync("UPDATE \"AuthUsers\" SET \"deleted_at\" = '2026-01-01 00:00:00.000 +00:00' WHERE \"email\" = 'alice@example.org'");
        var answer = await issuer.Browser.GetAsync(deleted);
        await Assert.That(answer.Parameter("error")).IsEqualTo("access_denied");
        await Assert.That(issuer.Browser.Cookies).IsEmpty();
    }
}
