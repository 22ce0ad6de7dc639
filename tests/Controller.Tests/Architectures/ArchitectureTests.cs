using System.Text.Json.Nodes;
using Controller.Tests.Support;
using static Controller.Tests.Support.JsonAsserts;

namespace Controller.Tests.Architectures;

public class ArchitectureTests
{
    [Test]
    [Arguments("/api/v3/architectures/")]
    [Arguments("/api/v3/architectures")]
    public async Task Anybody_reads_the_fixed_list(string path)
    {
        await using var controller = await TestController.StartAsync();
        using var anybody = new HttpClient { BaseAddress = controller.App.Address };

        using var response = await anybody.GetAsync(path);

        await Assert.That((int)response.StatusCode).IsEqualTo(200);
        await Assert.That(response.Content.Headers.ContentType!.ToString()).IsEqualTo("application/json; charset=utf-8");
        await IsSameAsync(
            JsonNode.Parse(await response.Content.ReadAsStringAsync()), ExampleNode("workloads/architectures-response.json"));
    }
}
