using Controller.Configuration;

namespace Controller.Tests.Configuration;

public class SettingErrorTests
{
    [Test]
    [Arguments("SERVER_PORT", "abc", "SERVER_PORT: \"abc\" is not allowed; expected a whole number from 1 to 65535")]
    [Arguments("SERVER_PORT", "70000", "SERVER_PORT: \"70000\" is not allowed; expected a whole number from 1 to 65535")]
    [Arguments("FOG_STATUS_UPDATE_TOLERANCE", "true", "FOG_STATUS_UPDATE_TOLERANCE: \"true\" is not allowed; expected a whole number of at least 1")]
    [Arguments("AGENT_CHANGES_HOLD_SECONDS", "26", "AGENT_CHANGES_HOLD_SECONDS: \"26\" is not allowed; expected a whole number from 0 to 25")]
    [Arguments("EVENT_CLEANUP_INTERVAL", "9999999", "EVENT_CLEANUP_INTERVAL: \"9999999\" is not allowed; expected a whole number from 1 to 4233600")]
    [Arguments("NATS_ENABLED", "yes", "NATS_ENABLED: \"yes\" is not allowed; expected true, false, 1 or 0")]
    [Arguments("DB_PROVIDER", "oracle", "DB_PROVIDER: \"oracle\" is not allowed; expected sqlite, mysql, postgres")]
    [Arguments("BRIDGE_PORTS_RANGE", "9-1", "BRIDGE_PORTS_RANGE: \"9-1\" is not allowed; expected two ports from 1 to 65535, the lower one first, as in 10024-65535")]
    [Arguments("CONSOLE_URL", "console", "CONSOLE_URL: \"console\" is not allowed; expected a URL that starts with http:// or https://")]
    [Arguments("OTEL_TRACES_SAMPLER_ARG", "2", "OTEL_TRACES_SAMPLER_ARG: \"2\" is not allowed; expected a number from 0 to 1")]
    [Arguments("LOG_FILE_SIZE", "big", "LOG_FILE_SIZE: \"big\" is not allowed; expected a positive number of GiB")]
    [Arguments("TRUST_PROXY", "2", "TRUST_PROXY: \"2\" is not allowed; expected true, false, or a comma-separated list of addresses, subnets and the words loopback, linklocal, uniquelocal")]
    [Arguments("AUTH_MODE", "both", "Invalid auth.mode \"both\". Must be embedded or external")]
    [Arguments("AUTH_SESSION_STORE_TYPE", "redis", "AUTH_SESSION_STORE_TYPE: \"redis\" is not allowed; expected memory, database")]
    [Arguments("AUTH_ACCESS_TOKEN_TTL_SECONDS", "-1", "AUTH_ACCESS_TOKEN_TTL_SECONDS must be a positive number (given: \"-1\")")]
    [Arguments("TLS_BASE64_CERT", "%%%", "TLS_BASE64_CERT: the value (not shown) is not allowed; expected base64")]
    public async Task AValueThatIsNotAllowedIsNamedWithWhatIs(string variable, string value, string message)
    {
        using var fixture = new SettingsFixture();
        var result = fixture.Load((variable, value));

        await Assert.That(result.Settings).IsNull();
        await Assert.That(result.Errors).IsEquivalentTo([message]);
    }

    [Test]
    public async Task AllProblemsAreReportedAtOnce()
    {
        using var fixture = new SettingsFixture();
        var result = fixture.LoadYaml(
            "server:\n  port: no\nconsole:\n  port: 99999\n",
            ("NATS_ENABLED", "maybe"), ("SERVER_DEV_MODE", "false"), ("DB_PROVIDER", "postgres"));

        await Assert.That(result.Errors.Count).IsEqualTo(7);
        await Assert.That(result.Errors).Contains("CONTROLLER_PUBLIC_URL is required in production mode");
        await Assert.That(result.Errors).Contains("DB_HOST is required when DB_PROVIDER is postgres");
        await Assert.That(result.Errors).Contains("DB_USERNAME is required when DB_PROVIDER is postgres");
        await Assert.That(result.Errors).Contains("DB_NAME is required when DB_PROVIDER is postgres");
        await Assert.That(result.Errors).Contains("NATS_ENABLED: \"maybe\" is not allowed; expected true, false, 1 or 0");
    }

    [Test]
    public async Task ErrorsInTheFileNameKeyFileAndLine()
    {
        using var fixture = new SettingsFixture();
        var result = fixture.LoadYaml("app:\n  name: x\n\nserver:\n  # comment\n  port: lots\n  webSocket: 5\nlog: { level: [a] }\n");
        var file = Path.Combine(fixture.Directory, "config.yaml");

        await Assert.That(result.Errors).IsEquivalentTo([
            $"server.port ({file} line 6): \"lots\" is not allowed; expected a whole number from 1 to 65535",
            $"server.webSocket ({file} line 7): expected a group of keys",
            $"log.level ({file} line 8): expected a single value",
        ]);
    }

