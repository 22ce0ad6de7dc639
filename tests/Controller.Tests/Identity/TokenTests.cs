using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Controller.Configuration;
using Controller.Identity;
using Controller.Secrets;
using Controller.Sql.Stores;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Controller.Tests.Identity;

/// <summary>What tokens look like, and which are accepted (auth-rbac 2 and 3).</summary>
public sealed class TokenTests
{
    [Test]
    public async Task Issued_tokens_have_exactly_the_contract_s_members()
    {
        await using var host = await IdentityHost.StartAsync();
        await host.AddUserAsync("alice@example.org", "Correct-Horse-7-Battery", ["developer"]);
        await host.AddUserAsync("bob@example.org", "Correct-Horse-7-Battery", ["developer"], mustChange: true);
        await host.AddUserAsync("admin", "Correct-Horse-7-Battery", ["admin"]);

        var alice = await host.SignInAsync("alice@example.org", "Correct-Horse-7-Battery");
        var bob = await host.SignInAsync("bob@example.org", "Correct-Horse-7-Battery");
        var plain = await host.SignInAsync("admin", "Correct-Horse-7-Battery");

        await LooksLike(alice.AccessToken, "access-token-decoded");
        await LooksLike(bob.AccessToken, "access-token-decoded-password-change");
        await LooksLike(plain.AccessToken, "access-token-decoded-bootstrap");
        await LooksLike(alice.RefreshToken, "refresh-token-decoded");

        var claims = Jwt.Payload(alice.AccessToken);
        await Assert.That(claims["groups"]!.ToJsonString()).IsEqualTo("[\"developer\"]");
        await Assert.That((string)claims["iss"]!).EndsWith("/oidc");
        await Assert.That((string)claims["aud"]!).IsEqualTo("controller");
        await Assert.That((long)claims["iat"]!).IsEqualTo(1782000000);
        await Assert.That((long)claims["exp"]!).IsEqualTo(1782000900);
        await Assert.That((long)Jwt.Payload(alice.RefreshToken)["exp"]!).IsEqualTo(1782003600);
    }

    [Test]
    public async Task The_contract_s_own_tokens_verify_while_they_last()
    {
        var keys = new FixedKeys(Example.Json("auth/oidc-jwks.json").GetProperty("keys")[0]);
        var tokens = Example.Json("auth/signed-fixture.json");
        var clock = new FakeTimeProvider(DateTimeOffset.FromUnixTimeSeconds(1782000899));
        var verifier = new TokenVerifier(keys, Settings("https://controller.example.org/"), clock, NullLogger<TokenVerifier>.Instance);

        var access = await verifier.VerifyAsync(tokens.GetProperty("accessToken").GetString()!, false, default);
        await Assert.That(access!.Username).IsEqualTo("alice@example.org");
        await Assert.That(access.Use).IsEqualTo("access");
        await Assert.That(access.Groups).IsEquivalentTo(["developer"]);

        // No tolerance: the second in which it expires is too late.
        clock.Advance(TimeSpan.FromSeconds(1));
        await Assert.That(await verifier.VerifyAsync(tokens.GetProperty("accessToken").GetString()!, false, default)).IsNull();
        await Assert.That(await verifier.VerifyAsync(tokens.GetProperty("accessToken").GetString()!, true, default)).IsNotNull();
        await Assert.That((await verifier.VerifyAsync(tokens.GetProperty("refreshToken").GetString()!, false, default))!.Use).IsEqualTo("refresh");
    }

