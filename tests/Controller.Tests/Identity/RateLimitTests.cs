using System.Net;
using System.Text.Json.Nodes;
using Controller.Configuration;
using Controller.Hosting;
using Controller.Identity;
using Microsoft.Extensions.Time.Testing;

namespace Controller.Tests.Identity;

/// <summary>How often one client may try (auth-rbac 7.6).</summary>
public sealed class RateLimitTests
{
    [Test]
    public async Task The_sixty_first_attempt_of_a_minute_waits()
    {
        await using var host = await IdentityHost.StartAsync();
        for (var i = 0; i < 60; i++)
        {
            await Assert.That((await AttemptAsync(host)).StatusCode).IsEqualTo(HttpStatusCode.BadRequest);
        }

        host.Clock.Advance(TimeSpan.FromSeconds(23));
        var (status, body, response) = await host.SendAsync("POST", "/api/v3/user/login", new JsonObject());
        var expected = JsonNode.Parse(Example.Bytes("auth/rate-limit-error-429.json"))!;
        await Assert.That((int)status).IsEqualTo((int)expected["status"]!);
        await Assert.That(response.Headers.RetryAfter!.ToString()).IsEqualTo((string)expected["headers"]!["Retry-After"]!);
        await Assert.That(body!.ToJsonString()).IsEqualTo(expected["body"]!.ToJsonString());

        var refresh = await host.SendAsync("POST", "/api/v3/user/refresh", new JsonObject());
        await Assert.That(refresh.Status).IsEqualTo(HttpStatusCode.BadRequest).Because("refreshing is not limited");

        host.Clock.Advance(TimeSpan.FromSeconds(37));
        await Assert.That((await AttemptAsync(host)).StatusCode).IsEqualTo(HttpStatusCode.BadRequest);
    }

    [Test]
    [Arguments("false", HttpStatusCode.TooManyRequests)]
    [Arguments("true", HttpStatusCode.BadRequest)]
    [Arguments("loopback", HttpStatusCode.BadRequest)]
    [Arguments("10.0.0.0/8", HttpStatusCode.TooManyRequests)]
    public async Task Only_a_trusted_proxy_tells_clients_apart(string trust, HttpStatusCode other)
    {
        await using var host = await IdentityHost.StartAsync(new(IdentityHost.Configured) { ["TRUST_PROXY"] = trust, ["AUTH_RATE_LIMIT_MAX_REQUESTS"] = "1" });
        await Assert.That((await AttemptAsync(host, "192.0.2.1")).StatusCode).IsEqualTo(HttpStatusCode.BadRequest);
        await Assert.That((await AttemptAsync(host, "192.0.2.1")).StatusCode).IsEqualTo(HttpStatusCode.TooManyRequests);
        await Assert.That((await AttemptAsync(host, "192.0.2.2")).StatusCode).IsEqualTo(other);
    }

    [Test]
    [Arguments("POST", "/user/login", true)]
    [Arguments("POST", "/user/change-password", true)]
    [Arguments("POST", "/user/mfa/enroll", true)]
    [Arguments("POST", "/user/mfa/confirm", true)]
    [Arguments("DELETE", "/user/mfa", false)]
    [Arguments("POST", "/user/refresh", false)]
    [Arguments("POST", "/user/logout", false)]
    [Arguments("GET", "/user/profile", false)]
    public async Task Routes_that_take_secrets_share_one_count(string method, string path, bool counted)
    {
        await using var host = await IdentityHost.StartAsync(new(IdentityHost.Configured) { ["AUTH_RATE_LIMIT_MAX_REQUESTS"] = "2" });
        var bearer = await host.BearerAsync(IdentityHost.AdminName);
        await Assert.That((await host.CallAsync(method, path, bearer)).Status).IsNotEqualTo(HttpStatusCode.TooManyRequests);
        await Assert.That((await AttemptAsync(host)).StatusCode == HttpStatusCode.TooManyRequests).IsEqualTo(counted);
    }

    [Test]
    public async Task It_can_be_switched_off()
    {
        await using var host = await IdentityHost.StartAsync(
            new(IdentityHost.Configured) { ["AUTH_RATE_LIMIT_ENABLED"] = "false", ["AUTH_RATE_LIMIT_MAX_REQUESTS"] = "1" });
        await AttemptAsync(host);
        await Assert.That((await AttemptAsync(host)).StatusCode).IsEqualTo(HttpStatusCode.BadRequest);
    }

    [Test]
    public async Task Clients_are_addresses_and_the_table_is_bounded()
    {
        var clock = new FakeTimeProvider();
        var settings = ControllerSettings.Load(new Dictionary<string, string> { ["AUTH_RATE_LIMIT_MAX_REQUESTS"] = "1" }, "/tmp", "/tmp").Settings!;
        var limit = new AuthRateLimit(settings, clock);
        bool Passes(string client)
        {
            try
            {
                limit.Count(IPAddress.Parse(client));
                return true;
            }
            catch (ApiException e) when (e.Status == 429)
            {
                return false;
            }
        }

        await Assert.That(Passes("192.0.2.1")).IsTrue();
        await Assert.That(Passes("::ffff:192.0.2.1")).IsFalse();
        await Assert.That(Passes("192.0.2.2")).IsTrue();
        await Assert.That(Passes("2001:db8::1")).IsTrue();
        await Assert.That(Passes("2001:db8::2")).IsFalse();
        await Assert.That(Passes("2001:db8:0:1::1")).IsTrue();

        for (var i = 0; i < 10_001; i++)
        {
            Passes($"10.0.{i / 256}.{i % 256}");
        }

        await Assert.That(Passes("198.51.100.1")).IsFalse().Because("newcomers share a window while the table is full");
        clock.Advance(TimeSpan.FromMinutes(1));
        await Assert.That(Passes("198.51.100.1")).IsTrue();
    }

    private static async Task<HttpResponseMessage> AttemptAsync(IdentityHost host, string? forwardedFor = null) =>
        (await host.SendAsync("POST", "/api/v3/user/login", new JsonObject(), forwardedFor: forwardedFor)).Response;
}
