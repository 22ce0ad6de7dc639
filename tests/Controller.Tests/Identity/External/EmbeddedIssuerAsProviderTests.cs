using System.Net;
using System.Text.Json.Nodes;
using Controller.Testing;
using Microsoft.Extensions.Time.Testing;

namespace Controller.Tests.Identity.External;

/// <summary>One Controller's embedded issuer is another one's external provider: both sides against each other.</summary>
public sealed class EmbeddedIssuerAsProviderTests
{
    private const string Console = "http://console.test";
    private const string Secret = "shared-by-both";

    [Test]
    public async Task Its_access_tokens_are_accepted_before_and_after_a_rotation()
    {
        await using var pair = await PairAsync();
        var (issuer, relying) = (pair.Issuer, pair.Relying);
        var before = await issuer.SignInAsync();
        var identity = await relying.ValidateAsync(before.AccessToken);
        await Assert.That(identity!.Username).IsEqualTo(IdentityHost.AdminName);
        await Assert.That(identity.Groups).IsEquivalentTo(["admin"]);
        await Assert.That(await relying.ValidateAsync(before.RefreshToken)).IsNull();

        var (rotated, _, _) = await issuer.SendAsync("POST", "/api/v3/auth/jwks/rotate", authorization: $"Bearer {before.AccessToken}");
        await Assert.That(rotated).IsEqualTo(HttpStatusCode.OK);
        issuer.Clock.Advance(TimeSpan.FromSeconds(30));
        await Assert.That(await relying.ValidateAsync((await issuer.SignInAsync()).AccessToken)).IsNotNull();
        await Assert.That((await relying.SendAsync("GET", "/api/v3/registries", authorization: $"Bearer {before.AccessToken}")).Status)
            .IsEqualTo(HttpStatusCode.OK);
    }

    [Test]
    public async Task Its_code_flow_satisfies_the_external_half()
    {
        await using var pair = await PairAsync();
        var (issuer, relying) = (pair.Issuer, pair.Relying);
        // Both have the same public URL, so that the issuer knows the redirect: one browser at each of them.
        using var there = new TestBrowser(issuer);
        using var here = new TestBrowser(relying);

        var authorize = (await here.GetAsync("/api/v3/user/oauth/authorize")).Location!;
        var uid = (await there.GetAsync(authorize)).Parameter("interaction");
        var (step, _, _) = await issuer.SendAsync(
            "POST",
            $"/api/v3/user/interaction/{uid}/login",
            new JsonObject { ["email"] = IdentityHost.AdminName, ["password"] = IdentityHost.AdminPassword });
        await Assert.That(step).IsEqualTo(HttpStatusCode.OK);
        var (_, complete, _) = await issuer.SendAsync("POST", $"/api/v3/user/interaction/{uid}/complete");
        var callback = (await there.GetAsync((string)complete!["redirectTo"]!)).Location!;
        var end = await here.TravelAsync(callback, Console);

        // Opaque, as that issuer's tokens for other clients are; they can be refreshed all the same.
        await Assert.That(end.Url.GetLeftPart(UriPartial.Query)).IsEqualTo(Console + "/login");
        await Assert.That(end.Delivered("accessToken")).IsNotNull();
        await Assert.That((await relying.RefreshAsync(end.Delivered("refreshToken")!)).Status).IsEqualTo(HttpStatusCode.OK);
        await Assert.That(relying.Log).Contains("must be JWTs for the audience controller");
    }

    private static async Task<Pair> PairAsync()
    {
        var clock = new FakeTimeProvider(DateTimeOffset.FromUnixTimeSeconds(1782000000));
        var port = OidcProvider.FreePort();
        var publicUrl = $"http://localhost:{port}";
        var issuer = await IdentityHost.StartAsync(
            new(IdentityHost.Configured)
            {
                ["CONTROLLER_PUBLIC_URL"] = publicUrl,
                ["CONSOLE_URL"] = Console,
                ["OIDC_CLIENT_SECRET"] = Secret,
                ["AUTH_INSECURE_ALLOW_HTTP"] = "true",
            },
            clock: clock,
            port: port);
        var relying = await IdentityHost.StartAsync(
            new()
            {
                ["AUTH_MODE"] = "external",
                ["AUTH_INSECURE_ALLOW_HTTP"] = "true",
                ["CONTROLLER_PUBLIC_URL"] = publicUrl,
                ["CONSOLE_URL"] = Console,
                ["OIDC_ISSUER_URL"] = publicUrl + "/oidc",
                ["OIDC_CLIENT_ID"] = "controller",
                ["OIDC_CLIENT_SECRET"] = Secret,
            },
            clock: clock);
        return new Pair(issuer, relying);
    }

    private sealed record Pair(IdentityHost Issuer, IdentityHost Relying) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await Relying.DisposeAsync();
            await Issuer.DisposeAsync();
        }
    }
}
