using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Controller.Hosting;
using Controller.OpenApi;
using Controller.Tests.Support;

namespace Controller.Tests.OpenApi;

/// <summary>docs/openapi.json is what the routes say; <c>UPDATE_DOCS=1</c> writes it again.</summary>
public sealed class OpenApiTests
{
    private static readonly JsonSerializerOptions Layout = new() { WriteIndented = true, IndentSize = 1, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [Test]
    public async Task The_document_is_what_the_routes_say()
    {
        await using var controller = await TestController.StartAsync();
        var document = OpenApiDocument.Of(controller.Service<RouteCatalog>()).ToJsonString(Layout) + "\n";
        var path = Path.Combine(Repository.Root, "docs", "openapi.json");
        if (Environment.GetEnvironmentVariable("UPDATE_DOCS") == "1")
        {
            await File.WriteAllTextAsync(path, document);
        }

        await Assert.That(document == await File.ReadAllTextAsync(path)).IsTrue().Because("docs/openapi.json is older than the routes: run with UPDATE_DOCS=1");
    }

    [Test]
    public async Task It_is_served_and_names_exactly_the_served_routes()
    {
        await using var controller = await TestController.StartAsync();
        controller.Client.DefaultRequestHeaders.Authorization = null;
        var (status, document) = await controller.SendAsync("GET", "/api/v3/openapi.json");
        await Assert.That((int)status).IsEqualTo(200);
        var described = document!["paths"]!.AsObject()
            .SelectMany(p => p.Value!.AsObject().Where(o => o.Key != "parameters").Select(o => $"{o.Key.ToUpperInvariant()} {p.Key}"))
            .Order();
        var served = controller.Service<RouteCatalog>().Routes
            .Select(r => $"{(r.Method == "WS" ? "GET" : r.Method)} {ApiRoutes.Base}{r.Path.TrimEnd('/')}").Order();
        await Assert.That(string.Join('\n', described)).IsEqualTo(string.Join('\n', served));
    }

    [Test]
    public async Task Every_operation_says_what_it_does_and_every_reference_leads_somewhere()
    {
        await using var controller = await TestController.StartAsync();
        var document = OpenApiDocument.Of(controller.Service<RouteCatalog>());
        var mute = controller.Service<RouteCatalog>().Routes.Where(r => r.Description.Summary is null).Select(r => $"{r.Method} {r.Path}");
        await Assert.That(mute).IsEmpty();
        var ids = document["paths"]!.AsObject().SelectMany(p => p.Value!.AsObject()).Select(o => o.Value as JsonObject).Where(o => o?["operationId"] is not null)
            .Select(o => o!["operationId"]!.GetValue<string>()).ToList();
        await Assert.That(ids.Distinct().Count()).IsEqualTo(ids.Count);
        foreach (var reference in References(document))
        {
            JsonNode? target = document;
            foreach (var step in reference.Split('/')[1..])
            {
                target = target?[step];
            }

            await Assert.That(target).IsNotNull().Because(reference);
        }
    }

    private static IEnumerable<string> References(JsonNode? node) => node switch
    {
        JsonObject o => o.SelectMany(p => p.Key == "$ref" ? [p.Value!.GetValue<string>()] : References(p.Value)),
        JsonArray a => a.SelectMany(References),
        _ => [],
    };
}
