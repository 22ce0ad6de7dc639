using System.Net;
using System.Text.Json.Nodes;
using Controller.Tests.Support;
using Edgelet.Simulator;
using AgentToken = Edgelet.Simulator.AgentToken;

namespace Controller.Tests.Agents;

/// <summary>Tokens that must not pass, and the cause each is told (agent-wire 4.3 and 4.6).</summary>
public sealed class AgentAuthenticationTests
{
    private const string Audience = "https://controller/api/v3/";

    [Test]
    public async Task Every_forged_token_is_refused_with_its_cause()
    {
        await using var controller = await TestController.StartAsync();
        var agent = await controller.RunningNodeAsync("a");
        var other = await controller.RunningNodeAsync("b");
        using var stranger = AgentKey.Generate();
        var now = DateTimeOffset.UtcNow;
        var seconds = now.ToUnixTimeSeconds();
        AgentToken New() => new(agent.Uuid, Audience, now);
        string Make(Action<AgentToken> change, AgentKey? key = null)
        {
            var token = New();
            change(token);
            return token.Sign(key ?? agent.Key);
        }

        (string Name, string Token, string Code)[] bad =
        [
            ("no subject", Make(t => t.Subject = null), "AGENT_JWT_MISSING_SUBJECT"),
            ("unknown fog", Make(t => t.Subject = Guid.NewGuid().ToString()), "AGENT_FOG_NOT_FOUND"),
            ("foreign key", Make(_ => { }, stranger), "AGENT_JWT_SIGNATURE_INVALID"),
            ("key of another fog", Make(_ => { }, other.Key), "AGENT_JWT_SIGNATURE_INVALID"),
            ("alg none", Make(t => { t.Algorithm = "none"; t.Signature = []; }), "AGENT_JWT_SIGNATURE_INVALID"),
            ("alg none, signed", Make(t => t.Algorithm = "none"), "AGENT_JWT_SIGNATURE_INVALID"),
            ("alg HS256", Make(t => t.Algorithm = "HS256"), "AGENT_JWT_SIGNATURE_INVALID"),
            ("no alg", Make(t => t.Algorithm = null), "AGENT_JWT_SIGNATURE_INVALID"),
            ("no signature", Make(t => t.Signature = []), "AGENT_JWT_SIGNATURE_INVALID"),
            ("zero signature", Make(t => t.Signature = new byte[64]), "AGENT_JWT_SIGNATURE_INVALID"),
            ("no exp", Make(t => t.Expires = null), "AGENT_JWT_MALFORMED"),
            ("negative exp", Make(t => t.Expires = -1), "AGENT_JWT_MALFORMED"),
            ("no jti", Make(t => t.Jti = null), "AGENT_JWT_MALFORMED"),
            ("empty jti", Make(t => t.Jti = ""), "AGENT_JWT_MALFORMED"),
            ("long jti", Make(t => t.Jti = new string('x', 300)), "AGENT_JWT_MALFORMED"),
            ("expired", Make(t => t.Expires = seconds - 11), "AGENT_JWT_EXPIRED"),
            ("claims no JSON", Make(t => t.RawClaims = "nonsense"), "AGENT_JWT_MALFORMED"),
            ("claims no object", Make(t => t.RawClaims = "[]"), "AGENT_JWT_MALFORMED"),
            ("iat a text", Make(t => t.RawClaims = $$"""{"sub":"{{agent.Uuid}}","jti":"x","exp":{{seconds + 600}},"iat":"now"}"""), "AGENT_JWT_MALFORMED"),
            ("two parts", "a.b", "AGENT_JWT_MALFORMED"),
            ("four parts", New().Sign(agent.Key) + ".x", "AGENT_JWT_MALFORMED"),
            ("nonsense", "nonsense", "AGENT_JWT_MALFORMED"),
        ];
        foreach (var (name, token, code) in bad)
        {
            var (status, body) = await agent.SendAsync("GET", "/config", token: token);
            await Assert.That($"{name}: {(int)status} {body?["code"]} {body?["name"]} {body?["error"]} {body?["retryable"]}")
                .IsEqualTo($"{name}: 401 {code} AuthenticationError Unauthorized false");
        }
    }

    [Test]
    [Arguments(null)]
    [Arguments("Basic dTpw")]
    [Arguments("Bearer")]
    [Arguments("Bearer ")]
    public async Task A_header_that_is_none_is_refused(string? header)
    {
        await using var controller = await TestController.StartAsync();
        using var client = new HttpClient { BaseAddress = controller.App.Address };
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v3/agent/config");
        if (header is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", header);
        }

        using var answer = await client.SendAsync(request);
        var body = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
        await Assert.That((answer.StatusCode, body["code"]!.GetValue<string>())).IsEqualTo((HttpStatusCode.Unauthorized, "AGENT_AUTH_HEADER_INVALID"));
    }

    [Test]
    public async Task A_token_is_good_once_even_for_many_at_the_same_moment()
    {
        await using var controller = await TestController.StartAsync();
        var agent = await controller.RunningNodeAsync();
        var token = agent.Token();
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => agent.SendAsync("GET", "/config", token: token)));
        await Assert.That(answers.Count(a => a.Status == HttpStatusCode.OK)).IsEqualTo(1);
        await Assert.That(answers.Where(a => a.Status != HttpStatusCode.OK).All(a => a.Body!["code"]!.GetValue<string>() == "AGENT_JWT_ALREADY_USED")).IsTrue();
    }

    [Test]
    public async Task A_clock_that_is_ahead_is_not_the_agents_fault()
    {
        await using var controller = await TestController.StartAsync();
        var agent = await controller.RunningNodeAsync();
        var token = new AgentToken(agent.Uuid, Audience, DateTimeOffset.UtcNow.AddSeconds(60)).Sign(agent.Key);
        var (status, body) = await agent.SendAsync("PUT", "/status", "{}", token);
        await Assert.That($"{(int)status} {body!["code"]} {body["retryable"]}").IsEqualTo("503 CONTROLLER_AGENT_CLOCK_SKEW true");
        var near = new AgentToken(agent.Uuid, Audience, DateTimeOffset.UtcNow.AddSeconds(5)).Sign(agent.Key);
        await Assert.That((await agent.SendAsync("GET", "/config", token: near)).Status).IsEqualTo(HttpStatusCode.OK);
    }

    [Test]
    public async Task Provisioning_ends_the_doubt_about_tokens_from_before_a_start()
    {
        var directory = Directory.CreateTempSubdirectory("controller-test-");
        try
        {
            TestAgent agent;
            await using (var first = await TestController.StartAsync(dataDirectory: directory.FullName))
            {
                // A node whose clock is a year ahead of what it will be after its reinstallation.
                agent = await first.RunningNodeAsync();
                var ahead = DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 31_000_000;
                var token = new AgentToken(agent.Uuid, Audience, DateTimeOffset.UtcNow) { IssuedAt = ahead, NotBefore = null, Expires = ahead + 600 };
                await Assert.That((await agent.SendAsync("GET", "/config", token: token.Sign(agent.Key))).Status).IsEqualTo(HttpStatusCode.OK);
            }

            await using var second = await TestController.StartAsync(dataDirectory: directory.FullName);
            await Assert.That((await agent.At(second).SendAsync("GET", "/config")).Status).IsEqualTo(HttpStatusCode.ServiceUnavailable);
            var anew = await second.ProvisionAsync(agent.Uuid);
            await Assert.That((await anew.SendAsync("GET", "/config")).Status).IsEqualTo(HttpStatusCode.OK);
        }
        finally
        {
            directory.Delete(true);
        }
    }
}
