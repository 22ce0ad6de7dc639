using System.Net;
using System.Text.Json.Nodes;
using Controller.Tests.Support;
using Microsoft.AspNetCore.Http;

namespace Controller.Tests.Identity.External;

/// <summary>How the provider's documents are fetched, kept and done without (auth-rbac 2, decision 10).</summary>
public sealed class ProviderKeyTests
{
    private const string Discovery = FakeIdentityProvider.Discovery;
    private const string Jwks = FakeIdentityProvider.Jwks;

    [Test]
    public async Task Nothing_is_fetched_before_it_is_needed_and_then_once()
    {
        await using var host = await ExternalHost.StartAsync();
        await Assert.That((await host.Controller.SendAsync("GET", "/api/v3/status")).Status).IsEqualTo(HttpStatusCode.OK);
        await Assert.That(host.Provider.Requests).IsEmpty();

        var tokens = Enumerable.Range(0, 20).Select(_ => host.Token()).ToList();
        var answers = await Task.WhenAll(tokens.Select(host.StatusAsync));
        await Assert.That(answers.All(s => s == HttpStatusCode.OK)).IsTrue();
        await Assert.That(host.Provider.Count(Discovery)).IsEqualTo(1);
        await Assert.That(host.Provider.Count(Jwks)).IsEqualTo(1);
    }

