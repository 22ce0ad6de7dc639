using System.Net;
using System.Text.RegularExpressions;
using Controller.Hosting;
using Controller.Identity;
using Controller.Sql.Stores;
using Controller.Testing;

namespace Controller.Tests.Identity;

/// <summary>The first administrator (auth-rbac 7.5).</summary>
public sealed partial class BootstrapTests
{
    private static readonly Dictionary<string, string> Nothing = [];

    [Test]
    public async Task Without_configuration_a_new_database_gets_an_administrator_whose_password_is_shown_once()
    {
        using var directory = new TempDirectory();
        string password;
        await using (var first = await IdentityHost.StartAsync(Nothing, directory.Path))
        {
            var line = Line().Match(first.Output);
            await Assert.That(line.Success).IsTrue().Because(first.Output);
            password = line.Groups[1].Value;
            await Assert.That(password.Length).IsEqualTo(24);
            await Assert.That(new PasswordPolicy().Validate(password)).IsNull();
            await Assert.That(first.Log).DoesNotContain(password);

            var claims = Jwt.Payload((await first.SignInAsync("admin", password)).AccessToken);
            await Assert.That(claims["groups"]!.ToJsonString()).IsEqualTo("[\"admin\"]");
            await Assert.That(claims.ContainsKey("password_change_required")).IsFalse();
            await Assert.That((await first.UserAsync("admin"))!.IsBootstrap).IsTrue();
        }

        await using var second = await IdentityHost.StartAsync(Nothing, directory.Path);
        await Assert.That(second.Output).IsEmpty();
        await Assert.That(second.Log).DoesNotContain("No bootstrap administrator");
        await second.SignInAsync("admin", password);
    }

    [Test]
    public async Task Outside_development_the_password_is_printed_only_when_allowed()
    {
        Dictionary<string, string> production = new() { ["SERVER_DEV_MODE"] = "false", ["CONTROLLER_PUBLIC_URL"] = "https://controller.example.org" };
        using var directory = new TempDirectory();
        await using (var silent = await IdentityHost.StartAsync(production, directory.Path))
        {
            await Assert.That(silent.Output).IsEmpty();
            await Assert.That(silent.Log).Contains("No bootstrap administrator is configured");
            await Assert.That(await silent.UserAsync("admin")).IsNull();
        }

        await using var allowed = await IdentityHost.StartAsync(new(production) { ["AUTH_INSECURE_ALLOW_BOOTSTRAP_LOG"] = "true" }, directory.Path);
        await Assert.That(Line().IsMatch(allowed.Output)).IsTrue();
    }

    [Test]
    public async Task Half_a_configuration_makes_nobody()
    {
        await using var host = await IdentityHost.StartAsync(new() { ["OIDC_BOOTSTRAP_ADMIN_USERNAME"] = "boss" });
        await Assert.That(host.Output).IsEmpty();
        await Assert.That(host.Log).Contains("No bootstrap administrator is configured");
        await Assert.That(await host.Controller.Database.ReadAsync(UserStore.AnyAsync)).IsFalse();
    }

