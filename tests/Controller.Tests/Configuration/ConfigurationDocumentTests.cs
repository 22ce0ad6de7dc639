using Controller.Tests.Support;

namespace Controller.Tests.Configuration;

public class ConfigurationDocumentTests
{
    [Test]
    public async Task TheDocumentIsThatOfTheTable()
    {
        var path = Path.Combine(Repository.Root, "docs", "configuration.md");
        var rendered = ConfigurationDocument.Render();
        if (Environment.GetEnvironmentVariable("UPDATE_DOCS") == "1")
        {
            await File.WriteAllTextAsync(path, rendered);
        }

        await Assert.That(await File.ReadAllTextAsync(path)).IsEqualTo(rendered);
    }
}