    [Test]
    public async Task Only_a_genuine_access_token_is_accepted()
    {
        await using var host = await IdentityHost.StartAsync();
        var pair = await host.SignInAsync();
        var key = await host.Service<SigningKeys>().CurrentAsync(default);
        using var foreign = RSA.Create(2048);
        using var ours = RSA.Create(key.PublicKey);

        string Token(Action<JsonObject>? payload = null, Action<JsonObject>? header = null, Func<byte[], byte[]>? sign = null)
        {
            var head = Jwt.Header(pair.AccessToken);
            var claims = Jwt.Payload(pair.AccessToken);
            header?.Invoke(head);
            payload?.Invoke(claims);
            return Jwt.Make(head, claims, sign ?? (data => key.Sign(data)));
        }

        Func<byte[], byte[]> Hmac(byte[] secret) => data => HMACSHA256.HashData(secret, data);

        var now = host.Clock.GetUtcNow().ToUnixTimeSeconds();
        await Assert.That(await host.ValidateAsync(pair.AccessToken)).IsNotNull();
        await Assert.That(await host.ValidateAsync(Token(p => p["exp"] = now + 1))).IsNotNull();
        await Assert.That(await host.ValidateAsync(Token(p => p["aud"] = new JsonArray("other", "controller")))).IsNotNull();

        var tampered = pair.AccessToken.Split('.');
        tampered[1] = Token(p => p["sub"] = "somebody").Split('.')[1];
        var forged = new Dictionary<string, string>
        {
            ["refresh as access"] = pair.RefreshToken,
            ["no token_use, as an ID token"] = Token(p => p.Remove("token_use")),
            ["expires now"] = Token(p => p["exp"] = now),
            ["no exp"] = Token(p => p.Remove("exp")),
            ["exp is text"] = Token(p => p["exp"] = "tomorrow"),
            ["not yet valid"] = Token(p => p["nbf"] = now + 1),
            ["other issuer"] = Token(p => p["iss"] = "https://evil.example.org/oidc"),
            ["issuer with a slash"] = Token(p => p["iss"] = (string)p["iss"]! + "/"),
            ["no issuer"] = Token(p => p.Remove("iss")),
            ["other audience"] = Token(p => p["aud"] = "other"),
            ["audience with a slash"] = Token(p => p["aud"] = "controller/"),
            ["no audience"] = Token(p => p.Remove("aud")),
            ["no subject"] = Token(p => p.Remove("sub")),
            ["none"] = Token(header: h => h["alg"] = "none", sign: _ => []),
            ["None with our signature"] = Token(header: h => h["alg"] = "None"),
            ["HS256 by the public key as PEM"] = Token(header: h => h["alg"] = "HS256", sign: Hmac(Encoding.ASCII.GetBytes(ours.ExportSubjectPublicKeyInfoPem()))),
            ["HS256 by the public key as DER"] = Token(header: h => h["alg"] = "HS256", sign: Hmac(ours.ExportSubjectPublicKeyInfo())),
            ["HS256 by the modulus"] = Token(header: h => h["alg"] = "HS256", sign: Hmac(key.PublicKey.Modulus!)),
            ["another algorithm's name"] = Token(header: h => h["alg"] = "RS512"),
            ["another RSA key under our kid"] = Token(sign: d => foreign.SignData(d, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)),
            ["unknown kid"] = Token(header: h => h["kid"] = Guid.NewGuid().ToString()),
            ["no kid"] = Token(header: h => h.Remove("kid")),
            ["key in the header"] = Token(
                header: h => h["jwk"] = new JsonObject { ["kty"] = "RSA", ["e"] = "AQAB", ["n"] = Jwt.Encode(foreign.ExportParameters(false).Modulus!) },
                sign: d => foreign.SignData(d, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)),
            ["changed payload"] = string.Join('.', tampered),
            ["no signature"] = pair.AccessToken[..(pair.AccessToken.LastIndexOf('.') + 1)],
            ["two parts"] = pair.AccessToken[..pair.AccessToken.LastIndexOf('.')],
            ["words"] = "not a token",
            ["dots"] = "..",
            ["no JSON"] = "AAAA.AAAA.AAAA",
            ["long"] = new string('a', 100_000),
            ["not ASCII"] = "é.é.é",
        };
        foreach (var (name, token) in forged)
        {
            await Assert.That(await host.ValidateAsync(token)).IsNull().Because(name);
        }
    }

