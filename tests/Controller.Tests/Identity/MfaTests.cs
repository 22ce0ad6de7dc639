using System.Net;
using System.Text.Json.Nodes;
using Controller.Identity;
using Controller.Sql.Stores;
using Controller.Tests.Support;

namespace Controller.Tests.Identity;

/// <summary>The second factor at login and by its own routes (auth-rbac 6.1, 6.6, 7.4).</summary>
public sealed class MfaTests
{
    private const string Password = IdentityHost.AdminPassword;
    private const string Success = """{"status":"success"}""";

    [Test]
    public async Task Enrolment_answers_as_the_examples_and_login_then_asks_for_a_code()
    {
        await using var host = await IdentityHost.StartAsync([]);
        var (user, bearer) = await host.EnterAsync("alice@example.org", "developer");
        var (status, begun) = await host.CallAsync("POST", "/user/mfa/enroll", bearer);
        await Assert.That(status).IsEqualTo(HttpStatusCode.OK);
        await Assert.That(Jwt.Shape(begun)).IsEqualTo(Jwt.Shape(JsonAsserts.ExampleNode("auth/mfa-enroll-response.json")));
        var secret = (string)begun!["secret"]!;
        await Assert.That((string)begun["otpauthUrl"]!).IsEqualTo($"otpauth://totp/Controller:alice%40example.org?secret={secret}&issuer=Controller");

        // Begun is not on.
        await host.SignInAsync(user.Email);
        await Assert.That((bool)(await host.CallAsync("GET", "/user/profile", bearer)).Body!["mfaEnabled"]!).IsFalse();

        var (confirmed, codes) = await host.CallAsync("POST", "/user/mfa/confirm", bearer, $$"""{"code":"{{host.Code(secret)}}"}""");
        await Assert.That(confirmed).IsEqualTo(HttpStatusCode.OK);
        await Assert.That(Jwt.Shape(codes)).IsEqualTo(Jwt.Shape(JsonAsserts.ExampleNode("auth/mfa-confirm-response.json")));
        await Assert.That(codes!["recoveryCodes"]!.AsArray().Count).IsEqualTo(10);
        await Assert.That((bool)(await host.CallAsync("GET", "/user/profile", bearer)).Body!["mfaEnabled"]!).IsTrue();

        var stored = await MfaAsync(host, user.Id);
        await Assert.That(stored!.Secret).DoesNotContain(secret).Because("it is encrypted");
        await Assert.That(stored.RecoveryHashes).DoesNotContain((string)codes["recoveryCodes"]![0]!);
        await Assert.That(host.Log).DoesNotContain(secret);

        host.Clock.Advance(TimeSpan.FromSeconds(30));
        await RefusedAsync(host, user.Email, "");
        await RefusedAsync(host, user.Email, "000000");
        await host.SignInAsync(user.Email, Password, host.Code(secret));
    }

