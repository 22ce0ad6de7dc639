using System.Net;
using System.Text.Json.Nodes;
using Controller.Identity;
using Controller.Sql.Stores;
using Controller.Tests.Support;

namespace Controller.Tests.Identity;

/// <summary>New passwords by their owner (auth-rbac 6.5 and 7.2).</summary>
public sealed class PasswordChangeTests
{
    private const string Old = IdentityHost.AdminPassword;
    private const string New = "Another-Good-Pass-42";
    private const string Path = "/user/change-password";

    [Test]
    public async Task The_example_changes_the_password_and_ends_the_sessions()
    {
        await using var host = await IdentityHost.StartAsync([]);
        await host.AddUserAsync("alice@example.org", Old, ["developer"], mustChange: true);
        var pair = await host.SignInAsync("alice@example.org");
        var bearer = $"Bearer {pair.AccessToken}";
        await Assert.That((await host.CallAsync("GET", "/users", bearer)).Status).IsEqualTo(HttpStatusCode.Forbidden);
        await host.LoginAsync("alice@example.org", "wrong");

        var (status, body) = await host.CallAsync("POST", Path, bearer, JsonAsserts.ExampleNode("auth/change-password-request.json").ToJsonString());
        await Assert.That(status).IsEqualTo(HttpStatusCode.OK);
        await JsonAsserts.IsSameAsync(body, JsonAsserts.ExampleNode("auth/status-success-response.json"));

        await Assert.That((await host.CallAsync("GET", "/users", bearer)).Status).IsEqualTo(HttpStatusCode.OK).Because("the same token passes now");
        await Assert.That((await host.RefreshAsync(pair.RefreshToken)).Status).IsEqualTo(HttpStatusCode.Unauthorized);
        await Assert.That((await host.LoginAsync("alice@example.org", Old)).Status).IsEqualTo(HttpStatusCode.Unauthorized);
        var user = await host.UserAsync("alice@example.org");
        await Assert.That(user!.MustChangePassword).IsFalse();
        await host.SignInAsync("alice@example.org", New);
    }

    [Test]
    public async Task The_change_resets_failures()
    {
        await using var host = await IdentityHost.StartAsync([]);
        var (_, bearer) = await host.EnterAsync("alice");
        await host.LoginAsync("alice", "wrong");
        await Assert.That((await host.UserAsync("alice"))!.FailedAttempts).IsEqualTo(1);
        await ChangeAsync(host, bearer, Old, New);
        await Assert.That((await host.UserAsync("alice"))!.FailedAttempts).IsEqualTo(0);
    }

    [Test]
    public async Task What_is_missing_or_wrong_is_told()
    {
        await using var host = await IdentityHost.StartAsync([]);
        var (user, bearer) = await host.EnterAsync("alice");
        const string missing = "currentPassword and newPassword are required";
        foreach (var body in new[] { "{}", """{"newPassword":"x"}""", """{"currentPassword":"x"}""", """{"currentPassword":"","newPassword":""}""" })
        {
            await IsError(await host.CallAsync("POST", Path, bearer, body), 400, "ValidationError", missing);
        }

        await IsError(await host.CallAsync("POST", Path, bearer, """{"newPassword":1}"""), 400, "ValidationError", "Field 'newPassword' is not of a type(s) string");
        await IsError(await host.CallAsync("POST", Path, null, """{"resetToken":"x"}"""), 400, "ValidationError", "newPassword is required");
        await IsError(await host.CallAsync("POST", Path, null, "{}"), 401, "AuthenticationError", "Authentication required");
        await IsError(await host.CallAsync("POST", Path, bearer + "x", Body(Old, New)), 401, "AuthenticationError", "Authentication required");
        await IsError(await ChangeAsync(host, bearer, "wrong", New), 401, "InvalidCredentialsError", "Invalid credentials");
        await Assert.That((await host.UserAsync("alice"))!.FailedAttempts).IsEqualTo(1).Because("a token is no licence to guess the password");

        var policy = JsonAsserts.ExampleNode("auth/password-policy-error-400.json");
        await IsError(await ChangeAsync(host, bearer, Old, "Short"), 400, (string)policy["name"]!, (string)policy["message"]!);
        await IsError(await ChangeAsync(host, bearer, Old, Old), 400, "ValidationError", "Password was used recently and cannot be reused");

        await host.SqlAsync($"UPDATE \"AuthUsers\" SET \"deleted_at\" = '2026-01-01 00:00:00.000 +00:00' WHERE \"id\" = '{user.Id}'");
        await IsError(await ChangeAsync(host, bearer, Old, New), 404, "NotFoundError", "User not found");
    }

