using System.IO.Compression;
using System.Text;
using Controller.Logging;
using Controller.Testing;

namespace Controller.Tests.Logging;

/// <summary>The log file and its rotation (runtime 3.1).</summary>
public sealed class LogFileTests
{
    [Test]
    public async Task What_an_earlier_process_wrote_is_compressed_at_start()
    {
        using var directory = new TempDirectory();
        await WriteAsync(directory.Path, "first\n");
        await WriteAsync(directory.Path, "second\n");
        await WriteAsync(directory.Path, "third\n");
        await Assert.That(Names(directory.Path)).IsEquivalentTo(
            ["iofog-controller.log", "iofog-controller1.log.gz", "iofog-controller2.log.gz"]);
        await Assert.That(Unzip(directory.Path, 1)).IsEqualTo("first\n");
        await Assert.That(Unzip(directory.Path, 2)).IsEqualTo("second\n");
        await Assert.That(await File.ReadAllTextAsync(Path.Combine(directory.Path, "iofog-controller.log"))).IsEqualTo("third\n");
    }

    [Test]
    public async Task A_start_that_found_nothing_to_keep_compresses_nothing()
    {
        using var directory = new TempDirectory();
        await (await LogFile.OpenAsync(directory.Path, 1000, 3)).DisposeAsync();
        await (await LogFile.OpenAsync(directory.Path, 1000, 3)).DisposeAsync();
        await Assert.That(Names(directory.Path)).IsEquivalentTo(["iofog-controller.log"]);
    }

    [Test]
    public async Task A_full_file_is_taken_away_before_the_next_write()
    {
        using var directory = new TempDirectory();
        await using (var file = await LogFile.OpenAsync(directory.Path, limit: 10, count: 5))
        {
            await file.WriteAsync("12345678\n"u8.ToArray());
            await file.WriteAsync("9\n"u8.ToArray());
            await Assert.That(Names(directory.Path)).IsEquivalentTo(["iofog-controller.log"]);
            await file.WriteAsync("next\n"u8.ToArray());
        }

        await Assert.That(Unzip(directory.Path, 1)).IsEqualTo("12345678\n9\n");
        await Assert.That(await File.ReadAllTextAsync(Path.Combine(directory.Path, "iofog-controller.log"))).IsEqualTo("next\n");
    }

    [Test]
    public async Task With_all_numbers_taken_the_oldest_goes_and_the_newest_gets_the_last()
    {
        using var directory = new TempDirectory();
        await using (var file = await LogFile.OpenAsync(directory.Path, limit: 1, count: 3))
        {
            foreach (var text in (string[])["a\n", "b\n", "c\n", "d\n", "e\n", "f\n"])
            {
                await file.WriteAsync(Encoding.ASCII.GetBytes(text));
            }
        }

        await Assert.That(Names(directory.Path)).IsEquivalentTo(
            ["iofog-controller.log", "iofog-controller1.log.gz", "iofog-controller2.log.gz", "iofog-controller3.log.gz"]);
        await Assert.That(Unzip(directory.Path, 1)).IsEqualTo("c\n");
        await Assert.That(Unzip(directory.Path, 2)).IsEqualTo("d\n");
        await Assert.That(Unzip(directory.Path, 3)).IsEqualTo("e\n");
    }

    [Test]
    public async Task The_first_free_number_is_taken()
    {
        using var directory = new TempDirectory();
        await File.WriteAllTextAsync(Path.Combine(directory.Path, "iofog-controller1.log.gz"), "kept");
        await File.WriteAllTextAsync(Path.Combine(directory.Path, "iofog-controller3.log.gz"), "kept");
        await WriteAsync(directory.Path, "x\n");
        await WriteAsync(directory.Path, "y\n");
        await Assert.That(Unzip(directory.Path, 2)).IsEqualTo("x\n");
    }

    [Test]
    public async Task Compressing_that_a_kill_interrupted_is_taken_up_again()
    {
        using var directory = new TempDirectory();
        await File.WriteAllTextAsync(Path.Combine(directory.Path, "iofog-controller1.log"), "left\n");
        await File.WriteAllTextAsync(Path.Combine(directory.Path, "iofog-controller1.log.gz.tmp"), "half");
        await (await LogFile.OpenAsync(directory.Path, 1000, 3)).DisposeAsync();
        await Assert.That(Names(directory.Path)).IsEquivalentTo(["iofog-controller.log", "iofog-controller1.log.gz"]);
        await Assert.That(Unzip(directory.Path, 1)).IsEqualTo("left\n");
    }

    [Test]
    public async Task A_second_process_may_not_write_the_same_file()
    {
        using var directory = new TempDirectory();
        await using var file = await LogFile.OpenAsync(directory.Path, 1000, 3);
        await Assert.That(async () => await LogFile.OpenAsync(directory.Path, 1000, 3)).Throws<IOException>();
    }

    private static async Task WriteAsync(string directory, string text)
    {
        await using var file = await LogFile.OpenAsync(directory, 1000, 5);
        await file.WriteAsync(Encoding.ASCII.GetBytes(text));
    }

    private static IEnumerable<string> Names(string directory) => Directory.GetFiles(directory).Select(f => Path.GetFileName(f)!);

    private static string Unzip(string directory, int number)
    {
        using var file = File.OpenRead(Path.Combine(directory, $"iofog-controller{number}.log.gz"));
        using var gzip = new GZipStream(file, CompressionMode.Decompress);
        using var reader = new StreamReader(gzip);
        return reader.ReadToEnd();
    }
}
