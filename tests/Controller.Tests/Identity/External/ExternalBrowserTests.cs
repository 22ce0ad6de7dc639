using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Controller.Hosting;
using Controller.Identity.Browser;
using Controller.Tests.Support;
using Microsoft.AspNetCore.WebUtilities;

namespace Controller.Tests.Identity.External;

/// <summary>The issuer's half of the browser login (auth-rbac 5.1, 5.2): what is asked, and which answers pass.</summary>
public sealed class ExternalBrowserTests
{
    private const string Callback = "https://controller.example.org/api/v3/user/oauth/callback";

    [Test]
    public async Task The_browser_is_sent_to_the_provider_with_everything_that_binds_it()
    {
        await using var host = await ExternalHost.StartAsync();
        var attempt = Attempt(host);
        var url = new Uri(await SignIn(host).AuthorizationUrlAsync(attempt, default));

        await Assert.That(url.GetLeftPart(UriPartial.Path)).IsEqualTo(host.Provider.Issuer + "/authorize");
        var query = QueryHelpers.ParseQuery(url.Query).ToDictionary(q => q.Key, q => q.Value.ToString());
        await Assert.That(query).IsEquivalentTo(new Dictionary<string, string>
        {
            ["tenant"] = "1",
            ["client_id"] = FakeIdentityProvider.ClientId,
            ["redirect_uri"] = Callback,
            ["response_type"] = "code",
            ["scope"] = "openid profile email groups offline_access",
            ["state"] = attempt.State,
            ["nonce"] = attempt.Nonce,
            ["code_challenge"] = Jwt.Encode(SHA256.HashData(Encoding.ASCII.GetBytes(attempt.CodeVerifier))),
            ["code_challenge_method"] = "S256",
        });
    }

    [Test]
    public async Task A_code_becomes_the_provider_s_own_tokens()
    {
        await using var host = await ExternalHost.StartAsync();
        var attempt = Attempt(host);
        var access = host.Token();
        Grants(host, attempt, access, refresh: "r1");
        var tokens = await SignIn(host).ExchangeAsync(attempt, "c0de", host.Provider.Issuer, default);

        await Assert.That(tokens).IsEqualTo(new BrowserTokens(access, "r1"));
        var form = host.Provider.Requests.Single(r => r.Path == FakeIdentityProvider.Token).Form;
        await Assert.That(form).IsEquivalentTo(new Dictionary<string, string>
        {
            ["grant_type"] = "authorization_code",
            ["code"] = "c0de",
            ["redirect_uri"] = Callback,
            ["code_verifier"] = attempt.CodeVerifier,
            ["client_id"] = FakeIdentityProvider.ClientId,
            ["client_secret"] = FakeIdentityProvider.ClientSecret,
        });

        Grants(host, attempt, access);
        await Assert.That((await SignIn(host).ExchangeAsync(attempt, "c0de", null, default)).RefreshToken).IsNull();
    }

    [Test]
    [Arguments("RS256")]
    [Arguments("ES384")]
    [Arguments("PS512")]
    public async Task An_ID_token_is_bound_to_its_access_token_by_its_own_hash(string algorithm)
    {
        await using var host = await ExternalHost.StartAsync();
        var key = host.Provider.AddKey(algorithm);
        var attempt = Attempt(host);
        var access = host.Token();
        var hash = algorithm[^3..] switch
        {
            "256" => SHA256.HashData(Encoding.ASCII.GetBytes(access)),
            "384" => SHA384.HashData(Encoding.ASCII.GetBytes(access)),
            _ => SHA512.HashData(Encoding.ASCII.GetBytes(access)),
        };
        Grants(host, attempt, access, id => id["at_hash"] = Jwt.Encode(hash[..(hash.Length / 2)]), key: key);
        await Assert.That((await SignIn(host).ExchangeAsync(attempt, "c", null, default)).AccessToken).IsEqualTo(access);

        Grants(host, attempt, host.Token(), id => id["at_hash"] = Jwt.Encode(hash[..(hash.Length / 2)]), key: key);
        await IsRefusedAsync(host, attempt, "OAuth authorization failed");
    }

