using System.Text.Json.Nodes;
using Controller.Catalog;
using Controller.Testing;
using Controller.Tests.Support;

namespace Controller.Tests.Catalog;

/// <summary>Images of system items come from the configuration at every start (runtime 2.2, step 5).</summary>
public class SystemImageTests
{
    [Test]
    public async Task Configured_images_are_set_at_start()
    {
        await using var controller = await TestController.StartAsync(new()
        {
            ["ROUTER_IMAGE_1"] = "example/router:a",
            ["ROUTER_IMAGE_4"] = "example/router:d",
            ["DEBUG_IMAGE_2"] = "example/debug:b",
            ["NATS_IMAGE_3"] = "example/nats:c",
        });

        await Assert.That(await ImagesAsync(controller, 1)).IsEqualTo(
            "example/router:a ghcr.io/eclipse-iofog/router:latest ghcr.io/eclipse-iofog/router:latest example/router:d");
        await Assert.That((await ImagesAsync(controller, 4)).Split(' ')[1]).IsEqualTo("example/debug:b");
        await Assert.That((await ImagesAsync(controller, 5)).Split(' ')[2]).IsEqualTo("example/nats:c");
    }

    [Test]
    public async Task A_restart_undoes_edits_of_these_items_alone()
    {
        using var directory = new TempDirectory();
        await using (var first = await TestController.StartAsync(dataDirectory: directory.Path))
        {
            foreach (var id in new[] { 1, 2, 3, 4, 5 })
            {
                await first.SendAsync("PATCH", $"/api/v3/catalog/microservices/{id}", """{"images":[{"containerImage":"edited","archId":2}]}""");
            }
        }

        await using var second = await TestController.StartAsync(dataDirectory: directory.Path);
        await Assert.That(await ImagesAsync(second, 1)).DoesNotContain("edited");
        await Assert.That(await ImagesAsync(second, 2)).Contains("edited");
        await Assert.That(await ImagesAsync(second, 3)).Contains("edited");
        await Assert.That(await ImagesAsync(second, 4)).DoesNotContain("edited");
        await Assert.That(await ImagesAsync(second, 5)).DoesNotContain("edited");
    }

    [Test]
    public async Task Nothing_is_written_when_nothing_differs()
    {
        await using var controller = await TestController.StartAsync();
        await Assert.That(await controller.Service<SystemImages>().ApplyAsync(CancellationToken.None)).IsEqualTo(0);
    }

    [Test]
    public async Task A_missing_row_is_added()
    {
        await using var controller = await TestController.StartAsync();
        await controller.Database.WriteAsync(s => s.ExecuteAsync(
            "DELETE FROM \"CatalogItemImages\" WHERE \"catalog_item_id\" = 5 AND \"arch_id\" = 3"));

        await Assert.That(await controller.Service<SystemImages>().ApplyAsync(CancellationToken.None)).IsEqualTo(1);

        await Assert.That((await ImagesAsync(controller, 5)).Split(' ').Length).IsEqualTo(4);
    }

    private static async Task<string> ImagesAsync(TestController controller, int item)
    {
        var (_, body) = await controller.SendAsync("GET", $"/api/v3/catalog/microservices/{item}");
        return string.Join(' ', body!["images"]!.AsArray().Select(i => (string)i!["containerImage"]!));
    }
}
