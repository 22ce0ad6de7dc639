using System.Text.Json.Nodes;
using Controller.Sql.Stores;
using Controller.Tests.Support;

namespace Controller.Tests.Identity.Issuer;

/// <summary>Discovery and keys (auth-rbac 4, 3.4).</summary>
public sealed class MetadataTests
{
    [Test]
    public async Task Discovery_says_what_the_contract_lists()
    {
        await using var issuer = await IssuerHost.StartAsync(new() { ["CONTROLLER_PUBLIC_URL"] = "https://controller.example.org/" });
        var answer = await issuer.Browser.GetAsync("/oidc/.well-known/openid-configuration");
        await Assert.That(answer.Status).IsEqualTo(200);
        foreach (var (name, expected) in JsonAsserts.ExampleNode("auth/oidc-discovery.json").AsObject())
        {
            var actual = answer.Json[name];
            if (expected is JsonArray list)
            {
                // Ours offers refresh tokens, prompts and further claims beside.
                await Assert.That(actual!.AsArray().Select(i => (string)i!)).Contains((string)list[0]!).Because(name);
                await Assert.That(list.Select(i => (string)i!).Except(actual.AsArray().Select(i => (string)i!))).IsEmpty().Because(name);
            }
            else
            {
                await JsonAsserts.IsSameAsync(actual, expected);
            }
        }

        await Assert.That(answer.Json["grant_types_supported"]!.ToJsonString()).IsEqualTo("""["authorization_code","refresh_token"]""");
        await Assert.That((bool)answer.Json["request_uri_parameter_supported"]!).IsFalse();
        await Assert.That(answer.Header("Cache-Control")).IsEqualTo("public, max-age=300");
    }

    [Test]
    public async Task Keys_are_published_while_they_verify_and_only_their_public_half()
    {
        await using var issuer = await IssuerHost.StartAsync();
        var before = await issuer.Browser.GetAsync("/oidc/jwks");
        var first = before.Json["keys"]!.AsArray().Single()!.AsObject();
        await Assert.That(Jwt.Shape(first)).IsEqualTo(Jwt.Shape(JsonAsserts.ExampleNode("auth/oidc-jwks.json")["keys"]![0]));
        await Assert.That((string)first["alg"]!).IsEqualTo("RS256");

        await issuer.Host.Controller.Database.WriteAsync(s => SigningKeyStore.RetireAllAsync(s, issuer.Host.Clock.GetUtcNow()));
        issuer.Host.Clock.Advance(TimeSpan.FromMinutes(2));
        var retired = await issuer.Browser.GetAsync("/oidc/jwks");
        await Assert.That((string)retired.Json["keys"]!.AsArray().Single()!["kid"]!).IsEqualTo((string)first["kid"]!).Because("tokens that it signed still live");
        issuer.Host.Clock.Advance(TimeSpan.FromHours(1));
        await Assert.That((await issuer.Browser.GetAsync("/oidc/jwks")).Json["keys"]!.AsArray()).IsEmpty();
    }

    [Test]
    public async Task Scripts_of_the_console_and_of_the_api_may_call_and_others_may_not()
    {
        await using var issuer = await IssuerHost.StartAsync(new() { ["CONSOLE_URL"] = "https://console.example.org" });
        foreach (var path in new[] { "/oidc/.well-known/openid-configuration", "/oidc/jwks", "/oidc/me" })
        {
            var ours = await issuer.Browser.GetAsync(path, ("Origin", "https://console.example.org"));
            await Assert.That(ours.Header("Access-Control-Allow-Origin")).IsEqualTo("https://console.example.org").Because(path);
            var foreign = await issuer.Browser.GetAsync(path, ("Origin", "https://evil.example.org"));
            await Assert.That(foreign.Header("Access-Control-Allow-Origin")).IsNull().Because(path);
        }

        var own = await issuer.Browser.GetAsync("/oidc/jwks", ("Origin", issuer.Oidc.PublicUrl));
        await Assert.That(own.Header("Access-Control-Allow-Origin")).IsEqualTo(issuer.Oidc.PublicUrl).Because("the public client lives there");
        var preflight = await issuer.Browser.SendAsync(
            "OPTIONS", "/oidc/token", null, ("Origin", "https://console.example.org"), ("Access-Control-Request-Method", "POST"));
        await Assert.That(preflight.Status).IsEqualTo(204);
    }

    [Test]
    public async Task What_is_not_there_is_told_in_json()
    {
        await using var issuer = await IssuerHost.StartAsync();
        foreach (var (method, path, status) in new[]
        {
            ("GET", "/oidc", 404), ("GET", "/oidc/reg", 404), ("POST", "/oidc/token/introspection", 404), ("GET", "/oidc/token", 405), ("POST", "/oidc/jwks", 405),
        })
        {
            var answer = await issuer.Browser.SendAsync(method, path, null);
            await Assert.That(answer.Status).IsEqualTo(status).Because(path);
            await Assert.That(answer.Json["message"]).IsNotNull();
        }
    }
}