    [Test]
    public async Task A_new_key_is_found_within_half_a_minute_and_a_flood_of_unknown_ones_costs_one_request()
    {
        await using var host = await ExternalHost.StartAsync();
        await Assert.That(await host.ValidateAsync(host.Token())).IsNotNull();
        var next = host.Provider.AddKey();

        string Unknown() => host.Key.Sign(host.Provider.Claims(), "RS256", Guid.NewGuid().ToString());
        async Task FloodAsync()
        {
            var statuses = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => host.StatusAsync(Unknown())));
            await Assert.That(statuses.All(s => s == HttpStatusCode.Unauthorized)).IsTrue();
        }

        await FloodAsync();
        await Assert.That(await host.ValidateAsync(host.Provider.AccessToken(next))).IsNull();
        await Assert.That(host.Provider.Count(Jwks)).IsEqualTo(1);

        host.Clock.Advance(TimeSpan.FromSeconds(30));
        await Assert.That(await host.ValidateAsync(host.Provider.AccessToken(next))).IsNotNull();
        await FloodAsync();
        await Assert.That(host.Provider.Count(Jwks)).IsEqualTo(2);
        await Assert.That(host.Provider.Count(Discovery)).IsEqualTo(1);
    }

    [Test]
    public async Task A_key_that_is_withdrawn_stops_counting_after_ten_minutes()
    {
        await using var host = await ExternalHost.StartAsync();
        await Assert.That(await host.ValidateAsync(host.Token())).IsNotNull();
        host.Provider.Keys.Clear();
        host.Provider.AddKey();

        host.Clock.Advance(TimeSpan.FromMinutes(10) - TimeSpan.FromSeconds(1));
        await Assert.That(await host.ValidateAsync(host.Token())).IsNotNull();
        host.Clock.Advance(TimeSpan.FromSeconds(1));
        await Assert.That(await host.ValidateAsync(host.Token())).IsNull();
        await Assert.That(host.Provider.Count(Jwks)).IsEqualTo(2);
    }

    [Test]
    public async Task While_the_provider_is_away_the_keys_it_had_still_count()
    {
        await using var host = await ExternalHost.StartAsync();
        await Assert.That(await host.ValidateAsync(host.Token())).IsNotNull();
        host.Provider.On(Jwks, 500, "down");
        host.Clock.Advance(TimeSpan.FromMinutes(20));

        foreach (var token in Enumerable.Range(0, 5).Select(_ => host.Token()).ToList())
        {
            await Assert.That(await host.StatusAsync(token)).IsEqualTo(HttpStatusCode.OK);
        }

        await Assert.That(host.Provider.Count(Jwks)).IsEqualTo(2).Because("a provider in trouble is asked every 30 s");
        var unknown = host.Key.Sign(host.Provider.Claims(), "RS256", "unknown");
        await Assert.That(await host.StatusAsync(unknown)).IsEqualTo(HttpStatusCode.ServiceUnavailable).Because("its key could not be looked up");

        host.Provider.Mend(Jwks);
        host.Clock.Advance(TimeSpan.FromSeconds(30));
        await Assert.That(await host.StatusAsync(host.Key.Sign(host.Provider.Claims(), "RS256", "unknown"))).IsEqualTo(HttpStatusCode.Unauthorized);
    }

    [Test]
    [Arguments(Discovery, 500, "{}", "answered 500")]
    [Arguments(Discovery, 404, "not here", "answered 404")]
    [Arguments(Discovery, 200, "<html>", "is no JSON object")]
    [Arguments(Discovery, 200, "[]", "is no JSON object")]
    [Arguments(Discovery, 200, """{"issuer":"\ud800","jwks_uri":"x"}""", "is no JSON object")]
    [Arguments(Discovery, 200, """{"jwks_uri":"http://localhost/jwks"}""", "has no issuer")]
    [Arguments(Discovery, 200, """{"issuer":"http://localhost"}""", "has no jwks_uri")]
    [Arguments(Discovery, 200, """{"issuer":"http://localhost","jwks_uri":"file:///etc/passwd"}""", "jwks_uri is no https URL")]
    [Arguments(Jwks, 503, "", "answered 503")]
    [Arguments(Jwks, 200, "{", "is no JSON object")]
    [Arguments(Jwks, 200, "{}", "has no key")]
    [Arguments(Jwks, 200, """{"keys":[1,null,{"kty":"oct","k":"AAAA"},{"kty":"RSA"},{"kty":"EC","crv":"P-256","x":"AA","y":"AA"},{"kty":"OKP"}]}""", "has no key")]
    public async Task A_broken_provider_is_503_and_mended_is_found_again(string path, int status, string body, string reason)
    {
        await using var host = await ExternalHost.StartAsync();
        host.Provider.On(path, status, body);
        await IsUnavailableAsync(host, reason);

        host.Provider.Mend(path);
        await Assert.That(await host.StatusAsync(host.Token())).IsEqualTo(HttpStatusCode.ServiceUnavailable).Because("it is left alone for a moment");
        await Assert.That(host.Provider.Count(path)).IsEqualTo(1);
        host.Clock.Advance(TimeSpan.FromSeconds(2));
        await Assert.That(await host.StatusAsync(host.Token())).IsEqualTo(HttpStatusCode.OK);
    }

    [Test]
    [Arguments(Discovery)]
    [Arguments(Jwks)]
    public async Task A_document_without_end_is_not_read(string path)
    {
        await using var host = await ExternalHost.StartAsync();
        host.Provider.On(path, async context =>
        {
            var chunk = new byte[64 * 1024];
            for (var i = 0; i < 64 && !context.RequestAborted.IsCancellationRequested; i++)
            {
                await context.Response.Body.WriteAsync(chunk);
            }
        });
        await IsUnavailableAsync(host, "cannot be reached");
    }

    [Test]
    public async Task Redirects_are_not_followed()
    {
        await using var host = await ExternalHost.StartAsync();
        host.Provider.On(Jwks, context =>
        {
            context.Response.Redirect("/elsewhere");
            return Task.CompletedTask;
        });
        await IsUnavailableAsync(host, "answered 302");
        await Assert.That(host.Provider.Count("/elsewhere")).IsEqualTo(0);
    }

    [Test]
    public async Task A_provider_that_does_not_answer_is_given_five_seconds_once_for_everybody()
    {
        await using var host = await ExternalHost.StartAsync();
        var asked = new TaskCompletionSource();
        var answer = new TaskCompletionSource();
        host.Provider.On(Discovery, async context =>
        {
            asked.TrySetResult();
            await answer.Task;
        });
        var waiting = Enumerable.Range(0, 10).Select(_ => host.StatusAsync(host.Token())).ToList();
        await asked.Task;
        await Assert.That(waiting.Exists(w => w.IsCompleted)).IsFalse();
        host.Clock.Advance(TimeSpan.FromSeconds(5));

        await Assert.That((await Task.WhenAll(waiting)).All(s => s == HttpStatusCode.ServiceUnavailable)).IsTrue();
        await Assert.That(host.Provider.Count(Discovery)).IsEqualTo(1);
        answer.SetResult();
    }

    [Test]
    public async Task A_caller_who_hangs_up_takes_nobody_along()
    {
        await using var host = await ExternalHost.StartAsync();
        var asked = new TaskCompletionSource();
        var answer = new TaskCompletionSource();
        host.Provider.On(Jwks, async context =>
        {
            asked.TrySetResult();
            await answer.Task;
            host.Provider.Mend(Jwks);
            await context.Response.WriteAsJsonAsync(new JsonObject { ["keys"] = new JsonArray([.. host.Provider.Keys.Select(k => k.DeepClone())]) });
        });
        using var impatient = new CancellationTokenSource();
        var validator = host.Controller.Service<Controller.AccessControl.IBearerValidator>();
        var first = validator.ValidateAsync(host.Token(), impatient.Token).AsTask();
        var second = host.ValidateAsync(host.Token()).AsTask();
        await asked.Task;
        await impatient.CancelAsync();
        await Assert.That(async () => await first).Throws<OperationCanceledException>();
        answer.SetResult();

        await Assert.That(await second).IsNotNull();
        await Assert.That(host.Provider.Count(Jwks)).IsEqualTo(1);
    }

    [Test]
    public async Task The_discovery_document_may_be_named_itself_and_its_issuer_is_what_counts()
    {
        await using var host = await ExternalHost.StartAsync(e => e["OIDC_ISSUER_URL"] += Discovery);
        host.Provider.Describe = document => document["issuer"] = "https://auth.example.org/realms/edge";

        await Assert.That(await host.ValidateAsync(host.Token(c => c["iss"] = "https://auth.example.org/realms/edge"))).IsNotNull();
        await Assert.That(await host.ValidateAsync(host.Token())).IsNull();
        await Assert.That(host.Controller.Log).DoesNotContain("calls itself");
    }

    [Test]
    public async Task Another_name_than_the_configured_one_is_logged()
    {
        await using var host = await ExternalHost.StartAsync();
        host.Provider.Describe = document => document["issuer"] = "https://auth.example.org/realms/edge";
        await Assert.That(await host.ValidateAsync(host.Token(c => c["iss"] = "https://auth.example.org/realms/edge"))).IsNotNull();
        await Assert.That(host.Controller.Log).Contains("the provider there calls itself https://auth.example.org/realms/edge");
    }

    private static async Task IsUnavailableAsync(ExternalHost host, string reason)
    {
        var (status, body, response) = await host.ReadAsync(host.Token());
        await Assert.That(status).IsEqualTo(HttpStatusCode.ServiceUnavailable);
        await Assert.That(body!.ToJsonString()).IsEqualTo("""{"name":"ServiceUnavailableError","message":"Identity provider temporarily unavailable"}""");
        await Assert.That(response.Headers.RetryAfter!.ToString()).IsEqualTo("2");
        await Assert.That(host.Controller.Log).Contains(reason);

        // An IdP that is away takes no agent from the Controller.
        await Assert.That((await host.Controller.SendAsync("GET", "/api/v3/status")).Status).IsEqualTo(HttpStatusCode.OK);
    }
}
