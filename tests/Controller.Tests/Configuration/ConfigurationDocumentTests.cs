namespace Controller.Tests.Configuration;

public class ConfigurationDocumentTests
{
    [Test]
    public async Task TheDocumentIsThatOfTheTable()
    {
        var path = Path.Combine(RepositoryRoot(), "docs", "configuration.md");
        var rendered = ConfigurationDocument.Render();
        if (Environment.GetEnvironmentVariable("UPDATE_DOCS") == "1")
        {
            await File.WriteAllTextAsync(path, rendered);
        }

        await Assert.That(await File.ReadAllTextAsync(path)).IsEqualTo(rendered);
    }

    private static string RepositoryRoot()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (directory is not null && !File.Exists(Path.Combine(directory.FullName, "Controller.slnx")))
        {
            directory = directory.Parent;
        }

        return directory?.FullName ?? throw new InvalidOperationException("the tests run outside the repository");
    }
}