    [Test]
    public async Task The_configured_administrator_follows_the_configuration()
    {
        using var directory = new TempDirectory();
        string id;
        string refresh;
        await using (var host = await IdentityHost.StartAsync(Admin(" Boss ", "Correct-Horse-7-Battery"), directory.Path))
        {
            await Assert.That(host.Output).IsEmpty();
            var pair = await host.SignInAsync("boss", "Correct-Horse-7-Battery");
            refresh = pair.RefreshToken;
            await Assert.That(Jwt.Payload(pair.AccessToken)["groups"]!.ToJsonString()).IsEqualTo("[\"admin\"]");
            var user = await host.UserAsync("boss");
            id = user!.Id;
            await Assert.That(user.IsBootstrap).IsTrue();
            await Assert.That(user.MustChangePassword).IsFalse();
            await Assert.That(await RecordedAsync(host)).IsEqualTo(id);
            await host.SqlAsync("UPDATE \"AuthBootstrapMeta\" SET \"bootstrap_admin_user_id\" = NULL");
        }

        await using (var same = await IdentityHost.StartAsync(Admin("boss", "Correct-Horse-7-Battery"), directory.Path))
        {
            await Assert.That((await same.UserAsync("boss"))!.Id).IsEqualTo(id);
            await Assert.That(await RecordedAsync(same)).IsEqualTo(id);
            await Assert.That((await same.RefreshAsync(refresh)).Status).IsEqualTo(HttpStatusCode.OK);
        }

        await using (var unset = await IdentityHost.StartAsync(Nothing, directory.Path))
        {
            await Assert.That(unset.Output).IsEmpty();
            await Assert.That((await unset.UserAsync("boss"))!.Id).IsEqualTo(id);
            refresh = (await unset.SignInAsync("boss", "Correct-Horse-7-Battery")).RefreshToken;
        }

        await using (var password = await IdentityHost.StartAsync(Admin("boss", "Another-Horse-8-Battery"), directory.Path))
        {
            var user = await password.UserAsync("boss");
            await Assert.That(user!.Id).IsNotEqualTo(id);
            await Assert.That((await password.RefreshAsync(refresh)).Status).IsEqualTo(HttpStatusCode.Unauthorized);
            await Assert.That((await password.LoginAsync("boss", "Correct-Horse-7-Battery")).Status).IsEqualTo(HttpStatusCode.Unauthorized);
            await password.SignInAsync("boss", "Another-Horse-8-Battery");
        }

        await using var name = await IdentityHost.StartAsync(Admin("chief", "Another-Horse-8-Battery"), directory.Path);
        await Assert.That(await name.UserAsync("boss")).IsNull();
        await name.SignInAsync("chief", "Another-Horse-8-Battery");
        await Assert.That((await name.Controller.Database.ReadAsync(UserStore.ListBootstrapAsync)).Count).IsEqualTo(1);
    }

    [Test]
    public async Task A_replaced_administrator_takes_everything_along()
    {
        using var directory = new TempDirectory();
        await using (var host = await IdentityHost.StartAsync(Admin("boss", "Correct-Horse-7-Battery"), directory.Path))
        {
            var bearer = await host.BearerAsync("boss");
            await host.EnrolAsync(bearer);
            var id = (await host.UserAsync("boss"))!.Id;
            await Assert.That((await host.CallAsync("POST", $"/users/{id}/reset-token", bearer)).Status).IsEqualTo(HttpStatusCode.OK);
        }

        await using (var same = await IdentityHost.StartAsync(Admin("boss", "Correct-Horse-7-Battery"), directory.Path))
        {
            await Assert.That(await CountAsync(same, "AuthMfa")).IsEqualTo(1).Because("the same administrator keeps the second factor");
        }

        await using var replaced = await IdentityHost.StartAsync(Admin("boss", "Another-Horse-8-Battery"), directory.Path);
        foreach (var table in new[] { "AuthMfa", "AuthPasswordResetSessions", "AuthRefreshTokens" })
        {
            await Assert.That(await CountAsync(replaced, table)).IsEqualTo(0).Because(table);
        }

        await Assert.That(await CountAsync(replaced, "AuthUserGroups")).IsEqualTo(1);
        await Assert.That(await RecordedAsync(replaced)).IsEqualTo((await replaced.UserAsync("boss"))!.Id);
    }

    [Test]
    public async Task A_password_changed_through_the_API_is_reverted_by_the_configuration()
    {
        using var directory = new TempDirectory();
        await using (var host = await IdentityHost.StartAsync(Admin("boss", "Correct-Horse-7-Battery"), directory.Path))
        {
            var bearer = await host.BearerAsync("boss");
            await host.CallAsync(
                "POST", "/user/change-password", bearer, """{"currentPassword":"Correct-Horse-7-Battery","newPassword":"Another-Horse-8-Battery"}""");
            await host.SignInAsync("boss", "Another-Horse-8-Battery");
        }

        await using var again = await IdentityHost.StartAsync(Admin("boss", "Correct-Horse-7-Battery"), directory.Path);
        await again.SignInAsync("boss", "Correct-Horse-7-Battery");
        await Assert.That((await again.LoginAsync("boss", "Another-Horse-8-Battery")).Status).IsEqualTo(HttpStatusCode.Unauthorized);
    }

