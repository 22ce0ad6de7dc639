using System.Net;
using Controller.Sql;
using Controller.Testing;
using Controller.Tests.Support;
using Microsoft.Data.Sqlite;

namespace Controller.Tests.Cli;

/// <summary><c>backup</c>, <c>restore</c> and <c>check</c>.</summary>
public sealed class BackupTests
{
    [Test]
    public async Task A_copy_made_under_load_is_whole_and_has_all_that_was_acknowledged_before()
    {
        await using var controller = await TestController.StartAsync();
        using var directory = new TempDirectory();
        var terminal = new Terminal(controller.DataDirectory);
        using var stop = new CancellationTokenSource();
        var acknowledged = 0;
        var writers = Enumerable.Range(0, 4).Select(async writer =>
        {
            for (var i = 0; !stop.IsCancellationRequested; i++)
            {
                var (status, _) = await controller.SendAsync("POST", "/api/v3/application", $$"""{"name":"app-{{writer}}-{{i}}"}""");
                await Assert.That(status).IsEqualTo(HttpStatusCode.Created);
                Interlocked.Increment(ref acknowledged);
            }
        }).ToArray();
        while (Volatile.Read(ref acknowledged) < 50)
        {
            await Task.Delay(5);
        }

        for (var round = 0; round < 5; round++)
        {
            var before = Volatile.Read(ref acknowledged);
            var copy = directory.File($"copy-{round}.sqlite");
            await terminal.DoAsync("backup", copy);
            await Assert.That(Count(copy)).IsGreaterThanOrEqualTo(before);
            await Assert.That(Directory.GetFiles(directory.Path).Length).IsEqualTo(round + 1);
            await Assert.That(File.GetUnixFileMode(copy)).IsEqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        await stop.CancelAsync();
        await Task.WhenAll(writers);
    }

    [Test]
    public async Task A_copy_put_back_is_what_it_was_and_the_former_database_is_kept()
    {
        using var directory = new TempDirectory();
        var terminal = new Terminal(directory.Path);
        var copy = directory.File("copy.sqlite");
        await using (var controller = await TestController.StartAsync(dataDirectory: directory.Path))
        {
            await terminal.DoAsync("application", "add", "-n", "before");
            await terminal.DoAsync("backup", "copy.sqlite");
            await terminal.DoAsync("application", "add", "-n", "after");

            var refused = await terminal.RunAsync("restore", copy);
            await Assert.That(refused.Code).IsEqualTo(1);
            await Assert.That(refused.Error).Contains("Another Controller");
        }

        var kept = (await terminal.ReadAsync("--json", "restore", copy))["former"]!.GetValue<string>();
        await Assert.That(await terminal.DoAsync("application", "list")).Contains("before").And.DoesNotContain("after");
        await Assert.That(Count(kept)).IsEqualTo(2);
        await using var again = await TestController.StartAsync(dataDirectory: directory.Path);
        var (_, list) = await again.SendAsync("GET", "/api/v3/application");
        await Assert.That(list!["applications"]!.AsArray().Single()!["name"]!.GetValue<string>()).IsEqualTo("before");
    }

    [Test]
    public async Task A_copy_can_be_put_where_no_database_is()
    {
        await using var controller = await TestController.StartAsync();
        using var directory = new TempDirectory();
        await new Terminal(controller.DataDirectory).DoAsync("application", "add", "-n", "app");
        await new Terminal(controller.DataDirectory).DoAsync("backup", directory.File("copy.sqlite"));
        var elsewhere = new Terminal(directory.File("new"));
        Directory.CreateDirectory(directory.File("new"));
        await elsewhere.DoAsync("restore", directory.File("copy.sqlite"));
        await Assert.That(await elsewhere.DoAsync("application", "list")).Contains("app");
    }

    [Test]
    public async Task A_file_that_is_there_is_not_overwritten_and_a_bad_one_not_restored()
    {
        await using var controller = await TestController.StartAsync();
        using var directory = new TempDirectory();
        var terminal = new Terminal(controller.DataDirectory);
        await terminal.DoAsync("backup", directory.File("copy.sqlite"));
        var twice = await terminal.RunAsync("backup", directory.File("copy.sqlite"));
        await Assert.That(twice.Code).IsEqualTo(1);
        await Assert.That(twice.Error).Contains("exists already");
        await Assert.That((await terminal.RunAsync("backup", directory.File("no/such/folder.sqlite"))).Code).IsEqualTo(1);

        Damage(directory.File("copy.sqlite"));
        var stopped = new Terminal(directory.Path);
        var bad = await stopped.RunAsync("restore", "copy.sqlite");
        await Assert.That(bad.Code).IsEqualTo(1);
        await Assert.That(File.Exists(directory.File("controller_db.sqlite"))).IsFalse();
        await Assert.That((await stopped.RunAsync("restore", "none.sqlite")).Error).Contains("There is no file");
    }

    [Test]
    public async Task Other_databases_have_tools_of_their_own()
    {
        using var directory = new TempDirectory();
        var environment = new Dictionary<string, string> { ["DB_PROVIDER"] = "postgres", ["DB_HOST"] = "127.0.0.1", ["DB_USERNAME"] = "u", ["DB_NAME"] = "n" };
        var result = await new Terminal(directory.Path, environment).RunAsync("backup", "x");
        await Assert.That(result.Code).IsEqualTo(1);
        await Assert.That(result.Error).Contains("pg_dump");
    }

    [Test]
    public async Task Check_finds_what_would_stop_the_start()
    {
        using var directory = new TempDirectory();
        var terminal = new Terminal(directory.Path);
        await Assert.That(await terminal.DoAsync("check")).Contains("the first start will make it");
        await Assert.That(Directory.GetFileSystemEntries(directory.Path)).IsEmpty();

        await using (var controller = await TestController.StartAsync(dataDirectory: directory.Path))
        {
            await Assert.That((await terminal.ReadAsync("check", "--json"))["ok"]!.GetValue<bool>()).IsTrue();
        }

        // A stop leaves one file.
        await Assert.That(File.Exists(directory.File("controller_db.sqlite-wal"))).IsFalse();
        await Assert.That(await terminal.DoAsync("init")).IsEmpty();
        Damage(directory.File("controller_db.sqlite"));
        var damaged = await terminal.RunAsync("check");
        await Assert.That(damaged.Code).IsEqualTo(1);
        await Assert.That(damaged.Output).Contains("FAILED database");
        await Assert.That((await terminal.RunAsync("init")).Code).IsEqualTo(1);

        var wrong = await new Terminal(directory.Path, new() { ["API_PORT"] = "many", ["LOG_LEVEL"] = "loud" }).RunAsync("check");
        await Assert.That(wrong.Code).IsEqualTo(1);
        await Assert.That(wrong.Output).Contains("API_PORT").And.Contains("LOG_LEVEL");
    }

    private static long Count(string path)
    {
        using var connection = new SqliteConnection($"Data Source={path};Mode=ReadOnly;Pooling=false");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT COUNT(*) FROM Applications WHERE is_system = 0";
        return (long)command.ExecuteScalar()!;
    }

    /// <summary>Overwrites pages in the middle.</summary>
    private static void Damage(string path)
    {
        using var file = File.OpenWrite(path);
        file.Position = 4096 * 3;
        file.Write(Enumerable.Repeat((byte)0xA5, 4096 * 40).ToArray());
    }
}
