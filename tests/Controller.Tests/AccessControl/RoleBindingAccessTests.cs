using System.Net;
using Controller.AccessControl;
using Controller.Sql.Stores;
using Controller.Testing;
using Controller.Tests.Roles;
using Controller.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Controller.Tests.AccessControl;

/// <summary>What role bindings allow whom, and when a change counts (auth-rbac 10.4).</summary>
public sealed class RoleBindingAccessTests
{
    private const string Root = NamedBearer.Admin;

    [Test]
    public async Task Users_and_groups_get_what_their_bindings_say()
    {
        await using var controller = await TestController.StartAsync(customize: NamedBearer.Use);
        await OkAsync(controller, "POST", "/roles", """{"name":"catalog-reader","rules":[{"apiGroups":[""],"resources":["cata*"],"verbs":["list"]}]}""");
        await OkAsync(controller, "POST", "/rolebindings", RoleTests.Binding("by-user", "catalog-reader", subject: "Alice@example.org"));
        await OkAsync(controller, "POST", "/rolebindings", RoleTests.Binding("by-group", "catalog-reader", "Group", "plant"));
        await OkAsync(controller, "POST", "/rolebindings", RoleTests.Binding("by-account", "catalog-reader", "ServiceAccount", "robot"));
        await OkAsync(controller, "POST", "/rolebindings", RoleTests.Binding("by-case", "catalog-reader", "Group", "Plant-B"));
        await OkAsync(controller, "POST", "/rolebindings", RoleTests.Binding("system", "Viewer", "User", "vera"));

        foreach (var (who, allowed) in new[]
        {
            ("Alice@example.org", true), ("alice@example.org", false), ("bob:plant", true), ("bob:other,plant", true), ("plant", false),
            ("robot", false), ("bob:Alice@example.org", false), ("bob:plant-b", false), ("bob", false), ("vera", true),
        })
        {
            await Assert.That((who, (await controller.AsAsync(who, "GET", "/catalog/microservices")).Status))
                .IsEqualTo((who, allowed ? HttpStatusCode.OK : HttpStatusCode.Forbidden));
        }

        // The verb and the resource are those of the rule.
        await Assert.That((await controller.AsAsync("bob:plant", "GET", "/catalog/microservices/1")).Status).IsEqualTo(HttpStatusCode.Forbidden);
        await Assert.That((await controller.AsAsync("bob:plant", "GET", "/registries")).Status).IsEqualTo(HttpStatusCode.Forbidden);
        await Assert.That((await controller.AsAsync("vera", "GET", "/registries")).Status).IsEqualTo(HttpStatusCode.OK);
        var (_, body) = await controller.AsAsync("bob", "GET", "/registries");
        foreach (var (name, value) in JsonAsserts.ExampleNode("auth/rbac-error-403.json").AsObject())
        {
            await Assert.That((string?)body![name]).IsEqualTo((string?)value);
        }
    }

    [Test]
    public async Task Rules_with_names_hold_for_those_objects_and_never_for_lists()
    {
        await using var controller = await TestController.StartAsync(customize: NamedBearer.Use);
        await OkAsync(controller, "POST", "/roles",
            """{"name":"one-role","rules":[{"apiGroups":[""],"resources":["roles"],"verbs":["*"],"resourceNames":["plant-a-*","exact"]}]}""");
        await OkAsync(controller, "POST", "/rolebindings", RoleTests.Binding("b", "one-role"));
        const string rules = """{"rules":[{"apiGroups":[""],"resources":["x"],"verbs":["get"]}]}""";
        foreach (var (method, path, status) in new[]
        {
            ("GET", "/roles/plant-a-x", 404), ("DELETE", "/roles/exact", 404), ("PATCH", "/roles/exact", 404), ("GET", "/roles/exactly", 403),
            ("GET", "/roles/Plant-a-x", 403), ("GET", "/roles", 403), ("POST", "/roles", 403), ("GET", "/rolebindings/exact", 403),
        })
        {
            await Assert.That((path, (int)(await controller.AsAsync("alice", method, path, method is "GET" or "DELETE" ? null : rules)).Status)).IsEqualTo((path, status));
        }
    }

    [Test]
    public async Task A_change_made_here_counts_at_once()
    {
        await using var controller = await TestController.StartAsync(customize: NamedBearer.Use);
        await OkAsync(controller, "POST", "/roles", """{"name":"r","rules":[{"apiGroups":[""],"resources":["registries"],"verbs":["list"]}]}""");
        await ExpectAsync(controller, HttpStatusCode.Forbidden);
        await OkAsync(controller, "POST", "/rolebindings", RoleTests.Binding("b", "r"));
        await ExpectAsync(controller, HttpStatusCode.OK);
        await OkAsync(controller, "PATCH", "/roles/r", """{"rules":[{"apiGroups":[""],"resources":["catalog"],"verbs":["list"]}]}""");
        await ExpectAsync(controller, HttpStatusCode.Forbidden);
        await OkAsync(controller, "PATCH", "/roles/r", """{"name":"r2","rules":[{"apiGroups":[""],"resources":["registries"],"verbs":["*"]}]}""");
        await ExpectAsync(controller, HttpStatusCode.OK);
        await OkAsync(controller, "DELETE", "/roles/r2");
        await ExpectAsync(controller, HttpStatusCode.Forbidden);
        await OkAsync(controller, "PATCH", "/rolebindings/b", RoleTests.Binding("b", "viewer"));
        await ExpectAsync(controller, HttpStatusCode.OK);
        await OkAsync(controller, "DELETE", "/rolebindings/b");
        await ExpectAsync(controller, HttpStatusCode.Forbidden);
    }