    [Test]
    public async Task A_token_seen_before_still_ends_on_time()
    {
        await using var host = await IdentityHost.StartAsync();
        var pair = await host.SignInAsync();
        await Assert.That(await host.ValidateAsync(pair.AccessToken)).IsNotNull();

        host.Clock.Advance(TimeSpan.FromSeconds(899));
        var again = await host.ValidateAsync(pair.AccessToken);
        await Assert.That(again!.Username).IsEqualTo(IdentityHost.AdminName);
        await Assert.That(await host.ValidateAsync(pair.AccessToken)).IsSameReferenceAs(again);

        host.Clock.Advance(TimeSpan.FromSeconds(1));
        await Assert.That(await host.ValidateAsync(pair.AccessToken)).IsNull();
    }

    [Test]
    public async Task What_is_remembered_of_tokens_is_bounded()
    {
        var clock = new FakeTimeProvider();
        var tokens = new VerifiedTokens(clock, capacity: 3);
        var identity = new Controller.AccessControl.OperatorIdentity("s", "u", [], false);
        foreach (var name in "abcd")
        {
            tokens.Add(TokenHash.Of($"{name}"), identity, clock.GetUtcNow().AddSeconds(60));
        }

        await Assert.That(tokens.Find(TokenHash.Of("c"))).IsNotNull();
        await Assert.That(tokens.Find(TokenHash.Of("d"))).IsNull();

        clock.Advance(TimeSpan.FromSeconds(60));
        await Assert.That(tokens.Find(TokenHash.Of("a"))).IsNull();
        tokens.Add(TokenHash.Of("d"), identity, clock.GetUtcNow().AddSeconds(60));
        await Assert.That(tokens.Find(TokenHash.Of("d"))).IsNotNull();
    }

    [Test]
    public async Task Keys_of_another_replica_are_found_but_not_asked_for_at_every_forgery()
    {
        await using var host = await IdentityHost.StartAsync();
        var old = await host.SignInAsync();
        var next = SigningKey.Create();
        await host.Controller.Database.WriteAsync(async s =>
        {
            await SigningKeyStore.RetireAllAsync(s, host.Clock.GetUtcNow());
            await SigningKeyStore.InsertAsync(
                s, next.Kid, host.Service<SecretCipher>().Encrypt(SigningKey.SecretName(next.Kid), next.ToStored()), host.Clock.GetUtcNow());
        });
        var foreign = Jwt.Make(new() { ["alg"] = "RS256", ["kid"] = next.Kid }, Jwt.Payload(old.AccessToken), d => next.Sign(d));

        await Assert.That(await host.ValidateAsync(foreign)).IsNull().Because("the keys were read less than 5 s ago");
        host.Clock.Advance(TimeSpan.FromSeconds(5));
        await Assert.That(await host.ValidateAsync(foreign)).IsNotNull();

        await Assert.That(await host.ValidateAsync(old.AccessToken)).IsNotNull().Because("the retired key still verifies");
        await Assert.That(Jwt.Header((await host.SignInAsync()).AccessToken)["kid"]!.GetValue<string>()).IsEqualTo(next.Kid);
        await Assert.That((await host.RefreshAsync(old.RefreshToken)).Status).IsEqualTo(HttpStatusCode.OK);
    }

    [Test]
    public async Task A_retired_key_ends_with_the_last_token_it_can_have_signed()
    {
        await using var host = await IdentityHost.StartAsync();
        var retired = await host.Service<SigningKeys>().CurrentAsync(default);
        var payload = Jwt.Payload((await host.SignInAsync()).AccessToken);
        await host.Controller.Database.WriteAsync(s => SigningKeyStore.RetireAllAsync(s, host.Clock.GetUtcNow()));
        host.Clock.Advance(TimeSpan.FromMinutes(2));
        await host.Service<SigningKeys>().StartAsync(default);
        await Assert.That((await host.Service<SigningKeys>().CurrentAsync(default)).Kid).IsNotEqualTo(retired.Kid);

        string Signed(string sub)
        {
            payload["sub"] = sub;
            payload["exp"] = host.Clock.GetUtcNow().ToUnixTimeSeconds() + 60;
            return Jwt.Make(new() { ["alg"] = "RS256", ["kid"] = retired.Kid }, payload, d => retired.Sign(d));
        }

        // An hour for the refresh tokens it signed, and the minute in which another replica may not have noticed.
        host.Clock.Advance(TimeSpan.FromMinutes(58));
        await Assert.That(await host.ValidateAsync(Signed("a"))).IsNotNull();
        host.Clock.Advance(TimeSpan.FromMinutes(1));
        await Assert.That(await host.ValidateAsync(Signed("b"))).IsNull();
    }

