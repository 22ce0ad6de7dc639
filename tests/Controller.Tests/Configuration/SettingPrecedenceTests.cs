using Controller.Configuration;

namespace Controller.Tests.Configuration;

public class SettingPrecedenceTests
{
    [Test]
    public async Task FileOverridesDefaultAndVariableOverridesFile()
    {
        using var fixture = new SettingsFixture();
        const string Yaml = "app:\n  name: from-file\n  namespace: space\n";

        await Assert.That(fixture.YamlSettings(Yaml).App.Name).IsEqualTo("from-file");
        await Assert.That(fixture.YamlSettings(Yaml, ("CONTROLLER_NAME", "from-variable")).App.Name).IsEqualTo("from-variable");
        await Assert.That(fixture.YamlSettings(Yaml, ("CONTROLLER_NAME", "from-variable")).App.Namespace).IsEqualTo("space");
    }

    [Test]
    public async Task ApiPortOverridesServerPortOverridesFile()
    {
        using var fixture = new SettingsFixture();
        const string Yaml = "server:\n  port: 1000\n";

        await Assert.That(fixture.YamlSettings(Yaml).Server.Port).IsEqualTo(1000);
        await Assert.That(fixture.YamlSettings(Yaml, ("SERVER_PORT", "2000")).Server.Port).IsEqualTo(2000);
        await Assert.That(fixture.YamlSettings(Yaml, ("SERVER_PORT", "2000"), ("API_PORT", "3000")).Server.Port).IsEqualTo(3000);
        await Assert.That(fixture.YamlSettings(Yaml, ("SERVER_PORT", "2000"), ("API_PORT", "3000")).Server.PublicUrl).IsEqualTo("http://localhost:3000");
    }

    [Test]
    public async Task VariablesOfOtherProgramsComeAfterTheFile()
    {
        using var fixture = new SettingsFixture();
        const string Yaml = "vault:\n  aws:\n    region: eu-west-1\n";

        await Assert.That(fixture.Settings(("AWS_REGION", "eu-north-1")).Vault.Aws.Region).IsEqualTo("eu-north-1");
        await Assert.That(fixture.YamlSettings(Yaml, ("AWS_REGION", "eu-north-1")).Vault.Aws.Region).IsEqualTo("eu-west-1");
        await Assert.That(fixture.YamlSettings(Yaml, ("AWS_REGION", "eu-north-1"), ("VAULT_AWS_REGION", "us-west-2")).Vault.Aws.Region).IsEqualTo("us-west-2");
    }

    [Test]
    public async Task HostNameOfTheContainerIsNoAddressForAgents()
    {
        using var fixture = new SettingsFixture();
        var app = fixture.Settings(("HOSTNAME", "pod-1")).App;
        var given = fixture.Settings(("HOSTNAME", "pod-1"), ("CONTROLLER_HOST", "controller.example")).App;

        await Assert.That((app.Host, app.AddressForAgents)).IsEqualTo(("pod-1", (string?)null));
        await Assert.That((given.Host, given.AddressForAgents)).IsEqualTo(("controller.example", "controller.example"));
        await Assert.That(fixture.Settings().App.Host).IsEqualTo(Environment.MachineName);
    }

    [Test]
    public async Task TelemetryVariableOverridesFile()
    {
        using var fixture = new SettingsFixture();

        await Assert.That(fixture.YamlSettings("otel:\n  enabled: false\n", ("ENABLE_TELEMETRY", "true")).Telemetry.Enabled).IsTrue();
        await Assert.That(fixture.YamlSettings("otel:\n  enabled: true\n", ("ENABLE_TELEMETRY", "0")).Telemetry.Enabled).IsFalse();
    }

    [Test]
    public async Task EmptyVariableClearsATextAndIsNoNumber()
    {
        using var fixture = new SettingsFixture();
        const string Yaml = "server:\n  port: 1000\n  publicUrl: http://from.file\napp:\n  name: from-file\n";
        var settings = fixture.YamlSettings(Yaml, ("CONTROLLER_PUBLIC_URL", ""), ("SERVER_PORT", ""), ("CONTROLLER_NAME", ""));

        await Assert.That(settings.Server.PublicUrlIsGiven).IsFalse();
        await Assert.That(settings.Server.Port).IsEqualTo(1000);
        await Assert.That(settings.App.Name).IsEqualTo("from-file");
    }

    [Test]
    public async Task EmptyConsoleUrlIsThePublicUrl()
    {
        using var fixture = new SettingsFixture();

        await Assert.That(fixture.Settings(("CONSOLE_URL", ""), ("CONTROLLER_PUBLIC_URL", "https://api.example/")).Console.Url).IsEqualTo("https://api.example");
        await Assert.That(fixture.YamlSettings("console:\n  url: ''\n").Console.Url).IsEqualTo("http://localhost:51121");
        await Assert.That(fixture.Settings(("CONSOLE_URL", "https://console.example/")).Console.Url).IsEqualTo("https://console.example");
    }