    [Test]
    public async Task A_code_serves_once()
    {
        await using var host = await IdentityHost.StartAsync([]);
        var (user, bearer) = await host.EnterAsync("alice");
        var (secret, _) = await host.EnrolAsync(bearer);
        var code = host.Code(secret);
        var logins = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => host.LoginAsync(user.Email, Password, code)));
        await Assert.That(logins.Count(l => l.Status == HttpStatusCode.OK)).IsEqualTo(1);

        host.Clock.Advance(TimeSpan.FromSeconds(30));
        await RefusedAsync(host, user.Email, code);
        await host.SignInAsync(user.Email, Password, host.Code(secret));
    }

    [Test]
    public async Task The_code_that_confirmed_is_used_up()
    {
        await using var host = await IdentityHost.StartAsync([]);
        var (user, bearer) = await host.EnterAsync("alice");
        var secret = (string)(await host.CallAsync("POST", "/user/mfa/enroll", bearer)).Body!["secret"]!;
        var code = host.Code(secret);
        await host.CallAsync("POST", "/user/mfa/confirm", bearer, $$"""{"code":"{{code}}"}""");
        await RefusedAsync(host, user.Email, code);
    }

    [Test]
    public async Task A_recovery_code_stands_in_once()
    {
        await using var host = await IdentityHost.StartAsync([]);
        var (user, bearer) = await host.EnterAsync("alice");
        var (_, codes) = await host.EnrolAsync(bearer);
        var logins = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => host.LoginAsync(user.Email, Password, codes[3])));
        await Assert.That(logins.Count(l => l.Status == HttpStatusCode.OK)).IsEqualTo(1);
        await RefusedAsync(host, user.Email, codes[3]);
        await host.SignInAsync(user.Email, Password, codes[4]);
        await Assert.That(TextList.Read((await MfaAsync(host, user.Id))!.RecoveryHashes).Length).IsEqualTo(8);
    }

    [Test]
    public async Task A_wrong_password_uses_no_code_up()
    {
        await using var host = await IdentityHost.StartAsync([]);
        var (user, bearer) = await host.EnterAsync("alice");
        var (secret, codes) = await host.EnrolAsync(bearer);
        await Assert.That((await host.LoginAsync(user.Email, "wrong", host.Code(secret))).Status).IsEqualTo(HttpStatusCode.Unauthorized);
        await Assert.That((await host.LoginAsync(user.Email, "wrong", codes[0])).Status).IsEqualTo(HttpStatusCode.Unauthorized);
        await host.SignInAsync(user.Email, Password, host.Code(secret));
        await host.SignInAsync(user.Email, Password, codes[0]);
    }

    [Test]
    public async Task Guessing_codes_ends_after_five_and_leaves_the_password_alone()
    {
        await using var host = await IdentityHost.StartAsync([]);
        var (user, bearer) = await host.EnterAsync("alice");
        var (secret, codes) = await host.EnrolAsync(bearer);
        await RefusedAsync(host, user.Email, "");
        await Assert.That((await MfaAsync(host, user.Id))!.FailedCodes).IsEqualTo(0).Because("no code is no guess");

        var guesses = await Task.WhenAll(Enumerable.Range(0, 12).Select(i => host.LoginAsync(user.Email, Password, i % 2 == 0 ? "00000x" : "000000000f")));
        await Assert.That(guesses.All(g => g.Status == HttpStatusCode.Unauthorized)).IsTrue();
        await Assert.That((await MfaAsync(host, user.Id))!.FailedCodes).IsEqualTo(5);
        await Assert.That((await host.UserAsync(user.Email))!.FailedAttempts).IsEqualTo(0);
        await Assert.That(host.Log).Contains("is locked after 5 wrong codes");

        await RefusedAsync(host, user.Email, host.Code(secret));
        await RefusedAsync(host, user.Email, codes[0]);
        await RefusedAsync(host, "DELETE", "/user/mfa", bearer, new JsonObject { ["password"] = Password, ["code"] = host.Code(secret) });

        host.Clock.Advance(TimeSpan.FromMinutes(15));
        await host.SignInAsync(user.Email, Password, host.Code(secret));
        await Assert.That((await MfaAsync(host, user.Id))!.FailedCodes).IsEqualTo(0);
        await host.SignInAsync(user.Email, Password, codes[0]);
    }

    [Test]
    public async Task A_stolen_token_does_not_allow_guessing_the_second_factor_away()
    {
        await using var host = await IdentityHost.StartAsync([]);
        var (user, bearer) = await host.EnterAsync("alice");
        var (secret, _) = await host.EnrolAsync(bearer);
        for (var i = 0; i < 5; i++)
        {
            await RefusedAsync(host, "POST", "/user/mfa/disable", bearer, new JsonObject { ["code"] = "00000x" });
        }

        await RefusedAsync(host, "POST", "/user/mfa/disable", bearer, new JsonObject { ["code"] = host.Code(secret) });
        await Assert.That((await MfaAsync(host, user.Id))!.IsEnabled).IsTrue();
    }

    [Test]
    public async Task Refusals_cost_the_same_whatever_is_wrong()
    {
        await using var host = await IdentityHost.StartAsync([]);
        var (user, bearer) = await host.EnterAsync("alice");
        await host.EnrolAsync(bearer);
        await host.AddUserAsync("plain", Password);
        var hasher = host.Service<PasswordHasher>();
        foreach (var (code, cost) in new[] { ("", 1), ("000000", 1), ("00000000ff", 2), ("something else", 1) })
        {
            foreach (var (name, password) in new[] { (user.Email, Password), (user.Email, "wrong"), ("plain", "wrong"), ("nobody", Password) })
            {
                var before = hasher.Computed;
                await Assert.That((await host.LoginAsync(name, password, code)).Status).IsEqualTo(HttpStatusCode.Unauthorized);
                await Assert.That(hasher.Computed - before).IsEqualTo(cost).Because($"{name} {password} '{code}'");
            }

            await host.SqlAsync("UPDATE \"AuthUsers\" SET \"failed_attempts\" = 0");
            await host.SqlAsync("UPDATE \"AuthMfa\" SET \"failed_codes\" = 0");
        }
    }

    [Test]
    public async Task A_group_that_demands_a_second_factor_keeps_those_without_out()
    {
        await using var host = await IdentityHost.StartAsync(new(IdentityHost.Configured));
        var (_, bearer) = await host.EnterAsync("alice", "developer");
        await host.AddUserAsync("bob", Password, ["developer", "viewer"]);
        await host.SqlAsync("UPDATE \"AuthGroups\" SET \"mfa_required\" = TRUE WHERE \"name\" IN ('developer', 'admin')");
        await RefusedAsync(host, "alice", "");
        await RefusedAsync(host, "bob", "");
        await Assert.That((await host.UserAsync("bob"))!.FailedAttempts).IsEqualTo(0);

        var (secret, _) = await host.EnrolAsync(bearer);
        await host.SignInAsync("alice", Password, host.Code(secret));
    }

    [Test]
    public async Task The_bootstrap_administrator_may_go_without_but_is_asked_once_enrolled()
    {
        await using var host = await IdentityHost.StartAsync();
        await host.SqlAsync("UPDATE \"AuthGroups\" SET \"mfa_required\" = TRUE");
        var bearer = await host.BearerAsync(IdentityHost.AdminName);
        var (secret, _) = await host.EnrolAsync(bearer);
        await RefusedAsync(host, IdentityHost.AdminName, "");
        await host.SignInAsync(IdentityHost.AdminName, Password, host.Code(secret));
    }

    [Test]
    public async Task Beginning_again_replaces_the_secret_until_it_is_confirmed()
    {
        await using var host = await IdentityHost.StartAsync([]);
        var (user, bearer) = await host.EnterAsync("alice");
        await IsError(await host.CallAsync("POST", "/user/mfa/confirm", bearer, """{"code":"123456"}"""), 400, "ValidationError", "MFA enrollment has not been started");
        var first = (string)(await host.CallAsync("POST", "/user/mfa/enroll", bearer)).Body!["secret"]!;
        var second = (string)(await host.CallAsync("POST", "/user/mfa/enroll", bearer)).Body!["secret"]!;
        await Assert.That(second).IsNotEqualTo(first);
        await RefusedAsync(host, "POST", "/user/mfa/confirm", bearer, new JsonObject { ["code"] = host.Code(first) });
        await Assert.That((await MfaAsync(host, user.Id))!.IsEnabled).IsFalse();
        await Assert.That((await host.CallAsync("POST", "/user/mfa/confirm", bearer, $$"""{"code":"{{host.Code(second)}}"}""")).Status).IsEqualTo(HttpStatusCode.OK);

        await IsError(await host.CallAsync("POST", "/user/mfa/enroll", bearer), 400, "ValidationError", "MFA is already enabled");
        await IsError(await host.CallAsync("POST", "/user/mfa/confirm", bearer, """{"code":"123456"}"""), 400, "ValidationError", "MFA is already enabled");
    }

    [Test]
    public async Task Of_confirmations_at_the_same_moment_one_gets_the_recovery_codes()
    {
        await using var host = await IdentityHost.StartAsync([]);
        var (_, bearer) = await host.EnterAsync("alice");
        var secret = (string)(await host.CallAsync("POST", "/user/mfa/enroll", bearer)).Body!["secret"]!;
        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ =>
            host.CallAsync("POST", "/user/mfa/confirm", bearer, $$"""{"code":"{{host.Code(secret)}}"}""")));
        await Assert.That(answers.Count(a => a.Status == HttpStatusCode.OK)).IsEqualTo(1);
        await Assert.That(answers.Count(a => a.Status == HttpStatusCode.BadRequest)).IsEqualTo(3);
    }

    [Test]
    public async Task Switching_off_takes_password_and_code_or_for_the_Console_the_code()
    {
        await using var host = await IdentityHost.StartAsync([]);
        var (user, bearer) = await host.EnterAsync("alice");
        var (secret, codes) = await host.EnrolAsync(bearer);
        await IsError(await host.CallAsync("DELETE", "/user/mfa", bearer, """{"code":"1"}"""), 400, "ValidationError", "Required field 'password' is missing");
        await IsError(await host.CallAsync("DELETE", "/user/mfa", bearer, """{"password":"1"}"""), 400, "ValidationError", "Required field 'code' is missing");
        await IsError(await host.CallAsync("POST", "/user/mfa/disable", bearer, "{}"), 400, "ValidationError", "Required field 'code' is missing");
        await RefusedAsync(host, "DELETE", "/user/mfa", bearer, new JsonObject { ["password"] = "wrong", ["code"] = host.Code(secret) });
        await Assert.That((await host.UserAsync("alice"))!.FailedAttempts).IsEqualTo(1).Because("a wrong password is one");
        await RefusedAsync(host, "DELETE", "/user/mfa", bearer, new JsonObject { ["password"] = Password, ["code"] = "000000" });

        var request = JsonAsserts.ExampleNode("auth/mfa-disable-request.json");
        request["code"] = host.Code(secret);
        var (status, body) = await host.CallAsync("DELETE", "/user/mfa", bearer, request.ToJsonString());
        await Assert.That(status).IsEqualTo(HttpStatusCode.OK);
        await Assert.That(body!.ToJsonString()).IsEqualTo(Success);
        await Assert.That(await MfaAsync(host, user.Id)).IsNull();
        await host.SignInAsync("alice");
        await IsError(await host.CallAsync("DELETE", "/user/mfa", bearer, request.ToJsonString()), 400, "ValidationError", "MFA is not enabled");

        var (_, again) = await host.EnrolAsync(bearer);
        await RefusedAsync(host, "POST", "/user/mfa/disable", bearer, new JsonObject { ["code"] = codes[0] });
        await Assert.That((await host.CallAsync("POST", "/user/mfa/disable", bearer, $$"""{"code":"{{again[0]}}"}""")).Status).IsEqualTo(HttpStatusCode.OK);
        await host.SignInAsync("alice");
    }

    [Test]
    public async Task Nobody_and_those_who_are_gone_are_told_so()
    {
        await using var host = await IdentityHost.StartAsync([]);
        var (user, bearer) = await host.EnterAsync("alice");
        (string Method, string Path)[] routes = [("POST", "/user/mfa/enroll"), ("POST", "/user/mfa/confirm"), ("DELETE", "/user/mfa"), ("POST", "/user/mfa/disable")];
        const string body = """{"code":"123456","password":"x"}""";
        foreach (var (method, path) in routes)
        {
            await IsError(await host.CallAsync(method, path, null, body), 401, "AuthenticationError", "Authentication required");
        }

        await host.SqlAsync($"UPDATE \"AuthUsers\" SET \"deleted_at\" = '2026-01-01 00:00:00.000 +00:00' WHERE \"id\" = '{user.Id}'");
        foreach (var (method, path) in routes)
        {
            await IsError(await host.CallAsync(method, path, bearer, body), 404, "NotFoundError", "User not found");
        }
    }

    [Test]
    public async Task A_secret_that_cannot_be_read_is_our_fault()
    {
        await using var host = await IdentityHost.StartAsync([]);
        var (user, bearer) = await host.EnterAsync("alice");
        var (_, codes) = await host.EnrolAsync(bearer);
        await host.SqlAsync("UPDATE \"AuthMfa\" SET \"totp_secret_encrypted\" = 'v1:AAAA'");
        await Assert.That((await host.LoginAsync(user.Email, Password, "123456")).Status).IsEqualTo(HttpStatusCode.ServiceUnavailable);
        await host.SignInAsync(user.Email, Password, codes[0]);
    }

    private static Task<MfaRow?> MfaAsync(IdentityHost host, string userId) => host.Controller.Database.ReadAsync(s => MfaStore.FindAsync(s, userId));

    private static Task IsError((HttpStatusCode Status, JsonNode? Body) answer, int status, string name, string message) =>
        JsonAsserts.IsErrorAsync(answer, status, name, message);

    private static async Task RefusedAsync(IdentityHost host, string email, string code) =>
        await IsError(await host.LoginAsync(email, Password, code), 401, "InvalidCredentialsError", "Invalid credentials");

    private static async Task RefusedAsync(IdentityHost host, string method, string path, string bearer, JsonObject body) =>
        await IsError(await host.CallAsync(method, path, bearer, body.ToJsonString()), 401, "InvalidCredentialsError", "Invalid credentials");
}
