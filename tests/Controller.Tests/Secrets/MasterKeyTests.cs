using System.Diagnostics;
using Controller.Secrets;

namespace Controller.Tests.Secrets;

public class MasterKeyTests
{
    private readonly string _directory = Directory.CreateTempSubdirectory("master-key-").FullName;

    [After(Test)]
    public void Clean() => Directory.Delete(_directory, recursive: true);

    [Test]
    public async Task The_first_start_makes_a_key_for_its_owner_only()
    {
        var data = Path.Combine(_directory, "data");
        var stored = new SecretCipher(MasterKey.Load(null, "", data)).Encrypt("a", "text");
        var path = Path.Combine(data, MasterKey.FileName);

        await Assert.That(new FileInfo(path).Length).IsEqualTo(32);
        if (!OperatingSystem.IsWindows())
        {
            await Assert.That(File.GetUnixFileMode(path)).IsEqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        await Assert.That(Directory.GetFiles(data).Length).IsEqualTo(1);
        await Assert.That(new SecretCipher(MasterKey.Load(null, null, data)).Decrypt("a", stored)).IsEqualTo("text");
    }

    [Test]
    [Arguments("short")]
    [Arguments("AAAA")]
    [Arguments("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISI=")]
    public async Task A_key_of_another_size_is_refused_without_being_shown(string text)
    {
        var error = await Assert.That(() => MasterKey.Load(text, null, _directory)).Throws<MasterKeyException>();

        await Assert.That(error!.Message).IsEqualTo("The master key must be 32 bytes in base64");
        await Assert.That(Directory.GetFiles(_directory)).IsEmpty();
    }

    [Test]
    public async Task A_file_holds_the_key_raw_or_as_base64()
    {
        var (raw, text) = (Path.Combine(_directory, "raw"), Path.Combine(_directory, "text"));
        var key = Enumerable.Range(0, 32).Select(i => (byte)i).ToArray();
        await File.WriteAllBytesAsync(raw, key);
        await File.WriteAllTextAsync(text, Convert.ToBase64String(key) + "\n");
        var stored = new SecretCipher(MasterKey.Load(Convert.ToBase64String(key), null, _directory)).Encrypt("a", "text");

        await Assert.That(new SecretCipher(MasterKey.Load(null, raw, _directory)).Decrypt("a", stored)).IsEqualTo("text");
        await Assert.That(new SecretCipher(MasterKey.Load(null, text, _directory)).Decrypt("a", stored)).IsEqualTo("text");
    }

    [Test]
    public async Task A_named_file_must_exist_and_be_a_key()
    {
        var path = Path.Combine(_directory, "key");
        await Assert.That(() => MasterKey.Load(null, path, _directory)).Throws<MasterKeyException>();

        await File.WriteAllTextAsync(path, "half a key");
        var error = await Assert.That(() => MasterKey.Load(null, path, _directory)).Throws<MasterKeyException>();
        await Assert.That(error!.Message).DoesNotContain("half a key");
        await Assert.That(File.Exists(Path.Combine(_directory, MasterKey.FileName))).IsFalse();
    }

    [Test]
    public async Task A_damaged_key_file_is_not_replaced()
    {
        var path = Path.Combine(_directory, MasterKey.FileName);
        await File.WriteAllBytesAsync(path, new byte[31]);

        await Assert.That(() => MasterKey.Load(null, null, _directory)).Throws<MasterKeyException>();
        await Assert.That(new FileInfo(path).Length).IsEqualTo(31);
    }

    [Test]
    public async Task A_key_that_is_there_stays()
    {
        var path = Path.Combine(_directory, "key");
        KeyFile.CreateIfAbsent(path, [1]);
        KeyFile.CreateIfAbsent(path, [2]);

        await Assert.That(await File.ReadAllBytesAsync(path)).IsEquivalentTo(new byte[] { 1 });
        await Assert.That(Directory.GetFiles(_directory).Length).IsEqualTo(1);
    }

    [Test]
    [Repeat(20)]
    public async Task Threads_that_start_at_once_agree_on_one_key()
    {
        using var gate = new Barrier(8);
        var stored = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Factory.StartNew(
            () =>
            {
                gate.SignalAndWait();
                return new SecretCipher(MasterKey.Load(null, null, _directory)).Encrypt("a", "text");
            },
            TaskCreationOptions.LongRunning)));

        var cipher = new SecretCipher(MasterKey.Load(null, null, _directory));
        await Assert.That(stored.Select(value => cipher.Decrypt("a", value)).Distinct()).IsEquivalentTo(["text"]);
    }

    /// <summary>Starts this test program several times; each waits for the flag, loads the key and prints a value under it.</summary>
    [Test]
    [Timeout(60_000)]
    public async Task Processes_that_start_at_once_agree_on_one_key(CancellationToken cancellation)
    {
        var processes = Enumerable.Range(0, 3).Select(_ => Start()).ToList();
        while (Directory.GetFiles(_directory, "ready.*").Length < processes.Count)
        {
            await Task.Delay(20, cancellation);
        }

        await File.WriteAllTextAsync(Path.Combine(_directory, "go"), "", cancellation);
        await Task.WhenAll(processes.Select(process => process.WaitForExitAsync(cancellation)));

        var cipher = new SecretCipher(MasterKey.Load(null, null, _directory));
        var values = Directory.GetFiles(_directory, "value.*").Select(File.ReadAllText).ToList();
        await Assert.That(values.Count).IsEqualTo(3);
        await Assert.That(values.Select(value => cipher.Decrypt("a", value)).Distinct()).IsEquivalentTo(["text"]);
    }

    private Process Start()
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true, RedirectStandardError = true };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
        {
            start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "Controller.Tests.dll"));
        }

        start.Environment[MasterKeyChild.Variable] = _directory;
        return Process.Start(start)!;
    }
}
