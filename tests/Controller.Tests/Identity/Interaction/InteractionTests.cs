using System.Text.Json.Nodes;
using Controller.Identity;
using Controller.Sql.Stores;
using Controller.Tests.Identity.Issuer;
using Controller.Tests.Support;

namespace Controller.Tests.Identity.Interaction;

/// <summary>Signing in step by step (auth-rbac 5.3).</summary>
public sealed class InteractionTests
{
    private const string Password = IssuerHost.Password;
    private const string NewPassword = "Another-Good-Pass-42";

    [Test]
    [Arguments("memory")]
    [Arguments("database")]
    public async Task A_first_login_goes_through_every_step(string store)
    {
        await using var issuer = await IssuerHost.StartAsync(new() { ["AUTH_SESSION_STORE_TYPE"] = store });
        await RequireMfaAsync(issuer);
        await issuer.Host.AddUserAsync("new@example.org", Password, ["viewer"], mustChange: true);
        var uid = await issuer.Oidc.BeginAsync(issuer.Browser);
        await IsStepAsync(issuer, uid, "login");
        await Assert.That((await issuer.Oidc.StepAsync(uid, "complete")).Body!.ToJsonString()).Contains("""Interaction step \u0022login\u0022 is required""");

        await IsAsync(await issuer.Oidc.LoginAsync(uid, " New@Example.org ", Password), """{"step":"enroll"}""");
        await IsStepAsync(issuer, uid, "enroll");
        var enrolled = await issuer.Oidc.StepAsync(uid, "enroll");
        await Assert.That(Jwt.Shape(enrolled.Body)).IsEqualTo(Jwt.Shape(JsonAsserts.ExampleNode("auth/interaction-enroll-response.json")));
        await Assert.That((string)enrolled.Body!["step"]!).IsEqualTo("confirm-enroll");
        await IsStepAsync(issuer, uid, "confirm-enroll");
        await IsRefusedAsync(await CodeAsync(issuer, uid, "000000", "confirm-enroll"));
        var secret = (string)enrolled.Body["secret"]!;
        var confirmed = await CodeAsync(issuer, uid, Now(issuer, secret), "confirm-enroll");
        await Assert.That(Jwt.Shape(confirmed.Body)).IsEqualTo(Jwt.Shape(JsonAsserts.ExampleNode("auth/interaction-confirm-enroll-response.json")));
        await Assert.That((string)confirmed.Body!["step"]!).IsEqualTo("change-password");
        await Assert.That(confirmed.Body["recoveryCodes"]!.AsArray().Count).IsEqualTo(10);

        await JsonAsserts.IsErrorAsync(
            ((System.Net.HttpStatusCode)(await issuer.Oidc.StepAsync(uid, "complete")).Status, (await issuer.Oidc.StepAsync(uid, "complete")).Body),
            400, "ValidationError", "Interaction step \"change-password\" is required before completion");
        var changed = await ChangeAsync(issuer, uid, Password, NewPassword);
        await IsAsync(changed, """{"step":"complete"}""");
        var done = await issuer.Oidc.StepAsync(uid, "complete");
        await Assert.That(Jwt.Shape(done.Body)).IsEqualTo(Jwt.Shape(JsonAsserts.ExampleNode("auth/interaction-complete-response.json")));
        await Assert.That((await issuer.Browser.GetAsync((string)done.Body!["redirectTo"]!)).Parameter("code")).IsNotNull();

        // The next time it is name, new password and a code.
        issuer.Host.Clock.Advance(TimeSpan.FromSeconds(30));
        var next = await issuer.Oidc.BeginAsync(issuer.Browser, ("prompt", "login"));
        await IsRefusedAsync(await issuer.Oidc.LoginAsync(next, "new@example.org", Password));
        await IsAsync(await issuer.Oidc.LoginAsync(next, "new@example.org", NewPassword), """{"step":"mfa"}""");
        await IsRefusedAsync(await CodeAsync(issuer, next, "000000"));
        await IsAsync(await CodeAsync(issuer, next, Now(issuer, secret)), """{"step":"complete"}""");
    }

    [Test]
    public async Task A_recovery_code_serves_once()
    {
        await using var issuer = await IssuerHost.StartAsync();
        await RequireMfaAsync(issuer, "developer");
        var uid = await issuer.Oidc.BeginAsync(issuer.Browser);
        await issuer.Oidc.LoginAsync(uid, IssuerHost.Email, Password);
        var secret = (string)(await issuer.Oidc.StepAsync(uid, "enroll")).Body!["secret"]!;
        var code = (string)(await CodeAsync(issuer, uid, Now(issuer, secret), "confirm-enroll")).Body!["recoveryCodes"]![3]!;
        foreach (var status in new[] { 200, 401 })
        {
            var next = await issuer.Oidc.BeginAsync(issuer.Browser);
            await issuer.Oidc.LoginAsync(next, IssuerHost.Email, Password);
            await Assert.That((await CodeAsync(issuer, next, code)).Status).IsEqualTo(status);
        }
    }

