using System.Text.RegularExpressions;
using Controller.Hosting;
using Controller.Tests.Support;

namespace Controller.Tests.Hosting;

/// <summary>The served routes against the contract's inventory: same class, resource, verb and success status.</summary>
public sealed partial class RouteInventoryTests
{
    /// <summary>Areas of the inventory that this build serves whole.</summary>
    private static readonly string[] Served =
    [
        "/api/v3/agent", "/api/v3/iofog", "/api/v3/application", "/api/v3/capabilities/applicationTemplates", "/api/v3/microservices", "/api/v3/catalog", "/api/v3/registries",
        "/api/v3/architectures", "/api/v3/status", "/api/v3/live", "/api/v3/user", "/api/v3/groups", "/api/v3/auth/",
        "/api/v3/roles", "/api/v3/rolebindings", "/api/v3/serviceaccounts", "/api/v3/events", "/api/v3/secrets", "/api/v3/volumeMounts", "/api/v3/certificates", "/api/v3/config", "/api/v3/cluster", "/api/v3/router",
    ];

    /// <summary>Served beside the inventory because a client calls it (decision 32).</summary>
    private static readonly (string Method, string Path)[] Aliases = [("POST", "/api/v3/user/mfa/disable")];

    /// <summary>Ours.</summary>
    private static readonly string[] Added = ["/openapi.json", "/tunnels"];

    [Test]
    public async Task Every_served_route_is_in_the_inventory_as_it_is_served()
    {
        await using var controller = await TestController.StartAsync();
        var inventory = Inventory().ToDictionary(r => (r.Method, r.Path));
        foreach (var route in controller.Service<RouteCatalog>().Routes.Where(r => !Added.Contains(r.Path)))
        {
            var key = (route.Method, Normal(ApiRoutes.Base + route.Path));
            if (Aliases.Contains(key))
            {
                continue;
            }

            await Assert.That(inventory.Keys).Contains(key);
            var listed = inventory[key];
            await Assert.That((key, Class: ClassName(route.Class), route.Permission.Resource, route.Permission.Verb, route.Success))
                .IsEqualTo((key, listed.Class, listed.Resource, listed.Verb, listed.Success));
        }
    }

    [Test]
    public async Task Nothing_of_the_areas_that_are_built_is_missing()
    {
        await using var controller = await TestController.StartAsync();
        var served = controller.Service<RouteCatalog>().Routes.Select(r => (r.Method, Normal(ApiRoutes.Base + r.Path))).ToHashSet();
        var missing = Inventory()
            .Where(r => Served.Any(s => (r.Path + " ").StartsWith(s, StringComparison.Ordinal)))
            .Where(r => !served.Contains((r.Method, r.Path)))
            .Select(r => $"{r.Method} {r.Path}");
        await Assert.That(missing).IsEmpty();
    }

    private static IEnumerable<(string Method, string Path, string Class, string Resource, string Verb, int Success)> Inventory() =>
        File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Examples", "routes.tsv"))
            .Skip(1)
            .Select(l => l.Split('\t'))
            .Where(c => c.Length >= 6 && c.ElementAtOrDefault(7) != "3.9" && c[1].StartsWith("/api/v3", StringComparison.Ordinal) && int.TryParse(c[5], out _))
            .Select(c => (c[0], Normal(c[1]), c[2], c[3], c[4], int.Parse(c[5])));

    private static string ClassName(RouteClass value) => value switch
    {
        RouteClass.Public => "public",
        RouteClass.Agent => "agent",
        RouteClass.Authenticated => "auth-only",
        _ => "user-rbac",
    };

    /// <summary>Parameter names and a trailing slash do not tell routes apart.</summary>
    private static string Normal(string path) => Parameter().Replace(path.TrimEnd('/'), "{}");

    [GeneratedRegex(@":[A-Za-z]+|\{[^}]+\}")]
    private static partial Regex Parameter();
}
