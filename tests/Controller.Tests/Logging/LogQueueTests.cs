using System.Text.Json.Nodes;
using Controller.Configuration;
using Controller.Logging;
using Controller.Testing;
using Controller.Tests.Support;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Controller.Tests.Logging;

/// <summary>Lines, levels, redaction, and what becomes of the log when a sink fails (runtime 3.1).</summary>
public sealed partial class LogQueueTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 4, 5, 6, 7, 89, TimeSpan.Zero);

    [Test]
    public async Task A_line_has_the_fields_in_order()
    {
        using var directory = new TempDirectory();
        using var console = new LogLines();
        await using (var log = Start(directory.Path, console))
        {
            Something(log.CreateLogger("Controller.Tests"), "fog \"1\"\n", 5);
        }

        var line = console.Text.Split('\n')[^2];
        await Assert.That(line).IsEqualTo(
            $$"""{"level":"info","time":"2026-03-04T05:06:07.089Z","pid":{{Environment.ProcessId}},"hostname":"box-1","msg":"fog \"1\"\n has 5","name":"fog \"1\"\n","count":5,"logger":"Controller.Tests"}""");
        await Assert.That(await File.ReadAllTextAsync(directory.File("log/iofog-controller.log"))).IsEqualTo(line + "\n");
        await Assert.That(console.Text).StartsWith($"Log directory: {directory.File("log")}\nMax file size: 1073741824\nMax files: 10\n");
    }

    [Test]
    [Arguments("silly", "silly debug info warn error error")]
    [Arguments("debug", "debug info warn error error")]
    [Arguments("info", "info warn error error")]
    [Arguments("warn", "warn error error")]
    [Arguments("error", "error error")]
    [Arguments("fatal", "error error")]
    [Arguments("loud", "info warn error error")]
    public async Task The_level_decides_what_is_written(string level, string written)
    {
        using var directory = new TempDirectory();
        using var console = new LogLines();
        await using (var log = Start(directory.Path, console, new() { ["LOG_LEVEL"] = level }))
        {
            var logger = log.CreateLogger("x");
            foreach (var l in Enum.GetValues<LogLevel>())
            {
                At(logger, l);
            }
        }

        await Assert.That(string.Join(' ', console.Events.Select(e => (string?)e["level"]))).IsEqualTo(written);
    }

    [Test]
    public async Task Secrets_are_masked_in_the_field_and_in_the_message()
    {
        using var directory = new TempDirectory();
        using var console = new LogLines();
        await using (var log = Start(directory.Path, console))
        {
            Leak(log.CreateLogger("x"), "hunter2", "eyJhbGci", "k-1", "fog");
        }

        await Assert.That(console.Text.Contains("hunter2", StringComparison.Ordinal) || console.Text.Contains("eyJhbGci", StringComparison.Ordinal) || console.Text.Contains("k-1", StringComparison.Ordinal)).IsFalse();
        var line = console.Events[0];
        await Assert.That((string?)line["password"]).IsEqualTo("[REDACTED]");
        await Assert.That((string?)line["accessToken"]).IsEqualTo("[REDACTED]");
        await Assert.That((string?)line["nkeySeed"]).IsEqualTo("[REDACTED]");
        await Assert.That((string?)line["msg"]).IsEqualTo("fog: [REDACTED] [REDACTED] [REDACTED]");
    }

    [Test]
    [Arguments("headers.authorization", true)]
    [Arguments("token", true)]
    [Arguments("PASSWORD", true)]
    [Arguments("apiKey", true)]
    [Arguments("clientSecret", true)]
    [Arguments("privateKey", true)]
    [Arguments("jwt", true)]
    [Arguments("creds", true)]
    [Arguments("operatorSeed", true)]
    [Arguments("name", false)]
    [Arguments("tokenCount", false)]
    [Arguments("publicKey", false)]
    public async Task Names_of_secrets_are_known(string name, bool secret) => await Assert.That(Redaction.IsSecret(name)).IsEqualTo(secret);

    [Test]
    [Arguments("", "/x")]
    [Arguments("?", "/x")]
    [Arguments("?a=1&token=abc&b", "/x?a=1&token=[REDACTED]&b")]
    [Arguments("?access_token=a&code=b&client_secret=c&%70assword=d", "/x?access_token=[REDACTED]&code=[REDACTED]&client_secret=[REDACTED]&%70assword=[REDACTED]")]
    public async Task Urls_are_logged_without_secrets(string query, string url) => await Assert.That(Redaction.Url("/x", query)).IsEqualTo(url);

    [Test]
    public async Task An_exception_is_told_with_its_stack()
    {
        using var directory = new TempDirectory();
        using var console = new LogLines();
        await using (var log = Start(directory.Path, console))
        {
            try
            {
                throw new InvalidOperationException("broken");
            }
            catch (InvalidOperationException e)
            {
                Fails(log.CreateLogger("x"), e);
            }
        }

        var error = console.Events[0]["err"]!;
        await Assert.That((string?)error["type"]).IsEqualTo("System.InvalidOperationException");
        await Assert.That((string?)error["message"]).IsEqualTo("broken");
        await Assert.That((string?)error["stack"]).Contains(nameof(An_exception_is_told_with_its_stack));
    }

    [Test]
    public async Task A_configured_directory_that_cannot_be_written_is_one_warning()
    {
        using var directory = new TempDirectory();
        using var console = new LogLines();
        await File.WriteAllTextAsync(directory.File("log"), "a file, no directory");
        await using (var log = Start(directory.Path, console))
        {
            for (var i = 0; i < 3; i++)
            {
                Something(log.CreateLogger("x"), "n", i);
                await console.WaitAsync(e => (int?)e["count"] == i);
            }
        }

        await Assert.That(console.Events.Count(e => (string?)e["level"] == "warn")).IsEqualTo(1);
        await Assert.That(console.Events.Count).IsEqualTo(4);
        await Assert.That(File.Exists(directory.File("data/log/iofog-controller.log"))).IsFalse();
    }

    [Test]
    public async Task A_default_directory_that_cannot_be_written_gives_way_quietly_to_the_data_directory()
    {
        using var directory = new TempDirectory();
        using var console = new LogLines();
        var settings = Settings(directory.Path, []);
        settings = settings with { Log = settings.Log with { Directory = "/proc/nowhere", DirectoryIsGiven = false } };
        await using (var log = ControllerLog.Start(settings, console, new FakeTimeProvider(Now)))
        {
            Something(log.CreateLogger("x"), "n", 1);
        }

        await Assert.That(console.Events.Count).IsEqualTo(1);
        await Assert.That(await File.ReadAllTextAsync(directory.File("data/log/iofog-controller.log"))).Contains("n has 1");
    }

    [Test]
    public async Task Nobody_waits_for_a_console_that_is_not_read_and_what_is_lost_is_counted()
    {
        using var directory = new TempDirectory();
        using var console = new StuckConsole();
        var log = Start(directory.Path, console);
        var logger = log.CreateLogger("x");
        for (var i = 0; i < 20_000; i++)
        {
            Something(logger, "n", i);
        }

        console.Go.SetResult();
        await log.DisposeAsync();
        var lines = (await File.ReadAllLinesAsync(directory.File("log/iofog-controller.log"))).Select(l => JsonNode.Parse(l)!).ToList();
        var written = lines.Count(l => (string?)l["level"] == "info");
        var dropped = (string)lines.Single(l => (string?)l["level"] == "warn")["msg"]!;
        await Assert.That(written).IsLessThan(20_000);
        await Assert.That(dropped).StartsWith($"{20_000 - written} log lines were dropped");
    }

    [Test]
    public async Task A_console_that_is_gone_leaves_the_file()
    {
        using var directory = new TempDirectory();
        using var console = new StuckConsole { IsBroken = true };
        await using (var log = Start(directory.Path, console))
        {
            Something(log.CreateLogger("x"), "n", 1);
        }

        await Assert.That(await File.ReadAllTextAsync(directory.File("log/iofog-controller.log"))).Contains("n has 1");
    }

    private static ControllerSettings Settings(string directory, Dictionary<string, string> environment) => ControllerSettings.Load(
        new Dictionary<string, string>(environment)
        {
            ["CONTROLLER_HOST"] = "box-1",
            ["DATA_DIRECTORY"] = Path.Combine(directory, "data"),
            ["LOG_DIRECTORY"] = Path.Combine(directory, "log"),
        },
        directory,
        directory).Settings!;

    private static ControllerLog Start(string directory, Stream console, Dictionary<string, string>? environment = null) =>
        ControllerLog.Start(Settings(directory, environment ?? []), console, new FakeTimeProvider(Now));

    [LoggerMessage(Level = LogLevel.Information, Message = "{name} has {count}")]
    private static partial void Something(ILogger log, string name, int count);

    [LoggerMessage(Message = "said")]
    private static partial void At(ILogger log, LogLevel level);

    [LoggerMessage(Level = LogLevel.Information, Message = "{name}: {password} {accessToken} {nkeySeed}")]
    private static partial void Leak(ILogger log, string password, string accessToken, string nkeySeed, string name);

    [LoggerMessage(Level = LogLevel.Error, Message = "failed")]
    private static partial void Fails(ILogger log, Exception e);

    private sealed class StuckConsole : MemoryStream
    {
        public TaskCompletionSource Go { get; } = new();

        public bool IsBroken { get; init; }

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (IsBroken)
            {
                throw new IOException("Broken pipe");
            }

            await Go.Task;
        }
    }
}