    [Test]
    public async Task LogFileSizeIsBytesInTheFileAndGiBInTheVariable()
    {
        using var fixture = new SettingsFixture();

        await Assert.That(fixture.YamlSettings("log:\n  fileSize: 5000\n").Log.FileSizeBytes).IsEqualTo(5000);
        await Assert.That(fixture.YamlSettings("log:\n  fileSize: 5000\n", ("LOG_FILE_SIZE", "2")).Log.FileSizeBytes).IsEqualTo(2L << 30);
        await Assert.That(fixture.Settings(("LOG_FILE_SIZE", "0.5")).Log.FileSizeBytes).IsEqualTo(1L << 29);
    }

    [Test]
    public async Task OneIsANumberWhereANumberIsWanted()
    {
        using var fixture = new SettingsFixture();

        await Assert.That(fixture.Settings(("FOG_STATUS_UPDATE_TOLERANCE", "1")).Jobs.FogStatusTolerance).IsEqualTo(1);
        await Assert.That(fixture.Settings(("AGENT_CHANGES_HOLD_SECONDS", "0")).Jobs.AgentChangesHold).IsEqualTo(TimeSpan.Zero);
        await Assert.That(fixture.Settings(("NATS_ENABLED", "0")).Nats.Enabled).IsFalse();
        await Assert.That(fixture.Settings(("CONTROLLER_NAME", "1")).App.Name).IsEqualTo("1");
    }

    [Test]
    public async Task ConsoleClientIdAndSwitchDoNotCollide()
    {
        using var fixture = new SettingsFixture();
        var both = fixture.Settings(("OIDC_CONSOLE_CLIENT_ID", "console"), ("AUTH_CONSOLE_CLIENT_ENABLED", "true")).Auth;
        var text = fixture.YamlSettings("auth:\n  consoleClient: console\n").Auth;
        var group = fixture.YamlSettings("auth:\n  consoleClient:\n    id: console\n    enabled: true\n").Auth;

        await Assert.That((both.ConsoleClientId, both.ConsoleClientEnabled)).IsEqualTo(("console", true));
        await Assert.That((text.ConsoleClientId, text.ConsoleClientEnabled)).IsEqualTo(("console", false));
        await Assert.That((group.ConsoleClientId, group.ConsoleClientEnabled)).IsEqualTo(("console", true));
    }

    [Test]
    public async Task DatabaseVariablesApplyToTheActiveProvider()
    {
        using var fixture = new SettingsFixture();
        const string Yaml = """
            database:
              provider: mysql
              mysql: { host: my.example, port: 3307, username: m, databaseName: mine, pool: { max: 4 } }
              postgres: { host: pg.example, username: p, databaseName: theirs, useSSL: true }
            """;
        var mysql = fixture.YamlSettings(Yaml).Database;
        var postgres = fixture.YamlSettings(Yaml, ("DB_PROVIDER", "postgres"), ("DB_PASSWORD", "hidden"), ("DB_NAME", "ours")).Database;

        await Assert.That(mysql.Provider).IsEqualTo(DatabaseProvider.MySql);
        await Assert.That((mysql.Server!.Host, mysql.Server.Port, mysql.Server.Name, mysql.Server.UseTls)).IsEqualTo(("my.example", 3307, "mine", false));
        await Assert.That(mysql.Pool.Maximum).IsEqualTo(4);
        await Assert.That(postgres.Provider).IsEqualTo(DatabaseProvider.Postgres);
        await Assert.That((postgres.Server!.Host, postgres.Server.Port, postgres.Server.Name, postgres.Server.UseTls)).IsEqualTo(("pg.example", 5432, "ours", true));
        await Assert.That(postgres.Server.Password!.Reveal()).IsEqualTo("hidden");
        await Assert.That(postgres.Pool.Maximum).IsEqualTo(10);
    }

    [Test]
    public async Task SqliteFileIsInTheDataDirectoryWithItsExtension()
    {
        using var fixture = new SettingsFixture();
        var sqlite = fixture.Settings(("DB_NAME", "fleet"), ("DATA_DIRECTORY", "state")).Database;

        await Assert.That(sqlite.Sqlite.FilePath).IsEqualTo(Path.Combine(fixture.Directory, "state", "fleet.sqlite"));
        await Assert.That(sqlite.Server).IsNull();
        await Assert.That(sqlite.Pool.Maximum).IsEqualTo(1);
    }

    [Test]
    public async Task SessionStoreFollowsTheDatabase()
    {
        using var fixture = new SettingsFixture();
        var shared = fixture.Settings(("DB_PROVIDER", "mysql"), ("DB_HOST", "h"), ("DB_USERNAME", "u"), ("DB_NAME", "n")).Auth;

        await Assert.That(shared.SessionStore.Type).IsEqualTo(SessionStoreType.Database);
        await Assert.That(fixture.Settings().Auth.SessionStore.Type).IsEqualTo(SessionStoreType.Memory);
        await Assert.That(fixture.Settings(("AUTH_SESSION_STORE_TTL_MS", "90500")).Auth.Lifetimes.Grant).IsEqualTo(TimeSpan.FromSeconds(90));
    }
}