    [Test]
    public async Task Guessing_the_current_password_with_a_token_locks_the_account()
    {
        await using var host = await IdentityHost.StartAsync([]);
        var (_, bearer) = await host.EnterAsync("alice");
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => ChangeAsync(host, bearer, "wrong", New)));
        await Assert.That((await host.UserAsync("alice"))!.FailedAttempts).IsEqualTo(5);
        await IsError(await ChangeAsync(host, bearer, Old, New), 401, "InvalidCredentialsError", "Invalid credentials");
        host.Clock.Advance(TimeSpan.FromMinutes(15));
        bearer = await host.BearerAsync("alice");
        await Assert.That((await ChangeAsync(host, bearer, Old, New)).Status).IsEqualTo(HttpStatusCode.OK);
    }

    [Test]
    public async Task The_last_five_passwords_do_not_come_back()
    {
        await using var host = await IdentityHost.StartAsync([]);
        var (user, bearer) = await host.EnterAsync("alice");
        string[] passwords = [Old, .. Enumerable.Range(1, 6).Select(i => $"Another-Good-Pass-{i}")];
        for (var i = 1; i < passwords.Length; i++)
        {
            await Assert.That((await ChangeAsync(host, bearer, passwords[i - 1], passwords[i])).Status).IsEqualTo(HttpStatusCode.OK);
        }

        var current = passwords[^1];
        foreach (var former in passwords[1..])
        {
            await IsError(await ChangeAsync(host, bearer, current, former), 400, "ValidationError", "Password was used recently and cannot be reused");
        }

        var history = await host.Controller.Database.ReadAsync(s => UserStore.PasswordHistoryAsync(s, user.Id));
        await Assert.That(TextList.Read(history).Length).IsEqualTo(5);
        await Assert.That((await ChangeAsync(host, bearer, current, Old)).Status).IsEqualTo(HttpStatusCode.OK).Because("six changes ago");
    }

    [Test]
    public async Task Of_changes_at_the_same_moment_one_wins()
    {
        await using var host = await IdentityHost.StartAsync([]);
        var (_, bearer) = await host.EnterAsync("alice");
        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(i => ChangeAsync(host, bearer, Old, $"Another-Good-Pass-{i}")));
        await Assert.That(answers.Count(a => a.Status == HttpStatusCode.OK)).IsEqualTo(1);
        await Assert.That(answers.Count(a => a.Status == HttpStatusCode.Unauthorized)).IsEqualTo(3);
    }

    [Test]
    public async Task A_reset_token_sets_a_password_once()
    {
        await using var host = await IdentityHost.StartAsync([]);
        var (_, admin) = await host.EnterAsync("root", "admin");
        var (alice, _) = await host.EnterAsync("alice@example.org");
        var pair = await host.SignInAsync("alice@example.org");
        var token = await TokenAsync(host, admin, alice.Id);
        var request = JsonAsserts.ExampleNode("auth/change-password-with-reset-token-request.json");
        request["resetToken"] = token;

        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => host.CallAsync("POST", Path, null, request.ToJsonString())));
        await Assert.That(answers.Count(a => a.Status == HttpStatusCode.OK)).IsEqualTo(1);
        foreach (var refused in answers.Where(a => a.Status != HttpStatusCode.OK))
        {
            await IsError(refused, 401, "InvalidCredentialsError", "Invalid or expired reset token");
        }

        await Assert.That((await host.RefreshAsync(pair.RefreshToken)).Status).IsEqualTo(HttpStatusCode.Unauthorized);
        await host.SignInAsync("alice@example.org", New);
    }

    [Test]
    public async Task Reset_tokens_end_with_time_use_a_new_one_a_new_password_and_the_account()
    {
        await using var host = await IdentityHost.StartAsync([]);
        var (_, admin) = await host.EnterAsync("root", "admin");
        var (alice, bearer) = await host.EnterAsync("alice");
        Task<(HttpStatusCode, JsonNode?)> Redeem(string token, string password = New) =>
            host.CallAsync("POST", Path, null, new JsonObject { ["resetToken"] = token, ["newPassword"] = password }.ToJsonString());
        Task Refused((HttpStatusCode, JsonNode?) answer) => IsError(answer, 401, "InvalidCredentialsError", "Invalid or expired reset token");

        await Refused(await Redeem("6d9b7a1c-52e8-4c3e-8a7f-3e1d9c0b4f22"));
        await Refused(await Redeem(new string('x', 5000)));

        var replaced = await TokenAsync(host, admin, alice.Id);
        var wasted = await TokenAsync(host, admin, alice.Id);
        await Refused(await Redeem(replaced));
        await IsError(await Redeem(wasted, "short"), 400, "ValidationError",
            "Password must be at least 12 characters; Password must contain an uppercase letter; Password must contain a digit");
        await Refused(await Redeem(wasted));

        var overtaken = await TokenAsync(host, admin, alice.Id);
        await ChangeAsync(host, bearer, Old, New);
        await Refused(await Redeem(overtaken, "Third-Good-Pass-42"));

        var late = await TokenAsync(host, admin, alice.Id);
        host.Clock.Advance(TimeSpan.FromMinutes(60));
        await Refused(await Redeem(late));

        admin = await host.BearerAsync("root");
        var orphan = await TokenAsync(host, admin, alice.Id);
        await host.CallAsync("DELETE", $"/users/{alice.Id}", admin);
        await Refused(await Redeem(orphan));
    }

    [Test]
    public async Task A_reset_token_unlocks()
    {
        await using var host = await IdentityHost.StartAsync([]);
        var (_, admin) = await host.EnterAsync("root", "admin");
        var alice = await host.AddUserAsync("alice", Old);
        for (var i = 0; i < 5; i++)
        {
            await host.LoginAsync("alice", "wrong");
        }

        var token = await TokenAsync(host, admin, alice.Id);
        await Assert.That((await host.CallAsync("POST", Path, null, $$"""{"resetToken":"{{token}}","newPassword":"{{New}}"}""")).Status).IsEqualTo(HttpStatusCode.OK);
        await host.SignInAsync("alice", New);
    }

    private static async Task<string> TokenAsync(IdentityHost host, string admin, string id) =>
        (string)(await host.CallAsync("POST", $"/users/{id}/reset-token", admin)).Body!["resetToken"]!;

    private static string Body(string current, string next) => new JsonObject { ["currentPassword"] = current, ["newPassword"] = next }.ToJsonString();

    private static Task<(HttpStatusCode Status, JsonNode? Body)> ChangeAsync(IdentityHost host, string bearer, string current, string next) =>
        host.CallAsync("POST", Path, bearer, Body(current, next));

    private static Task IsError((HttpStatusCode Status, JsonNode? Body) answer, int status, string name, string message) =>
        JsonAsserts.IsErrorAsync(answer, status, name, message);
}
