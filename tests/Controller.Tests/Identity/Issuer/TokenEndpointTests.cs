using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Controller.Sql.Stores;
using Controller.Tests.Support;

namespace Controller.Tests.Identity.Issuer;

/// <summary>Tokens for codes and refresh tokens, and what they are good for (RFC 6749, 7009, 7636; OpenID Connect Core 3.1.3, 5.3).</summary>
public sealed class TokenEndpointTests
{
    [Test]
    public async Task A_code_gives_the_tokens_of_the_contract()
    {
        await using var issuer = await IssuerHost.StartAsync();
        var answer = await issuer.Oidc.TokenAsync(await issuer.CodeAsync());
        await Assert.That(answer.Status).IsEqualTo(200);
        await Assert.That(answer.Header("Cache-Control")).IsEqualTo("no-store");
        var body = answer.Json;
        await Assert.That(Jwt.Shape(body)).IsEqualTo(Jwt.Shape(JsonAsserts.ExampleNode("auth/oidc-token-response.json")));
        await Assert.That((string)body["scope"]!).IsEqualTo("openid profile email groups");
        await Assert.That((int)body["expires_in"]!).IsEqualTo(900);
        await Assert.That((string)body["token_type"]!).IsEqualTo("Bearer");

        var idToken = (string)body["id_token"]!;
        var example = JsonAsserts.ExampleNode("auth/id-token-decoded.json");
        await Assert.That(Jwt.Shape(Jwt.Header(idToken))).IsEqualTo(Jwt.Shape(example["header"]));
        var claims = Jwt.Payload(idToken);
        await Assert.That(Jwt.Shape(claims)).IsEqualTo(Jwt.Shape(example["payload"]));
        var accessToken = (string)body["access_token"]!;
        await Assert.That((string)claims["sub"]!).IsEqualTo(issuer.User.Id);
        await Assert.That((string)claims["nonce"]!).IsEqualTo("the nonce");
        await Assert.That((string)claims["aud"]!).IsEqualTo("controller");
        await Assert.That((string)claims["iss"]!).IsEqualTo(issuer.Oidc.Issuer);
        await Assert.That((long)claims["exp"]! - (long)claims["iat"]!).IsEqualTo(900);
        await Assert.That((string)claims["at_hash"]!)
            .IsEqualTo(Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(accessToken)).AsSpan(0, 16)));

        await Assert.That(await issuer.Host.ValidateAsync(accessToken)).IsNull().Because("it is no API bearer");
        await Assert.That(await issuer.Host.ValidateAsync(idToken)).IsNull().Because("nor is the ID token");
        var me = await issuer.Oidc.UserInfoAsync(accessToken);
        var expected = JsonAsserts.ExampleNode("auth/oidc-userinfo-response.json");
        expected["sub"] = issuer.User.Id;
        await JsonAsserts.IsSameAsync(me.Json, expected);
    }

    [Test]
    public async Task The_id_token_is_signed_by_a_published_key()
    {
        await using var issuer = await IssuerHost.StartAsync();
        var idToken = (string)(await issuer.Oidc.TokenAsync(await issuer.CodeAsync(("max_age", "300")))).Json["id_token"]!;
        await Assert.That((long)Jwt.Payload(idToken)["auth_time"]!).IsEqualTo(issuer.Host.Clock.GetUtcNow().ToUnixTimeSeconds());
        var jwk = (await issuer.Browser.GetAsync("/oidc/jwks")).Json["keys"]!.AsArray().Single(k => (string)k!["kid"]! == (string)Jwt.Header(idToken)["kid"]!)!;
        using var rsa = RSA.Create(new RSAParameters
        {
            Modulus = Base64Url.DecodeFromChars((string)jwk["n"]!), Exponent = Base64Url.DecodeFromChars((string)jwk["e"]!),
        });
        var parts = idToken.Split('.');
        await Assert.That(rsa.VerifyData(
            Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"), Base64Url.DecodeFromChars(parts[2]), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)).IsTrue();
    }

    [Test]
    public async Task What_is_asked_of_me_depends_on_the_scope()
    {
        await using var issuer = await IssuerHost.StartAsync();
        foreach (var (scope, members) in new[]
        {
            ("openid", "sub: String"), ("openid email", "email: String, sub: String"), ("openid profile", "preferred_username: String, sub: String"),
            ("openid groups", "groups: Array, sub: String"),
        })
        {
            var token = (string)(await issuer.Oidc.TokenAsync(await issuer.CodeAsync(("scope", scope), ("prompt", "login")))).Json["access_token"]!;
            await Assert.That(Jwt.Shape((await issuer.Oidc.UserInfoAsync(token)).Json)).IsEqualTo(members);
        }
    }

    [Test]
    public async Task Me_takes_the_token_in_a_header_or_a_form_and_asks_for_one()
    {
        await using var issuer = await IssuerHost.StartAsync();
        var token = (string)(await issuer.Oidc.TokenAsync(await issuer.CodeAsync())).Json["access_token"]!;
        await Assert.That((await issuer.Browser.PostAsync("/oidc/me", [("access_token", token)])).Status).IsEqualTo(200);
        await Assert.That((await issuer.Browser.SendAsync("POST", "/oidc/me", null, ("Authorization", $"bearer {token}"))).Status).IsEqualTo(200);
        var both = await issuer.Browser.PostAsync("/oidc/me", [("access_token", token)], ("Authorization", $"Bearer {token}"));
        await Assert.That((both.Status, both.Error)).IsEqualTo((400, "invalid_request"));

        var none = await issuer.Browser.GetAsync("/oidc/me");
        await Assert.That((none.Status, none.Header("WWW-Authenticate"))).IsEqualTo((401, "Bearer realm=\"oidc\""));
        var wrong = await issuer.Oidc.UserInfoAsync("nonsense");
        await Assert.That((wrong.Status, wrong.Error)).IsEqualTo((401, "invalid_token"));
        await Assert.That(wrong.Header("WWW-Authenticate")).Contains("error=\"invalid_token\"");
        var pair = await issuer.Host.SignInAsync(IssuerHost.Email, IssuerHost.Password);
        await Assert.That((await issuer.Oidc.UserInfoAsync(pair.AccessToken)).Status).IsEqualTo(401).Because("an API bearer is no token of the issuer's");

        issuer.Host.Clock.Advance(TimeSpan.FromMinutes(15));
        await Assert.That((await issuer.Oidc.UserInfoAsync(token)).Status).IsEqualTo(401);
    }

    [Test]
    public async Task A_code_used_twice_ends_what_it_gave()
    {
        await using var issuer = await IssuerHost.StartAsync();
        var code = await issuer.CodeAsync(("scope", "openid offline_access"));
        var first = (await issuer.Oidc.TokenAsync(code)).Json;
        issuer.Host.Clock.Advance(TimeSpan.FromMinutes(5)); // longer than codes live
        var second = await issuer.Oidc.TokenAsync(code);
        await Assert.That((second.Status, second.Error)).IsEqualTo((400, "invalid_grant"));
        await Assert.That((await issuer.Oidc.UserInfoAsync((string)first["access_token"]!)).Status).IsEqualTo(401);
        await Assert.That((await issuer.Oidc.RefreshAsync((string)first["refresh_token"]!)).Error).IsEqualTo("invalid_grant");
    }

    [Test]
    public async Task Of_exchanges_at_the_same_moment_at_most_one_wins()
    {
        await using var issuer = await IssuerHost.StartAsync();
        var code = await issuer.CodeAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => issuer.Oidc.TokenAsync(code)));
        await Assert.That(answers.Count(a => a.Status == 200)).IsEqualTo(1);
        await Assert.That(answers.Count(a => a.Status == 400)).IsEqualTo(4);
    }

    [Test]
    public async Task A_code_is_good_for_a_minute()
    {
        await using var issuer = await IssuerHost.StartAsync();
        var code = await issuer.CodeAsync();
        issuer.Host.Clock.Advance(TimeSpan.FromMinutes(1));
        await Assert.That((await issuer.Oidc.TokenAsync(code)).Error).IsEqualTo("invalid_grant");
    }

    [Test]
    public async Task A_code_is_good_only_with_what_it_was_asked_for()
    {
        await using var issuer = await IssuerHost.StartAsync();
        var code = await issuer.CodeAsync();
        foreach (var (name, value) in new (string, string?)[]
        {
            ("code_verifier", null), ("code_verifier", "short"), ("code_verifier", OidcSteps.Verifier + "x"),
            ("code_verifier", OidcSteps.ChallengeOf(OidcSteps.Verifier)), // what a plain challenge would take
            ("redirect_uri", null), ("redirect_uri", issuer.Oidc.RedirectUri + "/"), ("redirect_uri", "https://evil.example"), ("code", "nonsense"),
        })
        {
            var answer = await issuer.Oidc.TokenAsync(code, (name, value));
            await Assert.That((answer.Status, answer.Error)).IsEqualTo((400, "invalid_grant")).Because($"{name}={value}");
        }

        await Assert.That((await issuer.Oidc.TokenAsync(code)).Status).IsEqualTo(200).Because("a wrong try does not use it up");
        var plain = await issuer.CodeAsync(("code_challenge", null), ("code_challenge_method", null), ("prompt", "login"));
        await Assert.That((await issuer.Oidc.TokenAsync(plain)).Error).IsEqualTo("invalid_grant").Because("a verifier without a challenge is a downgrade");
        await Assert.That((await issuer.Oidc.TokenAsync(plain, ("code_verifier", null))).Status).IsEqualTo(200);
    }

    [Test]
    public async Task Requests_that_are_none_are_told_so()
    {
        await using var issuer = await IssuerHost.StartAsync();
        foreach (var (name, value, error) in new (string, string?, string)[]
        {
            ("grant_type", null, "invalid_request"), ("grant_type", "password", "unsupported_grant_type"),
            ("grant_type", "client_credentials", "unsupported_grant_type"), ("grant_type", "refresh_token", "invalid_request"), ("code", null, "invalid_request"),
        })
        {
            var answer = await issuer.Oidc.TokenAsync("x", (name, value));
            await Assert.That((answer.Status, answer.Error)).IsEqualTo((400, error)).Because($"{name}={value}");
            await Assert.That(answer.Header("Cache-Control")).IsEqualTo("no-store");
        }
    }

    [Test]
    public async Task Clients_show_their_secret_in_one_of_two_ways()
    {
        await using var issuer = await IssuerHost.StartAsync(new() { ["OIDC_CLIENT_SECRET"] = "s:e c+r%t/ä" });
        const string secret = "s:e c+r%t/ä";
        string Basic(string id, string password) =>
            "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{WebUtility.UrlEncode(id)}:{WebUtility.UrlEncode(password)}"));
        async Task<BrowserAnswer> ExchangeAsync(string code, string? authorization, params (string, string)[] more)
        {
            using var client = new TestBrowser(issuer.Host);
            (string, string)[] form =
                [("grant_type", "authorization_code"), ("code", code), ("redirect_uri", issuer.Oidc.RedirectUri), ("code_verifier", OidcSteps.Verifier), .. more];
            return await client.PostAsync("/oidc/token", form, authorization is null ? [] : [("Authorization", authorization)]);
        }

        var code = await issuer.CodeAsync();
        foreach (var (authorization, more) in new (string?, (string, string)[])[]
        {
            (null, []), (null, [("client_id", "controller")]), (null, [("client_id", "controller"), ("client_secret", "wrong")]),
            (null, [("client_id", "other"), ("client_secret", secret)]), (Basic("controller", "wrong"), []), (Basic("controller", ""), []), ("Basic !!!", []),
            ("Basic " + Convert.ToBase64String("nocolon"u8), []), ("Bearer x", []),
        })
        {
            var answer = await ExchangeAsync(code, authorization, more);
            await Assert.That((answer.Status, answer.Error)).IsEqualTo((401, "invalid_client")).Because($"{authorization} {string.Join(' ', more)}");
            await Assert.That(answer.Header("WWW-Authenticate")).IsEqualTo("Basic realm=\"oidc\"");
        }

        var both = await ExchangeAsync(code, Basic("controller", secret), ("client_secret", secret));
        await Assert.That((both.Status, both.Error)).IsEqualTo((400, "invalid_request"));
        await Assert.That((await ExchangeAsync(code, Basic("controller", secret))).Status).IsEqualTo(200);
        var another = await issuer.CodeAsync(("prompt", "login"));
        await Assert.That((await ExchangeAsync(another, null, ("client_id", "controller"), ("client_secret", secret))).Status).IsEqualTo(200);
    }

    [Test]
    public async Task Guessing_secrets_is_limited()
    {
        await using var issuer = await IssuerHost.StartAsync(new() { ["AUTH_RATE_LIMIT_MAX_REQUESTS"] = "3" });
        for (var i = 0; i < 3; i++)
        {
            await Assert.That((await issuer.Oidc.TokenAsync("x", ("client_secret", "wrong"))).Status).IsEqualTo(401);
        }

        var limited = await issuer.Oidc.TokenAsync("x", ("client_secret", "wrong"));
        await Assert.That((limited.Status, limited.Header("Retry-After"))).IsEqualTo((429, "60"));
        await Assert.That((await issuer.Oidc.TokenAsync("x")).Error).IsEqualTo("invalid_grant").Because("who knows the secret is not limited");
    }

    [Test]
    public async Task A_configured_secret_replaces_the_stored_one()
    {
        var directory = Directory.CreateTempSubdirectory("controller-test-").FullName;
        try
        {
            string generated;
            await using (var host = await IdentityHost.StartAsync(dataDirectory: directory))
            {
                generated = await new OidcSteps(host).SecretAsync();
                await Assert.That(generated.Length).IsEqualTo(43);
            }

            await using (var host = await IdentityHost.StartAsync(dataDirectory: directory))
            {
                await Assert.That(await new OidcSteps(host).SecretAsync()).IsEqualTo(generated);
            }

            Dictionary<string, string> configured = new(IdentityHost.Configured) { ["OIDC_CLIENT_SECRET"] = "configured" };
            await using (var host = await IdentityHost.StartAsync(configured, directory))
            {
                await Assert.That(await new OidcSteps(host).SecretAsync()).IsEqualTo("configured");
                await Assert.That((await new OidcSteps(host).TokenAsync("x", ("client_secret", generated))).Error).IsEqualTo("invalid_client");
            }
        }
        finally
        {
            Directory.Delete(directory, true);
        }
    }

    [Test]
    public async Task The_console_as_a_client_needs_no_secret_but_pkce()
    {
        await using var issuer = await IssuerHost.StartAsync(new() { ["AUTH_CONSOLE_CLIENT_ENABLED"] = "true" });
        (string, string?)[] console = [("client_id", "ecn-viewer"), ("redirect_uri", $"{issuer.Oidc.PublicUrl}/")];
        var missing = await issuer.Browser.GetAsync(issuer.Oidc.AuthUrl([.. console, ("code_challenge", null), ("code_challenge_method", null)]));
        await Assert.That(missing.Parameter("error")).IsEqualTo("invalid_request");

        var code = await issuer.CodeAsync([.. console, ("scope", "openid offline_access")]);
        await Assert.That((await issuer.Oidc.TokenAsync(code)).Error).IsEqualTo("invalid_grant").Because("it is another client's");
        await Assert.That((await issuer.Oidc.TokenAsync(code, console)).Error).IsEqualTo("invalid_client").Because("it has no secret to give");
        (string, string?)[] publicly = [.. console, ("client_secret", null)];
        await Assert.That((await issuer.Oidc.TokenAsync(code, [.. publicly, ("code_verifier", null)])).Error).IsEqualTo("invalid_grant");
        var body = (await issuer.Oidc.TokenAsync(code, publicly)).Json;
        await Assert.That((string)Jwt.Payload((string)body["id_token"]!)["aud"]!).IsEqualTo("ecn-viewer");
        await Assert.That((string)body["scope"]!).IsEqualTo("openid");
        await Assert.That(body["refresh_token"]).IsNull().Because("it cannot keep one");
        var row = await issuer.Host.Controller.Database.ReadAsync(s => s.QueryOneAsync(
            "SELECT \"client_type\", \"secret_ref\" FROM \"AuthOidcClients\" WHERE \"client_id\" = 'ecn-viewer'", r => (r.Text(), r.TextOrNull())));
        await Assert.That(row).IsEqualTo(("public", null));
    }

    [Test]
    public async Task A_refresh_token_is_used_once_and_its_reuse_ends_all()
    {
        await using var issuer = await IssuerHost.StartAsync();
        var first = (await issuer.Oidc.TokenAsync(await issuer.CodeAsync(("scope", "openid email offline_access")))).Json;
        issuer.Host.Clock.Advance(TimeSpan.FromMinutes(30));
        var second = (await issuer.Oidc.RefreshAsync((string)first["refresh_token"]!)).Json;
        await Assert.That(Jwt.Payload((string)second["id_token"]!)["nonce"]).IsNull();
        await Assert.That((string)Jwt.Payload((string)second["id_token"]!)["sub"]!).IsEqualTo(issuer.User.Id);
        await Assert.That((await issuer.Oidc.UserInfoAsync((string)second["access_token"]!)).Status).IsEqualTo(200);

        var more = await issuer.Oidc.RefreshAsync((string)second["refresh_token"]!, ("scope", "openid groups"));
        await Assert.That((more.Status, more.Error)).IsEqualTo((400, "invalid_scope"));
        var narrow = (await issuer.Oidc.RefreshAsync((string)second["refresh_token"]!, ("scope", "openid"))).Json;
        await Assert.That((string)narrow["scope"]!).IsEqualTo("openid");
        await Assert.That(Jwt.Shape((await issuer.Oidc.UserInfoAsync((string)narrow["access_token"]!)).Json)).IsEqualTo("sub: String");

        await Assert.That((await issuer.Oidc.RefreshAsync((string)second["refresh_token"]!)).Error).IsEqualTo("invalid_grant");
        await Assert.That((await issuer.Oidc.RefreshAsync((string)narrow["refresh_token"]!)).Error).IsEqualTo("invalid_grant").Because("the reuse ended the grant");
        await Assert.That((await issuer.Oidc.UserInfoAsync((string)narrow["access_token"]!)).Status).IsEqualTo(401);
    }

    [Test]
    public async Task A_refresh_token_ends_with_its_time_the_password_and_the_account()
    {
        foreach (var end in new[]
        {
            "", "UPDATE \"AuthUsers\" SET \"password_hash\" = 'other' WHERE \"email\" = 'alice@example.org'",
            "UPDATE \"AuthUsers\" SET \"deleted_at\" = '2026-01-01 00:00:00.000 +00:00' WHERE \"email\" = 'alice@example.org'",
        })
        {
            await using var issuer = await IssuerHost.StartAsync();
            var tokens = (await issuer.Oidc.TokenAsync(await issuer.CodeAsync(("scope", "openid offline_access")))).Json;
            if (end.Length == 0)
            {
                issuer.Host.Clock.Advance(TimeSpan.FromHours(1));
            }
            else
            {
                await issuer.Host.SqlAsync(end);
            }

            await Assert.That((await issuer.Oidc.RefreshAsync((string)tokens["refresh_token"]!)).Error).IsEqualTo("invalid_grant").Because(end);
            await Assert.That((await issuer.Oidc.UserInfoAsync((string)tokens["access_token"]!)).Status).IsEqualTo(401).Because(end);
        }
    }

    [Test]
    public async Task Tokens_can_be_given_back()
    {
        await using var issuer = await IssuerHost.StartAsync(new() { ["AUTH_CONSOLE_CLIENT_ENABLED"] = "true" });
        var secret = await issuer.Oidc.SecretAsync();
        Task<BrowserAnswer> RevokeAsync(string token, string? hint = null) => issuer.Browser.PostAsync(
            "/oidc/revoke",
            [("token", token), ("client_id", "controller"), ("client_secret", secret), .. hint is null ? Array.Empty<(string, string)>() : [("token_type_hint", hint)]]);
        var tokens = (await issuer.Oidc.TokenAsync(await issuer.CodeAsync(("scope", "openid offline_access")))).Json;
        var (access, refresh) = ((string)tokens["access_token"]!, (string)tokens["refresh_token"]!);

        var foreign = await issuer.Browser.PostAsync("/oidc/revoke", [("token", access), ("client_id", "ecn-viewer")]);
        await Assert.That((foreign.Status, foreign.Error)).IsEqualTo((400, "invalid_grant"));
        await Assert.That((await issuer.Browser.PostAsync("/oidc/revoke", [("token", access)])).Error).IsEqualTo("invalid_client");
        await Assert.That((await issuer.Oidc.UserInfoAsync(access)).Status).IsEqualTo(200);

        var done = await RevokeAsync(access, "refresh_token");
        await Assert.That((done.Status, done.Body)).IsEqualTo((200, ""));
        await Assert.That((await issuer.Oidc.UserInfoAsync(access)).Status).IsEqualTo(401);
        var fresh = (await issuer.Oidc.RefreshAsync(refresh)).Json;
        await RevokeAsync((string)fresh["refresh_token"]!);
        await Assert.That((await issuer.Oidc.UserInfoAsync((string)fresh["access_token"]!)).Status).IsEqualTo(401).Because("the grant has ended");
        await Assert.That((await RevokeAsync("nonsense")).Status).IsEqualTo(200);
    }

    [Test]
    public async Task A_request_can_be_left_before_the_browser_comes()
    {
        await using var issuer = await IssuerHost.StartAsync();
        var secret = await issuer.Oidc.SecretAsync();
        async Task<BrowserAnswer> PushAsync(params (string Name, string? Value)[] changes) => await issuer.Browser.PostAsync(
            "/oidc/request", issuer.Oidc.Request([("client_secret", secret), .. changes]).Select(p => (p.Key, p.Value)));
        foreach (var (name, value, status, error) in new (string, string?, int, string)[]
        {
            ("client_secret", "wrong", 401, "invalid_client"), ("redirect_uri", "https://evil.example", 400, "invalid_request"),
            ("response_type", "token", 400, "unsupported_response_type"), ("request_uri", "urn:x", 400, "invalid_request"), ("scope", "email", 400, "invalid_scope"),
        })
        {
            var refused = await PushAsync((name, value));
            await Assert.That((refused.Status, refused.Error)).IsEqualTo((status, error)).Because(name);
        }

        var pushed = await PushAsync();
        await Assert.That((pushed.Status, (int)pushed.Json["expires_in"]!)).IsEqualTo((201, 60));
        string Url(string uri, string client = "controller") => $"/oidc/auth?client_id={client}&request_uri={WebUtility.UrlEncode(uri)}";
        var uri = (string)pushed.Json["request_uri"]!;
        var uid = issuer.Oidc.UidOf(await issuer.Browser.GetAsync(Url(uri)));
        var answer = await issuer.Browser.GetAsync(await issuer.Oidc.PassAsync(uid, IssuerHost.Email, IssuerHost.Password));
        await Assert.That(answer.Parameter("state")).IsEqualTo("the state");
        await Assert.That((await issuer.Oidc.TokenAsync(answer.Parameter("code"))).Status).IsEqualTo(200);

        var again = await issuer.Browser.GetAsync(Url(uri));
        await Assert.That((again.Status, again.Error)).IsEqualTo((400, "invalid_request_uri"));
        var late = (string)(await PushAsync()).Json["request_uri"]!;
        issuer.Host.Clock.Advance(TimeSpan.FromMinutes(1));
        foreach (var wrong in new[] { late, "urn:ietf:params:oauth:request_uri:nonsense", "https://evil.example/request" })
        {
            await Assert.That((await issuer.Browser.GetAsync(Url(wrong))).Error).IsEqualTo("invalid_request_uri").Because(wrong);
        }
    }
}
