using System.Net;
using System.Text.Json.Nodes;
using Controller.Identity;
using Controller.Sql.Stores;
using Controller.Tests.Support;

namespace Controller.Tests.Identity;

/// <summary>Local accounts (auth-rbac 8.1).</summary>
public sealed class UserTests
{
    private const string Password = IdentityHost.AdminPassword;

    [Test]
    public async Task The_example_creates_an_account_whose_password_must_change()
    {
        await using var host = await IdentityHost.StartAsync([]);
        var (_, admin) = await host.EnterAsync("root", "admin");
        var request = JsonAsserts.ExampleNode("auth/user-create-request.json");
        var (status, created) = await host.CallAsync("POST", "/users", admin, request.ToJsonString());
        await Assert.That(status).IsEqualTo(HttpStatusCode.Created);

        var expected = JsonAsserts.ExampleNode("auth/user-response.json");
        expected["id"] = (string)created!["id"]!;
        expected["createdAt"] = "2026-06-21T00:00:00.000Z";
        expected["updatedAt"] = "2026-06-21T00:00:00.000Z";
        await JsonAsserts.IsSameAsync(created, expected);
        await Assert.That(Guid.TryParseExact((string)created["id"]!, "D", out _)).IsTrue();
        await JsonAsserts.IsSameAsync((await host.CallAsync("GET", $"/users/{created["id"]}", admin)).Body, expected);

        var token = $"Bearer {(await host.SignInAsync("alice@example.org", (string)request["password"]!)).AccessToken}";
        await Assert.That((await host.CallAsync("GET", "/users", token)).Status).IsEqualTo(HttpStatusCode.Forbidden).Because("the password must change first");
    }

    [Test]
    public async Task The_list_is_an_array_by_address_without_the_deleted_and_costs_two_queries()
    {
        await using var host = await IdentityHost.StartAsync([]);
        var (_, admin) = await host.EnterAsync("root", "admin");
        var (alice, bearer) = await host.EnterAsync("alice@example.org", "viewer", "developer");
        await host.EnrolAsync(bearer);
        var gone = await host.AddUserAsync("gone@example.org", Password, ["viewer"]);
        await host.CallAsync("DELETE", $"/users/{gone.Id}", admin);
        var (_, list) = await host.CallAsync("GET", "/users", admin);

        await Assert.That(string.Join(' ', list!.AsArray().Select(u => (string)u!["email"]!))).IsEqualTo("admin alice@example.org root");
        await Assert.That(Jwt.Shape(list[0])).IsEqualTo(Jwt.Shape(JsonAsserts.ExampleNode("auth/users-list-response.json")[0]));
        await Assert.That((bool)list[0]!["isBootstrap"]!).IsTrue();
        await Assert.That((bool)list[1]!["mfaEnabled"]!).IsTrue();
        await Assert.That(list[1]!["groups"]!.ToJsonString()).IsEqualTo("""["developer","viewer"]""");
        await Assert.That(list.ToJsonString()).DoesNotContain("argon2");
        var statements = await host.Controller.Database.ReadAsync(async s =>
        {
            await AccountStore.ListAsync(s);
            return s.StatementCount;
        });
        await Assert.That(statements).IsEqualTo(2);
    }

    [Test]
    [Arguments("{}", 400, "ValidationError", "email and password are required")]
    [Arguments("""{"email":"a@b.c"}""", 400, "ValidationError", "email and password are required")]
    [Arguments("""{"email":" ","password":"Temp0rary-Pass"}""", 400, "ValidationError", "email and password are required")]
    [Arguments("""{"email":"a@b.c","password":""}""", 400, "ValidationError", "email and password are required")]
    [Arguments("""{"email":1,"password":"x"}""", 400, "ValidationError", "Field 'email' is not of a type(s) string")]
    [Arguments("""{"email":"alice","password":"Temp0rary-Pass"}""", 400, "ValidationError", "Invalid format for field 'email'")]
    [Arguments("""{"email":"a b@c.d","password":"Temp0rary-Pass"}""", 400, "ValidationError", "Invalid format for field 'email'")]
    [Arguments("""{"email":"a@b.c","password":"Short"}""", 400, "ValidationError", "Password must be at least 12 characters; Password must contain a digit")]
    [Arguments("""{"email":"a@b.c","password":"Temp0rary-Pass","groups":["Zoo","viewer"," Bar ","zoo"]}""", 400, "ValidationError", "Unknown groups: zoo, bar")]
    [Arguments("""{"email":"a@b.c","password":"Temp0rary-Pass","groups":"viewer"}""", 400, "ValidationError", "Field 'groups' is not of a type(s) array")]
    [Arguments("""{"email":"a@b.c","password":"Temp0rary-Pass","groups":[1]}""", 400, "ValidationError", "Field 'groups[0]' is not of a type(s) string")]
    [Arguments("""{"email":" Taken@Example.org ","password":"Temp0rary-Pass"}""", 409, "ConflictError", "A user with this email already exists")]
    public async Task Creating_says_what_is_wrong_and_makes_nothing(string body, int status, string name, string message)
    {
        await using var host = await IdentityHost.StartAsync([]);
        var (_, admin) = await host.EnterAsync("root", "admin");
        await host.AddUserAsync("taken@example.org", Password);
        await JsonAsserts.IsErrorAsync(await host.CallAsync("POST", "/users", admin, body), status, name, message);
        await Assert.That((await host.CallAsync("GET", "/users", admin)).Body!.AsArray().Count).IsEqualTo(3);
    }