    [Test]
    public async Task Unknown_finished_and_expired_interactions_are_told_alike()
    {
        await using var issuer = await IssuerHost.StartAsync();
        var finished = await issuer.Oidc.BeginAsync(issuer.Browser);
        await issuer.Oidc.PassAsync(finished, IssuerHost.Email, Password);
        var expired = await issuer.Oidc.BeginAsync(issuer.Browser);
        await issuer.Oidc.LoginAsync(expired, IssuerHost.Email, Password);
        await AllAsync("nonsense");
        await AllAsync(finished);
        issuer.Host.Clock.Advance(TimeSpan.FromMinutes(10));
        await AllAsync(expired);

        async Task AllAsync(string uid)
        {
            var expected = JsonAsserts.ExampleNode("auth/interaction-expired-error-401.json");
            var (status, body, _) = await issuer.Host.SendAsync("GET", $"/api/v3/user/interaction/{uid}");
            await Assert.That((int)status).IsEqualTo(401);
            await JsonAsserts.IsSameAsync(body, expected);
            foreach (var (step, json) in new (string, string?)[]
            {
                ("login", """{"email":"alice@example.org","password":"x"}"""), ("mfa", """{"code":"123456"}"""), ("enroll", null),
                ("confirm-enroll", """{"code":"123456"}"""), ("change-password", """{"currentPassword":"x","newPassword":"y"}"""), ("complete", null),
            })
            {
                var answer = await issuer.Oidc.StepAsync(uid, step, json is null ? null : JsonNode.Parse(json)!.AsObject());
                await Assert.That(answer.Status).IsEqualTo(401).Because(step);
                await JsonAsserts.IsSameAsync(answer.Body, expected);
            }
        }
    }

    [Test]
    public async Task Before_the_login_nothing_else_can_be_done()
    {
        await using var issuer = await IssuerHost.StartAsync();
        var uid = await issuer.Oidc.BeginAsync(issuer.Browser);
        await IsRefusedAsync(await CodeAsync(issuer, uid, "123456"));
        await IsRefusedAsync(await issuer.Oidc.StepAsync(uid, "enroll"));
        await IsRefusedAsync(await CodeAsync(issuer, uid, "123456", "confirm-enroll"));
        await IsRefusedAsync(await ChangeAsync(issuer, uid, Password, NewPassword));
        await IsInvalidAsync(await issuer.Oidc.StepAsync(uid, "complete"), "Interaction step \"login\" is required before completion");
    }

    [Test]
    public async Task Steps_cannot_be_left_out()
    {
        await using var issuer = await IssuerHost.StartAsync();
        await RequireMfaAsync(issuer);
        var user = await issuer.Host.AddUserAsync("new@example.org", Password, ["viewer"], mustChange: true);
        var uid = await issuer.Oidc.BeginAsync(issuer.Browser);
        await issuer.Oidc.LoginAsync(uid, "new@example.org", Password);
        await IsInvalidAsync(await issuer.Oidc.StepAsync(uid, "complete"), "Interaction step \"enroll\" is required before completion");
        await IsInvalidAsync(await ChangeAsync(issuer, uid, Password, NewPassword), "Interaction step \"enroll\" is required before password change");
        await IsInvalidAsync(await CodeAsync(issuer, uid, "123456", "confirm-enroll"), "MFA enrollment has not been started");
        await IsRefusedAsync(await CodeAsync(issuer, uid, "123456"));

        var secret = (string)(await issuer.Oidc.StepAsync(uid, "enroll")).Body!["secret"]!;
        await CodeAsync(issuer, uid, Now(issuer, secret), "confirm-enroll");
        var again = await issuer.Oidc.BeginAsync(issuer.Browser);
        await issuer.Oidc.LoginAsync(again, "new@example.org", Password);
        await IsInvalidAsync(await issuer.Oidc.StepAsync(again, "complete"), "Interaction step \"mfa\" is required before completion");
        await IsInvalidAsync(await issuer.Oidc.StepAsync(again, "enroll"), "MFA is already enabled");
        await IsInvalidAsync(await CodeAsync(issuer, again, "123456", "confirm-enroll"), "MFA is already enabled");
        await IsInvalidAsync(await ChangeAsync(issuer, again, Password, NewPassword), "Interaction step \"mfa\" is required before password change");
        await Assert.That((await issuer.Host.UserAsync(user.Email))!.MustChangePassword).IsTrue();
    }

