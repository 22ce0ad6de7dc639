using Controller.Configuration;
using Controller.Ws;

namespace Controller.Tests.Configuration;

public class SettingDefaultsTests
{
    /// <summary>Variables whose default differs from the original's, each for a reason.</summary>
    private static readonly Dictionary<string, string> Intended = new()
    {
        ["WS_EXEC_MAX_CONCURRENT_PER_RESOURCE"] = "3 sessions per resource",
        ["WS_LOG_MAX_CONCURRENT_PER_RESOURCE"] = "3 sessions per resource",
        ["EDGEOPS_CONSOLE_PATH"] = "optional: without it a built-in page is served",
        ["PID_BASE"] = "the data directory, not a place of the container image",
        ["LOG_DIRECTORY"] = "the same value, but a directory that was asked for is not replaced by one under the data directory",
        ["CONTROL_PLANE"] = "the same value, but giving it shows it to the Console",
    };

    private static IEnumerable<(string Name, string Value, bool IsCommented)> Documented()
    {
        foreach (var line in File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Examples", "runtime", "controller.env")))
        {
            var text = line.TrimStart('#');
            var equals = text.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0 && text[..equals].All(c => char.IsAsciiLetterUpper(c) || char.IsAsciiDigit(c) || c == '_'))
            {
                yield return (text[..equals], text[(equals + 1)..], line.StartsWith('#'));
            }
        }
    }

    [Test]
    public async Task EveryDocumentedVariableIsKnown()
    {
        string[] known = [.. SettingTable.All.SelectMany(definition => definition.Variables.Concat(definition.Fallbacks))];
        var documented = Documented().Select(variable => variable.Name).ToArray();

        await Assert.That(documented.Length).IsGreaterThan(150);
        await Assert.That(documented.Except(known)).IsEmpty();
    }

    [Test]
    public async Task EveryDocumentedDefaultIsOurs()
    {
        using var fixture = new SettingsFixture();
        var defaults = fixture.Settings();
        var differing = Documented()
            .Where(variable => !variable.IsCommented && fixture.Settings((variable.Name, variable.Value)) != defaults)
            .Select(variable => variable.Name);

        await Assert.That(differing).IsEquivalentTo(Intended.Keys);
    }

    [Test]
    [Arguments("DB_NAME", "controller_db.sqlite")]
    [Arguments("AUTH_SESSION_STORE_TYPE", "memory")]
    [Arguments("AUTH_OIDC_INTERACTION_TTL_SECONDS", "600")]
    [Arguments("AUTH_OIDC_GRANT_TTL_SECONDS", "600")]
    [Arguments("API_PORT", "51121")]
    [Arguments("K8S_USE_LOCAL_KUBECONFIG", "false")]
    [Arguments("WS_CLOSE_RESPONSE_TIMEOUT", "5000")]
    public async Task DerivedDefaultsAreThoseOfTheDocument(string name, string value)
    {
        using var fixture = new SettingsFixture();

        await Assert.That(fixture.Settings((name, value))).IsEqualTo(fixture.Settings());
    }

    [Test]
    public async Task NothingConfiguredIsAWorkingController()
    {
        using var fixture = new SettingsFixture();
        var result = fixture.Load();
        var settings = result.Settings!;

        await Assert.That(result.Errors).IsEmpty();
        await Assert.That(result.Warnings).IsEmpty();
        await Assert.That(result.ConfigFile).IsNull();
        await Assert.That(settings.Server.DevMode).IsTrue();
        await Assert.That(settings.Server.UsesTls).IsFalse();
        await Assert.That(settings.Server.PublicUrl).IsEqualTo("http://localhost:51121");
        await Assert.That(settings.Console.Url).IsEqualTo("http://localhost:8008");
        await Assert.That(settings.Console.Path).IsNull();
        await Assert.That(settings.Auth.Mode).IsEqualTo(AuthMode.Embedded);
        await Assert.That(settings.Auth.IsConfigured).IsTrue();
        await Assert.That(settings.Auth.IssuerUrl).IsEqualTo("http://localhost:51121/oidc");
        await Assert.That(settings.Auth.ClientId).IsEqualTo("controller");
        await Assert.That(settings.Database.Provider).IsEqualTo(DatabaseProvider.Sqlite);
        await Assert.That(settings.Database.Sqlite.FilePath).IsEqualTo(Path.Combine(fixture.Directory, "data", "controller_db.sqlite"));
        await Assert.That(settings.Data.EncryptionKeyFile).IsEqualTo(Path.Combine(fixture.Directory, "data", "master.key"));
        await Assert.That(settings.Jobs.AgentChangesHold).IsEqualTo(TimeSpan.FromSeconds(20));
        await Assert.That(settings.Jobs.TelemetryFlush).IsEqualTo(TimeSpan.FromSeconds(30));
        await Assert.That(settings.Jobs.FogTombstone).IsEqualTo(TimeSpan.FromDays(7));
        await Assert.That(settings.Server.MaxJsonBodyBytes).IsEqualTo(4 * 1024 * 1024);
        await Assert.That(settings.Server.MaxUploadBodyBytes).IsEqualTo(10 * 1024 * 1024);
        await Assert.That(settings.Vault.BasePath).IsEqualTo("iofog/iofog/secrets");
    }

    [Test]
    public async Task SessionSettingsHaveTheDefaultsOfTheTable()
    {
        using var fixture = new SettingsFixture();

        await Assert.That(fixture.Settings().Server.WebSocket).IsEqualTo(new SessionSettings());
    }

    [Test]
    public async Task NamesAreUnique()
    {
        var variables = SettingTable.All.SelectMany(definition => definition.Variables.Concat(definition.Fallbacks)).ToArray();
        var keys = SettingTable.All.Where(definition => definition.Key is not null).SelectMany(definition => definition.OtherKeys.Append(definition.Key!)).ToArray();

        await Assert.That(variables.Distinct().Count()).IsEqualTo(variables.Length);
        await Assert.That(keys.Distinct().Count()).IsEqualTo(keys.Length);
    }
}
