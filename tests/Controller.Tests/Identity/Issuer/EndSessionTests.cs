using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using System.Security.Cryptography;

namespace Controller.Tests.Identity.Issuer;

/// <summary>Signing out at the issuer (OpenID Connect RP-Initiated Logout 1.0).</summary>
public sealed partial class EndSessionTests
{
    [Test]
    public async Task A_client_with_the_user_s_id_token_signs_the_user_out()
    {
        await using var issuer = await IssuerHost.StartAsync();
        var tokens = (await issuer.Oidc.TokenAsync(await issuer.CodeAsync())).Json;
        issuer.Host.Clock.Advance(TimeSpan.FromMinutes(20)); // an expired ID token will do
        var target = $"{issuer.Oidc.ConsoleUrl}/login";
        var answer = await issuer.Browser.GetAsync(
            $"/oidc/session/end?id_token_hint={tokens["id_token"]}&post_logout_redirect_uri={WebUtility.UrlEncode(target)}&state=a%26b");
        await Assert.That((answer.Status, answer.Location)).IsEqualTo((303, $"{target}?state=a%26b"));
        await Assert.That(issuer.Browser.Cookies).IsEmpty();
        await IsSignedOutAsync(issuer);
    }

    [Test]
    public async Task Signing_out_ends_what_was_granted_in_the_session_but_not_offline_access()
    {
        await using var issuer = await IssuerHost.StartAsync();
        var online = (await issuer.Oidc.TokenAsync(await issuer.CodeAsync())).Json;
        var silent = await issuer.Browser.GetAsync(issuer.Oidc.AuthUrl(("scope", "openid offline_access")));
        var offline = (await issuer.Oidc.TokenAsync(silent.Parameter("code"))).Json;
        await issuer.Browser.GetAsync($"/oidc/session/end?id_token_hint={online["id_token"]}");
        await Assert.That((await issuer.Oidc.UserInfoAsync((string)online["access_token"]!)).Status).IsEqualTo(401);
        await Assert.That((await issuer.Oidc.RefreshAsync((string)offline["refresh_token"]!)).Status).IsEqualTo(200);
    }

    [Test]
    public async Task Anybody_else_s_link_asks_first()
    {
        await using var issuer = await IssuerHost.StartAsync();
        await issuer.SignInAsync();
        var page = await issuer.Browser.GetAsync("/oidc/session/end?client_id=controller");
        await Assert.That(page.Status).IsEqualTo(200);
        await Assert.That(page.Header("Content-Security-Policy")).Contains("script-src 'none'").And.Contains("frame-ancestors 'none'");
        await issuer.Browser.PostAsync("/oidc/session/end", [("logout", "forged"), ("client_id", "controller")]);
        var still = await issuer.Browser.GetAsync(issuer.Oidc.AuthUrl(("prompt", "none")));
        await Assert.That(still.Parameter("code")).IsNotNull().Because("nobody has agreed");

        var token = WebUtility.HtmlDecode(Token().Match(page.Body).Groups[1].Value);
        var done = await issuer.Browser.PostAsync("/oidc/session/end", [("logout", token), ("client_id", "controller")]);
        await Assert.That(done.Status).IsEqualTo(200);
        await IsSignedOutAsync(issuer);
    }

    [Test]
    public async Task Another_user_s_id_token_does_not_sign_this_one_out()
    {
        await using var issuer = await IssuerHost.StartAsync();
        await issuer.Host.AddUserAsync("mallory@example.org", IssuerHost.Password);
        using var theirs = new TestBrowser(issuer.Host);
        var answer = await issuer.Oidc.SignInAsync(theirs, "mallory@example.org", IssuerHost.Password);
        var hint = (string)(await issuer.Oidc.TokenAsync(answer.Parameter("code"))).Json["id_token"]!;
        await issuer.SignInAsync();
        await issuer.Browser.GetAsync($"/oidc/session/end?id_token_hint={hint}");
        var still = await issuer.Browser.GetAsync(issuer.Oidc.AuthUrl(("prompt", "none")));
        await Assert.That(still.Parameter("code")).IsNotNull();
    }

    [Test]
    public async Task A_hint_must_be_an_id_token_that_we_signed()
    {
        await using var issuer = await IssuerHost.StartAsync();
        var right = (string)(await issuer.Oidc.TokenAsync(await issuer.CodeAsync())).Json["id_token"]!;
        var jwk = (await issuer.Browser.GetAsync("/oidc/jwks")).Json["keys"]![0]!;
        JsonObject Header(string alg) => new() { ["alg"] = alg, ["typ"] = "JWT", ["kid"] = (string)jwk["kid"]! };
        var api = await issuer.Host.SignInAsync(IssuerHost.Email, IssuerHost.Password);
        using var foreign = RSA.Create(2048);
        foreach (var hint in new[]
        {
            Jwt.Make(Header("none"), Jwt.Payload(right), _ => []),
            Jwt.Make(Header("HS256"), Jwt.Payload(right), d => HMACSHA256.HashData(Encoding.UTF8.GetBytes((string)jwk["n"]!), d)),
            Jwt.Make(Header("RS256"), Jwt.Payload(right), d => foreign.SignData(d, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)),
            api.AccessToken, api.RefreshToken, "nonsense",
        })
        {
            var answer = await issuer.Browser.GetAsync($"/oidc/session/end?id_token_hint={hint}");
            await Assert.That((answer.Status, answer.Error)).IsEqualTo((400, "invalid_request")).Because(hint);
        }
    }

    [Test]
    public async Task Nobody_is_sent_to_an_address_that_is_not_registered()
    {
        await using var issuer = await IssuerHost.StartAsync();
        var target = $"{issuer.Oidc.ConsoleUrl}/login";
        foreach (var (uri, client) in new (string, string?)[]
        {
            ("https://evil.example/", "controller"), (target + "/", "controller"), (target + "?x", "controller"), (target + "@evil.example", "controller"),
            ("//evil.example", "controller"), (target, null), (target, "other"),
        })
        {
            var answer = await issuer.Browser.GetAsync(
                $"/oidc/session/end?post_logout_redirect_uri={WebUtility.UrlEncode(uri)}{(client is null ? "" : $"&client_id={client}")}");
            await Assert.That((answer.Status, answer.Location, answer.Error)).IsEqualTo((400, null, "invalid_request")).Because(uri);
        }

        var nobody = await issuer.Browser.GetAsync($"/oidc/session/end?client_id=controller&post_logout_redirect_uri={WebUtility.UrlEncode(target)}");
        await Assert.That((nobody.Status, nobody.Location)).IsEqualTo((303, target)).Because("a browser without a session is signed out already");
    }

    private static async Task IsSignedOutAsync(IssuerHost issuer)
    {
        var answer = await issuer.Browser.GetAsync(issuer.Oidc.AuthUrl(("prompt", "none")));
        await Assert.That(answer.Parameter("error")).IsEqualTo("login_required");
    }

    [GeneratedRegex("name=\"logout\" value=\"([^\"]+)\"")]
    private static partial Regex Token();
}
