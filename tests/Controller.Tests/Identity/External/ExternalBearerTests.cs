using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Controller.Tests.Support;

namespace Controller.Tests.Identity.External;

/// <summary>Which tokens of an external identity provider are accepted, and as whom (auth-rbac 2 and 10.1).</summary>
public sealed class ExternalBearerTests
{
    [Test]
    public async Task The_example_token_names_its_user_and_all_groups_in_order()
    {
        await using var host = await ExternalHost.StartAsync();
        var identity = await host.ValidateAsync(host.Token());

        await Assert.That(identity!.Username).IsEqualTo("bob");
        await Assert.That(identity.Subject).IsEqualTo("3b6f6a53-1f0e-4b86-9c43-0a5f2f8f7e11");
        await Assert.That(string.Join(' ', identity.Groups)).IsEqualTo("sre viewer");
        await Assert.That(await host.StatusAsync(host.Token())).IsEqualTo(HttpStatusCode.OK);
    }

    [Test]
    public async Task Subjects_are_read_from_these_claims_only()
    {
        await using var host = await ExternalHost.StartAsync();
        foreach (var (claims, username, groups) in new[]
        {
            ("""{"preferred_username":"","username":"carl","email":"c@example.org","sub":"1"}""", "carl", ""),
            ("""{"email":"c@example.org","sub":"1"}""", "c@example.org", ""),
            ("""{"sub":"1"}""", "1", ""),
            ("""{"username":"service","roles":["/Admin"]}""", "service", "/admin"),
            ("""
            {"sub":"1","groups":["C"],"roles":["B"],"realm_access":{"roles":["Y"]},
             "resource_access":{"pot-controller":{"roles":["A"]},"account":{"roles":["X"]}}}
            """, "1", "a b c"),
            ("""{"sub":"1","groups":"admin","roles":{"admin":true},"resource_access":["admin"]}""", "1", ""),
            ("""{"sub":"1","groups":["viewer",1,null]}""", "1", "viewer"),
            ("""{"sub":"1","groups":["viewer"],"password_change_required":true}""", "1", "viewer"),
        })
        {
            var identity = await host.ValidateAsync(host.Token(payload =>
            {
                foreach (var name in new[] { "sub", "preferred_username", "email", "resource_access", "groups" })
                {
                    payload.Remove(name);
                }

                foreach (var (name, value) in JsonNode.Parse(claims)!.AsObject())
                {
                    payload[name] = value!.DeepClone();
                }
            }));
            await Assert.That(identity!.Username).IsEqualTo(username).Because(claims);
            await Assert.That(string.Join(' ', identity.Groups)).IsEqualTo(groups).Because(claims);
            await Assert.That(identity.PasswordChangeRequired).IsFalse();
        }
    }

    [Test]
    public async Task Every_asymmetric_algorithm_is_taken()
    {
        await using var host = await ExternalHost.StartAsync();
        string[] algorithms = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"];
        var keys = algorithms.Select(a => host.Provider.AddKey(a))
            .Concat(algorithms.Select(a => host.Provider.AddKey(a, jwk: jwk => jwk["alg"] = a)))
            .ToList();
        foreach (var key in keys)
        {
            await Assert.That(await host.ValidateAsync(host.Provider.AccessToken(key))).IsNotNull().Because(key.Jwk.ToJsonString());
        }
    }