    [Test]
    public async Task The_version_is_looked_at_once_a_second_and_everything_every_five_minutes()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var controller = await TestController.StartAsync(customize: s =>
        {
            NamedBearer.Use(s);
            s.AddSingleton<TimeProvider>(time);
        });
        await ExpectAsync(controller, HttpStatusCode.Forbidden);

        // Another replica's write: rows and version.
        await controller.Database.WriteAsync(async s =>
        {
            await RoleBindingStore.InsertAsync(s, Row("b"), time.GetUtcNow());
            await RbacCacheVersionStore.IncrementAsync(s, time.GetUtcNow());
        });
        time.Advance(TimeSpan.FromMilliseconds(800));
        await ExpectAsync(controller, HttpStatusCode.Forbidden);
        time.Advance(TimeSpan.FromMilliseconds(200));
        await ExpectAsync(controller, HttpStatusCode.OK);

        // Somebody's write behind the version's back.
        await controller.Database.WriteAsync(s => s.ExecuteAsync("DELETE FROM \"RbacRoleBindings\""));
        time.Advance(TimeSpan.FromMinutes(4.9));
        await ExpectAsync(controller, HttpStatusCode.OK);
        time.Advance(TimeSpan.FromMinutes(0.2));
        await ExpectAsync(controller, HttpStatusCode.Forbidden);
    }

    [Test]
    public async Task Between_looks_the_news_come_beside_the_requests()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var controller = await TestController.StartAsync(customize: s => s.AddSingleton<TimeProvider>(time));
        var cache = controller.Service<GrantCache>();
        var first = await cache.GetAsync(default);
        await controller.Database.WriteAsync(s => RbacCacheVersionStore.IncrementAsync(s, time.GetUtcNow()));
        time.Advance(TimeSpan.FromMilliseconds(950));
        var beside = cache.GetAsync(default);
        await Assert.That(beside.IsCompletedSuccessfully).IsTrue();
        await Assert.That(beside.Result).IsSameReferenceAs(first);
        for (var i = 0; (await cache.GetAsync(default)).Version == first.Version; i++)
        {
            await Assert.That(i).IsLessThan(400);
            await Task.Delay(10);
        }
    }

    [Test]
    public async Task Without_the_database_the_roles_that_are_known_stay_in_force()
    {
        var server = await PostgresServer.StartAsync();
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var controller = await TestController.StartAsync(Environment(server, await server.CreateDatabaseAsync()), customize: s =>
        {
            NamedBearer.Use(s);
            s.AddSingleton<TimeProvider>(time);
        });
        await OkAsync(controller, "POST", "/rolebindings", RoleTests.Binding("b", "viewer"));
        var authorizer = controller.Service<IAuthorizer>();
        await Assert.That(await AllowedAsync("alice")).IsTrue();
        await server.DisposeAsync();
        time.Advance(TimeSpan.FromMinutes(10));
        await Assert.That(await AllowedAsync("alice")).IsTrue();
        await Assert.That(await AllowedAsync("bob")).IsFalse();

        ValueTask<bool> AllowedAsync(string user) => authorizer.IsAllowedAsync(new OperatorIdentity(user, user, [], false), "registries", "list", null, default);
    }

    [Test]
    public async Task What_one_replica_revokes_the_other_refuses()
    {
        var server = await PostgresServer.SharedAsync();
        var environment = Environment(server, await server.CreateDatabaseAsync());
        await using var one = await TestController.StartAsync(environment, customize: NamedBearer.Use);
        await using var two = await TestController.StartAsync(environment, customize: NamedBearer.Use);
        await OkAsync(one, "POST", "/rolebindings", RoleTests.Binding("b", "viewer"));
        await WaitAsync(HttpStatusCode.OK);
        await OkAsync(one, "DELETE", "/rolebindings/b");
        await ExpectAsync(one, HttpStatusCode.Forbidden);
        await WaitAsync(HttpStatusCode.Forbidden);

        async Task WaitAsync(HttpStatusCode status)
        {
            for (var i = 0; (await two.AsAsync("alice", "GET", "/registries")).Status != status; i++)
            {
                await Assert.That(i).IsLessThan(400);
                await Task.Delay(25);
            }
        }
    }

    private static RoleBindingRow Row(string name) =>
        new(0, name, """{"kind":"Role","name":"viewer"}""", null, """[{"kind":"User","name":"alice"}]""");

    private static async Task ExpectAsync(TestController controller, HttpStatusCode status) =>
        await Assert.That((await controller.AsAsync("alice", "GET", "/registries")).Status).IsEqualTo(status);

    private static async Task OkAsync(TestController controller, string method, string path, string? json = null)
    {
        var (status, body) = await controller.AsAsync(Root, method, path, json);
        await Assert.That(((int)status / 100, (int)status < 300 ? "" : body?.ToJsonString())).IsEqualTo((2, ""));
    }

    private static Dictionary<string, string> Environment(PostgresServer server, string database) => new()
    {
        ["DB_PROVIDER"] = "postgres",
        ["DB_HOST"] = "127.0.0.1",
        ["DB_PORT"] = $"{server.Port}",
        ["DB_USERNAME"] = PostgresServer.User,
        ["DB_PASSWORD"] = "none",
        ["DB_NAME"] = database,
        ["ENCRYPTION_KEY"] = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
    };
}