    [Test]
    public async Task The_configured_password_is_shown_once_and_only_when_allowed()
    {
        using var directory = new TempDirectory();
        Dictionary<string, string> allowed = new(Admin("boss", "Correct-Horse-7-Battery")) { ["AUTH_INSECURE_ALLOW_BOOTSTRAP_LOG"] = "true" };
        await using (var first = await IdentityHost.StartAsync(allowed, directory.Path))
        {
            await Assert.That(first.Output).Contains("boss / Correct-Horse-7-Battery");
            await Assert.That(first.Log).DoesNotContain("Correct-Horse-7-Battery");
        }

        await using var second = await IdentityHost.StartAsync(allowed, directory.Path);
        await Assert.That(second.Output).IsEmpty();
    }

    [Test]
    public async Task A_password_against_the_policy_stops_the_start()
    {
        var e = await Assert.ThrowsAsync<StartupException>(() => IdentityHost.StartAsync(Admin("boss", "SecretSecret")));
        await Assert.That(e!.Message).Contains("Password must contain a digit");
        await Assert.That(e.ToString()).DoesNotContain("SecretSecret");
    }

    [Test]
    public async Task An_ordinary_account_of_that_name_is_left_alone()
    {
        using var directory = new TempDirectory();
        string id;
        await using (var host = await IdentityHost.StartAsync(Admin("first", "Correct-Horse-7-Battery"), directory.Path))
        {
            id = (await host.AddUserAsync("boss", "Ordinary-Horse-7-Battery", ["viewer"])).Id;
        }

        await using var again = await IdentityHost.StartAsync(Admin("boss", "Correct-Horse-7-Battery"), directory.Path);
        await Assert.That(again.Log).Contains("names an ordinary account");
        await Assert.That(await RecordedAsync(again)).IsEqualTo(id);
        await again.SignInAsync("boss", "Ordinary-Horse-7-Battery");
        await again.SignInAsync("first", "Correct-Horse-7-Battery");
    }

    [Test]
    public async Task A_deleted_account_of_that_name_makes_room()
    {
        using var directory = new TempDirectory();
        string id;
        await using (var host = await IdentityHost.StartAsync(dataDirectory: directory.Path))
        {
            id = (await host.AddUserAsync("boss", "Ordinary-Horse-7-Battery")).Id;
            await host.SqlAsync($"UPDATE \"AuthUsers\" SET \"deleted_at\" = '2026-01-01 00:00:00.000 +00:00' WHERE \"id\" = '{id}'");
        }

        await using var again = await IdentityHost.StartAsync(Admin("boss", "Correct-Horse-7-Battery"), directory.Path);
        await Assert.That((await again.UserAsync("boss"))!.Id).IsNotEqualTo(id);
        await again.SignInAsync("boss", "Correct-Horse-7-Battery");
    }

    [Test]
    public async Task Missing_system_groups_come_back()
    {
        using var directory = new TempDirectory();
        await using (var host = await IdentityHost.StartAsync(dataDirectory: directory.Path))
        {
            await host.SqlAsync("DELETE FROM \"AuthGroups\" WHERE \"name\" = 'sre'");
            await host.SqlAsync("UPDATE \"AuthGroups\" SET \"is_system\" = FALSE, \"mfa_required\" = TRUE WHERE \"name\" = 'viewer'");
        }

        await using var again = await IdentityHost.StartAsync(dataDirectory: directory.Path);
        var groups = await again.Controller.Database.ReadAsync(s => s.QueryAsync(
            "SELECT \"name\", \"is_system\", \"mfa_required\" FROM \"AuthGroups\" ORDER BY \"name\"", r => $"{r.Text()} {r.Bool()} {r.Bool()}"));
        await Assert.That(groups).IsEquivalentTo(["admin True False", "developer True False", "sre True False", "viewer True True"]);
    }

    private static Dictionary<string, string> Admin(string name, string password) => new()
    {
        ["OIDC_BOOTSTRAP_ADMIN_USERNAME"] = name,
        ["OIDC_BOOTSTRAP_ADMIN_PASSWORD"] = password,
    };

    private static Task<long> CountAsync(IdentityHost host, string table) =>
        host.Controller.Database.ReadAsync(s => s.QueryOneAsync($"SELECT COUNT(*) FROM \"{table}\"", r => r.Long()));

    private static Task<string?> RecordedAsync(IdentityHost host) => host.Controller.Database.ReadAsync(BootstrapStore.AdministratorAsync);

    [GeneratedRegex(@"^Bootstrap administrator: admin / (\w+) \(shown once; change it after the first login\)\s*$")]
    private static partial Regex Line();
}
