using System.Net;
using System.Text.Json.Nodes;
using Controller.AccessControl;
using Controller.Hosting;
using Controller.Tests.Identity;
using Controller.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Controller.Tests.AccessControl;

/// <summary>The check in front of an operator's WebSocket (auth-rbac 10.6, decision 39), asked over a plain request.</summary>
public sealed class OperatorUpgradeTests
{
    private const string Password = "Correct-Horse-7-Battery";
    private const string Path = "/api/v3/probe/m-1";

    [Test]
    public async Task The_token_comes_in_the_header_or_in_the_query_and_is_verified()
    {
        await using var host = await IdentityHost.StartAsync();
        await using var probe = await StartAsync(host.Controller.App.Services);
        var pair = await host.SignInAsync();
        var payload = Jwt.Payload(pair.AccessToken);
        var forged = Jwt.Make(Jwt.Header(pair.AccessToken), payload, _ => new byte[256]);
        var unsigned = Jwt.Make(new JsonObject { ["alg"] = "none" }, payload, _ => []);

        await Assert.That(await JudgeAsync(probe, $"Bearer {pair.AccessToken}")).IsEqualTo(IdentityHost.AdminName);
        await Assert.That(await JudgeAsync(probe, null, "?token=" + pair.AccessToken)).IsEqualTo(IdentityHost.AdminName);
        await Assert.That(await JudgeAsync(probe, $"Bearer {pair.AccessToken}", "?token=x")).IsEqualTo(IdentityHost.AdminName);
        await Assert.That(await JudgeAsync(probe, null)).IsEqualTo("1008 Missing authentication token");
        await Assert.That(await JudgeAsync(probe, null, "?token=")).IsEqualTo("1008 Missing authentication token");
        foreach (var bad in new[] { forged, unsigned, pair.RefreshToken, "x", "a.b.c" })
        {
            await Assert.That(await JudgeAsync(probe, null, "?token=" + bad)).IsEqualTo("1008 Authentication failed");
            await Assert.That(await JudgeAsync(probe, $"Bearer {bad}")).IsEqualTo("1008 Authentication failed");
        }

        await Assert.That(await JudgeAsync(probe, $"Basic {pair.AccessToken}")).IsEqualTo("1008 Authentication failed");
        host.Clock.Advance(TimeSpan.FromHours(2));
        await Assert.That(await JudgeAsync(probe, null, "?token=" + pair.AccessToken)).IsEqualTo("1008 Authentication failed");
    }

    [Test]
    public async Task Gate_and_roles_decide_as_for_requests()
    {
        await using var host = await IdentityHost.StartAsync();
        await using var probe = await StartAsync(host.Controller.App.Services);
        await host.AddUserAsync("viewer", Password, ["viewer"]);
        await Assert.That(await JudgeAsync(probe, $"Bearer {(await host.SignInAsync("viewer", Password)).AccessToken}")).IsEqualTo(
            "1008 Authorization denied: You do not have permission to perform this action. Please contact your administrator.");
        var due = await host.AddUserAsync("due", Password, ["admin"], mustChange: true);
        var token = (await host.SignInAsync("due", Password)).AccessToken;
        await Assert.That(await JudgeAsync(probe, null, "?token=" + token)).IsEqualTo("1008 Password change required before accessing this resource");
        await host.SqlAsync($"UPDATE \"AuthUsers\" SET \"must_change_password\" = FALSE WHERE \"id\" = '{due.Id}'");
        await Assert.That(await JudgeAsync(probe, null, "?token=" + token)).IsEqualTo("due");
    }

    [Test]
    public async Task A_rule_with_names_holds_for_the_object_in_the_path()
    {
        await using var controller = await TestController.StartAsync(customize: NamedBearer.Use);
        await using var probe = await StartAsync(controller.App.Services);
        await controller.AsAsync(NamedBearer.Admin, "POST", "/roles",
            """{"name":"r","rules":[{"apiGroups":[""],"resources":["logs"],"verbs":["get"],"resourceNames":["m-1"]}]}""");
        await controller.AsAsync(NamedBearer.Admin, "POST", "/rolebindings", Roles.RoleTests.Binding("b", "r"));
        await Assert.That(await JudgeAsync(probe, null, "?token=alice")).IsEqualTo("alice");
        await Assert.That(await JudgeAsync(probe, null, "?token=alice", "/api/v3/probe/m-2")).StartsWith("1008 Authorization denied");
    }

    [Test]
    public async Task A_token_without_subjects_and_a_failure_of_ours_have_reasons_of_their_own()
    {
        await using var controller = await TestController.StartAsync(customize: s => s.AddSingleton<IBearerValidator>(new OddBearer()));
        await using var probe = await StartAsync(controller.App.Services);
        await Assert.That(await JudgeAsync(probe, "Bearer nobody")).IsEqualTo("1008 No subjects found in WebSocket token");
        await Assert.That(await JudgeAsync(probe, "Bearer broken")).IsEqualTo("1008 Internal server error during authorization");
    }

    [Test]
    public async Task A_token_in_the_query_reaches_no_log()
    {
        using var log = new LogLines();
        await using (var controller = await TestController.StartAsync(new() { ["LOG_LEVEL"] = "debug" }, log: log))
        {
            await RawHttp.SendAsync(controller.App.Address,
                "GET /api/v3/microservices/exec/m-1?Token=hunter2&a=1 HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
            await RawHttp.SendAsync(controller.App.Address, "GET /api/v3/registries?a=1&token=hunter2 HTTP/1.1\r\nHost: x\r\n\r\n");
        }

        await Assert.That(log.Text).Contains("[REDACTED]");
        await Assert.That(log.Text).DoesNotContain("hunter2");
    }

    private static Task<ProbeHost> StartAsync(IServiceProvider services) => ProbeHost.StartAsync(services, api =>
    {
        var upgrade = services.GetRequiredService<OperatorUpgrade>();
        var permission = new Permission("logs", "get", "uuid");
        api.Public("GET", "/probe/{uuid}", permission, 204, async context =>
        {
            var verdict = await upgrade.JudgeAsync(context, permission);
            context.Response.Headers["X-Verdict"] = verdict.Identity is { } identity ? identity.Username : $"1008 {verdict.Refusal}";
            await context.RespondAsync(204);
        });
    });

    private static async Task<string> JudgeAsync(ProbeHost probe, string? authorization, string query = "", string path = Path)
    {
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(probe.Address, path + query));
        if (authorization is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", authorization);
        }

        using var response = await client.SendAsync(request);
        await Assert.That(response.StatusCode).IsEqualTo(HttpStatusCode.NoContent);
        return response.Headers.GetValues("X-Verdict").Single();
    }

    private sealed class OddBearer : IBearerValidator
    {
        public ValueTask<OperatorIdentity?> ValidateAsync(string token, CancellationToken cancel) =>
            token == "nobody" ? new(new OperatorIdentity("", "", [], false)) : throw new InvalidOperationException("broken");
    }
}
