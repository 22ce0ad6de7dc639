using System.Text;
using Controller.Configuration;

namespace Controller.Tests.Configuration;

/// <summary>No row of the table is dead: each changes the records, from the variable and from the file.</summary>
public class SettingCoverageTests
{
    private static readonly (string, string)[] Server =
    [
        ("DB_PROVIDER", "postgres"), ("DB_HOST", "h"), ("DB_USERNAME", "u"), ("DB_NAME", "n"),
    ];

    [Test]
    public async Task EveryVariableReachesTheRecords()
    {
        using var fixture = new SettingsFixture();
        fixture.Write("other.yaml", "");
        var dead = new List<string>();
        foreach (var definition in SettingTable.All.Where(definition => !definition.IsIgnored))
        {
            var surroundings = Surroundings(definition);
            var plain = fixture.Settings(surroundings);
            foreach (var variable in definition.Variables.Concat(definition.Fallbacks))
            {
                (string Name, string Value)[] environment =
                    [.. surroundings.Where(pair => pair.Item1 != variable), (variable, variable == "CONFIG_PATH" ? "other.yaml" : Other(definition))];
                if (fixture.Settings(environment) == plain)
                {
                    dead.Add(variable);
                }
            }
        }

        await Assert.That(dead).IsEmpty();
    }

    [Test]
    public async Task EveryKeyReachesTheRecords()
    {
        using var fixture = new SettingsFixture();
        var dead = new List<string>();
        foreach (var definition in SettingTable.All.Where(definition => definition.Key is not null))
        {
            // A key of the server would be hidden by its variable.
            var surroundings = Surroundings(definition).Where(pair => !definition.Variables.Contains(pair.Item1)).ToArray();
            foreach (var key in definition.OtherKeys.Append(definition.Key!))
            {
                var path = key.Replace("<provider>", "postgres", StringComparison.Ordinal);
                var plain = Yaml(path, "null");
                var result = fixture.LoadYaml(Yaml(path, $"'{Other(definition)}'"), surroundings);
                var before = fixture.LoadYaml(plain, [.. Surroundings(definition)]);
                if (result.Settings is null || result.Settings == before.Settings || result.Warnings.Any(warning => warning.Contains("unknown key", StringComparison.Ordinal)))
                {
                    dead.Add($"{key}: {string.Join("; ", result.Errors.Concat(result.Warnings))}");
                }
            }
        }

        await Assert.That(dead).IsEmpty();
    }

    /// <summary>Settings that must stand beside the one under test for it to have any effect.</summary>
    private static (string, string)[] Surroundings(SettingDefinition definition) => definition switch
    {
        _ when definition.Id.StartsWith("database.<provider>", StringComparison.Ordinal) => Server,
        { Id: "auth.issuerUrl" } => [("AUTH_MODE", "external"), ("OIDC_CLIENT_ID", "c")],
        { Id: "server.devMode" } => [("CONTROLLER_PUBLIC_URL", "https://api.example")],
        { Id: "database.provider" } => [("DB_HOST", "h"), ("DB_USERNAME", "u"), ("DB_NAME", "n")],
        _ => [],
    };

    /// <summary>An allowed value that is not the default.</summary>
    private static string Other(SettingDefinition definition) => definition.Type switch
    {
        SettingType.Text when definition.Id == "log.level" => "debug",
        SettingType.Text when definition.Id == "server.publicUrl" => "https://other.example",
        SettingType.Text when definition.Id == "server.webSocket.relay.url" => "nats://other.example",
        SettingType.Text => "other-text",
        SettingType.Integer => (long.Parse(definition.Default ?? "6", System.Globalization.CultureInfo.InvariantCulture) + 1).ToString(System.Globalization.CultureInfo.InvariantCulture),
        SettingType.Number => "0.25",
        SettingType.PositiveNumber => "77000.9",
        SettingType.Switch => definition.Default == "true" ? "false" : "true",
        SettingType.Choice => definition.Allowed.First(word => word != (definition.Default ?? "memory")),
        SettingType.Path => "other-path",
        SettingType.Url => "https://other.example",
        SettingType.PortRange => "3000-4000",
        SettingType.TextList => "one,two",
        SettingType.Base64 => Convert.ToBase64String(Encoding.UTF8.GetBytes("other text of 32 bytes precisely"))[..(definition.ByteCount > 0 ? 44 : 40)],
        SettingType.Size => "5",
        SettingType.TrustProxy => "10.0.0.0/8",
        _ => throw new InvalidOperationException($"no other value for {definition.Type}"),
    };

    private static string Yaml(string path, string value)
    {
        var text = new StringBuilder();
        var parts = path.Split('.');
        for (var depth = 0; depth < parts.Length; depth++)
        {
            text.Append(' ', depth * 2).Append(parts[depth]).Append(depth == parts.Length - 1 ? $": {value}\n" : ":\n");
        }

        return text.ToString();
    }
}
