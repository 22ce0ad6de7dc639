using Controller.Configuration;

namespace Controller.Tests.Configuration;

public class ConfigFileTests
{
    [Test]
    public async Task AMissingFileIsAnError()
    {
        using var fixture = new SettingsFixture();
        var result = fixture.Load(("CONFIG_PATH", "absent.yaml"), ("NATS_ENABLED", "maybe"));

        await Assert.That(result.Settings).IsNull();
        await Assert.That(result.Errors.Count).IsEqualTo(2);
        await Assert.That(result.Errors[0]).StartsWith("Error loading config file: ");
        await Assert.That(result.Errors[0]).Contains("absent.yaml");
    }

    [Test]
    [Arguments("server: [", 2)]
    [Arguments("a: 1\nb: 2\na: 3\n", 3)]
    [Arguments("- a\n", 1)]
    [Arguments("a: 1\n---\nb: 1\n", 2)]
    [Arguments("a: *nowhere\n", 1)]
    public async Task AFileThatIsNotOneYamlDocumentIsAnErrorWithItsLine(string yaml, int line)
    {
        using var fixture = new SettingsFixture();
        var result = fixture.LoadYaml(yaml);

        await Assert.That(result.Settings).IsNull();
        await Assert.That(result.Errors.Single()).StartsWith("Error loading config file: ");
        await Assert.That(result.Errors.Single()).Contains($"line {line}");
    }

    [Test]
    [Arguments("")]
    [Arguments("# nothing\n")]
    [Arguments("server:\nlog: ~\n")]
    public async Task AnEmptyFileIsNoConfiguration(string yaml)
    {
        using var fixture = new SettingsFixture();
        var result = fixture.LoadYaml(yaml);

        await Assert.That(result.Errors.Concat(result.Warnings)).IsEmpty();
        await Assert.That(result.Settings! with { ConfigFile = null }).IsEqualTo(ControllerSettings.Load(new Dictionary<string, string> { ["CONFIG_PATH"] = fixture.Write("empty.yaml", "{}") }, fixture.Directory, "/").Settings! with { ConfigFile = null });
    }

    [Test]
    public async Task TheWorkingDirectoryComesBeforeTheDirectoryOfTheBinary()
    {
        using var working = new SettingsFixture();
        using var binary = new SettingsFixture();
        binary.Write("config.yaml", "app: { name: binary }");
        var fromBinary = ControllerSettings.Load(new Dictionary<string, string>(), working.Directory, binary.Directory);
        working.Write("config.yaml", "app: { name: working }");
        var fromWorking = ControllerSettings.Load(new Dictionary<string, string>(), working.Directory, binary.Directory);

        await Assert.That(fromBinary.Settings!.App.Name).IsEqualTo("binary");
        await Assert.That(fromWorking.Settings!.App.Name).IsEqualTo("working");
        await Assert.That(fromWorking.ConfigFile).IsEqualTo(Path.Combine(working.Directory, "config.yaml"));
    }

    [Test]
    public async Task AnchorsListsAndGroupsAreRead()
    {
        using var fixture = new SettingsFixture();
        var settings = fixture.YamlSettings("""
            app:
              name: &name shared
              namespace: *name
            auth:
              cookieKeys:
                - first
                - second
            otel:
              resourceAttributes: { service.version: 1, zone: eu }
              propagators: [tracecontext, b3]
            server:
              trustProxy: [loopback, 192.0.2.1]
            """);

        await Assert.That(settings.App.Namespace).IsEqualTo("shared");
        await Assert.That(settings.Auth.CookieKeys.Select(key => key.Reveal())).IsEquivalentTo(["first", "second"]);
        await Assert.That(settings.Telemetry.ResourceAttributes).IsEqualTo("service.version=1,zone=eu");
        await Assert.That(settings.Telemetry.Propagators).IsEqualTo("tracecontext,b3");
        await Assert.That(settings.Server.TrustProxy.Networks.Count).IsEqualTo(3);
    }

    [Test]
    public async Task DeepNestingIsRefusedAndNotFollowed()
    {
        using var fixture = new SettingsFixture();

        await Assert.That(fixture.LoadYaml(new string('[', 5000)).Errors.Single()).StartsWith("Error loading config file: ");
    }
}
