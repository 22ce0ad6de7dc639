using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Controller.AccessControl;
using Controller.Hosting;
using Controller.Tests.Identity;
using Controller.Tests.Support;
using Microsoft.AspNetCore.Routing;

namespace Controller.Tests.AccessControl;

/// <summary>The system roles on every route (auth-rbac 10.7 and 10.8). What is expected comes from the contract's examples.</summary>
public sealed partial class SystemRoleTests
{
    private static readonly Dictionary<string, JsonArray> Roles = JsonAsserts.ExampleNode("auth/roles-list-response.json")["roles"]!.AsArray()
        .Where(r => r!["id"] is null)
        .ToDictionary(r => (string)r!["name"]!, r => r!["rules"]!.AsArray());

    [Test]
    public async Task Every_role_may_do_on_every_route_what_the_contract_says()
    {
        await using var controller = await TestController.StartAsync(customize: NamedBearer.Use);
        await using var probe = await ProbeHost.StartAsync(controller.App.Services, api =>
        {
            foreach (var route in Inventory().Where(r => r.Method != "WS"))
            {
                api.Operator(route.Method, route.Path, new Permission(route.Resource, route.Verb), 204, c => c.RespondAsync(204));
            }
        });
        using var client = new HttpClient { BaseAddress = probe.Address };
        var counts = new Dictionary<bool, int> { [true] = 0, [false] = 0 };
        foreach (var (role, rules) in Roles)
        {
            foreach (var route in Inventory())
            {
                var expected = rules.Any(r => Holds(r!["apiGroups"], "") && Holds(r["resources"], route.Resource) && Holds(r["verbs"], route.Verb));
                bool allowed;
                if (route.Method == "WS")
                {
                    allowed = await controller.Service<IAuthorizer>().IsAllowedAsync(new("s", "u", [role], false), route.Resource, route.Verb, "x", default);
                }
                else
                {
                    using var request = new HttpRequestMessage(new HttpMethod(route.Method), ApiRoutes.Base + Parameter().Replace(route.Path, "x"));
                    request.Headers.Authorization = new("Bearer", "u:" + role);
                    using var response = await client.SendAsync(request);
                    await Assert.That(response.StatusCode).IsIn([HttpStatusCode.NoContent, HttpStatusCode.Forbidden]).Because($"{role} {route}");
                    allowed = response.StatusCode == HttpStatusCode.NoContent;
                }

                await Assert.That(allowed).IsEqualTo(expected).Because($"{role} {route}");
                counts[allowed]++;
            }
        }

        // The comparison compared something.
        await Assert.That(counts[true]).IsGreaterThan(300);
        await Assert.That(counts[false]).IsGreaterThan(300);
    }

    [Test]
    public async Task Effects_worth_a_word()
    {
        await using var controller = await TestController.StartAsync();
        var authorizer = controller.Service<IAuthorizer>();
        foreach (var (role, resource, verb, allowed) in new[]
        {
            ("viewer", "execSessions", "get", false), ("viewer", "logs", "get", false), ("viewer", "tunnels", "get", false), ("viewer", "events", "list", false),
            ("viewer", "secrets", "get", true), ("developer", "systemExecSessions", "get", true), ("developer", "systemLogs", "get", true),
            ("sre", "roles", "create", false), ("sre", "natsOperator", "update", false), ("sre", "authUsers", "create", true), ("sre", "authAdmin", "patch", false),
            ("developer", "authAdmin", "create", false), ("admin", "authAdmin", "patch", true), ("agent-admin", "fogs", "list", false),
        })
        {
            await Assert.That((role, resource, verb, await authorizer.IsAllowedAsync(new("s", "u", [role], false), resource, verb, null, default)))
                .IsEqualTo((role, resource, verb, allowed));
        }

        // A user of a role's name has no role.
        await Assert.That(await authorizer.IsAllowedAsync(new("s", "admin", [], false), "fogs", "list", null, default)).IsFalse();
    }

    [Test]
    public async Task Every_served_route_asks_for_what_the_catalogue_says()
    {
        await using var controller = await TestController.StartAsync();
        var catalogue = JsonAsserts.ExampleNode("auth/route-catalog.json").AsArray()
            .Where(r => r!["verb"] is not null)
            .GroupBy(r => ((string)r!["method"]!, Normal((string)r["path"]!)))
            .ToDictionary(g => g.Key, g => g.First()!);
        var compared = 0;
        foreach (var route in controller.Service<RouteCatalog>().Routes.Where(r => r.Class == RouteClass.Authorized))
        {
            if (catalogue.TryGetValue((route.Method, Normal(ApiRoutes.Base + route.Path)), out var listed))
            {
                await Assert.That((route.Method, route.Path, route.Permission.Resource, route.Permission.Verb, route.Permission.NameParameter))
                    .IsEqualTo((route.Method, route.Path, (string)listed["resource"]!, (string)listed["verb"]!, (string?)listed["resourceNameParam"]));
                compared++;
            }
        }

        await Assert.That(compared).IsGreaterThan(60);
    }

    [Test]
    public async Task Nothing_is_served_that_is_not_in_the_catalogue()
    {
        await using var controller = await TestController.StartAsync();
        var endpoints = controller.Service<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>().ToList();
        await Assert.That(endpoints).IsNotEmpty();
        var strangers = endpoints.Where(e => e.Metadata.GetMetadata<ApiRoute>() is null).Select(e => e.RoutePattern.RawText!);
        await Assert.That(strangers.Where(p => !p.StartsWith("/oidc/", StringComparison.Ordinal))).IsEmpty(); // the issuer has rules of its own
    }

    private static bool Holds(JsonNode? list, string value) => list!.AsArray().Any(i => (string)i! is "*" || (string)i! == value);

    private static IEnumerable<(string Method, string Path, string Resource, string Verb)> Inventory() =>
        File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Examples", "routes.tsv"))
            .Skip(1)
            .Select(l => l.Split('\t'))
            .Where(c => c[2] == "user-rbac")
            .Select(c => (c[0], Parameter().Replace(c[1][ApiRoutes.Base.Length..], m => $"{{{m.Value[1..]}}}").TrimEnd('/'), c[3], c[4]))
            .DistinctBy(r => (r.Item1, Parameter().Replace(r.Item2, "{}")));

    private static string Normal(string path) => Parameter().Replace(path.TrimEnd('/'), "{}");

    [GeneratedRegex(@":[A-Za-z]+|\{[^}]+\}")]
    private static partial Regex Parameter();
}
