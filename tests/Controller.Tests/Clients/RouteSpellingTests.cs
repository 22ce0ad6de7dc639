using Controller.Hosting;
using Controller.Tests.Support;

namespace Controller.Tests.Clients;

/// <summary>Spellings of one path: with and without a trailing slash, literals in any case, and HEAD beside GET (api-workloads 1.1).</summary>
public sealed class RouteSpellingTests
{
    [Test]
    public async Task Every_list_answers_to_every_spelling()
    {
        await using var controller = await TestController.StartAsync();
        var lists = controller.Service<RouteCatalog>().Routes
            .Where(r => r.Method == "GET" && !r.Path.Contains('{', StringComparison.Ordinal) && r.Class != RouteClass.Agent && r.Success == 200)
            .Select(r => ApiRoutes.Base + r.Path.TrimEnd('/'))
            .Where(p => new[] { "iofog-list", "application", "microservices", "catalog", "registries", "architectures", "status" }.Any(p.Contains))
            .ToList();
        await Assert.That(lists.Count).IsGreaterThanOrEqualTo(9);
        foreach (var path in lists)
        {
            foreach (var (method, spelling) in new[] { ("GET", path), ("GET", path + "/"), ("GET", path.ToUpperInvariant()), ("HEAD", path), ("HEAD", path + "/") })
            {
                using var request = new HttpRequestMessage(new HttpMethod(method), spelling);
                using var response = await controller.Client.SendAsync(request);
                var body = await response.Content.ReadAsStringAsync();
                await Assert.That($"{method} {spelling} {(int)response.StatusCode} {(body.Length > 0 ? "body" : "empty")}")
                    .IsEqualTo($"{method} {spelling} 200 {(method == "GET" ? "body" : "empty")}");
            }
        }
    }
}