    [Test]
    public async Task Addresses_and_groups_are_trimmed_lower_cased_and_counted_once()
    {
        await using var host = await IdentityHost.StartAsync([]);
        var (_, admin) = await host.EnterAsync("root", "admin");
        var (_, user) = await host.CallAsync(
            "POST", "/users", admin, """{"email":"  Bob@Example.ORG ","password":"Temp0rary-Pass","groups":[" SRE ","sre","Viewer"]}""");
        await Assert.That((string)user!["email"]!).IsEqualTo("bob@example.org");
        await Assert.That(user["groups"]!.ToJsonString()).IsEqualTo("""["sre","viewer"]""");
        var long255 = new string('a', 250) + "@b.cd";
        await Assert.That((await host.CallAsync("POST", "/users", admin, $$"""{"email":"{{long255}}","password":"Temp0rary-Pass"}""")).Status).IsEqualTo(HttpStatusCode.Created);
        await JsonAsserts.IsErrorAsync(
            await host.CallAsync("POST", "/users", admin, $$"""{"email":"a{{long255}}","password":"Temp0rary-Pass"}"""), 400, "ValidationError", "Field email does not meet maximum length of 255");
    }

    [Test]
    public async Task One_of_those_who_want_an_address_at_once_gets_it()
    {
        await using var host = await IdentityHost.StartAsync([]);
        var (_, admin) = await host.EnterAsync("root", "admin");
        var answers = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ =>
            host.CallAsync("POST", "/users", admin, """{"email":"a@b.c","password":"Temp0rary-Pass"}""")));
        await Assert.That(answers.Count(a => a.Status == HttpStatusCode.Created)).IsEqualTo(1);
        foreach (var refused in answers.Where(a => a.Status != HttpStatusCode.Created))
        {
            await JsonAsserts.IsSameAsync(refused.Body, JsonAsserts.ExampleNode("auth/user-create-error-409.json"));
        }
    }

    [Test]
    public async Task Updating_changes_what_it_names_and_groups_as_a_whole()
    {
        await using var host = await IdentityHost.StartAsync([]);
        var (_, admin) = await host.EnterAsync("root", "admin");
        var user = await host.AddUserAsync("alice@example.org", Password, ["sre"]);
        await host.AddUserAsync("bob@example.org", Password);
        host.Clock.Advance(TimeSpan.FromSeconds(5));
        var path = $"/users/{user.Id}";

        var (status, body) = await host.CallAsync("PATCH", path, admin, JsonAsserts.ExampleNode("auth/user-update-request.json").ToJsonString());
        await Assert.That(status).IsEqualTo(HttpStatusCode.OK);
        await Assert.That(body!["groups"]!.ToJsonString()).IsEqualTo("""["developer","viewer"]""");
        await Assert.That((string)body["email"]!).IsEqualTo("alice@example.org");
        await Assert.That((string)body["updatedAt"]!).IsEqualTo("2026-06-21T00:00:05.000Z");
        await Assert.That((string)body["createdAt"]!).IsEqualTo("2026-06-21T00:00:00.000Z");

        body = (await host.CallAsync("PATCH", path, admin, """{"email":" Alice2@Example.org "}""")).Body;
        await Assert.That((string)body!["email"]!).IsEqualTo("alice2@example.org");
        await Assert.That(body["groups"]!.AsArray().Count).IsEqualTo(2);
        await Assert.That((await host.CallAsync("PATCH", path, admin, """{"groups":[]}""")).Body!["groups"]!.AsArray().Count).IsEqualTo(0);
        await Assert.That((await host.CallAsync("PATCH", path, admin, "{}")).Status).IsEqualTo(HttpStatusCode.OK);
        await Assert.That((await host.CallAsync("PATCH", path, admin, """{"email":"alice2@example.org"}""")).Status).IsEqualTo(HttpStatusCode.OK);
        await host.SignInAsync("alice2@example.org");

        await JsonAsserts.IsErrorAsync(await host.CallAsync("PATCH", path, admin, """{"email":" "}"""), 400, "ValidationError", "email is required");
        await JsonAsserts.IsErrorAsync(await host.CallAsync("PATCH", path, admin, """{"email":"x"}"""), 400, "ValidationError", "Invalid format for field 'email'");
        await JsonAsserts.IsErrorAsync(await host.CallAsync("PATCH", path, admin, """{"email":"bob@example.org"}"""), 409, "ConflictError", "A user with this email already exists");
        await JsonAsserts.IsErrorAsync(
            await host.CallAsync("PATCH", path, admin, """{"email":"new@example.org","groups":["none"]}"""), 400, "ValidationError", "Unknown groups: none");
        await Assert.That((await host.UserAsync("alice2@example.org"))!.Id).IsEqualTo(user.Id).Because("nothing half-written");
    }

    [Test]
    public async Task Who_does_not_exist_is_404_everywhere()
    {
        await using var host = await IdentityHost.StartAsync([]);
        var (_, admin) = await host.EnterAsync("root", "admin");
        var gone = await host.AddUserAsync("gone@example.org", Password);
        await host.CallAsync("DELETE", $"/users/{gone.Id}", admin);
        foreach (var id in new[] { gone.Id, "nobody", Guid.NewGuid().ToString() })
        {
            foreach (var (method, path) in new[] { ("GET", ""), ("PATCH", ""), ("DELETE", ""), ("POST", "/reset-password"), ("POST", "/reset-token") })
            {
                var answer = await host.CallAsync(method, $"/users/{id}{path}", admin, method == "PATCH" ? """{"groups":[]}""" : null);
                await JsonAsserts.IsErrorAsync(answer, 404, "NotFoundError", "User not found");
            }
        }
    }

    [Test]
    public async Task Deleting_ends_the_sessions_and_frees_the_address()
    {
        await using var host = await IdentityHost.StartAsync([]);
        var (_, admin) = await host.EnterAsync("root", "admin");
        var user = await host.AddUserAsync("alice@example.org", Password, ["viewer"]);
        var pair = await host.SignInAsync("alice@example.org");
        var (status, body) = await host.CallAsync("DELETE", $"/users/{user.Id}", admin);
        await Assert.That(status).IsEqualTo(HttpStatusCode.NoContent);
        await Assert.That(body).IsNull();
        await Assert.That((await host.RefreshAsync(pair.RefreshToken)).Status).IsEqualTo(HttpStatusCode.Unauthorized);
        await Assert.That((await host.LoginAsync("alice@example.org", Password)).Status).IsEqualTo(HttpStatusCode.Unauthorized);
        await Assert.That((await host.CallAsync("GET", "/users", $"Bearer {pair.AccessToken}")).Status)
            .IsEqualTo(HttpStatusCode.OK).Because("access tokens are never withdrawn");

        var (again, created) = await host.CallAsync("POST", "/users", admin, """{"email":"alice@example.org","password":"Temp0rary-Pass"}""");
        await Assert.That(again).IsEqualTo(HttpStatusCode.Created);
        await Assert.That((string)created!["id"]!).IsNotEqualTo(user.Id);
        await Assert.That(created["groups"]!.AsArray().Count).IsEqualTo(0);

        await host.CallAsync("DELETE", $"/users/{created["id"]}", admin);
        var bob = await host.AddUserAsync("bob@example.org", Password);
        await Assert.That((await host.CallAsync("PATCH", $"/users/{bob.Id}", admin, """{"email":"alice@example.org"}""")).Status).IsEqualTo(HttpStatusCode.OK);
    }

    [Test]
    public async Task Neither_oneself_nor_the_bootstrap_administrator_is_deleted()
    {
        await using var host = await IdentityHost.StartAsync([]);
        var (root, admin) = await host.EnterAsync("root", "admin");
        var bootstrap = await host.UserAsync("admin");
        var expected = JsonAsserts.ExampleNode("auth/user-delete-error-403.json");
        await JsonAsserts.IsErrorAsync(
            await host.CallAsync("DELETE", $"/users/{bootstrap!.Id}", admin), 403, (string)expected["name"]!, (string)expected["message"]!);
        await JsonAsserts.IsErrorAsync(
            await host.CallAsync("DELETE", $"/users/{root.Id}", admin), 403, "ForbiddenError", "Users cannot delete their own account");
        await Assert.That((await host.CallAsync("GET", "/users", admin)).Body!.AsArray().Count).IsEqualTo(2);
    }

    [Test]
    public async Task A_temporary_password_unlocks_once_and_must_change()
    {
        await using var host = await IdentityHost.StartAsync([]);
        var (_, admin) = await host.EnterAsync("root", "admin");
        var user = await host.AddUserAsync("alice@example.org", Password);
        var pair = await host.SignInAsync("alice@example.org");
        for (var i = 0; i < 5; i++)
        {
            await host.LoginAsync("alice@example.org", "wrong");
        }

        await host.SqlAsync(
            $$"""
            INSERT INTO "AuthOidcProviderStates" ("model", "record_id", "payload") VALUES ('Session', 's', '{"accountId":"{{user.Id}}"}')
            """);
        var (status, body) = await host.CallAsync("POST", $"/users/{user.Id}/reset-password", admin);
        await Assert.That(status).IsEqualTo(HttpStatusCode.OK);
        await Assert.That(Jwt.Shape(body)).IsEqualTo(Jwt.Shape(JsonAsserts.ExampleNode("auth/user-reset-password-response.json")));
        var temporary = (string)body!["temporaryPassword"]!;
        await Assert.That(temporary.Length).IsEqualTo(12);
        await Assert.That(new PasswordPolicy().Validate(temporary)).IsNull();
        await Assert.That(temporary.IndexOfAny(['0', 'O', '1', 'l', 'I'])).IsEqualTo(-1);
        await Assert.That(host.Log).DoesNotContain(temporary);
        var browsers = await host.Controller.Database.ReadAsync(s => s.QueryOneAsync("SELECT COUNT(*) FROM \"AuthOidcProviderStates\"", r => r.Long()));
        await Assert.That(browsers).IsEqualTo(0).Because("the issuer's sessions end too");

        await Assert.That((await host.RefreshAsync(pair.RefreshToken)).Status).IsEqualTo(HttpStatusCode.Unauthorized);
        await Assert.That((await host.LoginAsync("alice@example.org", Password)).Status).IsEqualTo(HttpStatusCode.Unauthorized);
        var token = (await host.SignInAsync("alice@example.org", temporary)).AccessToken;
        await Assert.That((bool)Jwt.Payload(token)["password_change_required"]!).IsTrue();
        await Assert.That(await host.Controller.Database.ReadAsync(s => UserStore.PasswordHistoryAsync(s, user.Id))).IsNull().Because("the history is left");

        await host.SqlAsync("UPDATE \"AuthPolicy\" SET \"min_password_length\" = 20");
        await Assert.That(((string)(await host.CallAsync("POST", $"/users/{user.Id}/reset-password", admin)).Body!["temporaryPassword"]!).Length).IsEqualTo(20);
    }

    [Test]
    public async Task A_reset_token_answers_as_the_example()
    {
        await using var host = await IdentityHost.StartAsync([]);
        var (_, admin) = await host.EnterAsync("root", "admin");
        var user = await host.AddUserAsync("alice@example.org", Password);
        var (status, body) = await host.CallAsync("POST", $"/users/{user.Id}/reset-token", admin);
        await Assert.That(status).IsEqualTo(HttpStatusCode.OK);
        await Assert.That(Guid.TryParseExact((string)body!["resetToken"]!, "D", out _)).IsTrue();
        var expected = JsonAsserts.ExampleNode("auth/user-reset-token-response.json");
        expected["resetToken"] = (string)body["resetToken"]!;
        await JsonAsserts.IsSameAsync(body, expected);
        await Assert.That(host.Log).DoesNotContain((string)body["resetToken"]!);
    }
}