    [Test]
    public async Task Logging_in_as_somebody_else_begins_anew()
    {
        await using var issuer = await IssuerHost.StartAsync();
        await RequireMfaAsync(issuer);
        await issuer.Host.AddUserAsync("other@example.org", Password, ["viewer"]);
        var uid = await issuer.Oidc.BeginAsync(issuer.Browser);
        await IsAsync(await issuer.Oidc.LoginAsync(uid, IssuerHost.Email, Password), """{"step":"complete"}""");
        await IsRefusedAsync(await issuer.Oidc.LoginAsync(uid, "other@example.org", "wrong"));
        await IsAsync(await issuer.Oidc.LoginAsync(uid, "other@example.org", Password), """{"step":"enroll"}""");
        await IsInvalidAsync(await issuer.Oidc.StepAsync(uid, "complete"), "Interaction step \"enroll\" is required before completion");
    }

    [Test]
    public async Task Wrong_passwords_lock_the_account_here_as_at_login()
    {
        await using var issuer = await IssuerHost.StartAsync();
        var uid = await issuer.Oidc.BeginAsync(issuer.Browser);
        var waiting = await issuer.Oidc.BeginAsync(issuer.Browser);
        await issuer.Oidc.LoginAsync(waiting, IssuerHost.Email, Password);
        for (var i = 0; i < 5; i++)
        {
            await IsRefusedAsync(await issuer.Oidc.LoginAsync(uid, IssuerHost.Email, "wrong"));
        }

        await IsRefusedAsync(await issuer.Oidc.LoginAsync(uid, IssuerHost.Email, Password));
        await Assert.That((int)(await issuer.Host.LoginAsync(IssuerHost.Email, Password)).Status).IsEqualTo(401);
        await IsRefusedAsync(await issuer.Oidc.StepAsync(waiting, "complete"));
        issuer.Host.Clock.Advance(TimeSpan.FromMinutes(15));
        var after = await issuer.Oidc.BeginAsync(issuer.Browser);
        await issuer.Oidc.PassAsync(after, IssuerHost.Email, Password);
        var user = await issuer.Host.UserAsync(IssuerHost.Email);
        await Assert.That((user!.FailedAttempts, user.LockedUntil)).IsEqualTo((0, null)).Because("a whole sign-in resets the count");
    }

    [Test]
    public async Task Failures_are_forgotten_at_the_end_and_not_at_the_password()
    {
        await using var issuer = await IssuerHost.StartAsync();
        var uid = await issuer.Oidc.BeginAsync(issuer.Browser);
        await issuer.Oidc.LoginAsync(uid, IssuerHost.Email, "wrong");
        await issuer.Oidc.LoginAsync(uid, IssuerHost.Email, Password);
        await Assert.That((await issuer.Host.UserAsync(IssuerHost.Email))!.FailedAttempts).IsEqualTo(1);
        await issuer.Oidc.StepAsync(uid, "complete");
        await Assert.That((await issuer.Host.UserAsync(IssuerHost.Email))!.FailedAttempts).IsEqualTo(0);
    }

    [Test]
    public async Task An_account_that_changes_on_the_way_ends_the_sign_in()
    {
        await using var issuer = await IssuerHost.StartAsync();
        var uid = await issuer.Oidc.BeginAsync(issuer.Browser);
        await issuer.Oidc.LoginAsync(uid, IssuerHost.Email, Password);
        await issuer.Host.SqlAsync("UPDATE \"AuthUsers\" SET \"password_hash\" = 'reset by an administrator' WHERE \"email\" = 'alice@example.org'");
        await IsRefusedAsync(await issuer.Oidc.StepAsync(uid, "complete"));
        await issuer.Host.SqlAsync("UPDATE \"AuthUsers\" SET \"deleted_at\" = '2026-01-01 00:00:00.000 +00:00' WHERE \"email\" = 'alice@example.org'");
        var gone = await issuer.Oidc.StepAsync(uid, "complete");
        await JsonAsserts.IsSameAsync(gone.Body, JsonAsserts.ExampleNode("auth/interaction-expired-error-401.json"));
    }