    [Test]
    public async Task An_answer_that_does_not_fit_is_refused()
    {
        await using var host = await ExternalHost.StartAsync();
        var attempt = Attempt(host);
        var access = host.Token();
        var cases = new Dictionary<string, Action<JsonObject>>
        {
            ["other nonce"] = id => id["nonce"] = "other",
            ["no nonce"] = id => id.Remove("nonce"),
            ["nonce that is no text"] = id => id["nonce"] = 5,
            ["other audience"] = id => id["aud"] = "other",
            ["several audiences without azp"] = id => id["aud"] = new JsonArray(FakeIdentityProvider.ClientId, "other"),
            ["asked for by another"] = id =>
            {
                id["aud"] = new JsonArray(FakeIdentityProvider.ClientId, "other");
                id["azp"] = "other";
            },
            ["expired"] = id => id["exp"] = host.Clock.GetUtcNow().ToUnixTimeSeconds(),
            ["other issuer"] = id => id["iss"] = "https://evil.example.org",
        };
        foreach (var (_, change) in cases)
        {
            Grants(host, attempt, access, change);
            await IsRefusedAsync(host, attempt, "OAuth authorization failed");
        }

        Grants(host, attempt, access, key: ProviderKey.Create("RS256", host.Key.Kid));
        await IsRefusedAsync(host, attempt, "OAuth authorization failed");
        host.Provider.On(FakeIdentityProvider.Token, 200, $$"""{"access_token":"{{access}}"}""");
        await IsRefusedAsync(host, attempt, "OAuth response missing id_token");
        host.Provider.On(FakeIdentityProvider.Token, 400, """{"error":"invalid_grant","error_description":"Code not valid"}""");
        await IsRefusedAsync(host, attempt, "Code not valid");
        host.Provider.On(FakeIdentityProvider.Token, 400, "");
        await IsRefusedAsync(host, attempt, "OAuth authorization failed");

        Grants(host, attempt, access, id =>
        {
            id["aud"] = new JsonArray(FakeIdentityProvider.ClientId, "other");
            id["azp"] = FakeIdentityProvider.ClientId;
        });
        await Assert.That((await SignIn(host).ExchangeAsync(attempt, "c", null, default)).AccessToken).IsEqualTo(access);
    }

    [Test]
    public async Task A_code_of_another_issuer_is_not_sent_to_ours()
    {
        await using var host = await ExternalHost.StartAsync();
        await IsRefusedAsync(host, Attempt(host), "OAuth authorization failed", "https://evil.example.org");

        await using var strict = await ExternalHost.StartAsync();
        strict.Provider.Describe = document => document["authorization_response_iss_parameter_supported"] = true;
        await IsRefusedAsync(strict, Attempt(strict), "OAuth authorization failed");
        await Assert.That(host.Provider.Count(FakeIdentityProvider.Token) + strict.Provider.Count(FakeIdentityProvider.Token)).IsEqualTo(0);
    }

    private static SignInAttempt Attempt(ExternalHost host) => SignInAttempt.Create(host.Clock.GetUtcNow(), null);

    private static IBrowserSignIn SignIn(ExternalHost host) => host.Controller.Service<IBrowserSignIn>();

    private static void Grants(
        ExternalHost host, SignInAttempt attempt, string access, Action<JsonObject>? idToken = null, string? refresh = null, ProviderKey? key = null)
    {
        var now = host.Clock.GetUtcNow().ToUnixTimeSeconds();
        var id = new JsonObject
        {
            ["iss"] = host.Provider.Issuer,
            ["aud"] = FakeIdentityProvider.ClientId,
            ["sub"] = "3b6f6a53-1f0e-4b86-9c43-0a5f2f8f7e11",
            ["iat"] = now,
            ["exp"] = now + 60,
            ["nonce"] = attempt.Nonce,
        };
        idToken?.Invoke(id);
        host.Provider.On(FakeIdentityProvider.Token, 200, new JsonObject
        {
            ["access_token"] = access,
            ["refresh_token"] = refresh,
            ["id_token"] = (key ?? host.Key).Sign(id),
        }.ToJsonString());
    }

    private static async Task IsRefusedAsync(ExternalHost host, SignInAttempt attempt, string message, string? issuer = null)
    {
        var refusal = await Assert.That(async () => await SignIn(host).ExchangeAsync(attempt, "c", issuer, default)).Throws<ApiException>();
        await Assert.That(refusal!.Status).IsEqualTo(401);
        await Assert.That(refusal.Name).IsEqualTo("AuthenticationError");
        await Assert.That(refusal.Message).IsEqualTo(message);
    }
}