    [Test]
    public async Task SecretsAreNotRepeated()
    {
        using var fixture = new SettingsFixture();
        var errors = fixture.Load(("ENCRYPTION_KEY", "c2hvcnQgc2VjcmV0"), ("TLS_BASE64_KEY", "!private!")).Errors;

        await Assert.That(errors).IsEquivalentTo([
            "TLS_BASE64_KEY: the value (not shown) is not allowed; expected base64",
            "ENCRYPTION_KEY: the value (not shown) is not allowed; expected base64 of 32 bytes",
        ]);
        var url = fixture.Load(("VAULT_HASHICORP_ADDRESS", "ftp://me:secret@vault")).Errors.Single();
        await Assert.That(url).DoesNotContain("secret");
    }

    [Test]
    public async Task PrintedSettingsHoldNoSecrets()
    {
        using var fixture = new SettingsFixture();
        (string, string)[] secrets = [.. SettingTable.All
            .Where(definition => definition.IsSecret && definition.Variables.Count > 0)
            .Select(definition => (definition.Variables[0], definition switch
            {
                { ByteCount: > 0 } => Convert.ToBase64String(new byte[32]),
                { Key: "server.webSocket.relay.url" } => "nats://me:aGlkZGVu@broker",
                _ => "aGlkZGVu",
            }))];
        var printed = fixture.Settings([("DB_PROVIDER", "mysql"), ("DB_HOST", "h"), ("DB_USERNAME", "u"), ("DB_NAME", "n"), .. secrets]).ToString();

        await Assert.That(secrets.Length).IsGreaterThan(9);
        await Assert.That(printed).Contains("[REDACTED]");
        await Assert.That(printed).DoesNotContain("aGlkZGVu");
        await Assert.That(printed).DoesNotContain("AAAA");
    }

    [Test]
    public async Task UnknownKeysAreWarnings()
    {
        using var fixture = new SettingsFixture();
        var result = fixture.LoadYaml("server:\n  prot: 1\nextra:\n  a: 1\n  b: 2\nserver.port: 5\n");
        var file = Path.Combine(fixture.Directory, "config.yaml");

        await Assert.That(result.Warnings).IsEquivalentTo([
            $"server.prot ({file} line 2): unknown key, ignored",
            $"extra ({file} line 3): unknown key, ignored",
            $"server.port ({file} line 6): unknown key, ignored",
        ]);
        await Assert.That(result.Settings!.Server.Port).IsEqualTo(51121);
    }

    [Test]
    public async Task AnUnknownLogLevelIsAWarning()
    {
        using var fixture = new SettingsFixture();
        var result = fixture.Load(("LOG_LEVEL", "verbose"));

        await Assert.That(result.Settings!.Log.Threshold).IsEqualTo(LogThreshold.Info);
        await Assert.That(result.Warnings).IsEquivalentTo(["Invalid LOG_LEVEL: verbose. Using default level: info"]);
    }

    [Test]
    [Arguments("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc", "OTEL_EXPORTER_OTLP_PROTOCOL: \"grpc\" is not one of http/protobuf; telemetry is sent as http/protobuf")]
    [Arguments("OTEL_METRICS_EXPORTER", "OTLP, console", "OTEL_METRICS_EXPORTER: \"console\" is not one of otlp, prometheus, none; ignored")]
    [Arguments("OTEL_PROPAGATORS", "tracecontext,b3", "OTEL_PROPAGATORS: \"b3\" is not one of tracecontext, baggage, none; ignored")]
    [Arguments("OTEL_TRACES_SAMPLER", "xray", "OTEL_TRACES_SAMPLER: \"xray\" is not one of always_on, always_off, traceidratio, parentbased_always_on, parentbased_always_off, parentbased_traceidratio; every trace is kept")]
    public async Task AWordThatOpenTelemetryDoesNotKnowIsAWarning(string variable, string value, string warning)
    {
        using var fixture = new SettingsFixture();

        await Assert.That(fixture.Load((variable, value)).Warnings).IsEquivalentTo([warning]);
    }

    [Test]
    [Arguments("fatal", 100)]
    [Arguments("error", 100)]
    [Arguments("warn", 90)]
    [Arguments("debug", 20)]
    [Arguments("trace", 10)]
    [Arguments("silly", 10)]
    public async Task LogLevelsHaveWeights(string level, int weight)
    {
        using var fixture = new SettingsFixture();

        await Assert.That((int)fixture.Settings(("LOG_LEVEL", level)).Log.Threshold).IsEqualTo(weight);
    }

    [Test]
    public async Task TwoMasterKeysAreOneTooMany()
    {
        using var fixture = new SettingsFixture();
        var result = fixture.Load(("ENCRYPTION_KEY", Convert.ToBase64String(new byte[32])), ("ENCRYPTION_KEY_FILE", "key"));

        await Assert.That(result.Errors).IsEquivalentTo(["ENCRYPTION_KEY and ENCRYPTION_KEY_FILE are both set; only one of them is allowed"]);
    }
}