    [Test]
    public async Task Bodies_are_checked()
    {
        await using var issuer = await IssuerHost.StartAsync();
        await issuer.Host.AddUserAsync("new@example.org", Password, mustChange: true);
        var uid = await issuer.Oidc.BeginAsync(issuer.Browser);
        foreach (var (step, body, message) in new[]
        {
            ("login", "{}", "Required field 'email' is missing"), ("login", """{"email":"x"}""", "Required field 'password' is missing"),
            ("login", """{"email":"","password":"x"}""", "Field email does not meet minimum length of 1"), ("mfa", "{}", "Required field 'code' is missing"),
            ("mfa", """{"code":1}""", "Field 'code' is not of a type(s) string"), ("confirm-enroll", "{}", "Required field 'code' is missing"),
            ("change-password", "{}", "Required field 'newPassword' is missing"),
        })
        {
            await IsInvalidAsync(await issuer.Oidc.StepAsync(uid, step, JsonNode.Parse(body)!.AsObject()), message);
        }

        await issuer.Oidc.LoginAsync(uid, "new@example.org", Password);
        await IsInvalidAsync(
            await issuer.Oidc.StepAsync(uid, "change-password", new JsonObject { ["newPassword"] = NewPassword }), "currentPassword and newPassword are required");
        await IsInvalidAsync(await ChangeAsync(issuer, uid, Password, "short"), "Password must be at least 12 characters; Password must contain an uppercase letter; Password must contain a digit");
        await IsRefusedAsync(await ChangeAsync(issuer, uid, "wrong", NewPassword));
        await IsAsync(await ChangeAsync(issuer, uid, Password, NewPassword), """{"step":"complete"}""");
        await IsInvalidAsync(await ChangeAsync(issuer, uid, NewPassword, Password), "Interaction step \"complete\" is required before password change");

        // What a foreign page can send with the browser's cookie.
        using var form = new FormUrlEncodedContent([KeyValuePair.Create("email", IssuerHost.Email), KeyValuePair.Create("password", Password)]);
        var posted = await issuer.Browser.SendAsync("POST", $"/api/v3/user/interaction/{uid}/login", form);
        await Assert.That(posted.Status).IsEqualTo(400);
    }

    [Test]
    public async Task Posts_are_limited_and_looking_is_not()
    {
        await using var issuer = await IssuerHost.StartAsync(new() { ["AUTH_RATE_LIMIT_MAX_REQUESTS"] = "3" });
        var uid = await issuer.Oidc.BeginAsync(issuer.Browser);
        for (var i = 0; i < 4; i++)
        {
            await IsStepAsync(issuer, uid, "login");
        }

        await issuer.Oidc.StepAsync(uid, "complete");
        await issuer.Oidc.StepAsync(uid, "complete");
        await Assert.That((await issuer.Oidc.StepAsync(uid, "complete")).Status).IsEqualTo(429);
    }

    private static Task RequireMfaAsync(IssuerHost issuer, string group = "viewer") =>
        issuer.Host.SqlAsync($"UPDATE \"AuthGroups\" SET \"mfa_required\" = TRUE WHERE \"name\" = '{group}'");

    private static string Now(IssuerHost issuer, string secret) => Totp.CodeAt(secret, issuer.Host.Clock.GetUtcNow());

    private static Task<(int Status, JsonNode? Body)> CodeAsync(IssuerHost issuer, string uid, string code, string step = "mfa") =>
        issuer.Oidc.StepAsync(uid, step, new JsonObject { ["code"] = code });

    private static Task<(int Status, JsonNode? Body)> ChangeAsync(IssuerHost issuer, string uid, string current, string password) =>
        issuer.Oidc.StepAsync(uid, "change-password", new JsonObject { ["currentPassword"] = current, ["newPassword"] = password });

    private static async Task IsStepAsync(IssuerHost issuer, string uid, string step)
    {
        var (status, body, _) = await issuer.Host.SendAsync("GET", $"/api/v3/user/interaction/{uid}");
        await IsAsync(((int)status, body), $$"""{"step":"{{step}}"}""");
    }

    private static async Task IsAsync((int Status, JsonNode? Body) answer, string json)
    {
        await Assert.That((answer.Status, answer.Body!.ToJsonString())).IsEqualTo((200, json));
    }

    private static Task IsRefusedAsync((int Status, JsonNode? Body) answer) =>
        JsonAsserts.IsErrorAsync(((System.Net.HttpStatusCode)answer.Status, answer.Body), 401, "InvalidCredentialsError", "Invalid credentials");

    private static Task IsInvalidAsync((int Status, JsonNode? Body) answer, string message) =>
        JsonAsserts.IsErrorAsync(((System.Net.HttpStatusCode)answer.Status, answer.Body), 400, "ValidationError", message);
}