    [Test]
    public async Task The_signing_key_is_stored_encrypted_and_survives_a_restart()
    {
        using var directory = new Testing.TempDirectory();
        string kid;
        await using (var first = await IdentityHost.StartAsync(dataDirectory: directory.Path))
        {
            var key = await first.Service<SigningKeys>().CurrentAsync(default);
            kid = key.Kid;
            await Assert.That(Guid.TryParseExact(kid, "D", out _)).IsTrue();
            var row = (await first.Controller.Database.ReadAsync(s => SigningKeyStore.ListAsync(s, first.Clock.GetUtcNow()))).Single();
            await Assert.That(row.Material!).StartsWith("v1:");
            var stored = JsonNode.Parse(first.Service<SecretCipher>().Decrypt($"oidc-key-{kid}", row.Material!))!["jwk"]!;
            await Assert.That(Jwt.Shape(stored)).IsEqualTo(
                "alg: String, d: String, dp: String, dq: String, e: String, kid: String, kty: String, n: String, p: String, q: String, qi: String, use: String");
            var again = SigningKey.FromStored(kid, key.ToStored());
            await Assert.That(again.Sign("x"u8)).IsEquivalentTo(key.Sign("x"u8));
        }

        await using var second = await IdentityHost.StartAsync(dataDirectory: directory.Path);
        await Assert.That((await second.Service<SigningKeys>().CurrentAsync(default)).Kid).IsEqualTo(kid);
    }

    [Test]
    [Arguments("")]
    [Arguments("{}")]
    [Arguments("""{"jwk":{}}""")]
    [Arguments("""{"jwk":{"n":"AA","e":"AQAB","d":"AA","p":"AA","q":"AA","dp":"AA","dq":"AA","qi":"AA"}}""")]
    [Arguments("""{"jwk":{"n":5}}""")]
    public async Task A_stored_text_that_is_no_key_is_told_so(string stored) =>
        await Assert.That(() => SigningKey.FromStored("kid", stored)).Throws<FormatException>();

    private static async Task LooksLike(string token, string example)
    {
        var expected = JsonNode.Parse(Example.Bytes($"auth/{example}.json"))!;
        await Assert.That(Jwt.Shape(Jwt.Header(token))).IsEqualTo(Jwt.Shape(expected["header"]));
        await Assert.That(Jwt.Shape(Jwt.Payload(token))).IsEqualTo(Jwt.Shape(expected["payload"]));
    }

    private static ControllerSettings Settings(string publicUrl) =>
        ControllerSettings.Load(new Dictionary<string, string> { ["CONTROLLER_PUBLIC_URL"] = publicUrl }, "/tmp", "/tmp").Settings!;

    private sealed class FixedKeys(System.Text.Json.JsonElement jwk) : IVerificationKeys
    {
        public ValueTask<VerificationKey?> FindAsync(string? kid, string algorithm, CancellationToken cancel) => new(
            kid == jwk.GetProperty("kid").GetString()
                ? VerificationKey.Embedded(
                    "https://controller.example.org/oidc", kid!, new RSAParameters { Modulus = Number("n"), Exponent = Number("e") }, null)
                : null);

        private byte[] Number(string name) => System.Buffers.Text.Base64Url.DecodeFromChars(jwk.GetProperty(name).GetString());
    }
}
