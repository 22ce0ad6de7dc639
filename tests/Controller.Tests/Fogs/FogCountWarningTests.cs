using Controller.Testing;
using Controller.Tests.Support;

namespace Controller.Tests.Fogs;

/// <summary>A fleet that has outgrown SQLite is told so at start (runtime 2.2, step 7).</summary>
public sealed class FogCountWarningTests
{
    [Test]
    [Arguments("1", true)]
    [Arguments("2", false)]
    public async Task More_agents_than_the_threshold_are_warned_of(string threshold, bool warned)
    {
        using var directory = new TempDirectory();
        var environment = new Dictionary<string, string> { ["SQLITE_ENTERPRISE_FOG_WARNING_THRESHOLD"] = threshold };
        await FreshInstallation.CopyToAsync(directory.Path);
        await using (var first = await TestController.StartAsync(environment, directory.Path))
        {
            await first.CreateNodeAsync("a");
            await first.CreateNodeAsync("b");
        }

        using var log = new LogLines();
        await using (await TestController.StartAsync(environment, directory.Path, log: log))
        {
        }

        await Assert.That(log.Text.Contains($"2 agents on SQLite, more than {threshold}", StringComparison.Ordinal)).IsEqualTo(warned);
    }
}