    [Test]
    public async Task Whatever_is_not_a_token_for_us_is_refused()
    {
        await using var host = await ExternalHost.StartAsync();
        var provider = host.Provider;
        var key = host.Key;
        var curve = provider.AddKey("ES256", "curve");
        var encryption = provider.AddKey(kid: "encryption", jwk: jwk => jwk["use"] = "enc");
        var wrapping = provider.AddKey(kid: "wrapping", jwk: jwk => jwk["key_ops"] = new JsonArray("wrapKey"));
        var bound = provider.AddKey(kid: "bound", jwk: jwk => jwk["alg"] = "RS256");
        var decrypting = provider.AddKey(kid: "decrypting", jwk: jwk => jwk["alg"] = "RSA-OAEP");
        var shared = Encoding.ASCII.GetBytes("0123456789abcdef0123456789abcdef");
        provider.Keys.Add(new JsonObject { ["kty"] = "oct", ["kid"] = "shared", ["k"] = Jwt.Encode(shared) });
        provider.Keys.Add(new JsonObject { ["kty"] = "RSA", ["kid"] = "short", ["n"] = Jwt.Encode(new byte[128]), ["e"] = "AQAB" });
        provider.Keys.Add(new JsonObject { ["kty"] = "RSA", ["kid"] = "no-number", ["n"] = "!", ["e"] = "AQAB" });
        var foreign = ProviderKey.Create("RS256", key.Kid);
        using var rsa = RSA.Create(new RSAParameters { Modulus = Bytes(key, "n"), Exponent = Bytes(key, "e") });
        var now = host.Clock.GetUtcNow().ToUnixTimeSeconds();

        string Mac(string kid, byte[] secret) => Jwt.Make(
            new JsonObject { ["alg"] = "HS256", ["kid"] = kid }, provider.Claims(), data => HMACSHA256.HashData(secret, data));
        var none = $"{Jwt.Encode("{\"alg\":\"none\"}"u8.ToArray())}.{host.Token().Split('.')[1]}.";
        var tokens = new Dictionary<string, string>
        {
            ["nothing"] = "",
            ["no token"] = "a.b.c",
            ["none"] = none,
            ["none with a key"] = Jwt.Make(new JsonObject { ["alg"] = "none", ["kid"] = key.Kid }, provider.Claims(), _ => []),
            ["no algorithm"] = Jwt.Make(new JsonObject { ["kid"] = key.Kid }, provider.Claims(), data => key.Signer(data, "RS256")),
            ["HS256 by the public key's PEM"] = Mac(key.Kid, Encoding.ASCII.GetBytes(rsa.ExportSubjectPublicKeyInfoPem())),
            ["HS256 by the modulus"] = Mac(key.Kid, Bytes(key, "n")),
            ["HS256 by a published secret"] = Mac("shared", shared),
            ["foreign key of the same name"] = foreign.Sign(provider.Claims()),
            ["unknown key"] = key.Sign(provider.Claims(), "RS256", "unknown"),
            ["no key named where several fit"] = key.Sign(provider.Claims(), "RS256", null),
            ["RSA by a curve's name"] = key.Sign(provider.Claims(), "RS256", "curve"),
            ["curve by an RSA key's name"] = curve.Sign(provider.Claims(), "ES256", key.Kid),
            ["another curve's algorithm"] = curve.Sign(provider.Claims(), "ES512", "curve"),
            ["key for encryption"] = encryption.Sign(provider.Claims()),
            ["key for wrapping"] = wrapping.Sign(provider.Claims()),
            ["key for decryption"] = decrypting.Sign(provider.Claims()),
            ["an algorithm that the key is not for"] = bound.Sign(provider.Claims(), "RS512", "bound"),
            ["weak key"] = key.Sign(provider.Claims(), "RS256", "short"),
            ["broken key"] = key.Sign(provider.Claims(), "RS256", "no-number"),
            ["changed"] = Changed(host.Token()),
            ["expired"] = host.Token(c => c["exp"] = now),
            ["without expiry"] = host.Token(c => c.Remove("exp")),
            ["not yet"] = host.Token(c => c["nbf"] = now + 1),
            ["other audience"] = host.Token(c => c["aud"] = new JsonArray("account", "pot")),
            ["no audience"] = host.Token(c => c.Remove("aud")),
            ["other issuer"] = host.Token(c => c["iss"] = "https://evil.example.org"),
            ["issuer with a slash"] = host.Token(c => c["iss"] = provider.Issuer + "/"),
            ["no issuer"] = host.Token(c => c.Remove("iss")),
            ["refresh token"] = host.Token(c => c["token_use"] = "refresh"),
            ["nobody's"] = host.Token(c =>
            {
                c.Remove("sub");
                c.Remove("preferred_username");
                c.Remove("email");
            }),
            ["no claims"] = key.Sign([]),
            ["too long"] = host.Token(c => c["x"] = new string('x', 20_000)),
        };

        foreach (var (what, token) in tokens)
        {
            await Assert.That(await host.ValidateAsync(token)).IsNull().Because(what);
        }

        await Assert.That(await host.StatusAsync(tokens["other audience"])).IsEqualTo(HttpStatusCode.Unauthorized);
        await Assert.That(await host.ValidateAsync(bound.Sign(provider.Claims()))).IsNotNull();
        await Assert.That(await host.ValidateAsync(host.Token(c => c["aud"] = "pot-controller"))).IsNotNull();
    }

    [Test]
    public async Task A_token_that_names_no_key_means_the_only_one()
    {
        await using var host = await ExternalHost.StartAsync();
        await Assert.That(await host.ValidateAsync(host.Key.Sign(host.Provider.Claims(), "RS256", null))).IsNotNull();
    }

    [Test]
    public async Task A_token_is_accepted_until_the_second_it_expires()
    {
        await using var host = await ExternalHost.StartAsync();
        var token = host.Token();
        host.Clock.Advance(TimeSpan.FromSeconds(299));
        await Assert.That(await host.StatusAsync(token)).IsEqualTo(HttpStatusCode.OK);
        host.Clock.Advance(TimeSpan.FromSeconds(1));
        await Assert.That(await host.StatusAsync(token)).IsEqualTo(HttpStatusCode.Unauthorized);
    }

    [Test]
    public async Task Roles_decide_and_nothing_local_is_made()
    {
        await using var host = await ExternalHost.StartAsync(isNew: true);
        var viewer = host.Token(c => c.Remove("resource_access"));
        await Assert.That(await host.StatusAsync(viewer)).IsEqualTo(HttpStatusCode.OK);
        var (denied, _, _) = await host.Controller.SendAsync("DELETE", "/api/v3/registries/77", authorization: $"Bearer {viewer}");
        await Assert.That(denied).IsEqualTo(HttpStatusCode.Forbidden);
        var (missing, _, _) = await host.Controller.SendAsync("DELETE", "/api/v3/registries/77", authorization: $"Bearer {host.Token()}");
        await Assert.That(missing).IsEqualTo(HttpStatusCode.NotFound);

        foreach (var table in new[] { "AuthUsers", "AuthOidcKeys", "AuthRefreshTokens" })
        {
            var rows = await host.Controller.Controller.Database.ReadAsync(s => s.QueryAsync($"SELECT 1 FROM \"{table}\"", _ => 1));
            await Assert.That(rows).IsEmpty().Because(table);
        }
    }

    private static byte[] Bytes(ProviderKey key, string name) => System.Buffers.Text.Base64Url.DecodeFromChars((string)key.Jwk[name]!);

    private static string Changed(string token)
    {
        var parts = token.Split('.');
        var claims = Jwt.Payload(token);
        claims["groups"] = new JsonArray("admin");
        return $"{parts[0]}.{Jwt.Encode(Encoding.UTF8.GetBytes(claims.ToJsonString()))}.{parts[2]}";
    }
}
